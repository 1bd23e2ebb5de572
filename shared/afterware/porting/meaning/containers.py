"""What is in containers: what they are made with, and what is put into them anywhere."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..flask.atoms import HostPart
from ..tree.index import Addition, Function, Module, Scope, container_name, terminal_name
from .core import Core
from .frames import Arguments, Origin
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
    Record,
    Seq,
    Site,
    Value,
    one,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
        names, local = module.containers.get(id(node), ((), False))
        if not names:
            return NOWHERE
        site = (module.source.name, getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
        self._made.setdefault(site, Origin(module, frame.scope, names, local))
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
            made = atom.any()
        else:
            made = inside(atom.any() if key is None else atom.get(key), atom.site, key)
        known = bool(atom.items)
        if atom.site == NOWHERE:
            return made
        added, places = self._added(atom.site, key, empty=not known)
        if not made and not added and not known and not places and self._sealed(atom.site):
            return NOTHING
        return made | added

    def grows(self, atom: Seq) -> bool:
        """Whether more than it was made with is put into a list anywhere."""
        return atom.site != NOWHERE and self._added(atom.site, None, empty=False)[1] > 0

    def _added(self, site: Site, key: Any, *, empty: bool) -> tuple[Value, int]:
        """What is put into a container, and at how many places.

        :param empty: whether it is made empty, so that something must put into it what is in it.
        """
        question = (site, key, empty)
        known = self._additions.get(question)
        if known is not None:
            return known
        origin = self._origin(site)
        if origin is None or site in self._adding:
            self._cuts += origin is not None
            return UNKNOWN, 1
        self._adding.add(site)
        cuts = self._cuts
        try:
            found, places = self._put(origin, self._names_of(origin), site, key)
            if empty and not places:
                names = [
                    name
                    for each in origin.names
                    for name in self._passed_as(each, origin.module)[0]
                ]
                found, places = self._put(origin, names, site, key)
        finally:
            self._adding.discard(site)
        if cuts == self._cuts:
            self._additions[question] = found, places
        return found, places

    def _put(self, origin: Origin, names: Iterable[str], site: Site, key: Any) -> tuple[Value, int]:
        """What is put into a container that goes by one of these names."""
        found: set[Atom] = set()
        places = 0
        for addition in self._candidates(origin, names):
            if _under_another(addition, key) or not self._is_at(
                addition.base, site, self.frame(addition.scope)
            ):
                continue  # not with any caller
            for frame in self._contexts(addition):
                if self._is_at(addition.base, site, frame):
                    places += 1
                    value = self._value_of(addition, site, key, frame)
                    if addition.scope is not origin.scope or not isinstance(origin.scope, Function):
                        value = left(value)
                    found |= value
        return frozenset(found), places

    def _is_at(self, base: ast.expr, site: Site, frame: Frame) -> bool:
        """Whether an expression is the container of a place."""
        value = self.eval(base, frame)
        return any(isinstance(a, (Seq, Map)) and _same(a.site, site) for a in value)

    def _origin(self, site: Site) -> Origin | None:
        while len(site) >= 3:
            if site in self._made:
                return self._made[site]
            site = site[:-1]
        return None

    def _names_of(self, origin: Origin) -> list[str]:
        """What a container goes by, where it is made and where it is assigned to something."""
        names = list(origin.names)
        for name in origin.names:
            if origin.local:
                names += sorted(origin.module.renames.get(name, ()))
            else:
                names += sorted(self.project.renamed(name, origin.module))
        return list(dict.fromkeys(names))

    def _candidates(self, origin: Origin, names: Iterable[str]) -> Iterator[Addition]:
        seen: set[int] = set()
        for name in names:
            if origin.local and name in origin.names:
                additions = origin.module.additions.get(name, [])
            else:
                additions = self.project.additions(name, origin.module)
            for addition in additions[:SITES]:
                if id(addition) not in seen:
                    seen.add(id(addition))
                    yield addition

    def _passed_as(self, name: str, module: Module) -> tuple[list[str], bool]:
        """The parameters that something is passed for, and whether it goes where none sees."""
        known = self._parameter_names.get((name, module))
        if known is not None:
            return known
        others: list[str] = []
        unknown = False
        for node, index, scope in self.project.passed(name, module)[:SITES]:
            for atom in self.eval(node.func, self.frame(scope)) or (None,):
                parameters = self._parameters_of(atom)
                if index < len(parameters):
                    others.append(parameters[index])
                elif not isinstance(atom, (Ext, Data)) or not _harmless(atom):
                    unknown = True
        found = self._parameter_names[name, module] = (list(dict.fromkeys(others)), unknown)
        return found

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
        return origin is not None and not any(
            self._passed_as(name, origin.module)[1] for name in origin.names
        )

    def _contexts(self, addition: Addition) -> Iterator[Frame]:
        """The frames in which something is put in: one for each call of the function, if known."""
        scope = addition.scope
        any_call = False
        if isinstance(scope, Function) and scope not in self.given and _by_caller(addition):
            for call in self.callers(scope):
                caller = self.frame(call.scope)
                for func, arguments in self.calls_of(call, scope, caller):
                    any_call = True
                    yield self.call_frame(func, arguments, caller)
        if not any_call:
            yield self.frame(scope)

    def _value_of(self, addition: Addition, site: Site, key: Any, frame: Frame) -> Value:
        how, values = addition.how, addition.values
        found: set[Atom] = set()
        if how in ("[]", "setdefault"):
            under = self.constant(self.eval(values[0], frame)) if values else None
            if (key is None or under is None or under == key) and len(values) > 1:
                found |= inside(self.eval(values[1], frame), site, under)
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

    def put_under(self, base: ast.expr, atom: HostPart | Obj, key: Any, frame: Frame) -> Value:
        """What the tree puts under a key of the host's or a library's own dict."""
        found: set[Atom] = set()
        for addition in self.project.additions(container_name(base), frame.scope.module)[:SITES]:
            if _under_another(addition, key):
                continue
            generic = self.eval(addition.base, self.frame(addition.scope))
            if not generic and _of_an_app(addition.base, atom):
                found |= left(self._value_of(addition, NOWHERE, key, self.frame(addition.scope)))
            if not any(_is_it(each, atom) for each in generic):
                continue
            for inner in self._contexts(addition):
                if any(_is_it(each, atom) for each in self.eval(addition.base, inner)):
                    value = self._value_of(addition, NOWHERE, key, inner)
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


def inside(value: Value, site: Site, key: Any) -> Value:
    """Containers as they are inside another: each of these has its own."""
    if site == NOWHERE:
        return value
    under = () if key is None else (str(key),)
    found: set[Atom] = set()
    for each in value:
        if isinstance(each, (Seq, Map)) and each.site != NOWHERE:
            if each.site == (*site, "item"):  # of a defaultdict
                found.add(replace(each, site=(*each.site, *under)))
                continue
            if len(each.site) == len(NOWHERE):
                found.add(replace(each, site=(*each.site, *site, *under)))
                continue
        found.add(each)
    return frozenset(found)


def left(value: Value) -> Value:
    """Objects as another function finds them."""
    return frozenset(replace(atom, left=True) if isinstance(atom, Obj) else atom for atom in value)


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


def _of_an_app(base: ast.expr, atom: HostPart | Obj) -> bool:
    """Whether `base` is this part of something of which only the name is known, and that is app."""
    return (
        isinstance(base, ast.Attribute)
        and atom.path == f"app.{base.attr}"
        and "app" in terminal_name(base.value).lower()
    )


def _is_it(each: Atom, atom: HostPart | Obj) -> bool:
    if isinstance(each, HostPart):
        return each == atom
    return (
        isinstance(each, Obj)
        and isinstance(atom, Obj)
        and ((each.path, each.site) == (atom.path, atom.site))
    )
