"""How far one question is followed."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NoQuestionError", "Question"]


class NoQuestionError(RuntimeError):
    """Something is evaluated outside a question."""

    def __init__(self) -> None:
        super().__init__("evaluate inside `with evaluator.question():`, which limits what it costs")


@dataclass(slots=True)
class Question:
    """What is asked about one thing, and what it has cost.

    :param limit: the steps that it may take.
    :param steps: those that it has taken.
    """

    limit: int
    steps: int = 0

    @property
    def exhausted(self) -> bool:
        """Whether it led further than is followed: then no answer to it is sure."""
        return self.steps > self.limit
