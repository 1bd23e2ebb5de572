"""The tables, and every statement that the twins run. Nothing here does I/O or knows a colour.

A statement that writes is made once, and comes with its values: to make one anew for each request
would take as long as to run it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    DateTime,
    Executable,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
)

__all__ = [
    "MAX_ID",
    "Writes",
    "add_audit",
    "add_note",
    "audited",
    "delete_note",
    "metadata",
    "note",
    "notes",
]

# The largest number that PostgreSQL's integer holds, and so the largest id that a note can have.
MAX_ID = 2**31 - 1

# How many notes one answer lists.
_PAGE = 100

metadata = MetaData()

_notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    sqlite_autoincrement=True,  # as on PostgreSQL, the id of a deleted note is not given again
)

_audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), server_default=func.now(), nullable=False),
    Column("method", String(16), nullable=False),
    Column("path", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("request_id", String(64)),
    sqlite_autoincrement=True,
)


_add_note = insert(_notes).returning(_notes.c.id, _notes.c.text)
_delete_note = delete(_notes).where(_notes.c.id == bindparam("note_id")).returning(_notes.c.id)
_add_audit = insert(_audit).returning(_audit.c.id)


class Writes(NamedTuple):
    """A statement that writes.

    :param statement: what is run.
    :param values: what it is run with.
    """

    statement: Executable
    values: dict[str, Any]


def notes(before: int | None = None) -> Executable:
    """The newest notes, at most a hundred, newest first.

    :param before: only notes that are older than the one with this id.
    """
    statement = select(_notes.c.id, _notes.c.text).order_by(_notes.c.id.desc()).limit(_PAGE)
    return statement if before is None else statement.where(_notes.c.id < min(before, MAX_ID))


def note(note_id: int) -> Executable:
    """The note with this id."""
    return select(_notes.c.id, _notes.c.text).where(_notes.c.id == note_id)


def add_note(text: str) -> Writes:
    """Store a note; gives it back with its id."""
    return Writes(_add_note, {"text": text})


def delete_note(note_id: int) -> Writes:
    """Remove a note; gives back the id of what was removed."""
    return Writes(_delete_note, {"note_id": note_id})


def add_audit(**row: Any) -> Writes:
    """Store what a request did or tried to do; gives the row's id.

    :param row: its method, path, status and request_id.
    """
    return Writes(_add_audit, row)


def audited() -> Executable:
    """The audit rows, oldest first."""
    columns = (_audit.c.method, _audit.c.path, _audit.c.status, _audit.c.request_id)
    return select(*columns).order_by(_audit.c.id)
