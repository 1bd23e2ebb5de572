"""Evaluates containers: what they are made with, and what is put into them anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .additions import is_object
from .values import (
    NOTHING,
    NOWHERE,
    UNKNOWN,
    Arguments,
    Atom,
    Const,
    Data,
    Ext,
    Map,
    Obj,
    Origin,
    Seq,
    Site,
    Value,
    constant,
    inside,
    one,
)

if TYPE_CHECKING:
    import ast

    from .additions import Additions
    from .machine import Machine
    from .values import Frame

__all__ = ["Containers"]

_LISTS = frozenset({"list", "set", "frozenset", "collections.deque", "weakref.WeakSet"})
_DICTS = frozenset(
    """dict collections.OrderedDict collections.defaultdict weakref.WeakKeyDictionary
    weakref.WeakValueDictionary""".split()
)


class Containers:
    """Evaluates containers: what they are made with, and what is put into them anywhere.

    :param machine: calls what makes the items of a defaultdict.
    :param additions: finds what is put into containers.
    """

    def __init__(self, machine: Machine, additions: Additions) -> None:
        self.machine = machine
        self.additions = additions

    def site_of(self, node: ast.AST, frame: Frame) -> Site:
        """The place of a container that more may be put into; nowhere for one without a name."""
        module = frame.scope.module
        names, local = module.containers.get(id(node), ((), False))
        if not names:
            return NOWHERE
        site = (module.source.name, getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
        self.additions.origins.setdefault(site, Origin(module, frame.scope, names, local))
        return site

    def new(self, path: str, node: ast.AST | None, frame: Frame, arguments: Arguments) -> Value:
        """What a call of a container's class makes, or nothing where it is none.

        :param path: the class.
        """
        name = path.removeprefix("builtins.")
        first = arguments.get(0)
        if name in _LISTS:
            site = self.site_of(node, frame) if node is not None else NOWHERE
            return one(Seq((self.machine.items(first),) if first else (), False, "list", site))
        if name in _DICTS:
            site = self.site_of(node, frame) if node is not None else NOWHERE
            items = [pair for atom in first if isinstance(atom, Map) for pair in atom.items]
            if name == "collections.defaultdict":
                items.append((None, self.by_factory(first, node, frame)))
            elif name == "dict":
                items += arguments.keywords.items()
            return one(Map(tuple(dict.fromkeys(items)), site))
        return UNKNOWN

    def by_factory(self, factory: Value, node: ast.AST | None, frame: Frame) -> Value:
        """What a factory gives each instance, or each item of a defaultdict."""
        site = self.site_of(node, frame) if node is not None else NOWHERE
        found: set[Atom] = set()
        for atom in factory:
            found |= self._by_factory(atom, site, frame)
        return frozenset(found)

    def _by_factory(self, factory: Atom, site: Site, frame: Frame) -> Value:
        if not isinstance(factory, Ext):
            return self.machine.call(factory, Arguments(), frame, None)
        name = factory.path.removeprefix("builtins.")
        inner: Site = NOWHERE
        if site != NOWHERE:
            inner = (*site, "item")
            self.additions.origins.setdefault(inner, self.additions.origins[site])
        if name in _LISTS:
            return one(Seq((), False, "list", inner))
        return one(Map((), inner)) if name in _DICTS else UNKNOWN

    # What is in them

    def contents(self, atom: Seq | Map, key: Any = None) -> Value:
        """What an item of a container may be: made with it, or put into it anywhere.

        :param key: under which it is, if that is a constant.
        """
        if isinstance(atom, Seq):
            value = atom.any()
        else:
            value = inside(atom.any() if key is None else atom.get(key), atom.site, key)
        known = bool(atom.items)
        if atom.site == NOWHERE:
            return value
        added, places = self.additions.added(atom.site, key, empty=not known)
        if not (value or added or known or places) and self.additions.sealed(atom.site):
            return NOTHING
        return value | added

    def grows(self, atom: Seq) -> bool:
        """Whether more than it was made with is put into a list anywhere."""
        return atom.site != NOWHERE and self.additions.added(atom.site, None, empty=False)[1] > 0

    def method(self, atom: Atom, name: str, arguments: Arguments) -> Value:
        """What a method of a list, a dict or a text gives."""
        if isinstance(atom, Map):
            return self._of_mapping(atom, name, arguments)
        if isinstance(atom, Seq):
            if name in ("pop", "popleft"):
                return self.contents(atom)
            return one(atom) if name in ("copy", "__iter__") else UNKNOWN
        if isinstance(atom, Const) and isinstance(atom.value, str):
            return one(Data("str"))
        return UNKNOWN

    def _of_mapping(self, atom: Map, name: str, arguments: Arguments) -> Value:
        if name in ("get", "pop", "setdefault"):
            key = constant(arguments.get(0))
            default = inside(arguments.get(1), atom.site, key)
            return (self.contents(atom, key) - NOTHING) | default
        if name == "values":
            return one(Seq((self.contents(atom),), exact=False))
        if name in ("items", "popitem"):
            keys = frozenset(Const(key) for key, _ in atom.items if key is not None)
            pair = one(Seq((keys, self.contents(atom)), kind="tuple"))
            return one(Seq((pair,), exact=False)) if name == "items" else pair
        return one(atom) if name in ("keys", "copy") else UNKNOWN

    def put_under(self, base: ast.expr, atom: Obj, key: Any, frame: Frame) -> Value:
        """What the tree puts under a key of a library's own dict."""
        return self.additions.put_under(base, frame, key, lambda each: is_object(each, atom), _no)


def _no(_: ast.expr) -> bool:
    return False
