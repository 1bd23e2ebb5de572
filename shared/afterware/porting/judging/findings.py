"""Findings: what is said of each thing that is otherwise, with its place and how it shows."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .effects import line_of
from .rules import kinds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..flask.entries import Entry
    from .rule import Bites, Note

__all__ = ["BITES", "Finding", "findings", "is_allowed"]

# How a difference shows, the worst first.
BITES: tuple[Bites, ...] = ("silently", "on some paths", "under load", "loudly")
_NOQA = re.compile(
    rb"#\s*noqa(?:\s*:\s*(?P<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*))?", re.IGNORECASE
)
_BROAD = frozenset({"Exception", "BaseException"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about one entry.

    :param line: in the entry's own file, from one.
    :param column: from one.
    :param bites: how it shows.
    :param kind: the name of its kind.
    :param elsewhere: where it happens, as file:line, if that is another file.
    :param note: what the judge noted.
    """

    code: str
    line: int
    column: int
    message: str
    remedy: str
    fixable: bool
    bites: Bites
    needs: tuple[str, ...]
    kind: str
    note: Note
    elsewhere: str = ""


def findings(
    entry: Entry, notes: Iterable[Note], select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()
) -> list[Finding]:
    """What is reported of an entry, in the order of its lines.

    :param select: codes, or beginnings of codes, that are reported; none means all.
    :param ignore: codes, or beginnings of codes, that are not.
    """
    data = entry.module.source.data
    found: dict[tuple[str, int, int], Finding] = {}
    for note in notes:
        code = kinds()[note.kind].code
        if (select and not code.startswith(select)) or (ignore and code.startswith(ignore)):
            continue
        finding = _finding(entry, note)
        key = (code, finding.line, finding.column)
        if key in found or is_allowed(data, finding.line, code):
            continue
        if note.module is not entry.module:
            if is_allowed(note.module.source.data, line_of(note.node) or 1, code):
                continue
        found[key] = finding
    return list(found.values())


def _finding(entry: Entry, note: Note) -> Finding:
    kind = kinds()[note.kind]
    elsewhere = ""
    if note.module is not entry.module:
        elsewhere = f"{note.module.source.name}:{line_of(note.node) or 1}"
    bites = note.bites or kind.bites
    if bites == "loudly" and _is_swallowed(entry, note.via):
        bites = "silently"
    message = kind.message.replace("{}", note.subject or "this")
    return Finding(
        kind.code,
        getattr(note.via, "lineno", entry.line),
        getattr(note.via, "col_offset", 0) + 1,
        f"{message} (in {elsewhere})" if elsewhere else message,
        kind.remedy.replace("{}", note.subject or "it"),
        kind.fixable,
        bites,
        kind.needs,
        note.kind,
        note,
        elsewhere,
    )


def _is_swallowed(entry: Entry, node: ast.AST) -> bool:
    """Whether an error here is caught by a handler for all errors."""
    line = line_of(node)
    if entry.function is None:
        return False
    for each in ast.walk(entry.function.node):
        if isinstance(each, ast.Try) and each.body:
            first, last = each.body[0].lineno, each.body[-1].end_lineno or 0
            if first <= line <= last and any(map(_is_broad, each.handlers)):
                return True
    return False


def _is_broad(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        caught = True
    else:
        caught = any(
            isinstance(each, ast.Name) and each.id in _BROAD for each in ast.walk(handler.type)
        )
    return caught and not any(isinstance(each, ast.Raise) for each in ast.walk(handler))


def is_allowed(data: bytes, line: int, code: str) -> bool:
    """Whether the line says `# noqa` to this code."""
    if b"noqa" not in data.lower():
        return False
    lines = data.splitlines()
    if not 0 < line <= len(lines):
        return False
    found = _NOQA.search(lines[line - 1])
    if found is None:
        return False
    codes = found["codes"]
    if codes is None:
        return True
    return code in re.split(r"[,\s]+", codes.decode("ascii").upper())
