"""The verbs of the evaluator that its parts know, and what a framework adds to Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterable

    from ..tree.index import Binding, Call, Class, Function, Module, Scope, Store
    from ..tree.project import Project
    from .solver import Solver
    from .values import Arguments, Atom, ClassRef, Ext, Frame, Func, Inst, Map, Obj, Seq, Value

__all__ = ["Machine", "Model"]


class Machine(Protocol):
    """The evaluator, as its parts and a framework's model know it."""

    @property
    def project(self) -> Project:
        """The files."""

    @property
    def model(self) -> Model:
        """What the framework adds."""

    @property
    def solver(self) -> Solver:
        """Keeps the answers."""

    @property
    def given(self) -> dict[Function, dict[str, Value]]:
        """What a framework passes to functions, by the name of the parameter."""

    def eval(self, node: ast.AST | None, frame: Frame) -> Value:
        """What an expression may stand for, in a frame."""

    def frame(self, scope: Scope) -> Frame:
        """The frame of a scope whose parameters stand for what all callers pass."""

    def call_frame(self, func: Func, arguments: Arguments) -> Frame:
        """The frame of a call: the function's parameters bound to what is passed."""

    def attribute(self, atom: Atom, name: str, frame: Frame) -> Value:
        """What an attribute of one thing may be."""

    def call(self, atom: Atom, arguments: Arguments, frame: Frame, node: ast.expr | None) -> Value:
        """What calling one thing gives."""

    def call_method(self, atom: Inst, name: str, arguments: Arguments, frame: Frame) -> Value:
        """What calling a method of an instance gives; nothing where it has none."""

    def items(self, value: Value) -> Value:
        """What an item of a value may be, when one iterates over it."""

    def contents(self, atom: Seq | Map, key: Any = None) -> Value:
        """What an item of a container may be: made with it, or put into it anywhere."""

    def arguments(self, node: ast.Call, frame: Frame) -> Arguments:
        """What a call passes."""

    def callers(self, function: Function) -> list[Call]:
        """The places that may call a function, by name."""

    def calls_of(
        self, call: Call, function: Function, caller: Frame
    ) -> Iterable[tuple[Func, Arguments]]:
        """How a place calls a function, if it does."""

    def name(self, name: str, frame: Frame) -> Value:
        """A name inside a scope, whatever is bound before and after."""

    def decorated(self, function: Function, frame: Frame, upto: int | None = None) -> Value:
        """A function with its decorators applied, the outermost *upto* of them left out."""

    def binding(self, binding: Binding, frame: Frame) -> Value:
        """What a name stands for where a binding of it holds."""

    def stored(self, store: Store) -> Value:
        """What an assignment to an attribute leaves there."""

    def external(self, path: str) -> Value:
        """Something that is not in the tree, by its dotted path."""

    def mro(self, cls: Class) -> tuple[list[Class], list[str]]:
        """The classes of the tree that a class inherits from, itself first, and those outside."""

    def subclasses(self, cls: Class) -> list[Class]:
        """The classes of the tree that inherit from one."""

    def find_method(self, cls: Class, name: str) -> Function | None:
        """The method that a class has under a name, its own or inherited from the tree."""

    def bound(self, binding: Binding, cls: Class, atom: Inst | ClassRef) -> Value:
        """What a binding in a class's body is as an attribute of an instance or the class."""

    def imported(self, module: Module, level: int, dotted: str, name: str | None) -> Value:
        """What an import binds."""

    def set_in(self, atom: Obj, frame: Frame) -> Value:
        """What the tree sets a ContextVar to."""

    def put_under(
        self,
        base: ast.expr,
        frame: Frame,
        key: Any,
        is_it: Callable[[Atom], bool],
        is_unknown: Callable[[ast.expr], bool],
    ) -> Value:
        """What the tree puts under a key of a framework's or a library's own dict."""


class Model(Protocol):
    """What a framework adds to Python: its objects, and what its names stand for.

    Where a method answers None, the framework has nothing to say, and Python's rules hold.
    """

    def attribute(self, atom: Atom, name: str, frame: Frame) -> Value | None:
        """An attribute of an object of the framework, or of something outside the tree."""

    def refined(self, node: ast.Attribute, base: Value, found: Value, frame: Frame) -> Value:
        """An attribute by its name, where that tells more than what is known of its base.

        :param base: what it is an attribute of.
        :param found: what Python's rules say that it is.
        """

    def named(self, name: str, module: Module) -> Value:
        """An attribute of something of which nothing is known, by its name alone."""

    def inherited(self, cls: Class, outside: list[str], name: str, frame: Frame) -> Value | None:
        """An attribute that a class of the tree has from the framework's."""

    def by_super(self, cls: Class, outside: list[str], name: str, frame: Frame) -> Value | None:
        """What `super()` gives in a class of the tree that inherits from the framework's."""

    def made_by(self, cls: Class) -> Value:
        """The object of the framework that an instance of a class of the tree is as well."""

    def instance_of(self, path: str) -> Value | None:
        """An instance of a class outside the tree, as an annotation names it."""

    def class_of(self, atom: Atom) -> Value:
        """What `type()` gives for an object of the framework."""

    def call(
        self, atom: Atom, arguments: Arguments, frame: Frame, node: ast.expr | None
    ) -> Value | None:
        """What calling an object or a function of the framework gives."""

    def item(self, atom: Atom, node: ast.Subscript, key: Any, frame: Frame) -> Value | None:
        """What a subscript of an object of the framework gives."""

    def iterated(self, atom: Atom) -> Value | None:
        """What iterating over an object of the framework gives."""

    def external(self, path: str) -> Value | None:
        """What a dotted path outside the tree stands for."""

    def starred(self, dotted: str, name: str) -> Value | None:
        """What `from dotted import *` binds a name to."""

    def is_transparent(self, decorator: Ext | Obj, node: ast.expr) -> bool:
        """Whether a decorator outside the tree gives back the function that it takes."""
