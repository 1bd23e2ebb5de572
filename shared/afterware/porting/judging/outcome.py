"""The outcome of a check: entries with what they need, and findings with their places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..flask.entries import Entry
    from ..flask.model import FlaskEvaluator
    from ..tree.sources import Skipped
    from .findings import Finding

__all__ = ["JudgedEntry", "Outcome"]


@dataclass(slots=True)
class JudgedEntry:
    """An entry with what it needs.

    :param needs: words of `NEEDS`, in their order; none where it runs as it is.
    :param findings: what is reported of it, the worst first.
    """

    entry: Entry
    needs: list[str]
    findings: list[Finding]

    @property
    def file(self) -> str:
        """The name of its file, as the report has it."""
        return self.entry.module.source.name

    @property
    def line(self) -> int:
        """The line of the function, from one."""
        return self.entry.line

    @property
    def name(self) -> str:
        """The function's name."""
        return self.entry.name

    @property
    def registered(self) -> str:
        """How it is registered, in a word."""
        return self.entry.registered


@dataclass(slots=True)
class Outcome:
    """What a check found.

    :param hooks: the entries whose role is a phase.
    :param unknown: places that register a function which the tree does not show.
    :param unfinished: entries that lead to more code than is followed.
    :param skipped: what was not read, or not looked at to the end.
    """

    hooks: list[JudgedEntry]
    unknown: list[tuple[str, int]]
    unfinished: list[tuple[str, int]]
    skipped: list[Skipped]
    files: int
    evaluator: FlaskEvaluator
