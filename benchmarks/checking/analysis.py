"""How cost grows: the exponent of each shape, with its spread, and the promise about it."""

from __future__ import annotations

from math import inf, log
from typing import Final

from ..estimates import Estimate, Line, Resampler
from ..expectations import Expectation
from .results import CheckResults
from .shapes import SIZES, Shape

__all__ = ["EXPONENT", "CheckAnalysis"]

# A tree of twice the size takes at most 2 to the power of this times as long.
EXPONENT: Final = 1.2
# With fewer rounds there is no interval of 95% for a median (see `load.analysis`).
_ENOUGH: Final = 6


class CheckAnalysis:
    """Seconds, and how they grow.

    :param results: what `check` measured.
    """

    def __init__(self, results: CheckResults) -> None:
        self.results = results
        self._resampler = Resampler((1,) * results.rounds)
        self._line = Line([log(size) for size in SIZES])

    def seconds(self, shape: Shape, size: int) -> Estimate:
        """CPU seconds of the tree of that shape and size, as the median over rounds."""
        return self._estimate(self.results.values(shape, size))

    def exponent(self, shape: Shape) -> Estimate:
        """The power of the size with which the cost grows: 1 is linear.

        The slope of a straight line through the logarithms of cost over those of size, fitted
        round by round, so that a machine that is slow for a round shifts a line and tilts none.
        """
        rounds = zip(*(self.results.values(shape, size) for size in SIZES), strict=True)
        return self._estimate([self._line.slope(list(map(log, values))) for values in rounds])

    def expectations(self, bound: float = EXPONENT) -> list[Expectation]:
        """What is promised of each shape, held against what was measured.

        :param bound: the largest exponent that is allowed.
        """
        return [
            Expectation(
                f"{shape.name}: exponent of its cost",
                bound,
                at_least=False,
                measured=self.exponent(shape),
            )
            for shape in self.results.shapes
        ]

    def _estimate(self, values: list[float]) -> Estimate:
        found = self._resampler.estimate(values)
        return found if self.results.rounds >= _ENOUGH else Estimate(found.value, 0.0, inf)
