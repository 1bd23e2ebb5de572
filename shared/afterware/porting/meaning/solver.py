"""Answers that may need one another in a circle, each computed once.

An answer is computed by a function that asks for other answers. Where that leads back to an answer
which is being computed, the circle is computed again, with what came out of the round before,
until nothing changes. Such an answer does not depend on where the circle was entered, and is kept
for all later questions. Of a circle that is too large for that, or goes on changing, the answers
hold for one question only: what another question finds does not depend on it.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from . import budget
from .budget import (
    BUSY,
    DONE,
    DRAFT,
    NEW,
    Cell,
    Exhausted,
    NoQuestionError,
    Question,
    deep_recursion,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

__all__ = ["Solver", "Table"]

_A = TypeVar("_A")
_B = TypeVar("_B")
_T = TypeVar("_T")


class Table(Generic[_T]):
    """The answers of one kind, by what is asked.

    :param nothing: the answer to start with, where nothing is known.
    """

    __slots__ = ("cells", "nothing")

    def __init__(self, nothing: _T) -> None:
        self.nothing = nothing
        self.cells: dict[Any, Cell] = {}


class Solver:
    """Computes answers and keeps them."""

    def __init__(self) -> None:
        self.current: Question | None = None
        self._stack: list[Cell] = []
        self._drafts: list[Cell] = []
        self._tables: list[Table[Any]] = []

    def table(self, nothing: _T) -> Table[_T]:
        """A new table of answers.

        :param nothing: the answer where nothing is known.
        """
        made = Table(nothing)
        self._tables.append(made)
        return made

    def forget(self) -> None:
        """Forget every answer, because what they rest on has changed."""
        for each in self._tables:
            each.cells.clear()

    @contextmanager
    def question(self) -> Iterator[Question]:
        """A question, with a budget that is all its own.

        :raises RuntimeError: it is asked while another one's answer is being computed.
        """
        if self._stack:
            raise RuntimeError("a question cannot be asked while an answer is being computed")
        before, self.current = self.current, Question(budget.STEPS, budget.TEXT)
        try:
            with deep_recursion():
                yield self.current
        finally:
            self.current = before

    def read(self, key: str, size: int) -> None:
        """Charge a file that is searched out.

        :param key: the file.
        :param size: its length in bytes.
        """
        question = self.current
        if question is None:
            raise NoQuestionError
        if not question.read(key, size):
            if self._stack:
                raise Exhausted
            question.exhausted = True

    def ask(
        self,
        table: Table[_T],
        key: Hashable,
        compute: Callable[[_A, _B], _T],
        first: _A,
        second: _B,
    ) -> _T:
        """The answer for a key, computed if it is not known.

        :param compute: is called with the two arguments.
        :raises NoQuestionError: there is no question that it belongs to.
        """
        cell = table.cells.get(key)
        if cell is None:
            cell = table.cells[key] = Cell(table.nothing)
        return self.solve(cell, compute, first, second)  # type: ignore[no-any-return]

    def solve(self, cell: Cell, compute: Callable[[_A, _B], Any], first: _A, second: _B) -> Any:
        """The value of a cell, computed if it is not known.

        :raises NoQuestionError: there is no question that it belongs to.
        """
        stack = self._stack
        if not stack:
            return self._start(cell, compute, first, second)
        question = self.current
        above = stack[-1]
        above.needs.append(cell)
        state = cell.state
        if state == BUSY:
            cell.read = True
            if cell.index < above.low:
                above.low = cell.index
            return cell.value
        if state == DRAFT:
            if cell.low < above.low:
                above.low = cell.low
            return cell.value
        if state == DONE and (cell.only is None or cell.only is question):
            if cell.charged is not question:
                question.charge(cell)  # type: ignore[union-attr]
        else:
            self._compute(cell, compute, first, second)
            if cell.state == DRAFT:
                if cell.low < above.low:
                    above.low = cell.low
                return cell.value
        if cell.height >= above.height:
            above.height = cell.height + 1
            if cell.height + len(stack) > budget.DEEP:
                raise Exhausted
        if cell.only is not None:
            above.only = cell.only
        return cell.value

    def _start(self, cell: Cell, compute: Callable[[_A, _B], Any], first: _A, second: _B) -> Any:
        """The value of a cell that the question itself asks for."""
        question = self.current
        if question is None:
            raise NoQuestionError
        if question.exhausted:
            return cell.nothing
        try:
            if cell.state == DONE and (cell.only is None or cell.only is question):
                if cell.charged is not question:
                    question.charge(cell)
            else:
                self._compute(cell, compute, first, second)
            if cell.height > budget.DEEP:
                raise Exhausted
        except Exhausted:
            question.exhausted = True
            return cell.nothing
        finally:
            if self._stack:
                self._give_up()
        return cell.value

    def _compute(self, cell: Cell, compute: Callable[[_A, _B], Any], first: _A, second: _B) -> None:
        stack, drafts = self._stack, self._drafts
        index = len(stack)
        if index >= budget.DEEP:
            raise Exhausted
        question = self.current
        if cell.charged is not question:
            cell.charged = question
            question.step()  # type: ignore[union-attr]
        if cell.state == DONE:  # for another question only
            cell.reset()
        cell.only = None
        start = len(drafts)
        dropped: list[Cell] = []
        rounds = 0
        stack.append(cell)
        while True:
            cell.state = BUSY
            cell.index = cell.low = index
            cell.height = 0
            cell.read = False
            cell.before = cell.value
            cell.value = compute(first, second)
            if cell.low < index:  # it needs one that is being computed further up
                cell.state = DRAFT
                drafts.append(cell)
                break
            if not cell.read and len(drafts) == start:
                cell.state = DONE
                break
            rounds += 1
            circle = [*drafts[start:], cell]
            del drafts[start:]
            changed = any(each.read and each.value != each.before for each in circle)
            if not changed or rounds >= budget.ROUNDS or len(circle) > budget.CIRCLE:
                self._settle(circle, dropped, changed)
                break
            for each in circle:
                each.state = NEW
            dropped += circle
        stack.pop()

    def _settle(self, circle: list[Cell], dropped: list[Cell], changed: bool) -> None:
        """Take the values of a circle for their final ones.

        :param dropped: what was computed in the rounds before.
        :param changed: whether they still change: then they hold for this question only.
        """
        height = max(each.height for each in circle) + (1 if changed else len(circle))
        only = self.current if changed else None
        for each in circle:
            only = only or each.only
        for each in circle:
            each.state = DONE
            each.height = height
            each.only = only
            each.needs = list(dict.fromkeys(each.needs))
        for each in dict.fromkeys(dropped):
            if each.state == NEW:
                circle[-1].needs.append(each)
                each.value = each.before = each.nothing

    def _give_up(self) -> None:
        """Forget what was not finished."""
        for each in (*self._stack, *self._drafts):
            each.reset()
        self._stack.clear()
        self._drafts.clear()
