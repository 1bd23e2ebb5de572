"""What a name may stand for: the values that the interpreter follows.

A value is a frozen set of atoms, all the things that an expression may be; the empty set says that
nothing is known of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .evaluate import Frame
    from .index import Class, Function, Module

__all__ = [
    "NONE",
    "UNKNOWN",
    "Atom",
    "ClassRef",
    "Const",
    "Data",
    "Ext",
    "Func",
    "Host",
    "HostAttr",
    "Inst",
    "Map",
    "ModuleRef",
    "Obj",
    "Part",
    "Reg",
    "Seq",
    "Value",
    "Wrapped",
    "one",
]


class Atom:
    """One thing that an expression may be."""

    __slots__ = ()


Value = frozenset[Atom]
UNKNOWN: Value = frozenset()


@dataclass(frozen=True, slots=True)
class Const(Atom):
    """A constant: None, a string, a number."""

    value: Any
    kind: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", type(self.value).__name__)  # 1 is not True


@dataclass(frozen=True, slots=True)
class Data(Atom):
    """Plain data of a built-in type, made in memory."""

    kind: str


@dataclass(frozen=True, slots=True)
class Ext(Atom):
    """Something of a module that is not in the tree, by its dotted path."""

    path: str


@dataclass(frozen=True, slots=True)
class Obj(Atom):
    """What calling something outside the tree gave; the path is what was called, with `()`.

    :param site: where it was made: file, line, column. Two objects of one site are one object.
    :param left: whether another function made it and left it where this one found it.
    :param flags: what its arguments say that matters here.
    """

    path: str
    site: tuple[str, int, int] = ("", 0, 0)
    left: bool = False
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ModuleRef(Atom):
    """A module of the tree."""

    module: Module


@dataclass(frozen=True, slots=True)
class Func(Atom):
    """A function of the tree, with what is bound already."""

    function: Function
    frame: Frame | None
    bound: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Wrapped(Atom):
    """A function that something outside the tree has wrapped."""

    path: str
    inner: Value


@dataclass(frozen=True, slots=True)
class ClassRef(Atom):
    """A class of the tree."""

    cls: Class


@dataclass(frozen=True, slots=True)
class Inst(Atom):
    """An instance of a class of the tree.

    :param frame: that of its `__init__`, where known.
    :param exact: whether it is of this very class, and of none that inherits from it.
    """

    cls: Class
    frame: Frame | None = None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Host(Atom):
    """One of the host's own objects: response, request, session, g, app, blueprint, funcs."""

    kind: str


@dataclass(frozen=True, slots=True)
class HostAttr(Atom):
    """An attribute of one of the host's objects, before it is called."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Part(Atom):
    """Something in memory that belongs to a host's object: headers, args, config."""

    path: str


@dataclass(frozen=True, slots=True)
class Reg(Atom):
    """What registers hooks: `app.after_request` and its like."""

    name: str
    receiver: str


@dataclass(frozen=True, slots=True)
class Seq(Atom):
    """A list, tuple, set or generator; the items one by one where their number is known."""

    items: tuple[Value, ...]
    exact: bool = True
    kind: str = "list"

    def any(self) -> Value:
        """What an item may be."""
        return frozenset().union(*self.items)


@dataclass(frozen=True, slots=True)
class Map(Atom):
    """A dict: constant keys (None for any other) and what is under them."""

    items: tuple[tuple[Any, Value], ...] = field(default=())

    def any(self) -> Value:
        """What a value may be."""
        return frozenset().union(*(value for _, value in self.items))

    def get(self, key: Any) -> Value:
        """What is under a constant key."""
        return frozenset().union(
            *(value for name, value in self.items if name is None or name == key)
        )


def one(atom: Atom) -> Value:
    """A value that is this and nothing else."""
    return frozenset((atom,))


NONE: Value = one(Const(None))
