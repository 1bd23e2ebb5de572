"""Estimates with intervals, from values that are grouped by process and paired by round.

Values of one process resemble each other more than they do those of another, because memory is laid
out once a process. So the bootstrap has two levels: it draws processes, and rounds within each of
them. It draws one process fewer than there are, which makes the variance between few processes come
out right (Rao and Wu 1988, "Resampling Inference With Complex Survey Data", section 2).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from operator import itemgetter
from statistics import NormalDist, median
from typing import Any, Final

__all__ = ["CONFIDENCE", "Estimate", "Line", "Resampler", "student_quantile"]

# Of every interval, unless it says otherwise.
CONFIDENCE: Final = 0.95

# Enough to tell an interval's ends to a tenth of its width.
_DRAWS: Final = 600


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and the interval that holds it with a confidence of 95%.

    :param value: the figure.
    :param low: the lower end of the interval.
    :param high: the upper end.
    """

    value: float
    low: float
    high: float

    def scaled(self, factor: float) -> Estimate:
        """The same in another unit."""
        return Estimate(self.value * factor, self.low * factor, self.high * factor)


class Resampler:
    """Draws values again and again, the same rounds for all quantities, so that pairs stay pairs.

    :param shape: how many rounds each process has.
    :param draws: how many times to draw.
    :param seed: makes the draws, and so what is printed of one file, the same every time.
    """

    def __init__(self, shape: Sequence[int], *, draws: int = _DRAWS, seed: int = 0) -> None:
        rng = random.Random(seed)  # noqa: S311  # statistics, not a secret
        starts = [sum(shape[:number]) for number in range(len(shape))]
        self._draws: list[Callable[[Sequence[float]], Any]] = []
        for _ in range(draws):
            indices: list[int] = []
            for _ in range(max(1, len(shape) - 1)):
                process = rng.randrange(len(shape))
                start, rounds = starts[process], shape[process]
                indices += [start + int(rng.random() * rounds) for _ in range(rounds)]
            # itemgetter gives a tuple for two or more only
            self._draws.append(itemgetter(*indices, indices[0]))

    def medians(self, values: Sequence[float]) -> list[float]:
        """The median of each draw from *values*, in which processes follow each other."""
        return [_median(draw(values)[:-1]) for draw in self._draws]

    def estimate(self, values: Sequence[float]) -> Estimate:
        """The median of *values*, with its interval."""
        return _estimate(median(values), self.medians(values))

    def ratio(self, upper: Sequence[float], lower: Sequence[float]) -> Estimate:
        """The median, over rounds, of *upper* over *lower*.

        A machine that runs at half its speed for a round doubles both, and their ratio stays.
        """
        return self.estimate([_over(a, b) for a, b in zip(upper, lower, strict=True)])


class Line:
    """A straight line through points whose x is always the same, by weighted least squares.

    :param xs: at least two that differ.
    :param weights: how much each point counts; all the same unless given.
    """

    def __init__(self, xs: Sequence[float], weights: Sequence[float] | None = None) -> None:
        weights = weights or [1.0] * len(xs)
        total = sum(weights)
        mean = sum(weight * x for weight, x in zip(weights, xs, strict=True)) / total
        spread = sum(weight * (x - mean) ** 2 for weight, x in zip(weights, xs, strict=True))
        # Both are sums over the ys, each with a factor that depends on the xs alone.
        self._slope = [weight * (x - mean) / spread for weight, x in zip(weights, xs, strict=True)]
        self._intercept = [
            weight / total - mean * factor
            for weight, factor in zip(weights, self._slope, strict=True)
        ]

    def slope(self, ys: Sequence[float]) -> float:
        """How much y grows when x grows by one."""
        return sum(factor * y for factor, y in zip(self._slope, ys, strict=True))

    def intercept(self, ys: Sequence[float]) -> float:
        """What y is where x is 0."""
        return sum(factor * y for factor, y in zip(self._intercept, ys, strict=True))


def student_quantile(probability: float, freedom: float) -> float:
    """The quantile of Student's t distribution, by its expansion around the normal one.

    To within 1% from 4 degrees of freedom up, for the intervals of a few dozen comparisons; a few
    per cent small at 3 or fewer (Abramowitz and Stegun, 26.7.5).

    :param probability: between 0 and 1.
    :param freedom: the degrees of freedom, above 0.
    """
    z = NormalDist().inv_cdf(probability)
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * freedom**4)
    )


def _estimate(value: float, draws: list[float]) -> Estimate:
    draws.sort()
    tail = (1 - CONFIDENCE) / 2
    return Estimate(value, draws[int(tail * len(draws))], draws[-1 - int(tail * len(draws))])


def _over(upper: float, lower: float) -> float:
    # A cost of less than nothing is noise around a small one; the ratio to it is large, not small.
    return upper / lower if lower > 0 else inf


def _median(values: Sequence[float]) -> float:
    # statistics.median looks at its data with more care than a hundred thousand calls can pay for.
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
