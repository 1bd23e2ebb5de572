"""The scopes of a module: what is bound in them, and what reaches where."""

from __future__ import annotations

import ast
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .sources import Source

__all__ = [
    "ADDING",
    "Addition",
    "AnyFunction",
    "Binding",
    "Class",
    "Function",
    "Module",
    "Scope",
    "container_name",
    "terminal_name",
]

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

# Methods that put into a container what they are given.
ADDING = frozenset(
    """add append appendleft extend extendleft from_mapping insert put put_nowait setdefault
    update""".split()
)

Kind = Literal[
    "assign", "augment", "item", "with", "import", "scope", "param", "unknown", "narrow", "star"
]


@dataclass(slots=True, eq=False)
class Binding:
    """What a name was bound to at one place.

    :param kind: how; "narrow" is another binding that is known not to be None here.
    :param value: the expression, the scope or the dotted module.
    :param path: where in the value it is, for unpacking: indexes, None for "some item".
    """

    kind: Kind
    scope: Scope
    value: Any = None
    path: tuple[int | None, ...] = ()
    line: int = 0


Bindings = tuple[Binding, ...]


@dataclass(eq=False)
class Scope:
    """A module, a class or a function.

    :param reach: for a name that is read, by the id of its node: the bindings that reach it.
    :param exit: the bindings that stand when the scope's code is through.
    :param nodes: the expressions and statements that can run, nested functions' left out.
    """

    node: ast.AST
    parent: Scope | None
    module: Module = field(repr=False)
    name: str
    bindings: dict[str, list[Binding]] = field(default_factory=dict, repr=False)
    reach: dict[int, Bindings] = field(default_factory=dict, repr=False)
    exit: dict[str, Bindings] = field(default_factory=dict, repr=False)
    nodes: list[ast.AST] = field(default_factory=list, repr=False)
    outer_names: set[str] = field(default_factory=set, repr=False)

    def __hash__(self) -> int:
        return self._place

    @cached_property
    def _place(self) -> int:
        # By where it stands, not by its address: see `values`.
        name = self.module.source.name.encode("utf-8", "replace")
        return hash((zlib.crc32(name), self.line, getattr(self.node, "col_offset", -1)))

    @property
    def qualname(self) -> str:
        """The name with those of the classes around it."""
        return (
            f"{self.parent.qualname}.{self.name}" if isinstance(self.parent, Class) else self.name
        )

    @property
    def line(self) -> int:
        """The line of the `def`, `class` or `lambda`."""
        return getattr(self.node, "lineno", 1)


@dataclass(eq=False)
class Function(Scope):
    """A `def`, an `async def` or a lambda.

    :param returns: what it returns, one expression for each reachable return (None: a bare one).
    :param falls: whether its end can be reached without one.
    """

    returns: list[ast.expr | None] = field(default_factory=list, repr=False)
    falls: bool = False
    generator: bool = False
    yields: list[ast.expr] = field(default_factory=list, repr=False)

    @property
    def args(self) -> ast.arguments:
        """The parameters as the syntax tree has them."""
        return self.node.args  # type: ignore[attr-defined,no-any-return]

    @property
    def is_async(self) -> bool:
        """Whether it is an `async def`."""
        return isinstance(self.node, ast.AsyncFunctionDef)

    @property
    def decorators(self) -> list[ast.expr]:
        """Its decorators, from the outermost in."""
        return getattr(self.node, "decorator_list", [])

    @property
    def owner(self) -> Class | None:
        """The class that it is a method of."""
        return self.parent if isinstance(self.parent, Class) else None

    @property
    def static(self) -> bool:
        """Whether it is a static method."""
        return "staticmethod" in map(terminal_name, self.decorators)

    @property
    def of_class(self) -> bool:
        """Whether its first parameter is the class."""
        return "classmethod" in map(terminal_name, self.decorators)

    @property
    def is_setter(self) -> bool:
        """Whether it runs when a property is assigned to, or deleted."""
        return any(
            isinstance(each, ast.Attribute) and each.attr in ("setter", "deleter")
            for each in self.decorators
        )

    @property
    def is_property(self) -> bool:
        """Whether it runs when it is read."""
        names = set(map(terminal_name, self.decorators))
        return bool(names & {"property", "cached_property"})


@dataclass(eq=False)
class Class(Scope):
    """A class.

    :param annotations: what its body says of the type of its attributes, in order.
    """

    annotations: dict[str, ast.expr] = field(default_factory=dict, repr=False)

    @property
    def bases(self) -> list[ast.expr]:
        """The expressions of its base classes."""
        return self.node.bases  # type: ignore[attr-defined,no-any-return]


@dataclass(eq=False)
class Module(Scope):
    """A parsed file.

    :param imports: modules that it imports, as (level, dotted name, name taken from it or None).
    :param calls: calls and decorators by the last name of what is called, with their scope.
    :param stores: assignments to attributes, by the attribute's name.
    :param additions: what is put into containers, by the name that the container goes by.
    :param containers: the names of containers, by the node that makes them, and whether they are
        only a function's own.
    :param renames: by a name, what else the same thing goes by: a target of an assignment, a
        keyword, the function that returns it.
    :param passed: calls that are passed what has a name, with its position and their scope.
    """

    source: Source = field(default=None, repr=False)  # type: ignore[assignment]  # always given
    scopes: dict[int, Scope] = field(default_factory=dict, repr=False)
    functions: list[Function] = field(default_factory=list, repr=False)
    classes: list[Class] = field(default_factory=list, repr=False)
    imports: list[tuple[int, str, str | None]] = field(default_factory=list, repr=False)
    calls: dict[str, list[Call]] = field(default_factory=dict, repr=False)
    stores: dict[str, list[Store]] = field(default_factory=dict, repr=False)
    stars: list[tuple[int, str]] = field(default_factory=list, repr=False)
    aliases: dict[str, set[str]] = field(default_factory=dict, repr=False)
    additions: dict[str, list[Addition]] = field(default_factory=dict, repr=False)
    containers: dict[int, tuple[tuple[str, ...], bool]] = field(default_factory=dict, repr=False)
    renames: dict[str, set[str]] = field(default_factory=dict, repr=False)
    passed: dict[str, list[tuple[ast.Call, int, Scope]]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A place where something is called: a call, or a decorator on a function.

    :param node: the call, or the decorator's expression.
    :param decorates: the function that the decorator is given.
    """

    node: ast.expr
    scope: Scope
    decorates: Scope | None = None
    loop: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    """An assignment to an attribute: `base.name = value`."""

    base: ast.expr
    value: ast.expr | Scope | None
    scope: Scope
    node: ast.AST


@dataclass(frozen=True, slots=True, eq=False)
class Addition:
    """A place that puts something into a container: `base.append(value)`, `base[key] = value`.

    :param how: the method, or "[]" for an assignment under a key.
    :param values: the arguments, or the key and the value.
    """

    base: ast.expr
    how: str
    values: tuple[ast.expr, ...]
    keywords: tuple[ast.keyword, ...]
    scope: Scope


def container_name(node: ast.AST) -> str:
    """The name that a container goes by: `b` of `a.b`, `a.b[key]`, `a.b.setdefault(key, [])`."""
    while True:
        if isinstance(node, ast.Subscript):
            node = node.value
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("get", "setdefault")
        ):
            node = node.func.value
        else:
            return terminal_name(node)


def terminal_name(node: ast.AST) -> str:
    """The last name of a dotted expression, or of what a call calls."""
    while isinstance(node, (ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
