"""What is expected and what was measured, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..analysis import Analysis
from ..expectations import Expectation, expectations, growth_expectations
from ..results import Results
from ..tables import amount, span
from .runs import smallest

__all__ = ["Promise", "in_words", "promised"]


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise, in words.

    :param what: the figure.
    :param measured: its value and its interval.
    :param bound: what is expected of it.
    :param verdict: whether that is met, and if not certainly, that too.
    """

    what: str
    measured: str
    bound: str
    verdict: str


def promised(results: Results) -> list[Promise]:
    """Everything that is expected of what `run` measured.

    :param results: what it measured.
    """
    analysis = Analysis(results)
    least = smallest({"": analysis})
    return in_words([*expectations(analysis, least), *growth_expectations(analysis)])


def in_words(expected: Iterable[Expectation]) -> list[Promise]:
    """Expectations in words, so far as they were measured.

    :param expected: what is expected.
    """
    return [_promise(each) for each in expected if each.measured]


def _promise(each: Expectation) -> Promise:
    assert each.measured is not None
    shown = each.measured.scaled(100) if each.share else each.measured
    unit = "%" if each.share else ""
    bound = f"{each.bound * 100:g}%" if each.share else f"{each.bound:g}"
    verdict = "met" if each.met else "not met"
    return Promise(
        each.what,
        f"{amount(shown.value)}{unit} ({span(shown)})",
        f"at {'least' if each.at_least else 'most'} {bound}",
        verdict if each.certain else f"{verdict}, not certain",
    )
