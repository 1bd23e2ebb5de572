"""What members of classes and instances stand for."""

from __future__ import annotations

import ast
from dataclasses import replace

from ..flask import host
from ..flask.atoms import HostAttribute, HostObject, Registrar
from ..tree.index import Binding, Class, Function, Module, terminal_name
from .containers import left
from .core import Core
from .frames import Arguments, Frame
from .pieces import SITES
from .values import (
    UNKNOWN,
    Atom,
    ClassRef,
    Const,
    Data,
    Ext,
    Func,
    Inst,
    Obj,
    TupleClass,
    Value,
    Wrapped,
    one,
)

__all__ = ["Classes"]


class Classes(Core):
    """What members of classes and instances stand for."""

    def mro(self, cls: Class) -> tuple[list[Class], list[str]]:
        """The classes of the tree that a class inherits from, itself first, and those outside."""
        known = self._mros.get(cls)
        if known is not None:
            return known
        cuts = self._cuts
        inside: list[Class] = []
        outside: list[str] = []
        stack = [cls]
        while stack:
            each = stack.pop(0)
            if each in inside:
                continue
            inside.append(each)
            for base in each.bases:
                frame = self.frame(each.parent) if each.parent else self.frame(each.module)
                for atom in self.eval(base, frame):
                    if isinstance(atom, ClassRef):
                        stack.append(atom.cls)
                    elif isinstance(atom, (Ext, Obj)):
                        outside.append(atom.path)
        if cuts == self._cuts:
            self._mros[cls] = inside, outside
        return inside, outside

    def find_method(self, cls: Class, name: str) -> Function | None:
        """The method that a class has under a name, by itself or from the tree's classes."""
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
            for store in self.project.stores(name, cls.module)
        )

    def subclasses(self, cls: Class) -> list[Class]:
        """The classes of the tree that inherit from one."""
        found = self._subclasses.get(cls)
        if found is None:
            self._subclasses[cls] = found = []
            for each in self.project.inheriting(cls.name, cls.module):
                if each is not cls and cls in self.mro(each)[0]:
                    found.append(each)
            for each in list(found):
                for below in self.subclasses(each):
                    if below not in found and below is not cls:
                        found.append(below)
        return found

    def host_classes(self, kind: str, module: Module) -> list[Class]:
        """The tree's own classes of responses or requests, in the modules linked with one."""
        key = (self.project.linked(module.source)[0].key, kind)
        found = self._host_classes.get(key)
        if found is None:
            found = self._host_classes[key] = []
            for cls in self.project.derived_or_aliased(kind.title(), module):
                if self.host_kind(cls) == kind and cls not in found:
                    found.append(cls)
            for cls in list(found):
                for below in self.subclasses(cls):
                    if below not in found:
                        found.append(below)
        return found

    def host_kind(self, cls: Class) -> str:
        """Whether a class is a response's or a request's: it inherits from the host's."""
        kinds = [host.CLASSES[path] for path in self.mro(cls)[1] if path in host.CLASSES]
        return kinds[0] if kinds else ""

    def as_host(self, cls: Class) -> Value:
        """The host's object that an instance of a class is as well."""
        kind = self.host_kind(cls)
        return one(HostObject(kind)) if kind else UNKNOWN

    def custom_classes(self, kind: str, name: str, frame: Frame) -> list[Class]:
        """The tree's own classes of responses or requests that define an attribute.

        One that replaces an attribute of the host counts only if an app is told to use it.
        """
        found = self.host_classes(kind, frame.scope.module)
        if name in host.NAMES_OF[kind]:
            used = self._used_classes(kind, frame)
            found = [cls for cls in found if any(cls in self.mro(each)[0] for each in used)]
        return [cls for cls in found if name in cls.bindings]

    def _used_classes(self, kind: str, frame: Frame) -> list[Class]:
        attribute = host.CLASS_OF[kind]
        module = frame.scope.module
        value: Value = UNKNOWN
        for store in self.project.stores(attribute, module):
            value |= self._stored(store)
        for cls in self.project.classes_with(attribute, module):
            for binding in cls.exit.get(attribute, ()):
                value |= self.binding(binding, self.frame(cls))
        return [atom.cls for atom in value if isinstance(atom, ClassRef)]

    def of_custom(self, kind: str, name: str, frame: Frame) -> Value:
        """An attribute that the tree's own classes of responses or requests have."""
        found: set[Atom] = set()
        for cls in self.custom_classes(kind, name, frame):
            for binding in cls.exit.get(name, ()):
                found |= self._member(binding, cls, Inst(cls), frame)
        return frozenset(found)

    def member(self, atom: Inst | ClassRef, name: str, frame: Frame) -> Value:
        """An attribute of an instance or a class of the tree."""
        inside, outside = self.mro(atom.cls)
        found: set[Atom] = set()
        for each in inside:
            bound = each.exit.get(name) or tuple(each.bindings.get(name, ()))
            if bound:
                for binding in bound:
                    value = self._member(binding, each, atom, frame)
                    found |= self._got(value, atom, frame) if isinstance(atom, Inst) else value
                break
        if isinstance(atom, Inst):
            found = {
                a for a in found if not (isinstance(a, Obj) and a.path == "dataclasses.field()")
            }
            for each in inside:
                if name in each.annotations or name in self.tuple_fields(each):
                    found |= self.of_instance(self.field_value(each, atom, name), atom)
            if not atom.exact:
                for below in self.subclasses(atom.cls):
                    # What it has of its own, or from another base that comes before.
                    heirs = (each for each in self.mro(below)[0] if each.exit.get(name))
                    heir = next(heirs, None)
                    if heir is None or heir in inside:
                        continue
                    for binding in heir.exit[name]:
                        if binding.kind == "scope":
                            found |= self._member(binding, heir, Inst(below), frame)
            if not found or not any(isinstance(each, Func) for each in found):
                found |= self.instance_stores(atom, name, inside)
        if found:
            return frozenset(found)
        if any(base == "flask.Flask" for base in outside):
            return self.host_attribute(HostObject("app"), name, frame)
        if any(base == "flask.Blueprint" for base in outside):
            return self.host_attribute(HostObject("blueprint"), name, frame)
        if kind := self.host_kind(atom.cls):
            return self.host_attribute(HostObject(kind), name, frame)
        for base in outside:
            if base in ("builtins.object", "typing.Generic", "abc.ABC", "typing.Protocol"):
                continue
            if isinstance(atom, Inst):
                found |= self.attribute(Obj(f"{base}()", left=True), name, frame)
            else:
                found |= self.attribute(Ext(base), name, frame)
        if not found and self.find_method(atom.cls, "__getattr__") is not None:
            getter = self.find_method(atom.cls, "__getattr__")
            assert getter is not None
            func = Func(getter, None, (one(atom),))
            found |= self.call(func, Arguments([one(Const(name))]), frame, None)
        if not found and not outside and name in host.REGISTRARS and atom.cls.node.keywords:  # type: ignore[attr-defined]
            return one(Registrar(name, "app"))
        return frozenset(found)

    def descriptors(self, cls: Class, name: str) -> list[Inst]:
        """The objects that say what an attribute of a class's instances is."""
        for each in self.mro(cls)[0]:
            bound = each.exit.get(name)
            if bound:
                value = frozenset().union(*(self.binding(one_, self.frame(each)) for one_ in bound))
                return [
                    atom
                    for atom in value
                    if isinstance(atom, Inst) and self.find_method(atom.cls, "__get__")
                ]
        return []

    def _got(self, value: Value, atom: Inst, frame: Frame) -> Value:
        """What descriptors among the values of a class's attribute give."""
        found: set[Atom] = set()
        for each in value:
            if isinstance(each, Inst) and self.find_method(each.cls, "__get__"):
                passed = Arguments([one(atom), one(ClassRef(atom.cls))])
                found |= self.call_method(each, "__get__", passed, frame)
            else:
                found.add(each)
        return frozenset(found)

    def _member(self, binding: Binding, cls: Class, atom: Inst | ClassRef, frame: Frame) -> Value:
        value = self.binding(binding, self.frame(cls))
        if binding.kind != "scope" or not isinstance(binding.value, Function):
            # A function that a class attribute holds becomes a method as well.
            how = terminal_name(binding.value) if isinstance(binding.value, ast.Call) else ""
            field = binding.kind == "assign" and self._is_field(binding, cls)
            if isinstance(atom, Inst) and how != "staticmethod" and not field:
                value = frozenset(
                    replace(each, bound=(one(atom), *each.bound))
                    if isinstance(each, Func)
                    and (how == "partialmethod" or not (each.bound or each.keywords))
                    else each
                    for each in value
                )
            return value
        function = binding.value
        if function.static:
            return value
        if function.of_class:
            return _bound(value, one(ClassRef(atom.cls)))
        if isinstance(atom, Inst):
            value = _bound(value, one(atom))
            if function.is_property:
                called: set[Atom] = set()
                for each in value:
                    called |= self.call(each, Arguments(), frame, None)
                return frozenset(called)
        return value

    def field_value(self, owner: Class, atom: Inst, name: str) -> Value:
        """What a field of a class with annotations holds: by its type, and by what is passed."""
        cls = atom.cls
        frame = self.frame(owner)
        value = UNKNOWN
        if name in owner.annotations:
            value = self.annotated(owner.annotations[name], Frame(owner, frame))
        if self.find_method(cls, "__init__") is not None:
            return value
        fields = self.fields_of(owner)
        for call in self.project.calls({cls.name}, cls.module)[:SITES]:
            if not isinstance(call.node, ast.Call) or call.decorates is not None:
                continue
            if atom.site and atom.site != self.place(call.node, self.frame(call.scope)):
                continue  # that makes another instance
            caller = self.frame(call.scope)
            if ClassRef(cls) in self.eval(call.node.func, caller):
                value |= self.arguments(call.node, caller).get(fields.index(name), name)
        return value

    def _is_field(self, binding: Binding, cls: Class) -> bool:
        """Whether a class attribute is the default of a field, which each instance has."""
        return any(
            binding.value is not None and binding in cls.bindings.get(name, ())
            for name in cls.annotations
        )

    def tuple_fields(self, cls: Class) -> tuple[str, ...]:
        """The fields of a class that inherits from what `namedtuple` made."""
        if not cls.bases:
            return ()
        frame = self.frame(cls.parent or cls.module)
        for base in cls.bases:
            for atom in self.eval(base, frame):
                if isinstance(atom, TupleClass):
                    return atom.fields
        return ()

    def fields_of(self, cls: Class) -> list[str]:
        """The names that a class without an `__init__` is given values for, in order."""
        return list(self.tuple_fields(cls) or cls.annotations)

    def instance_stores(self, atom: Inst, name: str, inside: list[Class]) -> Value:
        """What methods assign to an attribute of `self`."""
        found: set[Atom] = set()
        related = {*inside, *self.subclasses(atom.cls)}
        for store in self.project.stores(name, atom.cls.module):
            function = store.scope
            if not (isinstance(function, Function) and function.owner in related):
                base = self.eval(store.base, self.frame(store.scope))
                if any(isinstance(each, Inst) and each.cls in related for each in base):
                    found |= self._stored(store)
                continue
            ordered = [*function.args.posonlyargs, *function.args.args]
            if not (
                ordered
                and isinstance(store.base, ast.Name)
                and store.base.id == ordered[0].arg
                and isinstance(store.value, ast.expr)
            ):
                continue
            if atom.frame is not None and function is atom.frame.scope:
                value = self.eval(store.value, atom.frame)
            else:
                value = self.eval(store.value, self.frame(function))
            found |= self.of_instance(left(value), atom)
        return frozenset(found)

    def of_super(self, name: str, frame: Frame) -> Value:
        """An attribute that is looked up from the base classes on."""
        here: Frame | None = frame
        while here is not None and not (
            isinstance(here.scope, Function) and here.scope.owner is not None
        ):
            here = here.parent
        if here is None:
            return UNKNOWN
        function = here.scope
        assert isinstance(function, Function)
        owner = function.owner
        assert owner is not None
        ordered = [*function.args.posonlyargs, *function.args.args]
        myself = self.parameter(ordered[0].arg, here) if ordered else UNKNOWN
        inside, outside = self.mro(owner)
        for each in inside[1:]:
            for binding in each.exit.get(name, ()):
                value = self.binding(binding, self.frame(each))
                if binding.kind == "scope" and isinstance(binding.value, Function):
                    return value if binding.value.static else _bound(value, myself)
                return value
        if "flask.Flask" in outside:
            return one(HostAttribute("app", name))
        if kind := self.host_kind(owner):
            return self.plain_host_attribute(HostObject(kind), name, here)
        found: set[Atom] = set()
        for base in outside:
            if base not in ("builtins.object", "typing.Generic", "abc.ABC"):
                found.add(Obj(f"{base}().{name}"))
        return frozenset(found) or one(Data("method"))


def _bound(value: Value, myself: Value) -> Value:
    """Methods bound to an instance."""
    found: set[Atom] = set()
    for atom in value:
        if isinstance(atom, Func):
            found.add(replace(atom, bound=(myself, *atom.bound)))
        elif isinstance(atom, Wrapped):
            found.add(replace(atom, inner=_bound(atom.inner, myself)))
        else:
            found.add(atom)
    return frozenset(found)
