"""What a rule is: one module that knows one kind of difference in code.

A rule looks at what an entry does, and says what of it is otherwise on Quart. It holds the kinds
of its findings, their words, and how the code is rewritten. Its module stands in `rules` and has
one `RULE`; nothing else needs to know of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from ..flask.entries import PHASES, Role

if TYPE_CHECKING:
    import ast

    from ..meaning.evaluate import Arguments, Frame
    from ..meaning.values import Value
    from ..tree.index import Call, Class, Function, Module, Scope
    from ..tree.project import Project
    from .effects import Behaviour, Spot
    from .rewriting import Replacement, Target, Use

__all__ = ["NEEDS", "Bites", "Kind", "Note", "Questions", "Rule"]

# The words for what an entry needs, in the order in which a report lists them.
NEEDS = (
    "await-response",
    "await-request",
    "await-helper",
    "missing-api",
    "blocking",
    "thread-bound",
    "lifecycle",
    "broken",
    "undecided",
)

Bites = Literal["silently", "on some paths", "under load", "loudly"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding.

    :param code: its id in the catalogue of differences.
    :param needs: what an entry with it needs.
    :param bites: how it shows: "silently", "on some paths", "under load" or "loudly".
    :param message: what happens on Quart; `{}` stands for what the line does.
    :param remedy: what to do about it.
    :param fixable: whether `--fix` knows how, where the line allows it.
    :param option: the option of a registration that mends it, as in `blocking=True`.
    :param rewrites: for each target, what writes the code otherwise; it raises `Unsure` where that
        is not certain.
    """

    code: str
    needs: tuple[str, ...]
    bites: Bites
    message: str
    remedy: str
    fixable: bool = False
    option: str = ""
    rewrites: Mapping[Target, Callable[[Use], Replacement]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that is otherwise on Quart.

    :param kind: the name of its kind.
    :param subject: what the line does: the name of the attribute, what is waited for.
    :param bites: how it shows here, if not as its kind says.
    """

    kind: str
    spot: Spot
    subject: str = ""
    bites: Bites | None = None

    @property
    def module(self) -> Module:
        """The file that it is in."""
        return self.spot.module

    @property
    def node(self) -> ast.AST:
        """The code that it is about."""
        return self.spot.node

    @property
    def via(self) -> ast.AST:
        """Where the entry's own file leads there."""
        return self.spot.via


class Questions(Protocol):
    """What a rule may ask about the tree. It runs nothing, and walks nothing."""

    project: Project

    def eval(self, node: ast.AST | None, frame: Frame) -> Value:
        """What an expression may stand for."""

    def frame(self, scope: Scope) -> Frame:
        """The frame of a scope, whoever calls it."""

    def constant(self, value: Value) -> Any:
        """The constant that a value is, or None."""

    def flags(self, arguments: Arguments) -> frozenset[str]:
        """What the arguments of a call say that may matter."""

    def mro(self, cls: Class) -> tuple[list[Class], list[str]]:
        """The classes that a class inherits from, in the tree and outside it."""

    def callers(self, function: Function) -> list[Call]:
        """The places that may call a function."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What one module of `rules` knows.

    :param kinds: the kinds of its findings, by the names that its notes have.
    :param find: finds what an entry does that is otherwise on Quart.
    :param roles: the roles of the entries that it looks at.
    """

    kinds: Mapping[str, Kind]
    find: Callable[[Behaviour, Questions], Iterable[Note]]
    roles: frozenset[Role] = PHASES
