"""What the design promises of the costs, held against what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .analysis import FLOOR, PORTABLE, Analysis, Group
from .estimates import Estimate
from .growth import Growth
from .scenarios import BODY_WORKS, GROWTH_HOOKS, HOOKS, HOSTS

__all__ = ["Expectation", "expectations", "growth_expectations"]

# One hook more, natively over portably, where the host hops to another thread: at least.
_HOPS: Final = (
    ("quart", "native-def", "portable-def", 25),
    ("flask", "native-async", "portable-async", 80),
)
# One hook more, portably over the best native style: at most.
_OVER_NATIVE: Final = {"portable-def": 0.93, "portable-async": 1.0}
# One hook more, portably over the same work in the view: at most.
_OVER_INLINE: Final = 1.1
# A KB more, read or rewritten portably, over the same work in the view: at most. A copy too many of
# the body would add a sixth to what reading it costs.
_KB_OVER_INLINE: Final = 1.1
# A single hook, portably less the best native style, as a share of a request: at most.
_ONE_OVER_NATIVE: Final = 0.0
# Being bound at all, as a share of a request without hooks: at most.
_BOUND: Final = 0.03


@dataclass(frozen=True, slots=True)
class Expectation:
    """One promise.

    :param what: the figure, in words.
    :param bound: what it is held against.
    :param at_least: whether the bound is the least that is promised, or else the most.
    :param measured: the figure, or None where what it needs was not measured.
    :param share: whether it is a share of a request, or else a ratio of slopes.
    """

    what: str
    bound: float
    at_least: bool
    measured: Estimate | None
    share: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the figure itself keeps the bound; None where it was not measured."""
        if self.measured is None:
            return None
        value = self.measured.value
        return value >= self.bound if self.at_least else value <= self.bound

    @property
    def certain(self) -> bool:
        """Whether the whole interval is on the same side of the bound as the figure."""
        if self.measured is None:
            return False
        return not self.measured.low < self.bound < self.measured.high


def expectations(analysis: Analysis, payload: str) -> list[Expectation]:
    """Every promise, for one payload.

    :param analysis: what was measured.
    :param payload: the payload that is asked about.
    """
    groups = [group for group in analysis.groups if group.payload == payload]
    return [
        *_hops(groups),
        *(each for group in groups for each in _over_native(group)),
        *(each for group in groups for each in _over_inline(group)),
        *(each for group in groups for each in _bound(group)),
        *(each for group in groups for each in _single(group)),
    ]


def growth_expectations(analysis: Analysis) -> list[Expectation]:
    """Every promise of how cost grows with the body.

    :param analysis: what was measured.
    """
    growths = [Growth(analysis, host) for host in HOSTS]
    return [
        Expectation(
            f"{growth.host}: a KB more, {portable} over {FLOOR},"
            f" {'1 hook' if hooks == 1 else f'{hooks} hooks'}",
            _KB_OVER_INLINE,
            at_least=False,
            measured=growth.per_kb_ratio(portable, floor, hooks),
        )
        for growth in growths
        for work in BODY_WORKS
        for portable, floor in [(f"portable-async-{work}", f"{FLOOR}-{work}")]
        for hooks in growth.hooks(portable)
    ]


def _hops(groups: list[Group]) -> Iterator[Expectation]:
    for host, native, portable, bound in _HOPS:
        for group in groups:
            if group.host == host:
                yield _ratio(group, native, portable, bound, at_least=True)


def _over_native(group: Group) -> Iterator[Expectation]:
    best = group.best_native()
    for portable, bound in _OVER_NATIVE.items():
        if best is not None:
            yield _ratio(group, portable, best, bound)


def _over_inline(group: Group) -> Iterator[Expectation]:
    for portable in PORTABLE:
        yield _ratio(group, portable, FLOOR, _OVER_INLINE, most=GROWTH_HOOKS)
    if max(group.hooks("portable-def", FLOOR), default=0) > GROWTH_HOOKS:
        yield _ratio(group, "portable-def", FLOOR, _OVER_INLINE)


def _bound(group: Group) -> Iterator[Expectation]:
    for portable in PORTABLE:
        measured = group.intercept_share(portable) if portable in group.styles else None
        what = f"{group.host}: intercept of {portable}, of a request"
        yield Expectation(what, _BOUND, at_least=False, measured=measured, share=True)


def _single(group: Group) -> Iterator[Expectation]:
    best = group.best_native()
    for portable in PORTABLE:
        if best is not None:
            measured = group.difference_share(portable, best, 1)
            what = f"{group.host}: one hook, {portable} less {best}, of a request"
            yield Expectation(what, _ONE_OVER_NATIVE, at_least=False, measured=measured, share=True)


def _ratio(
    group: Group,
    upper: str,
    lower: str,
    bound: float,
    *,
    at_least: bool = False,
    most: int = max(HOOKS),
) -> Expectation:
    known = upper in group.styles and lower in group.styles
    measured = group.slope_ratio(upper, lower, most) if known else None
    over = ""
    if measured:
        hooks = [number for number in group.hooks(upper, lower) if number <= most]
        over = f", {hooks[0]} to {hooks[-1]} hooks"
    what = f"{group.host}: slope of {upper} over {lower}{over}"
    return Expectation(what, bound, at_least=at_least, measured=measured)
