"""From paired samples to a figure and how certain it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median

__all__ = ["FEWEST", "Cost", "estimate"]

# Fewer pairs than this have no interval of 95 %.
FEWEST = 6

_TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Cost:
    """A median, and the interval in which it lies with a certainty of 95 %; in seconds."""

    median: float
    low: float
    high: float

    @property
    def certain(self) -> bool:
        """Whether it can be told from nothing."""
        return self.low > 0 or self.high < 0

    def reversed(self) -> Cost:
        """The same of the differences taken the other way round."""
        return Cost(-self.median, -self.high, -self.low)


def estimate(differences: Sequence[float]) -> Cost:
    """The median of paired differences, and an interval that assumes nothing of how they spread.

    The interval runs between two of the differences in order of size; how often a median lies
    outside of it is a matter of tossing coins (the sign test).

    :param differences: at least `FEWEST`, in seconds.
    """
    ordered = sorted(differences)
    left_out = _left_out(len(ordered))
    return Cost(median(ordered), ordered[left_out], ordered[-1 - left_out])


@lru_cache
def _left_out(count: int) -> int:
    """How many differences at either end lie outside of the interval."""
    ways, total, result = 1, 0, 0
    for heads in range(count // 2):
        total += ways
        if total / 2**count > _TAIL:
            break
        result = heads
        ways = ways * (count - heads) // (heads + 1)
    return result
