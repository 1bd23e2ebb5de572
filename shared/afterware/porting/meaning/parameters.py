"""Evaluates parameters: by what callers pass, and by annotations."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..tree.index import Call, Class, Function, terminal_name
from . import budget
from .values import (
    UNKNOWN,
    Arguments,
    Atom,
    ClassRef,
    Ext,
    Func,
    Inst,
    Map,
    Obj,
    Seq,
    Value,
    one,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .containers import Containers
    from .frames import Frames
    from .machine import Machine
    from .values import Frame

__all__ = ["Parameters"]

_PLAIN = ("builtins.", "typing.", "collections.", "types.")


class Parameters:
    """Evaluates parameters: by what callers pass, and by annotations.

    :param machine: evaluates calls and what they pass.
    :param frames: binds parameters to what is passed.
    :param containers: knows what is in a `*args`.
    """

    def __init__(self, machine: Machine, frames: Frames, containers: Containers) -> None:
        self.machine = machine
        self.frames = frames
        self.containers = containers
        nowhere: list[Call] = []
        self._callers = machine.solver.table(nowhere)

    def parameter(self, name: str, frame: Frame) -> Value:
        """What a parameter stands for: what is passed, or what all callers pass."""
        function = frame.scope
        assert isinstance(function, Function)
        if frame.arguments is not None:
            return frame.arguments.get(name, UNKNOWN)
        value: set[Atom] = set(self.machine.given.get(function, {}).get(name, UNKNOWN))
        spec = function.args
        ordered = [*spec.posonlyargs, *spec.args]
        owner = function.owner
        if owner is not None and ordered and ordered[0].arg == name and not function.static:
            if function.of_class:
                return one(ClassRef(owner))
            return one(Inst(owner)) | self.machine.model.made_by(owner)
        for annotated in (*ordered, *spec.kwonlyargs):
            if annotated.arg == name and annotated.annotation is not None:
                value |= self.annotated(annotated.annotation, frame)
        for call in self.callers(function):
            caller = self.machine.frame(call.scope)
            for func, arguments in self.calls_of(call, function, caller):
                value |= self.frames.bind(function, func, arguments).get(name, UNKNOWN)
        value |= self.frames.default(function, name)
        return frozenset(value)

    # Annotations

    def annotated(self, annotation: ast.expr, frame: Frame) -> Value:
        """What an annotation says that something is, as far as it is a class known here."""
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            try:
                annotation = ast.parse(annotation.value, mode="eval").body
            except (SyntaxError, ValueError):
                return UNKNOWN
            value = self._dotted(annotation, frame)
        elif isinstance(annotation, ast.BinOp):
            return self.annotated(annotation.left, frame) | self.annotated(annotation.right, frame)
        elif isinstance(annotation, ast.Subscript):
            if terminal_name(annotation.value) not in ("Optional", "Annotated", "Union"):
                return UNKNOWN
            inner = annotation.slice
            found: set[Atom] = set()
            for each in inner.elts if isinstance(inner, ast.Tuple) else [inner]:
                found |= self.annotated(each, frame)
            return frozenset(found)
        else:
            value = self.machine.eval(annotation, frame.parent or frame)
        result: set[Atom] = set()
        for atom in value:
            if isinstance(atom, ClassRef):
                result |= {Inst(atom.cls), *self.machine.model.made_by(atom.cls)}
            elif isinstance(atom, Ext):
                result |= self._instance_of(atom.path)
        return frozenset(result)

    def _dotted(self, node: ast.expr, frame: Frame) -> Value:
        """A dotted name that is not part of the module's syntax tree: it stands in a string."""
        if isinstance(node, ast.Name):
            return self.machine.name(node.id, frame)
        found: set[Atom] = set()
        if isinstance(node, ast.Attribute):
            for atom in self._dotted(node.value, frame):
                found |= self.machine.attribute(atom, node.attr, frame)
        return frozenset(found)

    def _instance_of(self, path: str) -> Value:
        """An instance of a class outside the tree; nothing for a built-in type."""
        known = self.machine.model.instance_of(path)
        if known is not None:
            return known
        return UNKNOWN if path.startswith(_PLAIN) else one(Obj(path + "()", elsewhere=True))

    # Callers

    def callers(self, function: Function) -> list[Call]:
        """The places that may call a function, by name."""
        solver = self.machine.solver
        return solver.ask(self._callers, function, self._find_callers, function, None)

    def _find_callers(self, function: Function, _: None) -> list[Call]:
        names = {function.name}
        scope = function.parent
        while isinstance(scope, Function):  # an inner function is called as what its outer returned
            names.add(scope.name)
            scope = scope.parent
        if function.name in ("__init__", "__call__") and isinstance(function.parent, Class):
            names = {function.parent.name}
            if function.name == "__call__":
                names.add("")
            names |= {cls.name for cls in self.machine.subclasses(function.parent)}
        return self.machine.project.calls(names, function.module)[: budget.SITES]

    def calls_of(
        self, call: Call, function: Function, caller: Frame
    ) -> Iterator[tuple[Func, Arguments]]:
        """How a place calls a function, if it does.

        :param caller: the frame of the place.
        """
        if call.decorates is not None:
            decorated = call.decorates
            assert isinstance(decorated, Function)
            for atom in self.machine.eval(call.node, caller):
                if isinstance(atom, Func) and atom.function is function:
                    index = decorated.decorators.index(call.node)
                    below = self.machine.decorated(decorated, caller, index + 1)
                    yield atom, Arguments([below])
            return
        node = call.node
        assert isinstance(node, ast.Call)
        machine = self.machine
        for atom in machine.eval(node.func, caller):
            if isinstance(atom, Func):
                if atom.function is function:
                    yield atom, machine.arguments(node, caller)
            elif isinstance(atom, ClassRef):
                if function.name == "__init__":
                    if function is machine.find_method(atom.cls, "__init__"):
                        myself = one(Inst(atom.cls))
                        yield Func(function, None, (myself,)), machine.arguments(node, caller)
            elif isinstance(atom, Inst):
                if function.name == "__call__":
                    if function is machine.find_method(atom.cls, "__call__"):
                        yield Func(function, None, (one(atom),)), machine.arguments(node, caller)
            elif isinstance(atom, Ext) and atom.path in ("functools.partial", "builtins.map"):
                for each in machine.eval(node, caller):
                    if isinstance(each, Func) and each.function is function:
                        yield each, Arguments()

    def arguments(self, node: ast.Call, frame: Frame) -> Arguments:
        """What a call passes."""
        evaluate = self.machine.eval
        arguments = Arguments()
        for each in node.args:
            if isinstance(each, ast.Starred):
                value = evaluate(each.value, frame)
                exact = None if arguments.rest else self._exact(value)
                if exact is not None:
                    arguments.positional.extend(exact.items)
                else:
                    arguments.rest |= self.machine.items(value)
            else:
                arguments.positional.append(evaluate(each, frame))
        for keyword in node.keywords:
            value = evaluate(keyword.value, frame)
            if keyword.arg is not None:
                arguments.keywords[keyword.arg] = value
            else:
                arguments.more_keywords = True
                for atom in value:
                    if isinstance(atom, Map):
                        for key, item in atom.items:
                            if isinstance(key, str):
                                arguments.keywords[key] = item
        return arguments

    def _exact(self, value: Value) -> Seq | None:
        """A sequence whose items are known one by one."""
        for atom in value:
            if isinstance(atom, Seq) and atom.exact and not self.containers.grows(atom):
                return atom
        return None
