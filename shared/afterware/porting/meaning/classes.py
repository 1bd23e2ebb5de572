"""Looks up the bases and the methods of classes of the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..tree.index import Class, Function
from .values import ClassRef, Ext, Obj, TupleClass

if TYPE_CHECKING:
    from .machine import Machine

__all__ = ["Classes"]


class Classes:
    """Looks up the bases and the methods of classes of the tree.

    :param machine: evaluates the expressions of base classes.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        none: tuple[list[Class], list[str]] = ([], [])
        nothing: list[Class] = []
        fields: tuple[str, ...] = ()
        self._mros = machine.solver.table(none)
        self._subclasses = machine.solver.table(nothing)
        self._fields = machine.solver.table(fields)

    def mro(self, cls: Class) -> tuple[list[Class], list[str]]:
        """The classes of the tree that a class inherits from, itself first, and those outside."""
        inside, outside = self.machine.solver.ask(self._mros, cls, self._mro, cls, None)
        return inside or [cls], outside

    def _mro(self, cls: Class, _: None) -> tuple[list[Class], list[str]]:
        inside: list[Class] = []
        outside: list[str] = []
        pending = [cls]
        while pending:
            each = pending.pop(0)
            if each in inside:
                continue
            inside.append(each)
            for base in each.bases:
                frame = self.machine.frame(each.parent or each.module)
                for atom in self.machine.eval(base, frame):
                    if isinstance(atom, ClassRef):
                        pending.append(atom.cls)
                    elif isinstance(atom, (Ext, Obj)):
                        outside.append(atom.path)
        return inside, outside

    def subclasses(self, cls: Class) -> list[Class]:
        """The classes of the tree that inherit from one."""
        return self.machine.solver.ask(self._subclasses, cls, self._find_subclasses, cls, None)

    def _find_subclasses(self, cls: Class, _: None) -> list[Class]:
        named = self.machine.project.inheriting(cls.name, cls.module)
        found = [each for each in named if each is not cls and cls in self.mro(each)[0]]
        for each in list(found):
            for below in self.subclasses(each):
                if below not in found and below is not cls:
                    found.append(below)
        return found

    def find_method(self, cls: Class, name: str) -> Function | None:
        """The method that a class has under a name, its own or inherited from the tree."""
        return self._method(cls, name, setter=False)

    def find_setter(self, cls: Class, name: str) -> Function | None:
        """The method that runs when a property of a class is assigned to."""
        return self._method(cls, name, setter=True)

    def _method(self, cls: Class, name: str, *, setter: bool) -> Function | None:
        for each in self.mro(cls)[0]:
            for binding in reversed(each.bindings.get(name, [])):
                function = binding.value
                if binding.kind == "scope" and isinstance(function, Function):
                    if function.is_setter == setter:
                        return function
        return None

    def has_attribute(self, cls: Class, name: str) -> bool:
        """Whether instances of a class have an attribute without asking `__getattr__`."""
        inside = self.mro(cls)[0]
        if any(name in each.bindings or name in each.annotations for each in inside):
            return True
        return any(
            isinstance(store.scope, Function) and store.scope.owner in inside
            for store in self.machine.project.stores(name, cls.module)
        )

    def tuple_fields(self, cls: Class) -> tuple[str, ...]:
        """The fields of a class that inherits from what `namedtuple` made."""
        if not cls.bases:
            return ()
        return self.machine.solver.ask(self._fields, cls, self._tuple_fields, cls, None)

    def _tuple_fields(self, cls: Class, _: None) -> tuple[str, ...]:
        frame = self.machine.frame(cls.parent or cls.module)
        for base in cls.bases:
            for atom in self.machine.eval(base, frame):
                if isinstance(atom, TupleClass):
                    return atom.fields
        return ()

    def fields_of(self, cls: Class) -> list[str]:
        """The names that a class without an `__init__` is given values for, in order."""
        return list(self.tuple_fields(cls) or cls.annotations)
