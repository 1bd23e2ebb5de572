"""What names stand for: by what reaches them, and by what is imported."""

from __future__ import annotations

import builtins
from dataclasses import replace
from typing import TYPE_CHECKING

from ..flask import host
from ..flask.atoms import HostObject, Registrar
from ..tree.index import Binding, Class, Function, Module, Scope, terminal_name
from ..tree.project import Package
from .values import (
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
    Seq,
    Value,
    Wrapped,
    one,
)

if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence

from .budget import NoQuestionError
from .core import Core
from .frames import Arguments, Frame, PackageRef
from .pieces import DEEP

__all__ = ["Names"]

_TRANSPARENT = (
    "functools.wraps()",
    "functools.lru_cache",
    "functools.cache",
    "functools.update_wrapper",
    "functools.singledispatch",
    "contextlib.",
    "typing.",
    "typing_extensions.",
    "abc.",
    "builtins.staticmethod",
    "builtins.classmethod",
    "builtins.property",
    "warnings.deprecated",
    "flask.copy_current_request_context",
    "flask.stream_with_context",
    "blinker.",
    "atexit.",
)


class Names(Core):
    """What names stand for: by what reaches them, and by what is imported."""

    def _Name(self, node: ast.Name, frame: Frame) -> Value:
        bound = frame.scope.reach.get(id(node))
        if bound:
            return self.bindings(bound, frame)
        return self.name(node.id, frame)

    def name(self, name: str, frame: Frame) -> Value:
        """What a name stands for inside a scope, whatever stands before or after."""
        here: Frame | None = frame
        while here is not None:
            scope = here.scope
            visible = here is frame or not isinstance(scope, Class)
            if visible and name in scope.bindings and name not in scope.outer_names:
                if isinstance(scope, Module):
                    return self.global_name(scope, name, frame)
                value = self.bindings(tuple(scope.bindings[name]), here)
                return value if here is frame else _from_around(value)
            here = here.parent
        return self.global_name(frame.scope.module, name, frame)

    def global_name(self, module: Module, name: str, frame: Frame | None = None) -> Value:
        """What a name of a module stands for."""
        top = self.frame(module)
        bound = module.exit.get(name, ())
        everything = module.bindings.get(name, [])
        # What functions assign by `global` comes on top of what the module's own code leaves.
        bound = (*bound, *(each for each in everything if each.scope is not module))
        if not bound and everything:
            bound = tuple(everything)
        value: Value = UNKNOWN
        if bound:
            value = frozenset().union(
                *(self.binding(each, self._frame_for(each, top)) for each in bound)
            )
        else:
            for level, dotted in module.stars:
                origin = self.project.find(module, level, dotted)
                if isinstance(origin, Module):
                    if origin is not module:
                        value |= self.global_name(origin, name)
                elif origin is None and dotted.partition(".")[0] == "flask":
                    if name in host.FLASK_NAMES:
                        value |= self.external(f"flask.{name}")
            if not value and hasattr(builtins, name):
                return one(Ext(f"builtins.{name}"))
        if frame is None or frame.scope is not module:
            value = frozenset(
                replace(atom, left=True) if isinstance(atom, Obj) else atom for atom in value
            )
        return value

    def _frame_for(self, binding: Binding, top: Frame) -> Frame:
        return top if binding.scope is top.scope else self.frame(binding.scope)

    def bindings(self, bound: Sequence[Binding], frame: Frame) -> Value:
        if len(bound) == 1:
            return self.binding(bound[0], frame)
        return frozenset().union(*(self.binding(each, frame) for each in bound))

    def binding(self, binding: Binding, frame: Frame) -> Value:
        """What a name stands for where this binding of it holds."""
        question = self._question
        if question is None:
            raise NoQuestionError
        key = id(binding)
        found = frame.cache.get(key)
        if found is not None:
            return found
        if key in frame.busy or self._depth > DEEP:
            self._cuts += 1
            return UNKNOWN
        frame.busy.add(key)
        self._depth += 1
        cuts = self._cuts
        try:
            value = self._binding(binding, frame)
        finally:
            self._depth -= 1
            frame.busy.discard(key)
        if cuts == self._cuts or self._depth == 0 or question.steps > question.limit // 10:
            frame.cache[key] = value
        return value

    def _binding(self, binding: Binding, frame: Frame) -> Value:
        kind, value = binding.kind, binding.value
        if kind == "assign":
            return self.unpack(self.eval(value, frame), binding.path)
        if kind == "item":
            return self.unpack(self.items(self.eval(value, frame)), binding.path)
        if kind == "with":
            return self.unpack(self.entered(value, frame), binding.path)
        if kind == "param":
            return self.parameter(value, frame)
        if kind == "scope":
            return self.defined(value, frame)
        if kind == "import":
            return self.imported(binding.scope.module, *value)
        if kind == "narrow":
            whole = self.bindings(value, frame)
            return frozenset(a for a in whole if not (isinstance(a, Const) and a.value is None))
        if kind == "augment":
            expression, before = value
            added = self.eval(expression, frame)
            old = self.bindings(before, frame)
            merged: set[Atom] = set()
            for a in old:
                if isinstance(a, Seq):
                    extra = [b for b in added if isinstance(b, Seq)]
                    merged.update(replace(a, items=(*a.items, *b.items)) for b in extra)
                else:
                    merged.add(Data("str") if isinstance(a, Const) else a)
            return frozenset(merged)
        return UNKNOWN

    def defined(self, scope: Scope, frame: Frame) -> Value:
        """What a `def` or `class` statement binds its name to, decorators and all."""
        if isinstance(scope, Class):
            return one(ClassRef(scope))
        assert isinstance(scope, Function)
        return self.decorated(scope, frame)

    def decorated(self, function: Function, frame: Frame, upto: int | None = None) -> Value:
        """A function with its decorators applied, the outermost *upto* of them left out."""
        value: Value = one(Func(function, frame))
        decorators = function.decorators
        for decorator in reversed(decorators[upto or 0 :]):
            value = self.apply(self.eval(decorator, frame), value, frame, decorator)
        return value

    def apply(self, decorators: Value, value: Value, frame: Frame, node: ast.expr) -> Value:
        """What a decorator makes of a function."""
        result: set[Atom] = set()
        for atom in decorators:
            if isinstance(atom, (Func, Inst, ClassRef)):
                result |= self.call(atom, Arguments([value]), frame, node)
            elif isinstance(atom, (Ext, Obj)) and not atom.path.startswith(_TRANSPARENT):
                if self._registers_only(node):
                    result |= value
                else:
                    result.add(Wrapped(atom.path, value))
            else:
                result |= value
        return frozenset(result) or value

    def _registers_only(self, node: ast.expr) -> bool:
        """Whether a decorator outside the tree is of the kind that gives back what it takes."""
        return (
            terminal_name(node)
            in (
                "route get post put patch delete before_request after_request teardown_request"
                " teardown_appcontext before_app_request after_app_request teardown_app_request"
                " errorhandler app_errorhandler context_processor app_context_processor"
                " url_value_preprocessor template_filter template_global connect connect_via"
                " user_loader request_loader record record_once listens_for register command"
                " before_first_request shell_context_processor call_on_close after_this_request"
            ).split()
        )

    def _scope_made_by(self, node: ast.AST, frame: Frame) -> Scope | None:
        return frame.scope.module.scopes.get(-id(node))

    def imported(self, module: Module, level: int, dotted: str, name: str | None) -> Value:
        """What an import binds."""
        origin = self.project.find(module, level, dotted)
        if name is None:
            if isinstance(origin, Module):
                return one(ModuleRef(origin))
            if isinstance(origin, Package):
                return one(PackageRef(origin))
            return self.external(dotted)
        if isinstance(origin, Module):
            return self.module_attribute(origin, name)
        if isinstance(origin, Package):
            below = self.project.below(origin, name)
            if isinstance(below, Module):
                return one(ModuleRef(below))
            return one(PackageRef(below)) if below is not None else UNKNOWN
        return self.external(f"{dotted}.{name}" if dotted else name)

    def module_attribute(self, module: Module, name: str) -> Value:
        if name in module.bindings:
            value = self.global_name(module, name)
            if value:
                return value
        below = self.project.submodule(module, name)
        if isinstance(below, Module):
            return one(ModuleRef(below))
        if below is not None:
            return one(PackageRef(below))
        if name in module.bindings:
            return UNKNOWN
        value = self.global_name(module, name)
        if value and not all(isinstance(a, Ext) and a.path.startswith("builtins.") for a in value):
            return value
        stored: set[Atom] = set()
        for store in self.project.stores(name, module):
            if ModuleRef(module) in self.eval(store.base, self.frame(store.scope)):
                stored |= self._stored(store)
        return frozenset(stored)

    def external(self, path: str) -> Value:
        """Something that is not in the tree, by the name that is its proper one."""
        top, _, rest = path.partition(".")
        if top == "flask":
            last = path.rpartition(".")[2]
            if last in host.FLASK_NAMES and "()" not in path:
                path = f"flask.{last}"
            if path in ("flask.wrappers.Response", "flask.wrappers.Request"):
                path = f"flask.{last}"
            name = path.removeprefix("flask.")
            if name in host.PROXIES:
                return one(HostObject(host.PROXIES[name]))
            if name == "after_this_request":
                return one(Registrar("after_this_request", ""))
        elif top == "werkzeug" and rest.rpartition(".")[2] in ("Response", "BaseResponse"):
            path = "werkzeug.Response"
        elif top == "afterware" and path.rpartition(".")[2] in host.PROXIES:
            # Afterware's proxies stand for the host's own objects.
            return one(HostObject(host.PROXIES[path.rpartition(".")[2]]))
        return one(Ext(path))


def _from_around(value: Value) -> Value:
    """What a function around made, as an inner function finds it."""
    return frozenset(
        replace(atom, left=True, flags=atom.flags | {"closure"})
        if isinstance(atom, Obj) and not atom.left
        else atom
        for atom in value
    )
