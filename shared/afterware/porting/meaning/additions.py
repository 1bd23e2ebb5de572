"""Finds what is put into containers, anywhere in the tree."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from ..tree.index import Addition, Function, Module, Scope, container_name
from . import budget
from .values import (
    NOWHERE,
    UNKNOWN,
    Atom,
    ClassRef,
    Data,
    Ext,
    Func,
    Map,
    Obj,
    Origin,
    Seq,
    Site,
    Value,
    constant,
    from_elsewhere,
    inside,
    one,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .machine import Machine
    from .values import Frame

__all__ = ["Additions"]

_WHOLE = frozenset({"extend", "extendleft", "update", "from_mapping"})
_HARMLESS = ("builtins.", "json.", "logging.")


class Additions:
    """Finds what is put into containers, anywhere in the tree.

    :param machine: evaluates what is put where.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.origins: dict[Site, Origin] = {}
        # Where nothing is known yet, something may be put in at one place.
        self._added: Any = machine.solver.table((UNKNOWN, 1))
        others: tuple[list[str], bool] = ([], False)
        self._passed = machine.solver.table(others)

    def added(self, site: Site, key: Any, *, empty: bool) -> tuple[Value, int]:
        """What is put into a container, and at how many places.

        :param key: under which it is put, if that is a constant.
        :param empty: whether it is made empty, so that something must put into it what is in it.
        """
        question = (site, key, type(key), empty)
        found: tuple[Value, int] = self.machine.solver.ask(
            self._added, question, self._find, site, question
        )
        return found

    def _find(self, site: Site, question: tuple[Site, Any, type, bool]) -> tuple[Value, int]:
        _, key, _, empty = question
        origin = self._origin(site)
        if origin is None:
            return UNKNOWN, 1
        found, places = self._put(origin, self._names_of(origin), site, key)
        if empty and not places:
            names = [
                name for each in origin.names for name in self._passed_as(each, origin.module)[0]
            ]
            found, places = self._put(origin, names, site, key)
        return found, places

    def _put(self, origin: Origin, names: Iterable[str], site: Site, key: Any) -> tuple[Value, int]:
        """What is put into a container that goes by one of these names."""
        found: set[Atom] = set()
        places = 0
        for addition in self._candidates(origin, names):
            generic = self.machine.frame(addition.scope)
            if _under_another(addition, key) or not self._is_at(addition.base, site, generic):
                continue  # not with any caller
            for frame in self._contexts(addition):
                if self._is_at(addition.base, site, frame):
                    places += 1
                    value = self._value_of(addition, site, key, frame)
                    if addition.scope is not origin.scope or not isinstance(origin.scope, Function):
                        value = from_elsewhere(value)
                    found |= value
        return frozenset(found), places

    def put_under(
        self,
        base: ast.expr,
        frame: Frame,
        key: Any,
        is_it: Callable[[Atom], bool],
        is_unknown: Callable[[ast.expr], bool],
    ) -> Value:
        """What the tree puts under a key of a framework's or a library's own dict.

        :param base: the expression of the dict.
        :param is_it: whether an atom is this dict.
        :param is_unknown: whether an expression may be it of which nothing is known.
        """
        found: set[Atom] = set()
        additions = self.machine.project.additions(container_name(base), frame.scope.module)
        for addition in additions[: budget.SITES]:
            if _under_another(addition, key):
                continue
            outer = self.machine.frame(addition.scope)
            generic = self.machine.eval(addition.base, outer)
            if not generic and is_unknown(addition.base):
                found |= from_elsewhere(self._value_of(addition, NOWHERE, key, outer))
            if not any(map(is_it, generic)):
                continue
            for inner in self._contexts(addition):
                if any(map(is_it, self.machine.eval(addition.base, inner))):
                    value = self._value_of(addition, NOWHERE, key, inner)
                    found |= value if addition.scope is frame.scope else from_elsewhere(value)
        return frozenset(found)

    def sealed(self, site: Site) -> bool:
        """Whether all that is done to a container is seen."""
        origin = self._origin(site)
        return origin is not None and not any(
            self._passed_as(name, origin.module)[1] for name in origin.names
        )

    def _is_at(self, base: ast.expr, site: Site, frame: Frame) -> bool:
        """Whether an expression is the container of a place."""
        for atom in self.machine.eval(base, frame):
            if isinstance(atom, (Seq, Map)) and _same(atom.site, site):
                return True
        return False

    def _origin(self, site: Site) -> Origin | None:
        while len(site) >= 3:
            if site in self.origins:
                return self.origins[site]
            site = site[:-1]
        return None

    def _names_of(self, origin: Origin) -> list[str]:
        """What a container goes by, where it is made and where it is assigned to something."""
        names = list(origin.names)
        for name in origin.names:
            if origin.local:
                names += sorted(origin.module.renames.get(name, ()))
            else:
                names += sorted(self.machine.project.renamed(name, origin.module))
        return list(dict.fromkeys(names))

    def _candidates(self, origin: Origin, names: Iterable[str]) -> Iterator[Addition]:
        seen: set[int] = set()
        for name in names:
            if origin.local and name in origin.names:
                additions = origin.module.additions.get(name, [])
            else:
                additions = self.machine.project.additions(name, origin.module)
            for addition in additions[: budget.SITES]:
                if id(addition) not in seen:
                    seen.add(id(addition))
                    yield addition

    def _passed_as(self, name: str, module: Module) -> tuple[list[str], bool]:
        """The parameters that something is passed for, and whether it goes where none sees."""
        return self.machine.solver.ask(
            self._passed, (name, module), self._find_parameters, name, module
        )

    def _find_parameters(self, name: str, module: Module) -> tuple[list[str], bool]:
        others: list[str] = []
        unknown = False
        for node, index, scope in self.machine.project.passed(name, module)[: budget.SITES]:
            callee = self.machine.eval(node.func, self.machine.frame(scope))
            for atom in callee or (None,):
                parameters = self._parameters_of(atom)
                if index < len(parameters):
                    others.append(parameters[index])
                elif not isinstance(atom, Data):
                    harmless = isinstance(atom, Ext) and atom.path.startswith(_HARMLESS)
                    unknown = unknown or not harmless
        return list(dict.fromkeys(others)), unknown

    def _parameters_of(self, atom: Atom | None) -> list[str]:
        function: Function | None = None
        skipped = 1
        if isinstance(atom, Func):
            function = atom.function
            skipped = len(atom.bound)
        elif isinstance(atom, ClassRef):
            function = self.machine.find_method(atom.cls, "__init__")
        if function is None:
            return []
        spec = function.args
        return [each.arg for each in (*spec.posonlyargs, *spec.args)][skipped:]

    def _contexts(self, addition: Addition) -> Iterator[Frame]:
        """The frames in which something is put in: one for each call of the function, if known."""
        machine = self.machine
        scope = addition.scope
        any_call = False
        if isinstance(scope, Function) and scope not in machine.given and _by_caller(addition):
            for call in machine.callers(scope):
                caller = machine.frame(call.scope)
                for func, arguments in machine.calls_of(call, scope, caller):
                    any_call = True
                    yield machine.call_frame(func, arguments)
        if not any_call:
            yield machine.frame(scope)

    def _value_of(self, addition: Addition, site: Site, key: Any, frame: Frame) -> Value:
        how, values = addition.how, addition.values
        evaluate = self.machine.eval
        found: set[Atom] = set()
        if how in ("[]", "setdefault"):
            under = constant(evaluate(values[0], frame)) if values else None
            if (key is None or under is None or under == key) and len(values) > 1:
                found |= inside(evaluate(values[1], frame), site, under)
        elif how in _WHOLE:
            for each in values[:1]:
                for atom in evaluate(each, frame):
                    if isinstance(atom, Map):
                        found |= self.machine.contents(atom, key)
                    else:
                        found |= self.machine.items(one(atom))
            for keyword in addition.keywords:
                if key is None or keyword.arg in (key, None):
                    found |= evaluate(keyword.value, frame)
        elif values:
            found |= evaluate(values[-1 if how == "insert" else 0], frame)
        return frozenset(found)


def is_object(atom: Atom, known: Obj) -> bool:
    """Whether an atom is an object of a library that is known."""
    return isinstance(atom, Obj) and (atom.path, atom.site) == (known.path, known.site)


def _under_another(addition: Addition, key: Any) -> bool:
    """Whether something is plainly put under another key."""
    if key is None:
        return False
    if addition.how in ("[]", "setdefault") and addition.values:
        slot = addition.values[0]
        return isinstance(slot, ast.Constant) and slot.value != key
    if addition.how in _WHOLE and not addition.values:
        return all(each.arg is not None and each.arg != key for each in addition.keywords)
    return False


def _by_caller(addition: Addition) -> bool:
    """Whether what is put where depends on what calls the function, by its parameters."""
    scope: Scope | None = addition.scope
    parameters: set[str] = set()
    while isinstance(scope, Function):
        parameters.update(
            name for name, bound in scope.bindings.items() if any(b.kind == "param" for b in bound)
        )
        scope = scope.parent
    parts = (addition.base, *addition.values, *(each.value for each in addition.keywords))
    return any(
        isinstance(node, ast.Name) and node.id in parameters
        for part in parts
        for node in ast.walk(part)
    )


def _same(first: Site, second: Site) -> bool:
    """Whether two containers may be one: one of no known instance may be that of any."""
    if first == NOWHERE or second == NOWHERE:
        return False
    short = min(len(first), len(second))
    return first[:short] == second[:short] and ("item" in first) == ("item" in second)
