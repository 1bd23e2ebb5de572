"""Effects: what the code that an entry runs does, each with its place.

`walk` makes the list; the rules look at it. A rule needs nothing else of the walk.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..flask.entries import Entry
    from ..meaning.evaluate import Arguments, Frame
    from ..meaning.values import Atom, Obj, Site, Value
    from ..tree.index import Function, Module

__all__ = [
    "Behaviour",
    "Calls",
    "Effect",
    "Enters",
    "HandsOver",
    "Indexes",
    "Reads",
    "Returns",
    "Spot",
    "Starts",
    "Stores",
    "Takes",
    "Uses",
    "line_of",
]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the code that an entry runs.

    :param home: the entry's own file.
    :param frame: the call of the function that the place is in.
    :param via: the node in the entry's own file that leads there.
    :param aside: whether it runs in a thread of its own, where waiting and the state of the thread
        are its own.
    """

    home: Module
    frame: Frame
    node: ast.AST
    via: ast.AST
    aside: bool = False

    @property
    def module(self) -> Module:
        """The file."""
        return self.frame.scope.module

    @property
    def line(self) -> int:
        """The line, from one; zero for what has no place."""
        return line_of(self.node)

    def at(self, node: ast.AST) -> Spot:
        """The place of another node of the same code."""
        return replace(self, node=node, via=node if self.module is self.home else self.via)

    def inside(self, frame: Frame) -> Spot:
        """The place of a function that is called here."""
        return replace(self, frame=frame)

    def beside(self) -> Spot:
        """The same place, for what runs in a thread of its own."""
        return replace(self, aside=True)


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that an entry does."""

    spot: Spot


@dataclass(frozen=True, slots=True)
class Reads(Effect):
    """Reads an attribute.

    :param base: what it is read of.
    :param value: what reading it gives.
    :param awaited: whether what it gives, or what calling that gives, is awaited.
    :param augmented: whether it is read to be added to and stored again: `base.name += 1`.
    """

    base: Value
    name: str
    value: Value
    awaited: bool = False
    augmented: bool = False


@dataclass(frozen=True, slots=True)
class Stores(Effect):
    """Assigns to an attribute.

    :param base: what it is assigned on.
    :param augmented: whether it is added to what was there.
    """

    base: Value
    name: str
    augmented: bool = False


@dataclass(frozen=True, slots=True)
class Uses(Effect):
    """Reads or assigns an attribute of an object that something outside the tree made.

    :param obj: the object; of a class of the tree that is a thread-local, the thread-local.
    """

    obj: Obj
    name: str


@dataclass(frozen=True, slots=True)
class Indexes(Effect):
    """Reads or assigns what stands under a key: `base[key]`."""

    base: Value
    key: Value
    storing: bool = False


@dataclass(frozen=True, slots=True)
class Enters(Effect):
    """Enters a context: `with value:`.

    :param asynchronous: whether it is `async with`.
    """

    value: Value
    asynchronous: bool = False


@dataclass(frozen=True, slots=True)
class Calls(Effect):
    """Calls one thing.

    :param callee: what is called; None where only its name is known.
    :param awaited: whether what the call gives is awaited.
    :param direct: whether the place is the call itself; else something there calls it: an operator,
        or code outside the tree that it is handed to.
    :param alone: whether nothing else may be called there.
    """

    callee: Atom | None
    arguments: Arguments
    awaited: bool = False
    direct: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Starts(Effect):
    """Starts work that goes on beside the entry: a thread, a task, a job of a pool.

    :param site: where the thread is made, to know it again when it is waited for.
    """

    site: Site


@dataclass(frozen=True, slots=True)
class HandsOver(Effect):
    """Hands something to code that is not in the tree.

    :param kinds: the kinds of the host's objects that are in it: response, request.
    """

    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Takes(Effect):
    """Takes, as one of the functions of the entry, what the host calls it with.

    :param fits: whether it can be called so.
    """

    function: Function
    fits: bool


@dataclass(frozen=True, slots=True)
class Returns(Effect):
    """Gives back something, as one of the functions of the entry.

    :param expression: what is returned; None for a bare `return`, or the end of the code.
    :param unawaited: whether it is the coroutine of a function of the tree.
    """

    function: Function
    expression: ast.expr | None
    value: Value
    unawaited: bool = False


_Kind = TypeVar("_Kind", bound=Effect)


@dataclass(slots=True)
class Behaviour:
    """All that an entry does.

    :param start: the place of the entry itself.
    :param effects: in the order in which the code was walked.
    :param functions: the functions of the tree that it runs.
    :param unfinished: whether it leads to more code than is followed.
    """

    entry: Entry
    start: Spot
    effects: list[Effect] = field(default_factory=list)
    functions: set[Function] = field(default_factory=set)
    unfinished: bool = False
    _by_type: dict[type[Effect], list[Effect]] = field(default_factory=dict)

    def of(self, kind: type[_Kind]) -> Iterator[_Kind]:
        """The effects of one type, in order."""
        if not self._by_type:
            for each in self.effects:
                self._by_type.setdefault(type(each), []).append(each)
        for each in self._by_type.get(kind, ()):
            assert isinstance(each, kind)
            yield each


def line_of(node: ast.AST) -> int:
    """The line of a node, from one; zero for what has no place."""
    return getattr(node, "lineno", 0)
