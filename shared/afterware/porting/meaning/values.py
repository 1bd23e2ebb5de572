"""What a name may stand for: the values that the interpreter follows.

A value is a frozen set of atoms, all the things that an expression may be; the empty set says that
nothing is known of it. Sets are walked in the order of their hashes, and what is cut short depends
on that order: hence atoms have hashes of their own, the same in each run.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..tree.index import Class, Function, Module
    from .evaluate import Frame

__all__ = [
    "MORE",
    "NONE",
    "NOTHING",
    "NOWHERE",
    "UNKNOWN",
    "Atom",
    "ClassRef",
    "Const",
    "Data",
    "Ext",
    "Func",
    "Getter",
    "Inst",
    "Map",
    "ModuleRef",
    "Obj",
    "Position",
    "Record",
    "Seq",
    "Site",
    "TupleClass",
    "Value",
    "Wrapped",
    "one",
]


@lru_cache(maxsize=100_000)
def _stable_text(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "replace"))


def _stable(part: object) -> int:
    """A hash that is the same in each run, whatever the seed of Python's own."""
    if isinstance(part, str):
        return _stable_text(part)
    if isinstance(part, tuple):
        return hash(tuple([_stable(each) for each in part]))
    if isinstance(part, frozenset):
        if all(isinstance(each, Atom) for each in part):
            return hash(part)  # of atoms, which have stable hashes
        return hash(frozenset([_stable(each) for each in part]))
    if part is None or isinstance(part, (bytes, complex)):
        return zlib.crc32(repr(part).encode())
    return hash(part)


class Atom:
    """One thing that an expression may be."""

    __slots__ = ("_hash",)

    _hash: int

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            # The fields of a dataclass with slots are its slots.
            parts = tuple([getattr(self, name) for name in type(self).__slots__])
            found = hash((_stable(type(self).__name__), _stable(parts)))
            object.__setattr__(self, "_hash", found)
            return found


Value = frozenset[Atom]
UNKNOWN: Value = frozenset()
Position = tuple[str, int, int]  # file, line, column
Site = tuple[str | int, ...]  # a place; of what an instance keeps, followed by the instance's
NOWHERE: Position = ("", 0, 0)


@dataclass(frozen=True, slots=True)
class Const(Atom):
    """A constant: None, a string, a number."""

    __hash__ = Atom.__hash__

    value: Any
    kind: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", type(self.value).__name__)  # 1 is not True


@dataclass(frozen=True, slots=True)
class Data(Atom):
    """Plain data of a built-in type, made in memory."""

    __hash__ = Atom.__hash__

    kind: str


@dataclass(frozen=True, slots=True)
class Ext(Atom):
    """Something of a module that is not in the tree, by its dotted path."""

    __hash__ = Atom.__hash__

    path: str


@dataclass(frozen=True, slots=True)
class Obj(Atom):
    """What calling something outside the tree gave; the path is what was called, with `()`.

    :param site: where it was made: file, line, column. Two objects of one site are one object.
    :param left: whether another function made it and left it where this one found it.
    :param flags: what its arguments say that matters here.
    """

    __hash__ = Atom.__hash__

    path: str
    site: Position = NOWHERE
    left: bool = False
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ModuleRef(Atom):
    """A module of the tree."""

    __hash__ = Atom.__hash__

    module: Module


@dataclass(frozen=True, slots=True)
class Func(Atom):
    """A function of the tree, with what is bound already."""

    __hash__ = Atom.__hash__

    function: Function
    frame: Frame | None
    bound: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Wrapped(Atom):
    """A function that something outside the tree has wrapped."""

    __hash__ = Atom.__hash__

    path: str
    inner: Value


@dataclass(frozen=True, slots=True)
class ClassRef(Atom):
    """A class of the tree."""

    __hash__ = Atom.__hash__

    cls: Class


@dataclass(frozen=True, slots=True)
class Inst(Atom):
    """An instance of a class of the tree.

    :param frame: that of its `__init__`, where known.
    :param exact: whether it is of this very class, and of none that inherits from it.
    :param site: where it was made, if that is known.
    """

    __hash__ = Atom.__hash__

    cls: Class
    frame: Frame | None = None
    exact: bool = False
    site: Site = ()


@dataclass(frozen=True, slots=True)
class Seq(Atom):
    """A list, tuple, set or generator; the items one by one where their number is known.

    :param site: where it was made, if more may be added to it elsewhere.
    """

    __hash__ = Atom.__hash__

    items: tuple[Value, ...]
    exact: bool = True
    kind: str = "list"
    site: Site = NOWHERE

    def any(self) -> Value:
        """What an item may be."""
        return frozenset().union(*self.items)


@dataclass(frozen=True, slots=True)
class Map(Atom):
    """A dict: constant keys (None for any other) and what is under them.

    :param site: where it was made, if more may be put into it elsewhere.
    """

    __hash__ = Atom.__hash__

    items: tuple[tuple[Any, Value], ...] = field(default=())
    site: Site = NOWHERE

    def any(self) -> Value:
        """What a value may be."""
        return frozenset().union(*(value for _, value in self.items))

    def get(self, key: Any) -> Value:
        """What is under a constant key."""
        return frozenset().union(
            *(value for name, value in self.items if name is None or name == key)
        )


@dataclass(frozen=True, slots=True)
class TupleClass(Atom):
    """A class that `namedtuple` made."""

    __hash__ = Atom.__hash__

    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record(Atom):
    """An object that is nothing but its attributes: a namedtuple, a SimpleNamespace.

    :param site: where it was made, if attributes may be assigned to it elsewhere.
    """

    __hash__ = Atom.__hash__

    items: tuple[tuple[str, Value], ...]
    site: Site = NOWHERE

    def get(self, name: str) -> Value:
        """What an attribute was made as."""
        return frozenset().union(*(value for key, value in self.items if key == name))


@dataclass(frozen=True, slots=True)
class Getter(Atom):
    """What operator.attrgetter (its arguments None) or methodcaller made."""

    __hash__ = Atom.__hash__

    names: tuple[str, ...]
    arguments: tuple[Value, ...] | None = None


def one(atom: Atom) -> Value:
    """A value that is this and nothing else."""
    return frozenset((atom,))


NONE: Value = one(Const(None))
MORE = Data("more")  # stands for what there was too much of to follow
NOTHING: Value = one(Data("nothing"))  # an item of what is empty
