"""Samples, kept in a pyperf suite: one benchmark a scenario, one run a process, one value a round.

The values of a run are in the order of the rounds, for every scenario, so the pairing by round is
in the file. Metadata tells the versions and the kind of machine, and neither its name nor a path.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import pyperf  # type: ignore[import-untyped]  # it has no types

from .errors import BenchmarkError
from .processes import Process
from .scenarios import Scenario, parse

__all__ = [
    "MACHINE",
    "VERSIONS",
    "Results",
    "Samples",
    "check_writable",
    "from_suite",
    "load",
    "load_suite",
    "replaced",
    "run_metadata",
    "save",
    "suite",
]

# The packages whose versions decide what is measured; recorded as `<name>_version`.
VERSIONS: Final = ("flask", "quart", "werkzeug", "asgiref", "hypercorn", "afterware")

# What pyperf finds out about the machine, so far as it is kept. It also finds the host's name, the
# interpreter's path and flags with paths in them: what is not listed here is left out.
MACHINE: Final = (
    "aslr",
    "cpu_config",
    "cpu_count",
    "cpu_machine",
    "cpu_model_name",
    "date",
    "perf_version",
    "platform",
    "python_compiler",
    "python_implementation",
    "python_version",
    "timer",
)

# One table of values by process, in the order of the rounds.
Samples = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Results:
    """What a run measured.

    :param samples: seconds a request, by scenario: a tuple a process, a value a round.
    :param metadata: versions and kind of machine, as pyperf names them.
    """

    samples: dict[Scenario, Samples]
    metadata: dict[str, Any]

    @property
    def hosts(self) -> list[str]:
        """The hosts that were measured."""
        return sorted({scenario.host for scenario in self.samples})

    def shape(self, host: str) -> tuple[int, ...]:
        """How many rounds each process of that host completed; the same for its scenarios."""
        return next(_shape(runs) for each, runs in self.samples.items() if each.host == host)


def suite(processes: Sequence[Process]) -> pyperf.BenchmarkSuite:
    """A pyperf suite of what these processes measured.

    :param processes: at least one; all of one host measured the same scenarios.
    """
    metadata = run_metadata()
    names = dict.fromkeys(name for process in processes for name in process.values)
    return pyperf.BenchmarkSuite(
        [
            pyperf.Benchmark(
                [
                    pyperf.Run(
                        process.values[name],
                        metadata=metadata
                        | {"name": name, "unit": "second", "loops": process.loops[name]},
                        collect_metadata=False,
                    )
                    for process in processes
                    if name in process.values
                ]
            )
            for name in names
        ]
    )


def from_suite(measured: pyperf.BenchmarkSuite) -> Results:
    """The samples in a suite.

    :param measured: a suite made by `suite`.
    :raises BenchmarkError: it holds something else.
    """
    samples: dict[Scenario, Samples] = {}
    for benchmark in measured.get_benchmarks():
        runs = tuple(tuple(run.values) for run in benchmark.get_runs() if run.values)
        samples[parse(benchmark.get_name())] = runs
    results = Results(samples, measured.get_metadata())
    for scenario, runs in samples.items():
        if _shape(runs) != results.shape(scenario.host):
            raise BenchmarkError(f"{scenario.name} was not sampled in the rounds of the others")
        if scenario.baseline not in samples:
            raise BenchmarkError(
                f"{scenario.name} is in it and {scenario.baseline.name} is not, with which it is"
                " compared"
            )
    return results


def load(path: Path) -> Results:
    """The results in a file.

    :param path: a file written by `save`.
    :raises BenchmarkError: it cannot be read, or holds something else.
    """
    measured = load_suite(path)
    try:
        return from_suite(measured)
    except BenchmarkError as error:
        raise BenchmarkError(f"{path} is not a result of `run`: {error}") from error


def load_suite(path: Path) -> pyperf.BenchmarkSuite:
    """The suite in a file, of whichever kind.

    :param path: a file written by `save`.
    :raises BenchmarkError: it cannot be read, or is no pyperf suite.
    """
    try:
        return pyperf.BenchmarkSuite.load(str(path))
    except OSError as error:
        raise BenchmarkError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, zlib.error) as error:
        # Whatever JSON may hold, pyperf trips over it in its own way.
        kind = "is not JSON" if isinstance(error, json.JSONDecodeError) else "is no pyperf suite"
        raise BenchmarkError(f"{path} {kind}, so it holds no results: {error}") from error


def save(measured: pyperf.BenchmarkSuite, path: Path) -> None:
    """Write a suite to a file, whole or not at all; a file that is there is replaced.

    :param measured: what to write.
    :param path: where to; gzipped if its name ends in `.gz`.
    :raises BenchmarkError: it cannot be written.
    """
    with replaced(path) as name:
        measured.dump(str(name), replace=True)


@contextlib.contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A file beside *path* to write to, which takes its place when the block ends well.

    :param path: what is replaced, whole or not at all.
    :raises BenchmarkError: it cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(suffix=path.suffix, prefix=".bench-", dir=path.parent)
        os.close(handle)
        try:
            yield Path(name)
            # As open() would make it; mkstemp lets nobody else read.
            mask = os.umask(0)
            os.umask(mask)
            Path(name).chmod(0o666 & ~mask)
            Path(name).replace(path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()
    except OSError as error:
        raise BenchmarkError(f"{path} cannot be written: {error.strerror or error}.") from error


def check_writable(path: Path) -> None:
    """See that a file can be written before minutes are spent on what is to be in it.

    :param path: where results are to go.
    :raises BenchmarkError: they cannot.
    """
    if path.is_dir():
        raise BenchmarkError(f"{path} is a directory. Name a file in it: -o {path / 'bench.json'}")
    if not path.parent.is_dir():
        raise BenchmarkError(f"{path} cannot be written: there is no directory {path.parent}.")
    if not os.access(path.parent, os.W_OK):
        raise BenchmarkError(f"{path} cannot be written: {path.parent} is not yours to write to.")


def _shape(runs: Samples) -> tuple[int, ...]:
    return tuple(len(run) for run in runs)


def run_metadata() -> dict[str, Any]:
    """Versions and kind of machine, as pyperf names them."""
    found = pyperf.Run([1.0], collect_metadata=True).get_metadata()
    metadata = {name: found[name] for name in MACHINE if name in found}
    if "cpu_model_name" not in metadata and platform.processor():
        metadata["cpu_model_name"] = platform.processor()  # pyperf looks at Linux's list only
    for package in VERSIONS:
        try:
            metadata[f"{package}_version"] = version(package)
        except PackageNotFoundError:
            metadata[f"{package}_version"] = "not installed"  # imported from a checkout
    return metadata
