"""How what hooks add grows with the body, on one host: a straight line over the payload's size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from .analysis import Analysis, Group
from .estimates import Estimate, Line
from .scenarios import BASELINE, GROWTH_HOOKS, HEADER, PAYLOADS, STYLES, work_of

__all__ = ["Growth"]

_KB: Final = 1024


class Growth:
    """What was measured of one host over several payloads, in microseconds a request and KB.

    :param analysis: what was measured.
    :param host: one of `HOSTS`.
    """

    def __init__(self, analysis: Analysis, host: str) -> None:
        self.host = host
        self._groups = {group.payload: group for group in analysis.groups if group.host == host}
        self._resampler = analysis.resampler(host) if self._groups else None

    @property
    def payloads(self) -> tuple[str, ...]:
        """The payloads that were measured, in ascending order."""
        return tuple(self._groups)

    def styles(self, work: str) -> list[str]:
        """The styles with that work that were measured, the baseline excepted."""
        measured = {style for group in self._groups.values() for style in group.styles}
        return [style for style in STYLES if style in measured and work_of(style) == work]

    def hooks(self, style: str) -> list[int]:
        """The numbers of hooks with which that style was measured, whatever the payload."""
        return sorted({n for group in self._groups.values() for n in group.hooks(style)})

    def measured(self, hooks: int, *styles: str) -> tuple[str, ...]:
        """The payloads with which so many hooks of all of these styles were measured."""
        return tuple(
            name
            for name, group in self._groups.items()
            if all(hooks in group.hooks(style) for style in styles)
        )

    def is_grown(self, work: str) -> bool:
        """Whether there is something to say of that work over payloads.

        Of headers there is with `GROWTH_HOOKS` hooks and more than one payload; what else is
        measured of them is said over the number of hooks.
        """
        styles = self.styles(work)
        if work != HEADER:
            return bool(styles)
        return any(len(self.measured(GROWTH_HOOKS, style)) > 1 for style in styles)

    def group(self, payload: str) -> Group:
        """What was measured with that payload."""
        return self._groups[payload]

    def request(self) -> Estimate | None:
        """What a KB more costs a request without hooks."""
        return self._estimate(self._slopes(BASELINE, 0, self.payloads, Group.by_round))

    def per_kb(self, style: str, hooks: int) -> Estimate | None:
        """What a KB more adds to the cost of so many hooks; None for fewer than two payloads.

        On average over the payloads measured, each of which counts alike; so it is what the largest
        adds over the others, in the main.
        """
        payloads = self.measured(hooks, style)
        return self._estimate(self._slopes(style, hooks, payloads, Group.added_by_round))

    def per_kb_ratio(self, style: str, other: str, hooks: int) -> Estimate | None:
        """What a KB more adds with *style* over what it adds with *other*, as a ratio."""
        payloads = self.measured(hooks, style, other)
        upper = self._slopes(style, hooks, payloads, Group.added_by_round)
        lower = self._slopes(other, hooks, payloads, Group.added_by_round)
        if self._resampler is None or not upper or not lower:
            return None
        return self._resampler.ratio(upper, lower)

    def _slopes(
        self,
        style: str,
        hooks: int,
        payloads: tuple[str, ...],
        values: Callable[[Group, str, int], list[float]],
    ) -> list[float] | None:
        """The slope of each round."""
        if len(payloads) < 2:
            return None
        line = Line([PAYLOADS[name] / _KB for name in payloads])
        rounds = zip(*(values(self._groups[name], style, hooks) for name in payloads), strict=True)
        return [line.slope(each) for each in rounds]

    def _estimate(self, slopes: list[float] | None) -> Estimate | None:
        return self._resampler.estimate(slopes) if self._resampler and slopes else None
