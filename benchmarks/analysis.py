"""What hooks cost, made out of samples: added cost, slope and intercept, each with an interval.

Everything is computed round by round and then made into a median: what a round measured of two
scenarios, it measured within the same second or so.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from statistics import median
from typing import Final

from .estimates import Estimate, Line, Resampler
from .results import Results
from .scenarios import BASELINE, HOOKS, HOSTS, PAYLOADS, STYLES, Scenario

__all__ = ["FLOOR", "NATIVE", "PORTABLE", "Analysis", "Group"]

FLOOR: Final = "inline"
NATIVE: Final = ("native-def", "native-async")
PORTABLE: Final = ("portable-def", "portable-async")

_MICROSECONDS: Final = 1e6


class Analysis:
    """Costs in microseconds a request.

    :param results: what a run measured.
    """

    def __init__(self, results: Results) -> None:
        self._values = {
            scenario: [value * _MICROSECONDS for value in chain.from_iterable(processes)]
            for scenario, processes in results.samples.items()
        }
        self._resamplers = {host: Resampler(results.shape(host)) for host in results.hosts}

    @cached_property
    def groups(self) -> list[Group]:
        """What was measured of each host and payload, payloads in ascending order."""
        return [
            Group(host, payload, self._values, self._resamplers[host])
            for payload in PAYLOADS
            for host in HOSTS
            if Scenario(host, payload, BASELINE, 0) in self._values
        ]

    def group(self, host: str, payload: str) -> Group | None:
        """What was measured of that host and payload, if anything was."""
        for each in self.groups:
            if (each.host, each.payload) == (host, payload):
                return each
        return None

    def resampler(self, host: str) -> Resampler:
        """What draws from the values of that host, the same rounds of all of them."""
        return self._resamplers[host]


class Group:
    """What was measured of one host and payload, in microseconds a request."""

    def __init__(
        self,
        host: str,
        payload: str,
        values: dict[Scenario, list[float]],
        resampler: Resampler,
    ) -> None:
        self.host = host
        self.payload = payload
        self._resampler = resampler
        self._request = values[Scenario(host, payload, BASELINE, 0)]
        mine = [each for each in values if (each.host, each.payload) == (host, payload)]
        self._values = {(each.style, each.hooks): values[each] for each in mine}

    @property
    def styles(self) -> list[str]:
        """The styles that were measured, the baseline excepted."""
        measured = {style for style, _ in self._values}
        return [style for style in STYLES if style in measured and style != BASELINE]

    def hooks(self, *styles: str) -> tuple[int, ...]:
        """The numbers of hooks with which all of these styles were measured."""
        numbers = [{hooks for style, hooks in self._values if style == each} for each in styles]
        return tuple(sorted(set.intersection(*numbers)))

    @cached_property
    def request(self) -> Estimate:
        """A request without hooks."""
        return self._resampler.estimate(self._request)

    def added(self, style: str, hooks: int) -> Estimate:
        """What so many hooks of that style add to a request."""
        return self._resampler.estimate(self.added_by_round(style, hooks))

    def share(self, style: str, hooks: int) -> float:
        """What they add, as a share of a request without hooks."""
        return median(self.added_by_round(style, hooks)) / self.request.value

    def difference_share(self, style: str, other: str, hooks: int) -> Estimate | None:
        """What so many hooks of *style* cost more than of *other*, of a request without hooks."""
        if hooks not in self.hooks(style, other):
            return None
        pairs = zip(self._values[style, hooks], self._values[other, hooks], strict=True)
        return self._resampler.ratio([a - b for a, b in pairs], self._request)

    def slope(self, style: str, hooks: Sequence[int]) -> Estimate | None:
        """What one more hook costs, on average over these numbers of hooks.

        :param hooks: numbers with which the style was measured; fewer than two give None.
        """
        slopes = self._slopes(style, hooks)
        return self._resampler.estimate(slopes) if slopes else None

    def slope_over_all(self, style: str) -> Estimate | None:
        """The same over all numbers of hooks with which the style was measured."""
        return self.slope(style, self.hooks(style))

    def slope_ratio(self, style: str, other: str, most: int = max(HOOKS)) -> Estimate | None:
        """The slope of *style* over that of *other*, both over the numbers that they share.

        :param most: leave out numbers above this.
        """
        hooks = [number for number in self.hooks(style, other) if number <= most]
        upper, lower = self._slopes(style, hooks), self._slopes(other, hooks)
        return self._resampler.ratio(upper, lower) if upper and lower else None

    def intercept(self, style: str) -> Estimate | None:
        """What it costs that there are hooks of this style at all, however many.

        The hooks' work is no straight line over their number: Werkzeug looks through all headers
        before it sets one, so the sixty-fourth costs more than the first, and a straight line
        through that would start below zero whatever the style costs. The same work written in the
        view bends in the same way. So the line is fitted to what the style adds to inline, and each
        point counts by the inverse square of the time that it took, as noise grows with time.
        """
        intercepts = self._intercepts(style)
        return self._resampler.estimate(intercepts) if intercepts else None

    def intercept_share(self, style: str) -> Estimate | None:
        """The intercept over a request without hooks."""
        intercepts = self._intercepts(style)
        return self._resampler.ratio(intercepts, self._request) if intercepts else None

    def by_round(self, style: str, hooks: int) -> list[float]:
        """A request with so many hooks of that style, round by round."""
        return self._values[style, hooks]

    def added_by_round(self, style: str, hooks: int) -> list[float]:
        """What they add to a request, round by round."""
        pairs = zip(self._values[style, hooks], self._request, strict=True)
        return [value - request for value, request in pairs]

    def best_native(self) -> str | None:
        """The native style whose hooks cost the least, over the numbers that both share."""
        styles = [style for style in NATIVE if style in self.styles]
        if not styles:
            return None
        hooks = self.hooks(*styles)
        if len(hooks) < 2:
            return None
        return min(styles, key=lambda style: median(self._slopes(style, hooks) or []))

    def _slopes(self, style: str, hooks: Sequence[int]) -> list[float] | None:
        if len(hooks) < 2:
            return None
        line = Line(hooks)
        rounds = zip(*(self._values[style, number] for number in hooks), strict=True)
        return [line.slope(values) for values in rounds]

    def _intercepts(self, style: str) -> list[float] | None:
        if style == FLOOR or FLOOR not in self.styles:
            return None
        hooks = self.hooks(style, FLOOR)
        if len(hooks) < 2:
            return None
        line = Line(hooks, [median(self._values[style, number]) ** -2 for number in hooks])
        rounds = zip(*(self._values[style, number] for number in hooks), strict=True)
        floors = zip(*(self._values[FLOOR, number] for number in hooks), strict=True)
        return [
            line.intercept([value - floor for value, floor in zip(values, floor, strict=True)])
            for values, floor in zip(rounds, floors, strict=True)
        ]
