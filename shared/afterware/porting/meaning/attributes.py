"""Evaluates attributes: of modules, functions, objects of libraries."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from . import budget
from .library import THREAD_LOCALS
from .values import (
    NONE,
    NOWHERE,
    UNKNOWN,
    Atom,
    ClassRef,
    Const,
    Data,
    Ext,
    Func,
    Inst,
    ModuleRef,
    Obj,
    PackageRef,
    Record,
    Value,
    Wrapped,
    from_elsewhere,
    longer,
    one,
)

if TYPE_CHECKING:
    from ..tree.index import Module, Store
    from .machine import Machine
    from .members import Members
    from .names import Names
    from .values import Frame

__all__ = ["Attributes"]


class Attributes:
    """Evaluates attributes: of modules, functions, objects of libraries.

    :param machine: evaluates what they are attributes of.
    :param names: knows what modules bind.
    :param members: knows what classes and instances have.
    """

    def __init__(self, machine: Machine, names: Names, members: Members) -> None:
        self.machine = machine
        self.names = names
        self.members = members
        self._of_object = machine.solver.table(UNKNOWN)
        self._of_function = machine.solver.table(UNKNOWN)

    def read(self, node: ast.Attribute, frame: Frame) -> Value:
        """`base.name`."""
        inner = node.value
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name):
            if inner.func.id == "super":
                return self.members.by_super(node.attr, frame)
        # None has no attributes: a parameter that is None by default is something else here.
        base = self.machine.eval(inner, frame) - NONE
        found: set[Atom] = set()
        for atom in base:
            found |= self.machine.attribute(atom, node.attr, frame)
        if not base:
            found |= self._of_unknown(node, frame)
        return self.machine.model.refined(node, base, frozenset(found), frame)

    def _of_unknown(self, node: ast.Attribute, frame: Frame) -> Value:
        """What is assigned to an attribute of something that is spelled the same."""
        found: set[Atom] = set()
        for store in self.machine.project.stores(node.attr, frame.scope.module):
            if _same_text(store.base, node.value):
                found |= self.machine.stored(store)
        return frozenset(found)

    def attribute(self, atom: Atom, name: str, frame: Frame) -> Value:
        """What an attribute of one thing may be."""
        if isinstance(atom, ModuleRef):
            return self.names.module_attribute(atom.module, name)
        if isinstance(atom, PackageRef):
            return self.names.package_attribute(atom.package, name)
        if isinstance(atom, (Inst, ClassRef)):
            return self.members.member(atom, name)
        if isinstance(atom, Func):
            return self._function_attribute(atom, name, frame)
        known = self.machine.model.attribute(atom, name, frame)
        if known is not None:
            return known
        if isinstance(atom, Ext):
            return self.machine.external(f"{atom.path}.{name}")
        if isinstance(atom, Obj):
            if name == "_get_current_object":
                return one(atom)
            if atom.path in THREAD_LOCALS:
                return self._assigned(atom, name, frame)
            return one(replace(atom, path=longer(atom.path, f".{name}")))
        if isinstance(atom, Wrapped):
            return one(Obj(f"{atom.path}().{name}"))
        if isinstance(atom, Record):
            return atom.get(name) | self._assigned(atom, name, frame)
        if isinstance(atom, (Const, Data)):
            return one(Data("method"))
        return UNKNOWN

    def _function_attribute(self, atom: Func, name: str, frame: Frame) -> Value:
        """An attribute of a function, which something may assign."""
        if name in ("__wrapped__", "__func__", "__call__"):
            return one(atom)
        if name == "__get__":
            return one(Ext("builtins.function.__get__"))
        found = self.machine.solver.ask(
            self._of_function,
            (atom.function, name, frame.scope.module),
            self._assigned_to_function,
            atom,
            (name, frame.scope.module),
        )
        return found or one(Ext(f"builtins.function.{name}"))

    def _assigned_to_function(self, atom: Func, where: tuple[str, Module]) -> Value:
        for store in self.machine.project.stores(*where):
            for each in self.machine.eval(store.base, self.machine.frame(store.scope)):
                if isinstance(each, Func) and each.function is atom.function:
                    return self.machine.stored(store)
        return UNKNOWN

    def _assigned(self, atom: Obj | Record, name: str, frame: Frame) -> Value:
        """What the tree assigns to an attribute of one object of a library."""
        module = frame.scope.module
        what = (type(atom), atom.path if isinstance(atom, Obj) else "", atom.site)
        return self.machine.solver.ask(
            self._of_object, (what, name, module), self._find_assigned, what, (name, module)
        )

    def _find_assigned(
        self, what: tuple[type, str, tuple[str | int, ...]], where: tuple[str, Module]
    ) -> Value:
        kind, path, site = what
        found: set[Atom] = set()
        if kind is Record and site == NOWHERE:
            return UNKNOWN
        for store in self.machine.project.stores(*where):
            for each in self.machine.eval(store.base, self.machine.frame(store.scope)):
                if type(each) is kind and isinstance(each, (Obj, Record)) and each.site == site:
                    if isinstance(each, Record) or each.path == path:
                        found |= self.machine.stored(store)
                        break
        return frozenset(found)

    def stored(self, store: Store) -> Value:
        """What an assignment to an attribute leaves there."""
        if not isinstance(store.value, ast.expr):
            return UNKNOWN
        return from_elsewhere(self.machine.eval(store.value, self.machine.frame(store.scope)))

    def set_in(self, atom: Obj, frame: Frame) -> Value:
        """What the tree sets a ContextVar to."""
        found: set[Atom] = set()
        path = atom.path.removesuffix(".get")
        calls = self.machine.project.calls({"set"}, frame.scope.module)
        for call in calls[: budget.SITES]:
            if isinstance(call.node, ast.Call) and isinstance(call.node.func, ast.Attribute):
                inner = self.machine.frame(call.scope)
                base = self.machine.eval(call.node.func.value, inner)
                if any(isinstance(a, Obj) and (a.path, a.site) == (path, atom.site) for a in base):
                    for each in call.node.args[:1]:
                        found |= self.machine.eval(each, inner)
        return from_elsewhere(frozenset(found))


def _same_text(first: ast.expr, second: ast.expr) -> bool:
    """Whether two dotted names are spelled the same."""
    while isinstance(first, ast.Attribute) and isinstance(second, ast.Attribute):
        if first.attr != second.attr:
            return False
        first, second = first.value, second.value
    if isinstance(first, ast.Name) and isinstance(second, ast.Name):
        return first.id == second.id
    return False
