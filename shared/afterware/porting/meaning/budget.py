"""Limits on evaluation: what one question may cost, and how deep it may lead."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "BUSY",
    "DONE",
    "DRAFT",
    "NEW",
    "Cell",
    "Exhausted",
    "NoQuestionError",
    "Question",
    "deep_recursion",
]

STEPS = 45_000  # answers that one question may need
TEXT = 8 * 2**20  # bytes of source that may be searched out for one question
DEEP = 3_000  # answers that need one another in a chain
ROUNDS = 6  # times that answers which need one another in a circle are computed
CIRCLE = 200  # answers of a circle that is computed more than once
SITES = 60  # places of one name that are looked at: calls of a function, items of a list
NESTED = 6  # functions, objects and containers inside one another, as an argument
RECURSION = 1  # calls of one function inside one another, as an argument
CONTAINERS = 6  # containers inside one another
WIDE = 40  # things that one expression may be

_PYTHON_CALLS = 16 * DEEP  # that many calls of the interpreter's own


NEW, BUSY, DRAFT, DONE = range(4)  # the states of an answer


class NoQuestionError(RuntimeError):
    """Something is evaluated outside a question."""

    def __init__(self) -> None:
        super().__init__("evaluate inside `with evaluator.question():`, which limits what it costs")


class Exhausted(Exception):  # noqa: N818 - a state of the question
    """The question led further than is followed; the solver catches it."""


@dataclass(slots=True, eq=False)
class Question:
    """One question, and what it has cost.

    The cost is the number of different answers that it needs. An answer that an earlier question
    computed costs as much as one that is computed now: how far a question leads does not depend
    on what was asked before it.

    :param limit: the answers that it may need.
    :param text: the bytes of source that may still be searched out for it.
    :param exhausted: whether it led further than that: then no answer to it is sure.
    """

    limit: int
    text: int
    steps: int = 0
    exhausted: bool = False
    files: set[str] = field(default_factory=set)

    def step(self) -> None:
        """Charge one answer that is about to be computed.

        :raises Exhausted: that is more than the question may cost.
        """
        self.steps += 1
        if self.steps > self.limit:
            raise Exhausted

    def charge(self, cell: Cell) -> None:
        """Charge a known answer and all that it needs, each once.

        :raises Exhausted: that is more than the question may cost.
        """
        cell.charged = self
        pending = [cell]
        steps, limit = self.steps, self.limit
        while pending:
            steps += 1
            if steps > limit:
                self.steps = steps
                raise Exhausted
            for each in pending.pop().needs:
                if each.charged is not self:
                    each.charged = self
                    pending.append(each)
        self.steps = steps

    def read(self, key: str, size: int) -> bool:
        """Charge a file that is searched out, and say whether it may be.

        :param key: the file.
        :param size: its length in bytes.
        """
        if key not in self.files:
            self.files.add(key)
            self.text -= size
        return self.text >= 0


class Cell:
    """An answer, and what it needs.

    :param nothing: the answer to start with, where nothing is known.
    :param value: the answer as far as it is known; `before`, what it was in the round before.
    :param state: new, busy (being computed), a draft (it needs one that is busy), or done.
    :param needs: the answers that it asked for.
    :param index: its place among those being computed; `low`, the lowest that it needs.
    :param height: how many answers need one another in a chain below it.
    :param charged: the last question that it was charged to.
    :param only: the question that it holds for, if it holds for no other.
    :param read: whether it was asked for while it was being computed.
    """

    __slots__ = (
        "before", "charged", "height", "index", "low", "needs", "nothing", "only", "read", "state",
        "value",
    )  # fmt: skip

    def __init__(self, nothing: Any) -> None:
        self.nothing = self.value = self.before = nothing
        self.state = NEW
        self.needs: list[Cell] = []
        self.index = self.low = self.height = 0
        self.charged: Question | None = None
        self.only: Question | None = None
        self.read = False

    def reset(self) -> None:
        """Forget what is known."""
        self.value = self.before = self.nothing
        self.state = NEW
        self.needs = []


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Let Python call as deep as the limits allow; what was set before is set again after."""
    before = sys.getrecursionlimit()
    if before < _PYTHON_CALLS:
        sys.setrecursionlimit(_PYTHON_CALLS)
    try:
        yield
    finally:
        if before < _PYTHON_CALLS:
            sys.setrecursionlimit(before)
