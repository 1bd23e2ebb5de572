"""What checking trees took, kept in a pyperf suite.

One benchmark a shape and size, `check/<shape>/<size>`; one run a round, with one value, which is of
a process of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyperf  # type: ignore[import-untyped]  # it has no types

from ..errors import BenchmarkError
from ..results import Samples, run_metadata
from .shapes import SHAPES, SIZES, Shape, shape_named

__all__ = ["CheckResults", "Key", "from_suite", "name_of", "suite"]

_PREFIX: Final = "check"

# A shape and how many times the smallest its tree is.
Key = tuple[Shape, int]


@dataclass(frozen=True, slots=True)
class CheckResults:
    """What a run measured.

    :param samples: CPU seconds by shape and size: a tuple a round, of one value.
    :param metadata: versions and kind of machine, as pyperf names them.
    """

    samples: dict[Key, Samples]
    metadata: dict[str, Any]

    @property
    def shapes(self) -> list[Shape]:
        """The shapes that were measured, in the order of the catalogue."""
        measured = {shape for shape, _ in self.samples}
        return [each for each in SHAPES if each in measured]

    @property
    def rounds(self) -> int:
        """How many rounds there were."""
        return len(next(iter(self.samples.values())))

    def values(self, shape: Shape, size: int) -> list[float]:
        """CPU seconds of each round."""
        return [value for run in self.samples[shape, size] for value in run]


def name_of(key: Key) -> str:
    """The name of a shape at a size."""
    shape, size = key
    return f"{_PREFIX}/{shape.name}/{size}"


def suite(rounds: Sequence[Mapping[Key, float]]) -> pyperf.BenchmarkSuite:
    """A pyperf suite of what these rounds measured.

    :param rounds: at least one; all of the same shapes and sizes.
    """
    metadata = run_metadata()
    return pyperf.BenchmarkSuite(
        [
            pyperf.Benchmark(
                [
                    pyperf.Run(
                        [each[key]],
                        metadata=metadata | {"name": name_of(key), "unit": "second"},
                        collect_metadata=False,
                    )
                    for each in rounds
                ]
            )
            for key in rounds[0]
        ]
    )


def from_suite(measured: pyperf.BenchmarkSuite) -> CheckResults:
    """What a suite holds.

    :param measured: a suite made by `suite`.
    :raises BenchmarkError: it holds something else.
    """
    samples: dict[Key, Samples] = {}
    for benchmark in measured.get_benchmarks():
        runs = tuple(tuple(run.values) for run in benchmark.get_runs() if run.values)
        samples[_parsed(benchmark.get_name())] = runs
    results = CheckResults(samples, measured.get_metadata())
    for shape in results.shapes:
        for size in SIZES:
            runs = samples.get((shape, size), ())
            if not runs:
                raise BenchmarkError(f"it has {shape.name} but not at size {size}")
            if len(runs) != results.rounds or any(len(run) != 1 for run in runs):
                raise BenchmarkError(f"{shape.name} was not measured in the rounds of the others")
    return results


def _parsed(name: str) -> Key:
    parts = name.split("/")
    if len(parts) != 3 or parts[0] != _PREFIX or parts[2] not in map(str, SIZES):
        raise BenchmarkError(f"{name!r} is no shape at a size")
    return shape_named(parts[1]), int(parts[2])
