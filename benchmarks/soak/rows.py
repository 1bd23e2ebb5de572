"""What is in the database, held against what the clients of a twin were told."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from twin.engines import sync_engines
from twin.statements import metadata
from twin.urls import parse_database_url

from .ledger import Ledger

__all__ = ["Rows", "count_rows"]


@dataclass(frozen=True, slots=True)
class Rows:
    """What is there of the notes of one ledger.

    :param kept: how many notes that were answered are there, each with its audit row.
    :param rows: how many notes are there.
    :param audited: how many audit rows of notes are there.
    :param faults: what is not as it should be, in words.
    """

    kept: int
    rows: int
    audited: int
    faults: tuple[str, ...]


def count_rows(database_url: str, ledger: Ledger) -> Rows:
    """Look into the database, past the twins.

    :param database_url: where the twins wrote to.
    :param ledger: what the clients were told.
    """
    notes, audit = metadata.tables["notes"].c, metadata.tables["audit"].c
    reader, writer = sync_engines(parse_database_url(database_url))
    try:
        with reader.connect() as connection:
            mine = notes.text.startswith(ledger.prefix)
            found = connection.execute(select(notes.id, notes.text).where(mine)).all()
            theirs = audit.request_id.startswith(ledger.prefix), audit.status == 201
            audited = connection.execute(select(audit.request_id).where(*theirs)).scalars().all()
    finally:
        reader.dispose()
        writer.dispose()
    ids = {row.text: row.id for row in found}
    records = set(audited)
    kept = sum(
        ids.get(text) == number and text in records for text, number in ledger.answered.items()
    )
    faults = {
        "lost, though answered with 201": len(ledger.answered) - kept,
        "there twice": len(found) - len(ids),
        "audited twice": len(audited) - len(records),
        "there without an audit row": len(set(ids) - records),
        "audited and not there": len(records - set(ids)),
        "there, and sent by nobody": len(set(ids) - ledger.sent),
    }
    said = tuple(f"notes {what}: {number}" for what, number in faults.items() if number)
    return Rows(kept, len(found), len(audited), said)
