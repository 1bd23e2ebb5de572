"""Checks a tree: finds its entries, judges each, and says what each needs."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from .flask.model import FlaskEvaluator
from .flask.registrations import scan
from .judging.findings import BITES, Finding, findings, is_allowed
from .judging.judge import cut_short, judge
from .judging.outcome import JudgedEntry, Outcome
from .judging.rule import NEEDS
from .meaning.knowledge import COVERED
from .tree.project import Project
from .tree.sources import Skipped, Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from .flask.entries import Entry

__all__ = ["Finding", "JudgedEntry", "Outcome", "check"]

_UNSEEN = "AW124"  # code that the tree does not show


def check(
    paths: Iterable[Path],
    *,
    exclude: tuple[str, ...] = (),
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
    progress: Callable[[str], None] | None = None,
) -> Outcome:
    """Find and judge every hook below the given paths.

    :param exclude: patterns of file names and paths that are left out.
    :param select: codes, or beginnings of codes, that are reported; none means all.
    :param ignore: codes, or beginnings of codes, that are not.
    :param progress: is told what is being done.
    """
    # Syntax trees are many small objects in no cycles: looking for cycles among them takes longer
    # than parsing does.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _check(list(paths), exclude, select, ignore, progress or _silent)
    finally:
        if collecting:
            gc.enable()


def _check(
    paths: list[Path],
    exclude: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    tell: Callable[[str], None],
) -> Outcome:
    tree = Tree(paths, exclude)
    tell("reading files")
    project = Project(tree, COVERED)
    evaluator = FlaskEvaluator(project)
    tell(f"looking for hooks in {len(project.sources)} files")
    found = scan(evaluator)
    skipped = [Skipped(name, "was not searched for hooks to the end") for name in found.unsearched]
    judged: list[JudgedEntry] = []
    unfinished: list[tuple[str, int]] = []
    for number, entry in enumerate(found.entries, 1):
        tell(f"judging hook {number} of {len(found.entries)}")
        name = entry.module.source.name
        try:
            verdict = judge(entry, evaluator)
        except RecursionError:
            reason = f"line {entry.line} is nested too deeply to judge"
            skipped.append(Skipped(name, reason))
            verdict = cut_short(entry, evaluator)
        if verdict.unfinished:
            unfinished.append((name, entry.line))
        judged.append(_judged(entry, findings(entry, verdict.notes, select, ignore)))
    unknown = [
        (each.module.source.name, each.line)
        for each in found.unknown
        if not is_allowed(each.module.source.data, each.line, _UNSEEN)
    ]
    skipped = [*tree.skipped, *skipped, *project.skipped]
    return Outcome(judged, unknown, unfinished, skipped, len(project.sources), evaluator)


def _judged(entry: Entry, found: list[Finding]) -> JudgedEntry:
    needs = {need for finding in found for need in finding.needs}
    worst = sorted(
        found, key=lambda each: (BITES.index(each.bites), each.line, each.column, each.code)
    )
    return JudgedEntry(entry, [need for need in NEEDS if need in needs], worst)


def _silent(_: str) -> None:
    return None
