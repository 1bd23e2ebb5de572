"""What `load` measured: `load/<host>/<style>/<hooks>/<metric>`, `wait/<host>/<clients>/<metric>`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pyperf  # type: ignore[import-untyped]  # it has no types

from .errors import BenchmarkError
from .estimates import Estimate, Resampler
from .results import Samples
from .scenarios import BASELINE, HOSTS, STYLES, Scenario

__all__ = ["METRICS", "Load", "LoadAnalysis", "LoadResults", "Wait", "from_suite"]

METRICS: Final = ("throughput", "p50", "p90", "p99", "cpu", "memory")
_OF_WAITING: Final = ("throughput", "p50", "p90", "p99")


class Load(Scenario):
    __slots__ = ()

    def __init__(self, host: str, style: str, hooks: int) -> None:
        super().__init__(host, "28B", style, hooks)

    @property
    def name(self) -> str:
        return f"load/{self.host}/{self.style}/{self.hooks}"

    @property
    def baseline(self) -> "Load":
        return Load(self.host, BASELINE, 0)


@dataclass(frozen=True, slots=True)
class Wait:
    host: str
    clients: int

    @property
    def name(self) -> str:
        return f"wait/{self.host}/{self.clients}"


def parse(name: str) -> Load | Wait:
    match name.split("/"):
        case ["load", host, style, hooks] if hooks.isdecimal() and host in HOSTS and style in STYLES:
            return Load(host, style, int(hooks))
        case ["wait", host, clients] if clients.isdecimal() and host in HOSTS:
            return Wait(host, int(clients))
    raise BenchmarkError(f"{name!r} is no scenario of `load`.")


@dataclass(frozen=True, slots=True)
class LoadResults:
    samples: dict[tuple[Load | Wait, str], Samples]
    metadata: dict[str, Any]

    @property
    def loads(self) -> list[Load]:
        return [s for s, m in self.samples if m == "throughput" and isinstance(s, Load)]

    @property
    def waits(self) -> list[Wait]:
        return [s for s, m in self.samples if m == "throughput" and isinstance(s, Wait)]

    def shape(self, scenario: Load | Wait) -> tuple[int, ...]:
        return tuple(len(run) for run in self.samples[scenario, "throughput"])

    def values(self, scenario: Load | Wait, metric: str) -> list[float]:
        return [value for run in self.samples[scenario, metric] for value in run]


class LoadAnalysis:
    def __init__(self, results: LoadResults) -> None:
        self.results = results

    def median(self, scenario: Load | Wait, metric: str) -> Estimate:
        resampler = Resampler(self.results.shape(scenario))
        return resampler.estimate(self.results.values(scenario, metric))

    def expectations(self) -> list[Any]:
        return []


def from_suite(measured: pyperf.BenchmarkSuite) -> LoadResults:
    samples: dict[tuple[Load | Wait, str], Samples] = {}
    for benchmark in measured.get_benchmarks():
        name, _, metric = benchmark.get_name().rpartition("/")
        scenario = parse(name)
        if metric not in (METRICS if isinstance(scenario, Load) else _OF_WAITING):
            raise BenchmarkError(f"{name} has no metric {metric!r}")
        runs = tuple(tuple(run.values) for run in benchmark.get_runs() if run.values)
        samples[scenario, metric] = runs
    return LoadResults(samples, measured.get_metadata())
