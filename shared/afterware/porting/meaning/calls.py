"""Evaluates calls."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from ..tree.index import Function, terminal_name
from .library import flags, position
from .values import (
    CONTAINERS,
    NONE,
    UNKNOWN,
    Arguments,
    Atom,
    ClassRef,
    Const,
    Data,
    Ext,
    Frame,
    Func,
    Getter,
    Inst,
    Map,
    Obj,
    Record,
    Seq,
    TupleClass,
    Value,
    Wrapped,
    longer,
    one,
)

if TYPE_CHECKING:
    from .attributes import Attributes
    from .containers import Containers
    from .library import Library
    from .machine import Machine

__all__ = ["Calls"]

_TAKES = (".get", ".get_nowait", ".items", ".keys", ".pop", ".popitem", ".popleft", ".values")
_KEPT_APART = ("()._get_current_object", ".cursor", ".connect")


class Calls:
    """Evaluates calls.

    :param machine: evaluates what is called, and what the functions called give back.
    :param attributes: knows what is assigned to attributes.
    :param containers: knows the methods of containers.
    :param library: knows what is outside the tree.
    """

    def __init__(
        self, machine: Machine, attributes: Attributes, containers: Containers, library: Library
    ) -> None:
        self.machine = machine
        self.attributes = attributes
        self.containers = containers
        self.library = library
        self._results = machine.solver.table(UNKNOWN)

    def read(self, node: ast.Call, frame: Frame) -> Value:
        """A call."""
        callee = self.machine.eval(node.func, frame)
        arguments = self.machine.arguments(node, frame)
        found: set[Atom] = set()
        for atom in callee:
            found |= self.machine.call(atom, arguments, frame, node)
        if isinstance(node.func, ast.Attribute):
            for atom in self.machine.eval(node.func.value, frame):
                if isinstance(atom, (Seq, Map, Const)):
                    found |= self.containers.method(atom, node.func.attr, arguments)
        return frozenset(found)

    def call(self, atom: Atom, arguments: Arguments, frame: Frame, node: ast.expr | None) -> Value:
        """What calling one thing gives."""
        if isinstance(atom, Func):
            return self.result(self.machine.call_frame(atom, arguments))
        if isinstance(atom, ClassRef):
            return self._instance(atom, arguments, frame, node)
        if isinstance(atom, Ext):
            return self.library.call(atom, arguments, frame, node)
        if isinstance(atom, Inst):
            return self.call_method(atom, "__call__", arguments, frame)
        if isinstance(atom, Wrapped):
            found: set[Atom] = set()
            for inner in atom.inner:
                found |= self.machine.call(inner, arguments, frame, node)
            return frozenset(found)
        if isinstance(atom, Getter):
            return self._taken(atom, arguments.get(0), frame)
        if isinstance(atom, TupleClass):
            return _tuple_of(atom, arguments)
        if isinstance(atom, Data):
            return one(Data("value")) if atom.kind == "method" else UNKNOWN
        known = self.machine.model.call(atom, arguments, frame, node)
        if known is not None:
            return known
        if isinstance(atom, Obj):
            return self._of_object(atom, arguments, frame, node)
        return UNKNOWN

    def call_method(self, atom: Inst, name: str, arguments: Arguments, frame: Frame) -> Value:
        """What calling a method of an instance gives; nothing where it has none."""
        function = self.machine.find_method(atom.cls, name)
        if function is None:
            return UNKNOWN
        return self.machine.call(Func(function, None, (one(atom),)), arguments, frame, None)

    def result(self, frame: Frame) -> Value:
        """What a function gives back when it is called so."""
        solver = self.machine.solver
        return solver.ask(self._results, frame, self._result, frame, None)

    def _result(self, frame: Frame, _: None) -> Value:
        function = frame.scope
        assert isinstance(function, Function)
        found: set[Atom] = set()
        if function.generator:
            for each in function.yields:
                found |= self.machine.eval(each, frame)
            if any(terminal_name(each).endswith("contextmanager") for each in function.decorators):
                return frozenset(found)
            return one(Seq((frozenset(found),), exact=False, kind="generator"))
        for expression in function.returns:
            found |= NONE if expression is None else self.machine.eval(expression, frame)
        if function.falls and not _only_raises(function):
            found |= NONE
        return frozenset(found)

    def _instance(
        self, atom: ClassRef, arguments: Arguments, frame: Frame, node: ast.expr | None
    ) -> Value:
        """What calling a class of the tree makes."""
        function = self.machine.find_method(atom.cls, "__init__")
        made: Frame | None = None
        if function is not None:
            func = Func(function, None, (one(Inst(atom.cls)),))
            made = self.machine.call_frame(func, arguments)
            if made.arguments is None or made.nesting > 1:
                made = None
        site = position(node, frame) if node is not None else ()
        return one(Inst(atom.cls, made, exact=True, site=site)) | self.machine.model.made_by(
            atom.cls
        )

    def _of_object(
        self, atom: Obj, arguments: Arguments, frame: Frame, node: ast.expr | None
    ) -> Value:
        """What calling an object of a library, or a method of one, gives."""
        path = atom.path
        if path == "contextvars.ContextVar().get":
            return self.attributes.set_in(atom, frame) | arguments.get(0)
        if path == "contextvars.ContextVar().set":
            return one(Obj(path + "()", position(node, frame)))  # a token
        if path.startswith(CONTAINERS) and path.endswith(_TAKES):
            taken = replace(atom, path=path.rpartition(".")[0], flags=frozenset())
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                return self.containers.put_under(node.func.value, taken, None, frame)
            return UNKNOWN
        if path.endswith((".getLogger", ".get_logger")):
            return one(Obj("logging.getLogger()"))
        if path.endswith(_KEPT_APART):
            return one(replace(atom, path=longer(path, "()")))
        more = atom.flags | flags(arguments)
        return one(replace(atom, path=longer(path, "()"), flags=more))

    def _taken(self, atom: Getter, value: Value, frame: Frame) -> Value:
        """What attrgetter or methodcaller takes out of something."""
        results: list[Value] = []
        for name in atom.names:
            found = value
            for part in name.split("."):
                inner: set[Atom] = set()
                for each in found:
                    inner |= self.machine.attribute(each, part, frame)
                found = frozenset(inner)
            results.append(found)
        if atom.arguments is not None:
            passed = Arguments(list(atom.arguments))
            given: set[Atom] = set()
            for each in results[0]:
                given |= self.machine.call(each, passed, frame, None)
            return frozenset(given)
        return results[0] if len(results) == 1 else one(Seq(tuple(results), kind="tuple"))


def _tuple_of(atom: TupleClass, arguments: Arguments) -> Value:
    values = [arguments.get(index, name) for index, name in enumerate(atom.fields)]
    if arguments.rest:
        values = [value or arguments.rest for value in values]
    items = tuple(zip(atom.fields, values, strict=True))
    return frozenset((Record(items), Seq(tuple(values), kind="tuple")))


def _only_raises(function: Function) -> bool:
    body = getattr(function.node, "body", [])
    return bool(body) and isinstance(body, list) and isinstance(body[-1], ast.Raise)
