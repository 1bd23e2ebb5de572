"""Ready-made hooks against the packages that do the same: equal work, interleaved, checked."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Final

import click
import pyperf  # type: ignore[import-untyped]  # it has no types

from .checks import LastError, errors_kept
from .errors import BenchmarkError
from .exchange import Caller, make_caller
from .files import read
from .peer_analysis import PeerResults, peers_from_suite
from .peer_apps import Peer, asked, check_peer, every_peer, make_peer_app
from .peer_report import peer_report
from .processes import Process
from .report import console
from .results import check_writable, save, suite
from .sampling import Subject, sample_rounds

__all__ = ["measure", "peers"]

_PROCESSES: Final = 5
_SECONDS: Final = 180.0
_MIN_ROUNDS: Final = 5

# Recorded beside those of the hosts.
_PACKAGES: Final = (
    "brotli",
    "flask-compress",
    "flask-cors",
    "flask-talisman",
    "quart-cors",
    "secure",
    "zstandard",
)


class _PeerSubject(Subject):
    """A peer with its app, checked by what its task asks for."""

    def __init__(self, peer: Peer, caller: Caller, errors: LastError) -> None:
        super().__init__(peer, caller, errors)  # type: ignore[arg-type]  # it has what is asked of it
        self._peer = peer
        self._calls = caller
        self._logged = errors

    def timed(self, requests: int) -> float:
        """Seconds a request, of so many; the last answer is checked outside of the time."""
        self._logged.error = None
        seconds, answer = self._calls.batch(requests)
        check_peer(self._peer, answer, self._logged.error)
        return median(seconds)


def measure(seconds: float, min_rounds: int, seed: int) -> Process:
    """Sample everybody in this process.

    :param seconds: for how long, warming up included.
    :param min_rounds: how many rounds to complete however long it takes.
    :param seed: for the orders in which apps are made and samples taken.
    :raises BenchmarkError: an answer is not what it should be.
    """
    started = monotonic()
    rng = random.Random(seed)  # noqa: S311  # an order, not a secret
    everybody = every_peer()
    subjects: dict[Peer, _PeerSubject] = {}
    with ExitStack() as stack:
        errors = stack.enter_context(errors_kept())
        runner = stack.enter_context(asyncio.Runner())
        for peer in rng.sample(everybody, len(everybody)):
            caller = make_caller(make_peer_app(peer), runner, list(asked(peer).items()))
            stack.callback(caller.close)
            subjects[peer] = _PeerSubject(peer, caller, errors)
        for subject in subjects.values():
            subject.calibrate()
        values = sample_rounds(
            [subjects[peer] for peer in everybody],
            rng,
            goes_on=lambda rounds: rounds < min_rounds or monotonic() - started < seconds,
        )
        loops = {peer.name: subject.loops for peer, subject in subjects.items()}
    return Process(values, loops)


def _measure_all(
    processes: int, seconds: float, min_rounds: int, progress: Callable[[int], object]
) -> list[Process]:
    """Measure in fresh processes, one after the other: memory is laid out once a process."""
    spawn = multiprocessing.get_context("spawn")
    done = []
    for number in range(processes):
        progress(number)
        with ProcessPoolExecutor(1, mp_context=spawn) as pool:
            done.append(pool.submit(measure, seconds / processes, min_rounds, number).result())
    return done


def _with_versions(measured: pyperf.BenchmarkSuite) -> pyperf.BenchmarkSuite:
    metadata = {}
    for package in _PACKAGES:
        try:
            metadata[f"{package.replace('-', '_')}_version"] = version(package)
        except PackageNotFoundError:
            continue
    for benchmark in measured.get_benchmarks():
        benchmark.update_metadata(metadata)
    return measured


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Save every sample to FILE, as a pyperf suite (gzipped if it ends in .gz).",
)
@click.option(
    "--show",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Measure nothing; print what a saved FILE holds.",
)
@click.option("--processes", type=click.IntRange(1), default=_PROCESSES, hidden=True)
@click.option("--seconds", type=click.FloatRange(0), default=_SECONDS, hidden=True)
@click.option("--min-rounds", type=click.IntRange(1), default=_MIN_ROUNDS, hidden=True)
def peers(
    *, output: Path | None, show: Path | None, processes: int, seconds: float, min_rounds: int
) -> None:
    """Time the ready-made hooks against the packages that do the same, in three minutes.

    They are called <host>/<task>/<who>, such as flask/cors/flask-cors.
    """
    try:
        if show is not None:
            console().print(peer_report(_load(show)))
            return
        if output is not None:
            check_writable(output)
        done = _measure_all(
            processes,
            seconds,
            min_rounds,
            lambda number: click.echo(f"process {number + 1} of {processes}", err=True),
        )
        measured = _with_versions(suite(done))
        if output is not None:
            save(measured, output)
        console().print(peer_report(peers_from_suite(measured)))
    except BenchmarkError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2 if show is not None else 1)


def _load(path: Path) -> PeerResults:
    try:
        results = read(path).results
    except BenchmarkError as error:
        raise BenchmarkError(f"{path} is not a result of `peers`: {error}") from error
    if not isinstance(results, PeerResults):
        raise BenchmarkError(f"{path} is not a result of `peers`; `show` prints any kind.")
    return results
