"""Frames: a scope, or one call of a function, with what the parameters stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import budget
from .values import UNKNOWN, Frame, Map, Seq, nesting, one, within

if TYPE_CHECKING:
    import ast

    from ..tree.index import Function, Scope
    from .machine import Machine
    from .values import Arguments, Func, Value

__all__ = ["Frames"]


class Frames:
    """Makes frames, one for each scope and one for each way in which a function is called.

    :param machine: evaluates the defaults of parameters.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._scopes: dict[Scope, Frame] = {}
        self._calls: dict[Any, Frame] = {}

    def forget(self) -> None:
        """Forget the answers of every frame; the frames stay the same."""
        for frame in (*self._scopes.values(), *self._calls.values()):
            frame.cells.clear()

    def frame(self, scope: Scope) -> Frame:
        """The frame of a scope whose parameters stand for what all callers pass."""
        found = self._scopes.get(scope)
        if found is None:
            parent = self.frame(scope.parent) if scope.parent is not None else None
            found = self._scopes[scope] = Frame(scope, parent)
        return found

    def call_frame(self, func: Func, arguments: Arguments) -> Frame:
        """The frame of a call: the function's parameters bound to what is passed."""
        function = func.function
        parent = func.frame
        if parent is None and function.parent is not None:
            parent = self.frame(function.parent)
        bound = self.bind(function, func, arguments)
        items = tuple(sorted(bound.items(), key=_first))
        key = (function, id(parent), items)
        found = self._calls.get(key)
        if found is None:
            found = self._calls[key] = self._new(function, parent, bound)
        return found

    def _new(self, function: Function, parent: Frame | None, bound: dict[str, Value]) -> Frame:
        deep = 1 + max(map(nesting, bound.values()), default=0)
        if parent is not None:
            deep = max(deep, parent.nesting + 1)
        calls = within(bound.values(), parent)
        mine = calls.get(function, 0) + 1
        if deep > budget.NESTED or mine > budget.RECURSION:
            # It passes on ever more of its own: what all callers pass has to do.
            return self.frame(function)
        return Frame(function, parent, bound, deep, {**calls, function: mine})

    def bind(self, function: Function, func: Func, arguments: Arguments) -> dict[str, Value]:
        """What each parameter stands for; one that is not passed has its default."""
        spec = function.args
        names = [each.arg for each in (*spec.posonlyargs, *spec.args)]
        passed = [*func.bound, *arguments.positional]
        bound: dict[str, Value] = dict(zip(names, passed, strict=False))
        extra = passed[len(names) :]
        if arguments.rest:
            for name in names[len(passed) :]:
                bound[name] = arguments.rest
            extra.append(arguments.rest)
        if spec.vararg is not None:
            bound[spec.vararg.arg] = one(Seq(tuple(extra), not arguments.rest, "tuple"))
        keywords = {**dict(func.keywords), **arguments.keywords}
        known = {*names, *(each.arg for each in spec.kwonlyargs)}
        for name in sorted(known & keywords.keys()):
            bound[name] = keywords[name]
        if spec.kwarg is not None:
            others = tuple((k, v) for k, v in keywords.items() if k not in known)
            bound[spec.kwarg.arg] = one(Map(others))
        for name in sorted(known - bound.keys()):
            bound[name] = self.default(function, name)
        return bound

    def default(self, function: Function, name: str) -> Value:
        """What a parameter's default stands for."""
        node = _default(function.args, name)
        if node is None or function.parent is None:
            return UNKNOWN
        return self.machine.eval(node, self.frame(function.parent))


def _first(item: tuple[str, Value]) -> str:
    return item[0]


def _default(spec: ast.arguments, name: str) -> ast.expr | None:
    ordered = [*spec.posonlyargs, *spec.args]
    for each, default in zip(reversed(ordered), reversed(spec.defaults), strict=False):
        if each.arg == name:
            return default
    for each, other in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
        if each.arg == name:
            return other
    return None
