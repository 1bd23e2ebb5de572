"""Colours: which functions may stay `def`, which become `async def`, and which must not.

Decided here, once, for all who rewrite. A function that becomes `async def` gives a coroutine to
whoever calls it: that is done only where everybody who may call it is known.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..flask.entries import WAYS
from ..meaning.values import Func, Value, Wrapped
from ..tree.index import terminal_name
from .rewriting import Target, Unsure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..flask.model import FlaskEvaluator
    from ..tree.index import Function, Module, Scope

__all__ = ["Colours", "OtherUses"]

_REGISTERING = frozenset(method for ways in WAYS.values() for method in ways.methods)


@dataclass(frozen=True, slots=True)
class OtherUses:
    """The places that use a function otherwise than to register it.

    :param places: file and line of each.
    :param sure: whether these are all.
    """

    places: tuple[tuple[str, int], ...] = ()
    sure: bool = True


@dataclass(slots=True)
class _Names:
    """What a module reads: names and attributes by their last name, and names under another.

    :param loads: the expressions, each with the scope that it is in.
    :param aliases: by a name, what it is imported as.
    """

    loads: dict[str, list[tuple[ast.expr, Scope]]] = field(default_factory=dict)
    aliases: dict[str, set[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Mention:
    """A place that reads a name, and the functions that it may stand for there."""

    place: tuple[str, int]
    functions: frozenset[Function]
    sure: bool


class Colours:
    """Decides the colours of the functions of a project.

    :param evaluator: knows what expressions stand for.
    """

    def __init__(self, evaluator: FlaskEvaluator) -> None:
        self.evaluator = evaluator
        self._names: dict[Module, _Names] = {}
        self._mentions: dict[tuple[str, str], list[_Mention]] = {}

    def becomes_async(
        self, function: Function, target: Target, *, awaits: bool, waits: bool
    ) -> bool:
        """Whether a hook becomes `async def`.

        :param awaits: whether it reads what has to be awaited.
        :param waits: whether it waits on its thread, for a file or a lock.
        :raises Unsure: it would have to, and somebody would get a coroutine who does not await it,
            or may.
        """
        if function.is_async:
            return False
        # A plain hook of Quart runs in a worker thread: as it should, if it waits.
        wanted = awaits if target == "afterware" else not waits
        if not wanted:
            return False
        uses = self.other_uses(function)
        if uses.places:
            raise Unsure(
                f"it is used in line {uses.places[0][1]} as well, which would get a coroutine"
            )
        if not uses.sure:
            raise Unsure("whether other code calls it leads to more code than is followed")
        return True

    def other_uses(self, function: Function) -> OtherUses:
        """The places that use a function otherwise than to register it, the nearest first."""
        mentions = [
            each
            for each in self._mentions_of(function)
            if function in each.functions or not each.sure
        ]
        home = function.module.source.name
        places = [each.place for each in mentions if function in each.functions]
        places.sort(key=lambda place: (place[0] != home, place))
        return OtherUses(tuple(places), all(each.sure for each in mentions))

    def _mentions_of(self, function: Function) -> list[_Mention]:
        """All that reads a function's name in the files that imports connect with its own."""
        linked = self.evaluator.project.linked(function.module.source)
        key = (linked[0].key, function.name)
        found = self._mentions.get(key)
        if found is None:
            found = self._mentions[key] = list(self._look(function))
        return found

    def _look(self, function: Function) -> Iterator[_Mention]:
        names = {function.name}
        known: dict[Module, _Names] = {}
        while True:
            for module in self._modules_with(function.module, names):
                known[module] = self._names_of(module)
            more = {
                alias
                for each in known.values()
                for name in names
                for alias in each.aliases.get(name, ())
            } - names
            if not more:
                break
            names |= more
        for module, each in known.items():
            for name in sorted(names & each.loads.keys()):
                for node, scope in each.loads[name]:
                    yield self._mention(module, node, scope)

    def _modules_with(self, module: Module, names: set[str]) -> Iterator[Module]:
        """The modules linked with one that have one of these names in their text."""
        words = "|".join(sorted(map(re.escape, names))).encode("utf-8", "replace")
        pattern = re.compile(rb"\b(?:%s)\b" % words)
        project = self.evaluator.project
        for source in project.linked(module.source):
            if pattern.search(source.data):
                other = project.module(source)
                if other is not None:
                    yield other

    def _names_of(self, module: Module) -> _Names:
        found = self._names.get(module)
        if found is None:
            found = self._names[module] = _read_names(module)
        return found

    def _mention(self, module: Module, node: ast.expr, scope: Scope) -> _Mention:
        evaluator = self.evaluator
        with evaluator.question() as question:
            value = evaluator.eval(node, evaluator.frame(scope))
            sure = not question.exhausted
        place = (module.source.name, getattr(node, "lineno", 1))
        return _Mention(place, frozenset(_functions(value)), sure)


def _functions(value: Value) -> Iterator[Function]:
    for atom in value:
        if isinstance(atom, Func):
            yield atom.function
        elif isinstance(atom, Wrapped):
            yield from _functions(atom.inner)


def _read_names(module: Module) -> _Names:
    found = _Names()
    registered: set[int] = set()
    for node in ast.walk(module.node):
        if isinstance(node, ast.Call) and terminal_name(node.func) in _REGISTERING:
            registered.update(map(id, node.args))
    for node in ast.walk(module.node):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                if alias.asname is not None:
                    name = alias.name.rpartition(".")[2]
                    found.aliases.setdefault(name, set()).add(alias.asname)
            continue
        name = _read_name(node)
        scope = module.scopes.get(id(node))
        if name and scope is not None and id(node) not in registered:
            assert isinstance(node, ast.expr)
            found.loads.setdefault(name, []).append((node, scope))
    return found


def _read_name(node: ast.AST) -> str:
    """The name that an expression reads, as a name, an attribute or by `getattr`."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        return node.attr
    if isinstance(node, ast.Call) and terminal_name(node.func) == "getattr" and len(node.args) > 1:
        wanted = node.args[1]
        if isinstance(wanted, ast.Constant) and isinstance(wanted.value, str):
            return wanted.value
    return ""
