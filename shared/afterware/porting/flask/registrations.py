"""Finds every entry of a project, in whatever way it is registered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..meaning.library import STANDARD
from ..meaning.values import UNKNOWN, Ext, Func, Obj, one
from .atoms import HostObject
from .entries import WAYS, Entry, Registration
from .places import hands_on, registrations
from .unwrapping import functions_in, is_abstract

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..tree.index import Module
    from .model import FlaskEvaluator

__all__ = ["Scan", "scan"]

_LINKED = 200  # files that are looked at because one of them hands a registering method on


@dataclass(slots=True)
class Scan:
    """What a project registers.

    :param entries: the functions that the host calls, by file and line.
    :param unknown: registrations of which it is not known what they register.
    :param unsearched: files that may register something and were not looked at.
    """

    entries: list[Entry] = field(default_factory=list)
    unknown: list[Registration] = field(default_factory=list)
    unsearched: list[str] = field(default_factory=list)


def scan(evaluator: FlaskEvaluator) -> Scan:
    """All entries of the project, and the registrations whose function is not known."""
    result = Scan()
    found: dict[object, Entry] = {}
    for module in _modules(evaluator, result):
        try:
            places = registrations(evaluator, module)
        except RecursionError:
            result.unsearched.append(module.source.name)
            continue
        for registration in places:
            with evaluator.question() as question:
                entries = list(_entries(evaluator, registration))
                unsure = question.exhausted or registration.unsure
            if not entries or (unsure and registration.function is None):
                result.unknown.append(registration)
            for entry in entries:
                entry.unsure = unsure
                key = (entry.role, entry.function or (entry.module, entry.line))
                known = found.setdefault(key, entry)
                if known is not entry:
                    known.value |= entry.value
                    known.unsure |= entry.unsure
    result.entries = sorted(found.values(), key=lambda each: (each.module.source.name, each.line))
    _give(evaluator, result.entries)
    return result


def _modules(evaluator: FlaskEvaluator, result: Scan) -> list[Module]:
    """The modules that may register something."""
    project = evaluator.project
    traced = [source for source in project.sources.values() if source.traced]
    parsed = [project.module(source) for source in traced]
    found = [module for module in parsed if module is not None]
    known = set(found)
    # Where `app.after_request` itself is handed on, a module without a trace may register.
    for module in list(found):
        if hands_on(module):
            linked = project.linked(module.source)
            result.unsearched += [each.name for each in linked[_LINKED:] if not each.traced]
            for source in linked[:_LINKED]:
                other = project.module(source)
                if other is not None and other not in known:
                    known.add(other)
                    found.append(other)
    result.unsearched = sorted(set(result.unsearched))
    return found


def _entries(evaluator: FlaskEvaluator, registration: Registration) -> Iterator[Entry]:
    """What one place registers."""
    role, word = registration.role, registration.word
    decorated = registration.function
    if decorated is not None:
        # Whatever stands between, the entry is the function below it all.
        yield Entry(
            role,
            decorated,
            registration.value or one(Func(decorated, None)),
            decorated.module,
            decorated.line,
            decorated.qualname,
            word,
            registration,
        )
        return
    for atom in registration.value:
        functions = list(functions_in(evaluator, one(atom)))
        for function, value in functions:
            if is_abstract(function, registration.value):
                continue
            yield Entry(
                role,
                function,
                value,
                function.module,
                function.line,
                function.qualname,
                word,
                registration,
            )
        if not functions and isinstance(atom, (Ext, Obj)) and not _is_standard(atom.path):
            yield Entry(
                role,
                None,
                one(atom),
                registration.module,
                registration.line,
                atom.path.removesuffix("()"),
                word,
                registration,
            )


def _is_standard(path: str) -> bool:
    """Whether something came out of the standard library: out of a list, say, or a dict."""
    return path.partition(".")[0] in STANDARD


def _give(evaluator: FlaskEvaluator, entries: list[Entry]) -> None:
    """Tell the evaluator which parameters are given the host's objects."""
    for entry in entries:
        passes = WAYS[entry.role].passes
        for atom in entry.value if passes else ():
            if isinstance(atom, Func):
                spec = atom.function.args
                names = [each.arg for each in (*spec.posonlyargs, *spec.args)]
                bound = {name for name, _ in atom.keywords}
                free = [name for name in names[len(atom.bound) :] if name not in bound]
                for name, kind in zip(free, passes, strict=False):
                    given = evaluator.given.setdefault(atom.function, {})
                    given[name] = given.get(name, UNKNOWN) | one(HostObject(kind))
    evaluator.forget()
