"""Evaluates attributes of classes of the tree and of their instances."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from ..tree.index import Binding, Class, Function, terminal_name
from . import budget
from .library import PLAIN_BASES
from .values import (
    UNKNOWN,
    Arguments,
    Atom,
    ClassRef,
    Const,
    Data,
    Ext,
    Frame,
    Func,
    Inst,
    Obj,
    Value,
    bound_to,
    from_elsewhere,
    kept_by,
    one,
)

if TYPE_CHECKING:
    from ..tree.index import Store
    from .classes import Classes
    from .machine import Machine
    from .parameters import Parameters

__all__ = ["Members"]


class Members:
    """Evaluates attributes of classes of the tree and of their instances.

    :param machine: evaluates what is bound and stored.
    :param classes: knows bases and methods.
    :param parameters: evaluates annotations, and what calls pass.
    """

    def __init__(self, machine: Machine, classes: Classes, parameters: Parameters) -> None:
        self.machine = machine
        self.classes = classes
        self.parameters = parameters
        self._members = machine.solver.table(UNKNOWN)
        self._fields = machine.solver.table(UNKNOWN)

    def member(self, atom: Inst | ClassRef, name: str) -> Value:
        """An attribute of an instance or of a class."""
        return self.machine.solver.ask(self._members, (atom, name), self._member, atom, name)

    def _member(self, atom: Inst | ClassRef, name: str) -> Value:
        inside, outside = self.classes.mro(atom.cls)
        found = self._of_class(atom, name, inside)
        if isinstance(atom, Inst):
            found = self._of_instance(atom, name, inside, found)
        frame = self.machine.frame(atom.cls)
        if not found:
            inherited = self.machine.model.inherited(atom.cls, outside, name, frame)
            if inherited is not None:
                return inherited
        if not found:
            found = self._from_outside(atom, name, outside, frame)
        if not found:
            getter = self.classes.find_method(atom.cls, "__getattr__")
            if getter is not None:
                func = Func(getter, None, (one(atom),))
                found = self.machine.call(func, Arguments([one(Const(name))]), frame, None)
        return found

    def _of_class(self, atom: Inst | ClassRef, name: str, inside: list[Class]) -> Value:
        """What the class, or the first base that has it, binds the name to."""
        found: set[Atom] = set()
        for each in inside:
            bound = each.exit.get(name) or tuple(each.bindings.get(name, ()))
            for binding in bound:
                value = self.bound(binding, each, atom)
                found |= self._described(value, atom) if isinstance(atom, Inst) else value
            if bound:
                break
        return frozenset(found)

    def _of_instance(self, atom: Inst, name: str, inside: list[Class], known: Value) -> Value:
        """What fields, subclasses and assignments give an instance besides its class."""
        found: set[Atom] = set(known)
        for each in inside:
            if name in each.annotations or name in self.classes.tuple_fields(each):
                found |= kept_by(self._field(each, atom, name), atom)
        if not atom.exact:
            found |= self._overridden(atom, name, inside)
        if not any(isinstance(each, Func) for each in found):
            found |= self._stores(atom, name, inside)
        return frozenset(found)

    def _overridden(self, atom: Inst, name: str, inside: list[Class]) -> Value:
        """What subclasses have under the name, their own or from another base that comes before."""
        found: set[Atom] = set()
        for below in self.machine.subclasses(atom.cls):
            heirs = (each for each in self.classes.mro(below)[0] if each.exit.get(name))
            heir = next(heirs, None)
            if heir is None or heir in inside:
                continue
            for binding in heir.exit[name]:
                if binding.kind == "scope":
                    found |= self.bound(binding, heir, Inst(below))
        return frozenset(found)

    def _from_outside(
        self, atom: Inst | ClassRef, name: str, outside: list[str], frame: Frame
    ) -> Value:
        found: set[Atom] = set()
        for base in outside:
            if base in PLAIN_BASES:
                continue
            inherited: Atom = Ext(base)
            if isinstance(atom, Inst):
                inherited = Obj(f"{base}()", elsewhere=True)
            found |= self.machine.attribute(inherited, name, frame)
        return frozenset(found)

    def bound(self, binding: Binding, cls: Class, atom: Inst | ClassRef) -> Value:
        """What a binding in a class's body is as an attribute: functions become methods."""
        value = self.machine.binding(binding, self.machine.frame(cls))
        function = binding.value
        if binding.kind != "scope" or not isinstance(function, Function):
            if isinstance(atom, ClassRef):
                return value
            value = frozenset(
                each
                for each in value
                if not (isinstance(each, Obj) and each.path == "dataclasses.field()")
            )
            return self._held(binding, cls, atom, value)
        if function.static:
            return value
        if function.of_class:
            return bound_to(value, one(ClassRef(atom.cls)))
        if isinstance(atom, ClassRef):
            return value
        value = bound_to(value, one(atom))
        if not function.is_property:
            return value
        given: set[Atom] = set()
        for each in value:
            given |= self.machine.call(each, Arguments(), self.machine.frame(cls), None)
        return frozenset(given)

    def _held(self, binding: Binding, cls: Class, atom: Inst, value: Value) -> Value:
        """A function that a class attribute holds is a method as well, but not one of a field."""
        how = terminal_name(binding.value) if isinstance(binding.value, ast.Call) else ""
        field = binding.kind == "assign" and any(
            binding in cls.bindings.get(name, ()) for name in cls.annotations
        )
        if how == "staticmethod" or field:
            return value
        return frozenset(
            replace(each, bound=(one(atom), *each.bound))
            if isinstance(each, Func)
            and (how == "partialmethod" or not (each.bound or each.keywords))
            else each
            for each in value
        )

    # Descriptors

    def descriptors(self, cls: Class, name: str) -> list[Inst]:
        """The objects that say what an attribute of a class's instances is."""
        for each in self.classes.mro(cls)[0]:
            bound = each.exit.get(name)
            if bound:
                value = UNKNOWN
                for binding in bound:
                    value |= self.machine.binding(binding, self.machine.frame(each))
                return [
                    atom
                    for atom in value
                    if isinstance(atom, Inst) and self.classes.find_method(atom.cls, "__get__")
                ]
        return []

    def _described(self, value: Value, atom: Inst) -> Value:
        """What descriptors among the values of a class's attribute give."""
        found: set[Atom] = set()
        for each in value:
            if isinstance(each, Inst) and self.classes.find_method(each.cls, "__get__"):
                passed = Arguments([one(atom), one(ClassRef(atom.cls))])
                frame = self.machine.frame(atom.cls)
                found |= self.machine.call_method(each, "__get__", passed, frame)
            else:
                found.add(each)
        return frozenset(found)

    # Instances

    def _field(self, owner: Class, atom: Inst, name: str) -> Value:
        key = (owner, atom.cls, atom.site, name)
        return self.machine.solver.ask(self._fields, key, self._find_field, owner, (atom, name))

    def _find_field(self, owner: Class, what: tuple[Inst, str]) -> Value:
        """A field of a class with annotations: by its type, and by what is passed for it."""
        atom, name = what
        cls = atom.cls
        frame = self.machine.frame(owner)
        value = UNKNOWN
        if name in owner.annotations:
            value = self.parameters.annotated(owner.annotations[name], Frame(owner, frame))
        if self.classes.find_method(cls, "__init__") is not None:
            return value
        fields = self.classes.fields_of(owner)
        index = fields.index(name) if name in fields else len(fields)
        for call in self.machine.project.calls({cls.name}, cls.module)[: budget.SITES]:
            if not isinstance(call.node, ast.Call) or call.decorates is not None:
                continue
            caller = self.machine.frame(call.scope)
            if atom.site and atom.site != position(call.node, caller):
                continue  # that makes another instance
            if ClassRef(cls) in self.machine.eval(call.node.func, caller):
                value |= self.machine.arguments(call.node, caller).get(index, name)
        return value

    def _stores(self, atom: Inst, name: str, inside: list[Class]) -> Value:
        """What is assigned to an attribute of an instance."""
        found: set[Atom] = set()
        stores = self.machine.project.stores(name, atom.cls.module)
        if not stores:
            return UNKNOWN
        related = {*inside, *self.machine.subclasses(atom.cls)}
        for store in stores:
            function = store.scope
            if isinstance(function, Function) and function.owner in related:
                if _is_of_self(store, function) and isinstance(store.value, ast.expr):
                    frame = self.machine.frame(function)
                    if atom.frame is not None and function is atom.frame.scope:
                        frame = atom.frame
                    value = from_elsewhere(self.machine.eval(store.value, frame))
                    found |= kept_by(value, atom)
            else:
                base = self.machine.eval(store.base, self.machine.frame(function))
                if any(isinstance(each, Inst) and each.cls in related for each in base):
                    found |= self.machine.stored(store)
        return frozenset(found)

    # super()

    def by_super(self, name: str, frame: Frame) -> Value:
        """An attribute that is looked up from the base classes on."""
        here: Frame | None = frame
        while here is not None:
            if isinstance(here.scope, Function) and here.scope.owner is not None:
                return self._by_super(name, here, here.scope, here.scope.owner)
            here = here.parent
        return UNKNOWN

    def _by_super(self, name: str, frame: Frame, function: Function, owner: Class) -> Value:
        ordered = [*function.args.posonlyargs, *function.args.args]
        myself = self.parameters.parameter(ordered[0].arg, frame) if ordered else UNKNOWN
        inside, outside = self.classes.mro(owner)
        for each in inside[1:]:
            for binding in each.exit.get(name, ()):
                value = self.machine.binding(binding, self.machine.frame(each))
                if binding.kind == "scope" and isinstance(binding.value, Function):
                    return value if binding.value.static else bound_to(value, myself)
                return value
        known = self.machine.model.by_super(owner, outside, name, frame)
        if known is not None:
            return known
        found = {Obj(f"{base}().{name}") for base in outside if base not in PLAIN_BASES}
        return frozenset(found) or one(Data("method"))


def position(node: ast.expr, frame: Frame) -> tuple[str, int, int]:
    """Where something is made: file, line, column."""
    return (frame.scope.module.source.name, node.lineno, node.col_offset)


def _is_of_self(store: Store, function: Function) -> bool:
    """Whether an assignment is to an attribute of the method's own instance."""
    ordered = [*function.args.posonlyargs, *function.args.args]
    return bool(ordered and isinstance(store.base, ast.Name) and store.base.id == ordered[0].arg)
