"""What is in containers: what they are made with, and what is put into them anywhere."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .core import Core
from .frames import Arguments
from .index import Addition, Function, Module, Scope, container_name
from .pieces import SITES
from .values import (
    NOTHING,
    NOWHERE,
    UNKNOWN,
    Atom,
    ClassRef,
    Data,
    Ext,
    Func,
    Inst,
    Map,
    Obj,
    Part,
    Record,
    Seq,
    Site,
    Value,
    one,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .frames import Frame

__all__ = ["Containers"]

_WHOLE = frozenset({"extend", "extendleft", "update", "from_mapping"})
_LISTS = frozenset({"list", "set", "frozenset", "collections.deque", "weakref.WeakSet"})
_DICTS = frozenset(
    """dict collections.OrderedDict collections.defaultdict weakref.WeakKeyDictionary
    weakref.WeakValueDictionary""".split()
)


class Containers(Core):
    """What is in containers."""

    def site_of(self, node: ast.AST, frame: Frame) -> Site:
        """The place of a container that more may be put into; nowhere for one without a name."""
        module = frame.scope.module
        names = module.containers.get(id(node))
        if not names:
            return NOWHERE
        site = (module.source.name, getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
        self._made.setdefault(site, (module, names, frame.scope))
        return site

    def new_container(self, path: str, node: ast.AST | None, frame: Frame, first: Value) -> Value:
        """What a call of a container's class makes, or nothing where it is none.

        :param first: its first argument.
        """
        name = path.removeprefix("builtins.")
        site = self.site_of(node, frame) if node is not None else NOWHERE
        if name in _LISTS:
            return one(Seq((self.items(first),) if first else (), False, "list", site))
        if name in _DICTS:
            items = [pair for atom in first if isinstance(atom, Map) for pair in atom.items]
            if name == "collections.defaultdict":
                made: set[Atom] = set()
                for atom in first:
                    made |= self._by_factory(atom, site, frame)
                items.append((None, frozenset(made)))
            return one(Map(tuple(items), site))
        return UNKNOWN

    def _by_factory(self, factory: Atom, site: Site, frame: Frame) -> Value:
        if isinstance(factory, Ext):
            name = factory.path.removeprefix("builtins.")
            inner = (*site, "item") if site != NOWHERE else NOWHERE
            if inner != NOWHERE:
                self._made.setdefault(inner, self._made[site])
            if name in _LISTS:
                return one(Seq((), False, "list", inner))
            if name in _DICTS:
                return one(Map((), inner))
            return UNKNOWN
        return self.call(factory, Arguments(), frame, None)

    def by_factory(self, factory: Value, node: ast.AST | None, frame: Frame) -> Value:
        """What `field(default_factory=...)` gives each instance."""
        site = self.site_of(node, frame) if node is not None else NOWHERE
        found: set[Atom] = set()
        for atom in factory:
            found |= self._by_factory(atom, site, frame)
        return frozenset(found)

    # What is in them

    def contents(self, atom: Seq | Map, key: Any = None) -> Value:
        """What an item of a container may be.

        :param key: under which it is, if that is a constant.
        """
        if isinstance(atom, Seq):
            inside = atom.any()
            known = bool(atom.items)
        else:
            inside = atom.any() if key is None else atom.get(key)
            known = bool(atom.items)
        if atom.site == NOWHERE:
            return inside
        added, places = self._added(atom.site, key)
        if not inside and not added and not known and not places and self._sealed(atom.site):
            return NOTHING
        return inside | added

    def grows(self, atom: Seq) -> bool:
        """Whether more than it was made with is put into a list anywhere."""
        return atom.site != NOWHERE and self._added(atom.site, None)[1] > 0

    def _added(self, site: Site, key: Any) -> tuple[Value, int]:
        """What is put into a container, and at how many places."""
        question = (site, key)
        known = self._additions.get(question)
        if known is not None:
            return known
        origin = self._origin(site)
        if origin is None or site in self._adding:
            self._cuts += origin is not None
            return UNKNOWN, 1
        module, names, scope = origin
        self._adding.add(site)
        cuts = self._cuts
        try:
            found: set[Atom] = set()
            places = 0
            for addition in self._candidates(names, module):
                for frame in self._contexts(addition):
                    base = self.eval(addition.base, frame)
                    if any(isinstance(a, (Seq, Map)) and _same(a.site, site) for a in base):
                        places += 1
                        value = self._value_of(addition, key, frame)
                        if addition.scope is not scope or not isinstance(scope, Function):
                            value = left(value)
                        found |= value
        finally:
            self._adding.discard(site)
        if cuts == self._cuts:
            self._additions[question] = frozenset(found), places
        return frozenset(found), places

    def _origin(self, site: Site) -> tuple[Module, tuple[str, ...], Scope] | None:
        while len(site) >= 3:
            if site in self._made:
                return self._made[site]
            site = site[:-1]
        return None

    def _candidates(self, names: tuple[str, ...], module: Module) -> Iterator[Addition]:
        seen: set[int] = set()
        for name in dict.fromkeys((*names, *self._other_names(names, module)[0])):
            for addition in self.project.additions(name, module)[:SITES]:
                if id(addition) not in seen:
                    seen.add(id(addition))
                    yield addition

    def _other_names(self, names: tuple[str, ...], module: Module) -> tuple[list[str], bool]:
        """What else a container goes by, and whether it is handed to anybody unknown."""
        others: list[str] = []
        unknown = False
        for name in names:
            others += sorted(self.project.renamed(name, module))
            for node, index, scope in self.project.passed(name, module)[:SITES]:
                for atom in self.eval(node.func, self.frame(scope)) or (None,):
                    parameters = self._parameters_of(atom)
                    if index < len(parameters):
                        others.append(parameters[index])
                    elif not isinstance(atom, (Ext, Data)) or not _harmless(atom):
                        unknown = True
        return others, unknown

    def _parameters_of(self, atom: Atom | None) -> list[str]:
        skipped = 1
        if isinstance(atom, Func):
            function: Function | None = atom.function
            skipped = len(atom.bound)
        else:
            function = None
            if isinstance(atom, ClassRef):
                function = self.find_method(atom.cls, "__init__")
        if function is None:
            return []
        spec = function.args
        return [each.arg for each in (*spec.posonlyargs, *spec.args)][skipped:]

    def _sealed(self, site: Site) -> bool:
        """Whether all that is done to a container is seen."""
        origin = self._origin(site)
        return origin is not None and not self._other_names(origin[1], origin[0])[1]

    def _contexts(self, addition: Addition) -> Iterator[Frame]:
        """The frames in which something is put in: one for each call of the function, if known."""
        scope = addition.scope
        any_call = False
        if isinstance(scope, Function) and scope not in self.given:
            for call in self.callers(scope):
                caller = self.frame(call.scope)
                for func, arguments in self.calls_of(call, scope, caller):
                    any_call = True
                    yield self.call_frame(func, arguments, caller)
        if not any_call:
            yield self.frame(scope)

    def _value_of(self, addition: Addition, key: Any, frame: Frame) -> Value:
        how, values = addition.how, addition.values
        found: set[Atom] = set()
        if how in ("[]", "setdefault"):
            under = self.constant(self.eval(values[0], frame)) if values else None
            if (key is None or under is None or under == key) and len(values) > 1:
                found |= self.eval(values[1], frame)
        elif how in _WHOLE:
            for each in values[:1]:
                for atom in self.eval(each, frame):
                    if isinstance(atom, Map):
                        found |= self.contents(atom, key)
                    else:
                        found |= self.items(one(atom))
            for keyword in addition.keywords:
                if key is None or keyword.arg in (key, None):
                    found |= self.eval(keyword.value, frame)
        elif values:
            found |= self.eval(values[-1 if how == "insert" else 0], frame)
        return frozenset(found)

    def put_under(self, base: ast.expr, atom: Part | Obj, key: Any, frame: Frame) -> Value:
        """What the tree puts under a key of the host's or a library's own dict."""
        found: set[Atom] = set()
        for addition in self.project.additions(container_name(base), frame.scope.module)[:SITES]:
            for inner in self._contexts(addition):
                if any(_is_it(each, atom) for each in self.eval(addition.base, inner)):
                    value = self._value_of(addition, key, inner)
                    found |= value if addition.scope is frame.scope else left(value)
        return frozenset(found)

    def of_instance(self, value: Value, atom: Inst) -> Value:
        """What an instance keeps, each instance its own."""
        if not atom.site:
            return value
        return frozenset(
            replace(each, site=(*each.site, *atom.site))
            if isinstance(each, (Seq, Map, Record)) and each.site != NOWHERE
            else each
            for each in value
        )


def _harmless(atom: Ext | Data) -> bool:
    return isinstance(atom, Data) or atom.path.startswith(("builtins.", "json.", "logging."))


def left(value: Value) -> Value:
    """Objects as another function finds them."""
    return frozenset(replace(atom, left=True) if isinstance(atom, Obj) else atom for atom in value)


def _same(first: Site, second: Site) -> bool:
    """Whether two containers may be one: one of no known instance may be that of any."""
    if first == NOWHERE or second == NOWHERE:
        return False
    short = min(len(first), len(second))
    return first[:short] == second[:short] and ("item" in first) == ("item" in second)


def _is_it(each: Atom, atom: Part | Obj) -> bool:
    if isinstance(each, Part):
        return each == atom
    return (
        isinstance(each, Obj)
        and isinstance(atom, Obj)
        and ((each.path, each.site) == (atom.path, atom.site))
    )
