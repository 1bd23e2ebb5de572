"""What was measured under load, kept in a pyperf suite.

One benchmark a metric of a scenario, `load/<host>/<style>/<hooks>/<metric>`; one run a set of
servers, one value a round, in the order of the rounds. pyperf knows no requests per second: the
unit of `throughput` is integer.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pyperf  # type: ignore[import-untyped]  # it has no types

from ..errors import BenchmarkError
from ..results import Samples, run_metadata
from .rounds import Measured
from .scenarios import METRICS, WAIT_METRICS, Load, Wait, parse

__all__ = ["SERVERS", "LoadResults", "from_suite", "is_load", "load_if_load", "suite"]

# The packages that serve, whose versions are recorded beside those of the hosts.
SERVERS: Final = ("gunicorn", "hypercorn")


@dataclass(frozen=True, slots=True)
class LoadResults:
    """What a run measured.

    :param samples: by scenario and metric: a tuple a set of servers, a value a round.
    :param metadata: versions and kind of machine, as pyperf names them.
    """

    samples: dict[tuple[Load | Wait, str], Samples]
    metadata: dict[str, Any]

    @property
    def loads(self) -> list[Load]:
        """The scenarios with hooks that were measured."""
        return [
            each
            for each, metric in self.samples
            if metric == "throughput" and isinstance(each, Load)
        ]

    @property
    def waits(self) -> list[Wait]:
        """The scenarios that wait that were measured."""
        return [
            each
            for each, metric in self.samples
            if metric == "throughput" and isinstance(each, Wait)
        ]

    def shape(self, scenario: Load | Wait) -> tuple[int, ...]:
        """How many rounds of each set that scenario was in."""
        return tuple(len(run) for run in self.samples[scenario, "throughput"])

    def values(self, scenario: Load | Wait, metric: str) -> list[float]:
        """All values, sets one after the other."""
        return [value for run in self.samples[scenario, metric] for value in run]


def suite(sets: Sequence[Measured], extra: dict[str, Any]) -> pyperf.BenchmarkSuite:
    """A pyperf suite of what these sets of servers measured.

    :param sets: at least one, with at least one value.
    :param extra: metadata beside what `results` records.
    """
    metadata = run_metadata() | {f"{name}_version": version(name) for name in SERVERS} | extra
    names = dict.fromkeys(name for each in sets for name in each.values)
    return pyperf.BenchmarkSuite(
        [
            pyperf.Benchmark(
                [
                    pyperf.Run(
                        each.values[name],
                        metadata=metadata | {"name": name, "unit": _unit(name)},
                        collect_metadata=False,
                    )
                    for each in sets
                    if name in each.values
                ]
            )
            for name in names
        ]
    )


def is_load(measured: pyperf.BenchmarkSuite) -> bool:
    """Whether a suite holds what `load` measures.

    :param measured: any suite.
    """
    return str(measured.get_benchmark_names()[0]).startswith(("load/", "wait/"))


def load_if_load(path: Path) -> LoadResults | None:
    """What a file holds if `load` has saved it, or None, also where it cannot be read.

    :param path: any file.
    :raises BenchmarkError: `load` has saved it, and something is missing.
    """
    try:
        measured = pyperf.BenchmarkSuite.load(str(path))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zlib.error):
        return None
    if not is_load(measured):
        return None
    try:
        return from_suite(measured)
    except BenchmarkError as error:
        raise BenchmarkError(f"{path} is not a result of `load`: {error}") from error


def from_suite(measured: pyperf.BenchmarkSuite) -> LoadResults:
    """What a suite holds.

    :param measured: a suite made by `suite`.
    :raises BenchmarkError: it holds something else.
    """
    samples: dict[tuple[Load | Wait, str], Samples] = {}
    for benchmark in measured.get_benchmarks():
        name, _, metric = benchmark.get_name().rpartition("/")
        scenario = parse(name)
        if metric not in _metrics(scenario):
            raise BenchmarkError(f"{name} has no metric {metric!r}")
        runs = tuple(tuple(run.values) for run in benchmark.get_runs() if run.values)
        samples[scenario, metric] = runs
    results = LoadResults(samples, measured.get_metadata())
    for scenario in dict.fromkeys(each for each, _ in samples):
        _check(results, scenario)
    return results


def _check(results: LoadResults, scenario: Load | Wait) -> None:
    """See that all metrics are there, in the same rounds as what they are compared with."""
    for metric in _metrics(scenario):
        if (scenario, metric) not in results.samples:
            raise BenchmarkError(f"{scenario.name} has no {metric}")
        shape = tuple(len(run) for run in results.samples[scenario, metric])
        if shape != results.shape(scenario):
            raise BenchmarkError(f"{scenario.name} has its {metric} from other rounds")
    if isinstance(scenario, Load):
        if scenario.baseline not in results.loads:
            raise BenchmarkError(
                f"{scenario.name} is in it and {scenario.baseline.name} is not, with which it is"
                " compared"
            )
        first: Load | Wait = scenario.baseline
    else:
        first = results.waits[0]
    if results.shape(first) != results.shape(scenario):
        raise BenchmarkError(f"{scenario.name} was not driven in the rounds of the others")


def _metrics(scenario: Load | Wait) -> tuple[str, ...]:
    return tuple(METRICS) if isinstance(scenario, Load) else WAIT_METRICS


def _unit(name: str) -> str:
    return METRICS[name.rpartition("/")[2]]
