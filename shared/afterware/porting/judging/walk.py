"""What a judge keeps while it walks through the code that a hook runs."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..flask.registrations import Hook
    from ..meaning.evaluate import Frame
    from ..meaning.values import Obj, Position
    from ..tree.index import Function, Module

__all__ = ["Note", "Spot", "Walk", "line_of"]


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that is otherwise on Quart.

    :param kind: what, as `codes` knows it.
    :param module: the file that it is in.
    :param via: where the hook's own file leads there, if it is in another.
    :param subject: what the line does: the name of the attribute, what is waited for.
    """

    kind: str
    module: Module
    node: ast.AST
    via: ast.AST
    subject: str = ""


@dataclass(slots=True)
class Walk:
    """The state of judging one hook.

    :param functions: those that the hook runs.
    :param started: threads and the like that it starts, by where they are made.
    :param joined: those of them that it waits for.
    :param later: uses of state of a thread or a context, to be judged when all functions are known.
    :param unfinished: whether it leads to more code than is followed.
    """

    hook: Hook
    notes: dict[tuple[str, int, str], Note] = field(default_factory=dict)
    visited: set[tuple[int, bool]] = field(default_factory=set)
    functions: set[Function] = field(default_factory=set)
    started: dict[Position, Note] = field(default_factory=dict)
    joined: set[Position] = field(default_factory=set)
    later: list[tuple[Obj, str, Spot]] = field(default_factory=list)
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that the walk has come to.

    :param via: the node in the hook's own file that led here.
    :param aside: it runs in a thread of its own, where waiting and thread state are its own.
    """

    walk: Walk
    frame: Frame
    node: ast.AST
    via: ast.AST
    aside: bool = False

    @property
    def module(self) -> Module:
        """The file."""
        return self.frame.scope.module

    def at(self, node: ast.AST) -> Spot:
        """The place of another node of the same code."""
        own = self.module is self.walk.hook.module
        return replace(self, node=node, via=node if own else self.via)

    def beside(self) -> Spot:
        """The same place, for what runs in a thread of its own."""
        return replace(self, aside=True)

    def made(self, kind: str, subject: str = "") -> Note:
        """A note of something here."""
        via = self.node if self.module is self.walk.hook.module else self.via
        return Note(kind, self.module, self.node, via, subject)

    def note(self, kind: str, subject: str = "") -> None:
        """Note something here."""
        key = (kind, id(self.node), subject)
        if key not in self.walk.notes:
            self.walk.notes[key] = self.made(kind, subject)


def line_of(node: ast.AST) -> int:
    """The line of a node, from one; none for what has no place."""
    return getattr(node, "lineno", 0)
