"""Where a value lies along an axis, and which values are labelled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, log10

__all__ = ["Scale", "fitted", "spans_decades"]

# From here on a linear axis would press the small values into one line.
_DECADES = 100.0

# Steps that people count in.
_STEPS = (1.0, 2.0, 5.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """A stretch of numbers laid onto a stretch of pixels.

    :param low: the number at its beginning.
    :param high: the number at its end.
    :param start: the pixel at its beginning.
    :param end: the pixel at its end; less than *start* where it goes up.
    :param log: whether equal steps are equal factors.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool

    def at(self, value: float) -> float:
        """The pixel of a value; one that lies outside is put at the nearer end."""
        value = min(max(value, self.low), self.high)
        if self.high == self.low:
            return (self.start + self.end) / 2
        if self.log:
            share = log10(value / self.low) / log10(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, most: int = 7) -> list[float]:
        """Round numbers on it, in ascending order.

        :param most: about how many at most.
        """
        return self._decades(most) if self.log else self._evenly(most)

    def _decades(self, most: int) -> list[float]:
        exponents = range(floor(log10(self.low)), ceil(log10(self.high)) + 1)
        for steps in (_STEPS, (1.0, 3.0), (1.0,)):
            found = [step * 10.0**exponent for exponent in exponents for step in steps]
            found = [value for value in found if self.low * 0.999 <= value <= self.high * 1.001]
            if len(found) <= most:
                return found
        return found[:: ceil(len(found) / most)]

    def _evenly(self, most: int) -> list[float]:
        step = _round_up((self.high - self.low) / most)
        first = ceil(self.low / step - 1e-9)
        return [number * step for number in range(first, floor(self.high / step + 1e-9) + 1)]


def spans_decades(values: Iterable[float]) -> bool:
    """Whether they are all above zero and the largest is a hundred times the smallest."""
    found = list(values)
    return bool(found) and min(found) > 0 and max(found) >= _DECADES * min(found)


def fitted(values: Iterable[float], ends: Iterable[float], *, log: bool) -> tuple[float, float]:
    """Round numbers between which all values lie.

    :param values: what is to be seen.
    :param ends: the ends of their intervals; one that goes on to zero or below is cut.
    :param log: whether the axis is.
    """
    values, ends = list(values), list(ends)
    if log:
        above = [value for value in values if value > 0] or [1.0]
        least = min(above)
        low = min([least, *(end for end in ends if end >= least / 2)])
        high = max([*above, *ends])
        return _round_down(low), _round_up(high)
    low, high = min([0.0, *values, *ends]), max([0.0, *values, *ends])
    if min(values, default=0.0) >= 0:
        low = 0.0  # nothing was measured below; an interval that reaches there is cut
    step = _round_up((high - low) / 7) if high > low else 1.0
    return floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step


def _round_up(value: float) -> float:
    base = 10.0 ** floor(log10(value))
    return next((step * base for step in _STEPS if step * base >= value * (1 - 1e-9)), 10 * base)


def _round_down(value: float) -> float:
    base = 10.0 ** floor(log10(value))
    return max(step * base for step in _STEPS if step * base <= value * (1 + 1e-9))
