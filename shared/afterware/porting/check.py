"""The outcome of a check: hooks with what they need, and findings with their places."""

from __future__ import annotations

import ast
import gc
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .flask.model import FlaskEvaluator
from .flask.registrations import Hook, scan
from .judging.codes import NEEDS, Kind, kind_of
from .judging.judge import Judge, Note
from .meaning.knowledge import COVERED
from .tree.index import terminal_name
from .tree.project import Project
from .tree.sources import Skipped, Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

__all__ = ["Finding", "JudgedHook", "Outcome", "check"]

_ORDER = ("silently", "on some paths", "under load", "loudly")
_NOQA = re.compile(
    rb"#\s*noqa(?:\s*:\s*(?P<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*))?", re.IGNORECASE
)
# Reads that give a coroutine, and functions that take one as they take anything.
_COROUTINES = frozenset(
    {"response.get_data", "response.data", "response.get_json", "response.json"}
)
_BEARS = frozenset(
    """append bool critical debug dict error exception format info isinstance jsonify list log print
    repr set_data str type warning""".split()
)
_BROAD = frozenset({"Exception", "BaseException"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about one hook.

    :param line: in the hook's own file, counted from one.
    :param column: counted from one.
    :param elsewhere: where it really happens, as file:line, if that is another file.
    """

    code: str
    line: int
    column: int
    message: str
    remedy: str
    fixable: bool
    bites: str
    needs: tuple[str, ...]
    kind: str
    elsewhere: str = ""


@dataclass(slots=True)
class JudgedHook:
    """A hook with what it needs.

    :param needs: words of `codes.NEEDS`, in their order; none where it runs as it is.
    """

    file: str
    path: Path
    line: int
    name: str
    registered: str
    needs: list[str]
    findings: list[Finding]
    hook: Hook
    notes: list[Note] = field(default_factory=list)


@dataclass(slots=True)
class Outcome:
    """What a check found.

    :param unknown: places that register a function which the tree does not show.
    :param unfinished: hooks that lead to more code than is followed.
    """

    hooks: list[JudgedHook]
    unknown: list[tuple[str, int]]
    unfinished: list[tuple[str, int]]
    skipped: list[Skipped]
    files: int
    project: Project


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
    tell = progress or _silent
    # Syntax trees are many small objects in no cycles: looking for cycles among them takes longer
    # than parsing does.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _check(list(paths), exclude, select, ignore, tell)
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
    hooks, unknown = scan(evaluator)
    judge = Judge(evaluator)
    judged: list[JudgedHook] = []
    unfinished: list[tuple[str, int]] = []
    for number, hook in enumerate(hooks, 1):
        tell(f"judging hook {number} of {len(hooks)}")
        try:
            notes = judge.judge(hook)
        except RecursionError:
            name = hook.module.source.name
            tree.skipped.append(Skipped(name, f"line {hook.line} is nested too deeply to judge"))
            notes = []
        if judge.unfinished:
            unfinished.append((hook.module.source.name, hook.line))
        judged.append(_judged(hook, notes, select, ignore))
    places = [
        (each.module.source.name, getattr(each.call, "lineno", 1))
        for each in unknown
        if not _allowed(each.module.source.data, getattr(each.call, "lineno", 1), "AW124")
    ]
    skipped = [*tree.skipped, *project.skipped]
    return Outcome(judged, places, unfinished, skipped, len(project.sources), project)


def _judged(
    hook: Hook, notes: list[Note], select: tuple[str, ...], ignore: tuple[str, ...]
) -> JudgedHook:
    source = hook.module.source
    findings: list[Finding] = []
    kept: list[Note] = []
    seen: set[tuple[str, int, int]] = set()
    for note in notes:
        kind = kind_of(note.kind)
        if select and not kind.code.startswith(select):
            continue
        if ignore and kind.code.startswith(ignore):
            continue
        finding = _finding(hook, note, kind)
        key = (finding.code, finding.line, finding.column)
        if key in seen or _allowed(source.data, finding.line, kind.code):
            continue
        if note.module is not hook.module and _allowed(
            note.module.source.data, getattr(note.node, "lineno", 1), kind.code
        ):
            continue
        seen.add(key)
        findings.append(finding)
        kept.append(note)
    needs = {need for finding in findings for need in finding.needs}
    findings.sort(key=lambda each: (_ORDER.index(each.bites), each.line, each.column, each.code))
    return JudgedHook(
        source.name,
        source.path,
        hook.line,
        hook.name,
        hook.registered,
        [need for need in NEEDS if need in needs],
        findings,
        hook,
        kept,
    )


def _finding(hook: Hook, note: Note, kind: Kind) -> Finding:
    elsewhere = ""
    if note.module is not hook.module:
        elsewhere = f"{note.module.source.name}:{getattr(note.node, 'lineno', 1)}"
    bites = kind.bites
    if note.kind in _COROUTINES and not elsewhere and not _fails_at_once(hook, note.node):
        bites = "silently"  # a coroutine is true, and can be printed
    if bites == "loudly" and _swallowed(hook, note.via):
        bites = "silently"
    message = kind.message.replace("{}", note.subject or "this")
    if elsewhere:
        message += f" (in {elsewhere})"
    return Finding(
        kind.code,
        getattr(note.via, "lineno", hook.line),
        getattr(note.via, "col_offset", 0) + 1,
        message,
        kind.remedy.replace("{}", note.subject or "it"),
        kind.fixable,
        bites,
        kind.needs,
        note.kind,
        elsewhere,
    )


def _fails_at_once(hook: Hook, node: ast.AST) -> bool:
    """Whether what is read is used in a way that a coroutine does not bear."""
    top = hook.module.node if hook.function is None else hook.function.node
    parents = {id(child): each for each in ast.walk(top) for child in ast.iter_child_nodes(each)}
    parent = parents.get(id(node))
    if isinstance(parent, ast.Call) and parent.func is node:
        node, parent = parent, parents.get(id(parent))
    if isinstance(parent, ast.Call):
        return node in parent.args and terminal_name(parent.func) not in _BEARS
    if isinstance(parent, ast.Attribute | ast.Subscript | ast.BinOp | ast.comprehension):
        return True
    return isinstance(parent, ast.For) and parent.iter is node


def _swallowed(hook: Hook, node: ast.AST) -> bool:
    """Whether an error here is caught by a handler for all errors."""
    line = getattr(node, "lineno", 0)
    if hook.function is None:
        return False
    for each in ast.walk(hook.function.node):
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


def _allowed(data: bytes, line: int, code: str) -> bool:
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


def _silent(_: str) -> None:
    return None
