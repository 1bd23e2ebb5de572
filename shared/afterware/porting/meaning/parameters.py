"""What parameters stand for, and who calls a function with what."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from ..flask.atoms import HostObject, HostPart
from ..tree.index import Call, Class, Function, terminal_name
from .values import UNKNOWN, Atom, ClassRef, Const, Ext, Func, Inst, Map, Obj, Seq, Value, one

if TYPE_CHECKING:
    from collections.abc import Iterable

from .core import Core
from .frames import Arguments, Frame
from .pieces import SITES, item_of

__all__ = ["Parameters"]


class Parameters(Core):
    """What parameters stand for, and who calls a function with what."""

    def parameter(self, name: str, frame: Frame) -> Value:
        """What a parameter stands for: what is passed, or what all callers pass."""
        function = frame.scope
        assert isinstance(function, Function)
        if frame.arguments is not None:
            return frame.arguments.get(name, UNKNOWN)
        value: set[Atom] = set(self.given.get(function, {}).get(name, UNKNOWN))
        spec = function.args
        ordered = [*spec.posonlyargs, *spec.args]
        owner = function.owner
        if owner is not None and ordered and ordered[0].arg == name and not function.static:
            if function.of_class:
                return one(ClassRef(owner))
            return one(Inst(owner)) | self.as_host(owner)
        for annotated in (*ordered, *spec.kwonlyargs):
            if annotated.arg == name and annotated.annotation is not None:
                value |= self.annotated(annotated.annotation, frame)
        for call in self.callers(function):
            caller = self.frame(call.scope)
            for func, arguments in self.calls_of(call, function, caller):
                bound = self.bind(function, func, arguments)
                value |= bound.get(name, UNKNOWN)
        value |= self.default(function, name)
        return frozenset(value)

    def annotated(self, annotation: ast.expr, frame: Frame) -> Value:
        """What an annotation says that a parameter is, as far as it is a class known here."""
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            try:
                annotation = ast.parse(annotation.value, mode="eval").body
            except (SyntaxError, ValueError):
                return UNKNOWN
            value = self.eval_detached(annotation, frame)
        elif isinstance(annotation, ast.BinOp):
            return self.annotated(annotation.left, frame) | self.annotated(annotation.right, frame)
        elif isinstance(annotation, ast.Subscript):
            if terminal_name(annotation.value) in ("Optional", "Annotated", "Union"):
                inner = annotation.slice
                parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
                return frozenset().union(*(self.annotated(each, frame) for each in parts))
            return UNKNOWN
        else:
            value = self.eval(annotation, frame.parent or frame)
        result: set[Atom] = set()
        for atom in value:
            if isinstance(atom, ClassRef):
                result |= {Inst(atom.cls), *self.as_host(atom.cls)}
            elif isinstance(atom, Ext):
                result |= self.instance_of(atom.path)
        return frozenset(result)

    def eval_detached(self, node: ast.expr, frame: Frame) -> Value:
        """An expression that is not part of the module's tree."""
        if isinstance(node, ast.Name):
            return self.name(node.id, frame)
        if isinstance(node, ast.Attribute):
            base = self.eval_detached(node.value, frame)
            return frozenset().union(*(self.attribute(atom, node.attr, frame) for atom in base))
        return UNKNOWN

    def instance_of(self, path: str) -> Value:
        """An instance of a class outside the tree; nothing for a built-in type."""
        known = {
            "flask.Flask": HostObject("app"),
            "flask.Blueprint": HostObject("blueprint"),
            "flask.Response": HostObject("response"),
            "werkzeug.Response": HostObject("response"),
            "flask.Request": HostObject("request"),
            "werkzeug.wrappers.Request": HostObject("request"),
        }.get(path)
        if known is not None:
            return one(known)
        if path.startswith(("builtins.", "typing.", "collections.", "types.")):
            return UNKNOWN
        return one(Obj(path + "()", left=True))

    def callers(self, function: Function) -> list[Call]:
        """The places that may call a function, by name."""
        found = self._callers.get(function)
        if found is None:
            found = self._callers[function] = self._find_callers(function)
        return found

    def _find_callers(self, function: Function) -> list[Call]:
        names = {function.name}
        scope = function.parent
        while isinstance(scope, Function):  # an inner function is called as what its outer returned
            names.add(scope.name)
            scope = scope.parent
        if function.name in ("__init__", "__call__") and isinstance(function.parent, Class):
            names = {function.parent.name}
            if function.name == "__call__":
                names.add("")
            names |= {cls.name for cls in self.subclasses(function.parent)}
        return self.project.calls(names, function.module)[:SITES]

    def calls_of(
        self, call: Call, function: Function, caller: Frame
    ) -> Iterable[tuple[Func, Arguments]]:
        """How a place calls a function, if it does."""
        if call.decorates is not None:
            decorated = call.decorates
            assert isinstance(decorated, Function)
            index = decorated.decorators.index(call.node)
            for atom in self.eval(call.node, caller):
                if isinstance(atom, Func) and atom.function is function:
                    below = self.decorated(decorated, caller, index + 1)
                    yield atom, Arguments([below])
            return
        node = call.node
        assert isinstance(node, ast.Call)
        for atom in self.eval(node.func, caller):
            if isinstance(atom, Func) and atom.function is function:
                yield atom, self.arguments(node, caller)
            elif isinstance(atom, ClassRef) and function.name == "__init__":
                if function is self.find_method(atom.cls, "__init__"):
                    yield (
                        Func(function, None, (one(Inst(atom.cls)),)),
                        self.arguments(node, caller),
                    )
            elif isinstance(atom, Inst) and function.name == "__call__":
                if function is self.find_method(atom.cls, "__call__"):
                    yield Func(function, None, (one(atom),)), self.arguments(node, caller)
            elif isinstance(atom, Ext) and atom.path in ("functools.partial", "builtins.map"):
                yield from self._indirect(node, function, caller)

    def _indirect(
        self, node: ast.Call, function: Function, caller: Frame
    ) -> Iterable[tuple[Func, Arguments]]:
        for atom in self.eval(node, caller):
            if isinstance(atom, Func) and atom.function is function:
                yield atom, Arguments()

    def arguments(self, node: ast.Call, frame: Frame) -> Arguments:
        """What a call passes."""
        arguments = Arguments()
        for each in node.args:
            if isinstance(each, ast.Starred):
                for atom in self.eval(each.value, frame):
                    if (
                        isinstance(atom, Seq)
                        and atom.exact
                        and not arguments.rest
                        and not self.grows(atom)
                    ):
                        arguments.positional.extend(atom.items)
                        break
                else:
                    arguments.rest |= self.items(self.eval(each.value, frame))
            else:
                arguments.positional.append(self.eval(each, frame))
        for keyword in node.keywords:
            value = self.eval(keyword.value, frame)
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

    def items(self, value: Value) -> Value:
        """What an item of a value may be, when one iterates over it."""
        found: set[Atom] = set()
        for atom in value:
            if isinstance(atom, Seq):
                found |= self.contents(atom)
            elif isinstance(atom, Map):
                found |= {Const(key) for key, _ in atom.items if key is not None}
            elif isinstance(atom, Obj):
                found |= item_of(atom)
            elif isinstance(atom, HostPart):
                found.add(atom)
            elif isinstance(atom, Inst):
                found |= self._iterated(atom)
        return frozenset(found)

    def _iterated(self, atom: Inst) -> Value:
        """What iterating over an instance of a class of the tree gives."""
        frame = self.frame(atom.cls)
        iterator = self.call_method(atom, "__iter__", Arguments(), frame)
        found: set[Atom] = set()
        for each in iterator:
            if isinstance(each, Inst):
                found |= self.call_method(each, "__next__", Arguments(), frame)
            else:
                found |= self.items(one(each))
        return frozenset(found)

    def unpack(self, value: Value, path: tuple[int | None, ...]) -> Value:
        for step in path:
            found: set[Atom] = set()
            for atom in value:
                if isinstance(atom, Seq):
                    if (
                        step is not None
                        and atom.exact
                        and -len(atom.items) <= step < len(atom.items)
                    ):
                        found |= atom.items[step]
                    elif step is None or not atom.exact:
                        found |= self.contents(atom)
                elif isinstance(atom, Obj):
                    found |= item_of(atom)
                elif isinstance(atom, HostPart):
                    found.add(atom)
            value = frozenset(found)
        return value

    def entered(self, node: ast.expr, frame: Frame) -> Value:
        """What `with node as name` binds."""
        found: set[Atom] = set()
        for atom in self.eval(node, frame):
            if isinstance(atom, Inst):
                result = self.call_method(atom, "__enter__", Arguments(), frame)
                found |= result or {atom}
            elif isinstance(atom, Seq):  # of a function decorated with contextmanager
                found |= atom.any()
            else:
                found.add(atom)
        return frozenset(found)

    @staticmethod
    def constant(value: Value) -> Any:
        """The constant that a value is, or None."""
        if len(value) == 1:
            (atom,) = value
            if isinstance(atom, Const):
                return atom.value
        return None
