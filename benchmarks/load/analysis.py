"""Ratios with intervals out of what was measured under load, paired by round, and promises."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Final

from ..estimates import Estimate, Resampler
from ..expectations import Expectation
from ..scenarios import HOSTS
from .results import LoadResults
from .scenarios import FLOOR, PROMISED, Load, Wait

__all__ = ["LoadAnalysis"]

_ENOUGH: Final = 6

# Of the throughput without any hooks, with portable ones, at least.
_OF_NONE: Final = 0.97
_PORTABLE: Final = ("portable-def", "portable-async")
# Where the host hops to another thread for each hook: portable over native, at least.
_HOPS: Final = (
    ("quart", "portable-def", "native-def", 2.0),
    ("flask", "portable-async", "native-async", 5.0),
)


class LoadAnalysis:
    """What `load` measured, and with what certainty.

    :param results: what a run measured, or what a file holds.
    """

    def __init__(self, results: LoadResults) -> None:
        self.results = results
        self._resamplers: dict[tuple[int, ...], Resampler] = {}

    def median(self, scenario: Load | Wait, metric: str) -> Estimate:
        """The median over rounds of a metric."""
        return self._resampler(scenario).estimate(self.results.values(scenario, metric))

    def ratio(self, upper: Load | Wait, lower: Load | Wait) -> Estimate | None:
        """The throughput of one scenario over another's, as the median over rounds.

        :returns: None where one of them was not measured.
        """
        values = self.results.samples
        if (upper, "throughput") not in values or (lower, "throughput") not in values:
            return None
        ratio = self._resampler(upper).ratio(
            self.results.values(upper, "throughput"), self.results.values(lower, "throughput")
        )
        # All values are on one side of the true median with a probability of 2 * 0.5^n, so with
        # fewer than six no interval holds it with a confidence of 95%.
        if sum(self.results.shape(upper)) < _ENOUGH:
            return Estimate(ratio.value, 0.0, inf)
        return ratio

    def expectations(self) -> list[Expectation]:
        """What is promised of the throughput, held against what was measured."""
        return [*self._of_none(), *self._hops()]

    def over_floor(self, host: str) -> Iterator[tuple[str, Estimate]]:
        """The throughput with portable hooks over that of a view which sets the same headers.

        :param host: the host.
        :returns: the styles that were measured, each with its ratio.
        """
        for style in _PORTABLE:
            ratio = self.ratio(Load(host, style, PROMISED), Load(host, FLOOR, PROMISED))
            if ratio:
                yield style, ratio

    def _of_none(self) -> Iterator[Expectation]:
        for host in HOSTS:
            for style in _PORTABLE:
                upper = Load(host, style, PROMISED)
                yield Expectation(
                    f"{host}: throughput with {PROMISED} {style} hooks over none",
                    _OF_NONE,
                    at_least=True,
                    measured=self.ratio(upper, upper.baseline),
                )

    def _hops(self) -> Iterator[Expectation]:
        for host, portable, native, bound in _HOPS:
            yield Expectation(
                f"{host}: throughput with {PROMISED} {portable} hooks over {native}",
                bound,
                at_least=True,
                measured=self.ratio(Load(host, portable, PROMISED), Load(host, native, PROMISED)),
            )

    def _resampler(self, scenario: Load | Wait) -> Resampler:
        shape = self.results.shape(scenario)
        if shape not in self._resamplers:
            self._resamplers[shape] = Resampler(shape)
        return self._resamplers[shape]
