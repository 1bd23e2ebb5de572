"""How the checker's cost grows, for a person to read."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from ..estimates import Estimate
from ..tables import amount, cost_table, promises, span
from .analysis import EXPONENT, CheckAnalysis
from .results import CheckResults
from .shapes import SIZES

__all__ = ["check_report", "rows"]

_MILLISECONDS = 1000


def check_report(results: CheckResults, bound: float = EXPONENT) -> RenderableType:
    """A table of costs by shape and size, and the exponents beside what is promised.

    :param results: what `check` measured.
    :param bound: the largest exponent that is allowed.
    """
    analysis = CheckAnalysis(results)
    table = cost_table(
        "CPU of `afterware check`, ms, by the size of the tree",
        "shape",
        [*(f"x {size}" for size in SIZES), "exponent"],
    )
    for row in rows(analysis):
        table.add_row(*row)
    known = results.metadata
    where = f"Python {known.get('python_version', 'of an unknown version')}"
    text = (
        f"{where}. Medians of {results.rounds} rounds, each of a process of its own. Exponent: the"
        " power of the size with which the cost grows; 1 is linear."
    )
    return Group(
        Padding(table, (0, 0, 1, 0)),
        Padding(promises(analysis.expectations(bound), "What is expected"), (0, 0, 1, 0)),
        Text(text),
    )


def rows(analysis: CheckAnalysis) -> list[tuple[str, ...]]:
    """The shape, its cost in milliseconds at each size, and its exponent."""
    return [
        (
            shape.name,
            *(_told(analysis.seconds(shape, size).scaled(_MILLISECONDS)) for size in SIZES),
            _told(analysis.exponent(shape)),
        )
        for shape in analysis.results.shapes
    ]


def _told(estimate: Estimate) -> str:
    spread = "" if estimate.high == float("inf") else f" ({span(estimate)})"
    return f"{amount(estimate.value)}{spread}"
