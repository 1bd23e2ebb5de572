"""What an expression may stand for: the values that the evaluator follows.

A value is a frozen set of atoms, all the things that an expression may be; the empty set says that
nothing is known of it. Sets are walked in the order of their hashes, and what is cut short depends
on that order: hence atoms have hashes of their own, the same in each run.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from . import budget

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..tree.index import Class, Function, Module, Scope
    from ..tree.project import Package
    from .budget import Cell

__all__ = [
    "CONTAINERS",
    "MORE",
    "NONE",
    "NOTHING",
    "NOWHERE",
    "UNKNOWN",
    "Arguments",
    "Atom",
    "ClassRef",
    "Const",
    "Data",
    "Ext",
    "Frame",
    "Func",
    "Getter",
    "Inst",
    "Map",
    "ModuleRef",
    "Obj",
    "Origin",
    "PackageRef",
    "Position",
    "Record",
    "Seq",
    "Site",
    "TupleClass",
    "Value",
    "Wrapped",
    "bound_to",
    "constant",
    "from_around",
    "from_elsewhere",
    "inside",
    "item_of",
    "joined",
    "kept_by",
    "longer",
    "nesting",
    "one",
    "shallow",
    "within",
    "without_none",
]

# Objects of these are plain containers: what is in them is followed by what is put into them.
CONTAINERS = ("collections.", "weakref.", "types.", "queue.", "builtins.", "dataclasses.field")
_LONG = 14  # steps of a path


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

    __slots__ = ("_hash", "_nesting", "_within")

    _hash: int
    _nesting: int
    _within: Mapping[Function, int]

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            # The fields of a dataclass with slots are its slots.
            parts = tuple([getattr(self, name) for name in type(self).__slots__])
            found = hash((_stable(type(self).__name__), _stable(parts)))
            object.__setattr__(self, "_hash", found)
            return found

    @property
    def nesting(self) -> int:
        """How many calls, objects and containers are inside one another in it."""
        try:
            return self._nesting
        except AttributeError:
            found = max(map(nesting, self._values()), default=-1) + self._level()
            frame = self._frame()
            if frame is not None and frame.nesting > found:
                found = frame.nesting
            object.__setattr__(self, "_nesting", max(found, 0))
            return self._nesting

    @property
    def within(self) -> Mapping[Function, int]:
        """How many calls of each function are inside one another in it."""
        try:
            return self._within
        except AttributeError:
            found = within(self._values(), self._frame())
            object.__setattr__(self, "_within", found)
            return found

    def _values(self) -> Iterable[Value]:
        """The values that it is made of."""
        return ()

    def _frame(self) -> Frame | None:
        """The frame that it is of, if it is of one."""
        return None

    def _level(self) -> int:
        """What being inside it adds to the nesting."""
        return 1


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
    :param elsewhere: whether another function made it than the one that finds it here.
    :param flags: what its arguments say that matters here.
    """

    __hash__ = Atom.__hash__

    path: str
    site: Position = NOWHERE
    elsewhere: bool = False
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

    def _values(self) -> Iterable[Value]:
        return (*self.bound, *(value for _, value in self.keywords))

    def _frame(self) -> Frame | None:
        return self.frame

    def _level(self) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class Wrapped(Atom):
    """A function that something outside the tree has wrapped."""

    __hash__ = Atom.__hash__

    path: str
    inner: Value

    def _values(self) -> Iterable[Value]:
        return (self.inner,)


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

    def _frame(self) -> Frame | None:
        return self.frame


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

    def _values(self) -> Iterable[Value]:
        return self.items


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

    def _values(self) -> Iterable[Value]:
        return [value for _, value in self.items]


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

    def _values(self) -> Iterable[Value]:
        return [value for _, value in self.items]


@dataclass(frozen=True, slots=True)
class Getter(Atom):
    """What operator.attrgetter (its arguments None) or methodcaller made."""

    __hash__ = Atom.__hash__

    names: tuple[str, ...]
    arguments: tuple[Value, ...] | None = None

    def _values(self) -> Iterable[Value]:
        return self.arguments or ()


@dataclass(frozen=True, slots=True)
class PackageRef(Atom):
    """A directory of the tree without an `__init__.py`."""

    __hash__ = Atom.__hash__

    package: Package


@dataclass(eq=False)
class Frame:
    """A scope with what its parameters stand for.

    :param parent: the frame of the scope around.
    :param arguments: by parameter; None stands for whatever the callers in the tree pass.
    :param nesting: how many calls, objects and containers are inside one another in it.
    :param within: how many calls of each function are inside one another in it, with its own.
    :param cells: the answers about its expressions and bindings, by their ids.
    """

    scope: Scope
    parent: Frame | None
    arguments: dict[str, Value] | None = None
    nesting: int = 0
    within: Mapping[Function, int] = field(default_factory=dict, repr=False)
    cells: dict[int, Cell] = field(default_factory=dict, repr=False)

    def __hash__(self) -> int:
        return hash((self.scope, self.nesting))  # the same in each run


@dataclass(slots=True)
class Arguments:
    """What a call passes.

    :param rest: what items of a `*args` may be, where their number is not known.
    """

    positional: list[Value] = field(default_factory=list)
    keywords: dict[str, Value] = field(default_factory=dict)
    rest: Value = UNKNOWN
    more_keywords: bool = False

    def every(self) -> Iterable[Value]:
        """Each value that is passed."""
        yield from self.positional
        yield from self.keywords.values()
        if self.rest:
            yield self.rest

    def get(self, index: int, name: str = "") -> Value:
        """What is passed at this position or under this name."""
        if index < len(self.positional):
            return self.positional[index]
        return self.keywords.get(name, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a container is made.

    :param names: what it goes by there.
    :param local: whether they are names of one function only.
    """

    module: Module
    scope: Scope
    names: tuple[str, ...]
    local: bool


def one(atom: Atom) -> Value:
    """A value that is this and nothing else."""
    return frozenset((atom,))


_NONE_WITHIN: Mapping[Function, int] = {}
NONE: Value = one(Const(None))
MORE = Data("more")  # stands for what there was too much of to follow
NOTHING: Value = one(Data("nothing"))  # an item of what is empty


def nesting(value: Value) -> int:
    """How many calls, objects and containers are inside one another in a value."""
    found = 0
    for atom in value:
        if atom.nesting > found:
            found = atom.nesting
    return found


def within(values: Iterable[Value], frame: Frame | None) -> Mapping[Function, int]:
    """How many calls of each function are inside one another in any of these."""
    every = [atom.within for value in values for atom in value]
    if frame is not None:
        every.append(frame.within)
    several = [each for each in every if each]
    if len(several) < 2:
        return several[0] if several else _NONE_WITHIN
    found: dict[Function, int] = {}
    for each in several:
        for function, number in each.items():
            if number > found.get(function, 0):
                found[function] = number
    return found


def constant(value: Value) -> Any:
    """The constant that a value is, or None."""
    if len(value) == 1:
        (atom,) = value
        if isinstance(atom, Const):
            return atom.value
    return None


def without_none(value: Value) -> Value:
    """A value that is known not to be None."""
    return value - NONE


def inside(value: Value, site: Site, key: Any) -> Value:
    """Containers as they are inside another: each of these has its own."""
    if site == NOWHERE:
        return value
    under = () if key is None else (str(key),)
    found: set[Atom] = set()
    for each in value:
        if isinstance(each, (Seq, Map)) and each.site != NOWHERE:
            if each.site == (*site, "item"):  # of a defaultdict
                found.add(replace(each, site=(*each.site, *under)))
                continue
            if len(each.site) == len(NOWHERE):
                found.add(replace(each, site=(*each.site, *site, *under)))
                continue
        found.add(each)
    return frozenset(found)


def kept_by(value: Value, atom: Inst) -> Value:
    """Containers as an instance keeps them, each instance its own."""
    if not atom.site:
        return value
    return frozenset(
        replace(each, site=(*each.site, *atom.site))
        if isinstance(each, (Seq, Map, Record))
        and each.site != NOWHERE
        and each.site[-len(atom.site) :] != atom.site
        and len(each.site) < _LONG
        else each
        for each in value
    )


def from_elsewhere(value: Value) -> Value:
    """Objects as another function than their maker finds them."""
    if not any(isinstance(atom, Obj) and not atom.elsewhere for atom in value):
        return value
    return frozenset(
        replace(atom, elsewhere=True) if isinstance(atom, Obj) else atom for atom in value
    )


def from_around(value: Value) -> Value:
    """Objects of a function as another function inside it finds them."""
    if not any(isinstance(atom, Obj) and not atom.elsewhere for atom in value):
        return value
    return frozenset(
        replace(atom, elsewhere=True, flags=atom.flags | {"closure"})
        if isinstance(atom, Obj) and not atom.elsewhere
        else atom
        for atom in value
    )


def bound_to(value: Value, myself: Value) -> Value:
    """Functions as methods of an instance or a class."""
    found: set[Atom] = set()
    for atom in value:
        if isinstance(atom, Func):
            found.add(replace(atom, bound=(myself, *atom.bound)))
        elif isinstance(atom, Wrapped):
            found.add(replace(atom, inner=bound_to(atom.inner, myself)))
        else:
            found.add(atom)
    return frozenset(found)


def longer(path: str, step: str) -> str:
    """A path with one step more, if it is not one of a loop: `x = x.next` ends somewhere.

    :param step: `.name`, `()` or `[]`.
    """
    if path.endswith(step) and (step != "()" or path.endswith("()()")):
        return path
    if path.endswith(f"{step}()") or path.count(".") + path.count("()") > _LONG:
        return path.removesuffix("()")
    return path + step


def item_of(atom: Obj) -> Value:
    """What is in an object that a library made; of a plain container that is not known."""
    if atom.path.startswith(CONTAINERS):
        return UNKNOWN
    return one(replace(atom, path=longer(atom.path, "[]")))


def joined(first: Seq, second: Seq) -> Seq:
    """One sequence after another; what is added again and again is added once."""
    items = (*first.items, *second.items)
    if first.items and second.any() <= first.any() and second.items:
        return replace(first, exact=False, site=NOWHERE)
    if len(items) > budget.SITES:
        return Seq((frozenset().union(*items),), False, first.kind)
    return Seq(items, first.exact and second.exact, first.kind)


def shallow(made: Seq | Map) -> Seq | Map:
    """A container, without what is in it where too many are inside one another."""
    if made.nesting <= budget.CONTAINERS:
        return made
    return Seq((), False, made.kind, made.site) if isinstance(made, Seq) else Map((), made.site)
