"""What a soak saw, kept in a pyperf suite: one benchmark a metric, `soak/<host>/<metric>`.

pyperf keeps nothing that is zero: a metric that is not there is zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median
from typing import Any, Final

import pyperf  # type: ignore[import-untyped]  # it has no types

from ..errors import BenchmarkError
from ..load.results import SERVERS
from ..results import Samples, run_metadata
from ..scenarios import HOSTS
from .plan import CLIENTS, GROWTH_BYTES, GROWTH_SHARE, METRICS, STOP_SECONDS
from .run import Soaked

__all__ = ["SoakResults", "broken", "soak_from_suite", "soak_suite"]

# Of a soak's looks at memory: those before this share are of a server that is not warm yet. The
# mean of as many again is what it begins with, and of the last ones what it ends with.
_FIFTH: Final = 0.2


@dataclass(frozen=True, slots=True)
class SoakResults:
    """What a soak saw.

    :param samples: by host and metric, all values in one tuple, in their order.
    :param metadata: versions and kind of machine, as pyperf names them.
    """

    samples: dict[tuple[str, str], Samples]
    metadata: dict[str, Any]

    @property
    def hosts(self) -> list[str]:
        """The twins that were driven."""
        return [each for each in HOSTS if (each, "answered") in self.samples]

    def values(self, host: str, metric: str) -> tuple[float, ...]:
        """All values of a metric, in their order."""
        return tuple(value for run in self.samples.get((host, metric), ()) for value in run)

    def count(self, host: str, metric: str) -> int:
        """What was counted."""
        return int(sum(self.values(host, metric)))

    def memory(self, host: str) -> tuple[float, float]:
        """The bytes of a warm server, and those at the end: each the median of some looks."""
        looks = self.values(host, "memory")
        some = max(1, int(len(looks) * _FIFTH))
        return median(looks[some : 2 * some] or looks), median(looks[-some:])


def broken(results: SoakResults) -> list[str]:
    """Which bounds were broken, so far as the figures tell, in words that name the twin.

    :param results: what a soak saw.
    """
    found = []
    for host in results.hosts:
        begins, ends = results.memory(host)
        allowed = GROWTH_BYTES + GROWTH_SHARE * begins
        if ends - begins > allowed:
            found.append(
                f"{host}: memory grew by {(ends - begins) / 2**20:.1f} MiB, and"
                f" {allowed / 2**20:.1f} are allowed"
            )
        slow = [each for each in results.values(host, "stop") if each > STOP_SECONDS]
        if slow:
            found.append(f"{host}: {len(slow)} stops took longer than {STOP_SECONDS:g} s")
        lost = results.count(host, "answered") - results.count(host, "kept")
        if lost:
            found.append(f"{host}: {lost} notes are lost, though answered with 201")
        half = abs(results.count(host, "rows") - results.count(host, "audited"))
        if half:
            found.append(f"{host}: {half} notes are half-written")
    return found


def soak_suite(found: Sequence[Soaked]) -> pyperf.BenchmarkSuite:
    """A pyperf suite of what was seen.

    :param found: of each twin; at least one.
    """
    metadata = run_metadata() | {f"{name}_version": version(name) for name in SERVERS}
    metadata["soak_clients"] = CLIENTS
    metadata["soak_seconds"] = int(found[0].seconds)
    return pyperf.BenchmarkSuite(
        [
            pyperf.Benchmark(
                [
                    pyperf.Run(
                        kept,
                        metadata=metadata
                        | {"name": f"soak/{each.host}/{metric}", "unit": METRICS[metric]},
                        collect_metadata=False,
                    )
                ]
            )
            for each in found
            for metric, values in _values(each).items()
            if (kept := [float(value) for value in values if value > 0])
        ]
    )


def soak_from_suite(measured: pyperf.BenchmarkSuite) -> SoakResults:
    """What a suite holds.

    :param measured: a suite made by `soak_suite`.
    :raises BenchmarkError: it holds something else.
    """
    samples: dict[tuple[str, str], Samples] = {}
    for benchmark in measured.get_benchmarks():
        name = benchmark.get_name()
        match name.split("/"):
            case ["soak", host, metric] if host in HOSTS and metric in METRICS:
                runs = tuple(tuple(run.values) for run in benchmark.get_runs() if run.values)
                samples[host, metric] = runs
            case _:
                raise BenchmarkError(f"{name!r} is nothing that a soak measures.")
    results = SoakResults(samples, measured.get_metadata())
    for host in dict.fromkeys(host for host, _ in samples):
        for metric in ("answered", "memory", "stop"):
            if (host, metric) not in samples:
                raise BenchmarkError(f"soak/{host} has no {metric}")
    return results


def _values(found: Soaked) -> dict[str, Sequence[float]]:
    assert found.rows is not None
    answered = len(found.ledger.answered)
    return {
        "memory": found.memory,
        "stop": found.stops,
        "throughput": [answered / found.seconds],
        "answered": [answered],
        "kept": [found.rows.kept],
        "rows": [found.rows.rows],
        "audited": [found.rows.audited],
    }
