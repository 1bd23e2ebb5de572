"""The tables, and every statement that the twins run. Nothing here does I/O or knows a colour."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Executable,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
)

__all__ = ["MAX_ID", "add_audit", "add_note", "audited", "delete_note", "metadata", "note", "notes"]

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


def notes(before: int | None = None) -> Executable:
    """The newest notes, at most a hundred, newest first.

    :param before: only notes that are older than the one with this id.
    """
    statement = select(_notes.c.id, _notes.c.text).order_by(_notes.c.id.desc()).limit(_PAGE)
    return statement if before is None else statement.where(_notes.c.id < min(before, MAX_ID))


def note(note_id: int) -> Executable:
    """The note with this id."""
    return select(_notes.c.id, _notes.c.text).where(_notes.c.id == note_id)


def add_note(text: str) -> Executable:
    """Store a note; gives it back with its id."""
    return insert(_notes).values(text=text).returning(_notes.c.id, _notes.c.text)


def delete_note(note_id: int) -> Executable:
    """Remove a note; gives back the id of what was removed."""
    return delete(_notes).where(_notes.c.id == note_id).returning(_notes.c.id)


def add_audit(**row: Any) -> Executable:
    """Store what a request did or tried to do; gives the row's id.

    :param row: its method, path, status and request_id.
    """
    return insert(_audit).values(**row).returning(_audit.c.id)


def audited() -> Executable:
    """The audit rows, oldest first."""
    columns = (_audit.c.method, _audit.c.path, _audit.c.status, _audit.c.request_id)
    return select(*columns).order_by(_audit.c.id)
