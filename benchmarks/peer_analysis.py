"""What the ready-made hooks and their peers cost, made out of samples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any, Final

import pyperf  # type: ignore[import-untyped]  # it has no types

from .errors import BenchmarkError
from .estimates import CONFIDENCE, Estimate, Resampler
from .peer_apps import NOBODY, OURS, PEERS, every_peer
from .results import Samples

__all__ = ["BOUNDS", "PeerAnalysis", "PeerResults", "peers_from_suite"]

# How many times ours a peer's added cost is promised to be, at least.
BOUNDS: Final = {
    ("security-headers", "talisman"): 8.0,
    ("security-headers", "secure"): 8.0,
    ("cors", "flask-cors"): 8.0,
    ("cors", "quart-cors"): 10.0,
    ("compress-idle", "flask-compress"): 4.0,
    ("compress-busy", "flask-compress"): 1.0,
}
_MICROSECONDS: Final = 1e6


@dataclass(frozen=True, slots=True)
class PeerResults:
    """What `peers` measured.

    :param samples: seconds a request by name: a tuple a process, a value a round.
    :param metadata: versions and kind of machine, as pyperf names them.
    """

    samples: dict[str, Samples]
    metadata: dict[str, Any]

    @property
    def shape(self) -> tuple[int, ...]:
        """How many rounds each process completed."""
        return tuple(len(run) for run in next(iter(self.samples.values())))


def peers_from_suite(measured: pyperf.BenchmarkSuite) -> PeerResults:
    """What a suite of `peers` holds.

    :param measured: a suite that `peers` made.
    :raises BenchmarkError: it holds something else, or lacks somebody.
    """
    samples = {
        each.get_name(): tuple(tuple(run.values) for run in each.get_runs() if run.values)
        for each in measured.get_benchmarks()
    }
    expected = [peer.name for peer in every_peer()]
    for name in expected:
        if name not in samples:
            raise BenchmarkError(f"it has no {name}")
    for name in samples:
        if name not in expected:
            raise BenchmarkError(f"{name!r} is none of the peers")
    results = PeerResults(samples, measured.get_metadata())
    for name, runs in samples.items():
        if tuple(len(run) for run in runs) != results.shape:
            raise BenchmarkError(f"{name} was not sampled in the rounds of the others")
    return results


class PeerAnalysis:
    """Costs in microseconds a request.

    :param results: what `peers` measured.
    """

    def __init__(self, results: PeerResults) -> None:
        self.shape = results.shape
        self._values = {
            name: [value * _MICROSECONDS for run in runs for value in run]
            for name, runs in results.samples.items()
        }

    @cached_property
    def _resampler(self) -> Resampler:
        return Resampler(self.shape)

    @property
    def tasks(self) -> list[tuple[str, str]]:
        """The host and the name of every task."""
        return list(PEERS)

    def who(self, host: str, task: str) -> tuple[str, ...]:
        """Who does that task on that host, Afterware first."""
        return (OURS, *PEERS[host, task])

    def request(self, host: str, task: str) -> Estimate:
        """A request for which nobody does the task."""
        return self._resampler.estimate(self._values[f"{host}/{task}/{NOBODY}"])

    def added(self, host: str, task: str, who: str) -> Estimate:
        """What *who* adds to that request."""
        return self._resampler.estimate(self._added(host, task, who))

    def over_ours(self, host: str, task: str, who: str) -> Estimate:
        """The median of what *who* adds over that of Afterware.

        Medians are divided, since in single rounds noise would divide noise.
        """
        upper, lower = self._added(host, task, who), self._added(host, task, OURS)
        draws = sorted(
            high / low if low > 0 else inf
            for high, low in zip(
                self._resampler.medians(upper), self._resampler.medians(lower), strict=True
            )
        )
        tail = (1 - CONFIDENCE) / 2
        low = self._resampler.estimate(lower).value
        value = self._resampler.estimate(upper).value / low if low > 0 else inf
        return Estimate(value, draws[int(tail * len(draws))], draws[-1 - int(tail * len(draws))])

    def _added(self, host: str, task: str, who: str) -> list[float]:
        pairs = zip(
            self._values[f"{host}/{task}/{who}"],
            self._values[f"{host}/{task}/{NOBODY}"],
            strict=True,
        )
        return [value - base for value, base in pairs]
