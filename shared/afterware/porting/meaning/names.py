"""Evaluates names: by the bindings that reach them, and by what is imported."""

from __future__ import annotations

import builtins
from dataclasses import replace
from typing import TYPE_CHECKING

from ..tree.index import Class, Function, Module
from ..tree.project import Package
from .library import TRANSPARENT
from .values import (
    NONE,
    UNKNOWN,
    Arguments,
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
    Seq,
    Value,
    Wrapped,
    from_around,
    from_elsewhere,
    joined,
    one,
)

if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence

    from ..tree.index import Binding, Scope
    from .iteration import Iteration
    from .machine import Machine
    from .parameters import Parameters
    from .values import Frame

__all__ = ["Names"]


class Names:
    """Evaluates names: by the bindings that reach them, and by what is imported.

    :param machine: evaluates what names are bound to.
    :param parameters: evaluates parameters.
    :param iteration: unpacks what several names are bound to at once.
    """

    def __init__(self, machine: Machine, parameters: Parameters, iteration: Iteration) -> None:
        self.machine = machine
        self.parameters = parameters
        self.iteration = iteration
        self._globals = machine.solver.table(UNKNOWN)
        self._attributes = machine.solver.table(UNKNOWN)

    def read(self, node: ast.Name, frame: Frame) -> Value:
        """A name that is read."""
        bound = frame.scope.reach.get(id(node))
        if bound:
            return self.bindings(bound, frame)
        return self.name(node.id, frame)

    def name(self, name: str, frame: Frame) -> Value:
        """A name inside a scope, whatever is bound before and after."""
        here: Frame | None = frame
        while here is not None:
            scope = here.scope
            visible = here is frame or not isinstance(scope, Class)
            if visible and name in scope.bindings and name not in scope.outer_names:
                if isinstance(scope, Module):
                    return self.global_name(scope, name, frame)
                value = self.bindings(scope.bindings[name], here)
                return value if here is frame else from_around(value)
            here = here.parent
        return self.global_name(frame.scope.module, name, frame)

    def global_name(self, module: Module, name: str, frame: Frame | None = None) -> Value:
        """A name of a module."""
        solver = self.machine.solver
        value = solver.ask(self._globals, (module, name), self._global, module, name)
        if frame is None or frame.scope is not module:
            return from_elsewhere(value)
        return value

    def _global(self, module: Module, name: str) -> Value:
        bound = module.exit.get(name, ())
        everything = module.bindings.get(name, [])
        # What functions assign by `global` comes on top of what the module's own code leaves.
        bound = (*bound, *(each for each in everything if each.scope is not module))
        if not bound and everything:
            bound = tuple(everything)
        value = UNKNOWN
        if bound:
            for each in bound:
                value |= self.machine.binding(each, self.machine.frame(each.scope))
            return value
        for level, dotted in module.stars:
            origin = self.machine.project.find(module, level, dotted)
            if isinstance(origin, Module):
                if origin is not module:
                    value |= self.global_name(origin, name)
            elif origin is None:
                value |= self.machine.model.starred(dotted, name) or UNKNOWN
        if not value and hasattr(builtins, name):
            return one(Ext(f"builtins.{name}"))
        return value

    def bindings(self, bound: Sequence[Binding], frame: Frame) -> Value:
        """What a name stands for where any of these bindings may hold."""
        if len(bound) == 1:
            return self.machine.binding(bound[0], frame)
        value = UNKNOWN
        for each in bound:
            value |= self.machine.binding(each, frame)
        return value

    def bound(self, binding: Binding, frame: Frame) -> Value:
        """What a name stands for where one binding of it holds."""
        kind, value = binding.kind, binding.value
        machine = self.machine
        if kind == "assign":
            return self.iteration.unpack(machine.eval(value, frame), binding.path)
        if kind == "item":
            return self.iteration.unpack(machine.items(machine.eval(value, frame)), binding.path)
        if kind == "with":
            return self.iteration.unpack(self.iteration.entered(value, frame), binding.path)
        if kind == "param":
            return self.parameters.parameter(value, frame)
        if kind == "scope":
            return self.defined(value, frame)
        if kind == "import":
            return self.imported(binding.scope.module, *value)
        if kind == "narrow":
            return self.bindings(value, frame) - NONE
        if kind == "augment":
            return self._augmented(value[0], value[1], frame)
        return UNKNOWN

    def _augmented(self, node: ast.expr, before: Sequence[Binding], frame: Frame) -> Value:
        """A name after `name += node`."""
        added = self.machine.eval(node, frame)
        merged: set[Atom] = set()
        for a in self.bindings(before, frame):
            if isinstance(a, Seq):
                for b in added:
                    if isinstance(b, Seq):
                        merged.add(replace(joined(a, b), site=a.site))
            else:
                merged.add(Data("str") if isinstance(a, Const) else a)
        return frozenset(merged)

    # Definitions

    def defined(self, scope: Scope, frame: Frame) -> Value:
        """What a `def` or `class` statement binds its name to, decorators and all."""
        if isinstance(scope, Class):
            return one(ClassRef(scope))
        assert isinstance(scope, Function)
        return self.decorated(scope, frame)

    def decorated(self, function: Function, frame: Frame, upto: int | None = None) -> Value:
        """A function with its decorators applied, the outermost *upto* of them left out."""
        value = one(Func(function, frame))
        for decorator in reversed(function.decorators[upto or 0 :]):
            value = self._apply(self.machine.eval(decorator, frame), value, frame, decorator)
        return value

    def _apply(self, decorators: Value, value: Value, frame: Frame, node: ast.expr) -> Value:
        """What a decorator makes of a function."""
        result: set[Atom] = set()
        for atom in decorators:
            if isinstance(atom, (Func, Inst, ClassRef)):
                result |= self.machine.call(atom, Arguments([value]), frame, node)
            elif isinstance(atom, (Ext, Obj)):
                if atom.path.startswith(TRANSPARENT) or self.machine.model.is_transparent(
                    atom, node
                ):
                    result |= value
                else:
                    result.add(Wrapped(atom.path, value))
            else:
                result |= value
        return frozenset(result) or value

    # Imports

    def imported(self, module: Module, level: int, dotted: str, name: str | None) -> Value:
        """What an import binds."""
        project = self.machine.project
        origin = project.find(module, level, dotted)
        if name is None:
            return self.machine.external(dotted) if origin is None else _reference(origin)
        if isinstance(origin, Module):
            return self.module_attribute(origin, name)
        if isinstance(origin, Package):
            return _reference(project.below(origin, name))
        return self.machine.external(f"{dotted}.{name}" if dotted else name)

    def package_attribute(self, package: Package, name: str) -> Value:
        """An attribute of a directory without an `__init__.py`."""
        return _reference(self.machine.project.below(package, name))

    def module_attribute(self, module: Module, name: str) -> Value:
        """An attribute of a module."""
        solver = self.machine.solver
        return solver.ask(self._attributes, (module, name), self._module_attribute, module, name)

    def _module_attribute(self, module: Module, name: str) -> Value:
        if name in module.bindings:
            value = self.global_name(module, name)
            if value:
                return value
        below = self.machine.project.submodule(module, name)
        if below is not None:
            return _reference(below)
        if name in module.bindings:
            return UNKNOWN
        value = self.global_name(module, name)
        if value and not all(isinstance(a, Ext) and a.path.startswith("builtins.") for a in value):
            return value
        stored = UNKNOWN
        for store in self.machine.project.stores(name, module):
            base = self.machine.eval(store.base, self.machine.frame(store.scope))
            if ModuleRef(module) in base:
                stored |= self.machine.stored(store)
        return stored


def _reference(origin: Module | Package | None) -> Value:
    if isinstance(origin, Module):
        return one(ModuleRef(origin))
    return one(PackageRef(origin)) if origin is not None else UNKNOWN
