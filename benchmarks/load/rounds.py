"""Slices of all servers in turns, round by round.

All servers of a host are up at once and one is driven at a time; one that nobody asks uses nothing.
In each round every scenario has its slice, in an order that is shuffled anew. Those with the same
number of hooks, which are held against each other, follow each other, because a machine's speed
changes from second to second. Around those with 8 hooks, of which there are promises, stand two
slices without hooks, and the mean of what they measured counts: a drift of the machine falls on
either side.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from statistics import fmean
from time import monotonic
from typing import Final

from ..errors import BenchmarkError
from ..scenarios import HOSTS
from .children import Child, started
from .plan import Plan
from .scenarios import PROMISED, WAIT_SECONDS, Load, Wait
from .verify import verify_load, verify_wait, wait_until_free
from .wrk import Slice, drive

__all__ = ["CONNECTIONS", "Measured", "Tell", "measure_load", "measure_wait", "slices"]

# Connections that wrk keeps busy: as many as gunicorn has threads, so that either server always
# has work and no request waits for a thread.
CONNECTIONS: Final = 8

# Requests that make a server warm, one after the other, or seconds, whichever comes first.
_WARM_REQUESTS: Final = 200
_WARM_SECONDS: Final = 0.2

_SERVER: Final = "benchmarks.load.server"
_UPSTREAM: Final = "benchmarks.load.upstream"


@dataclass(frozen=True, slots=True)
class Tell:
    """What is told of a run that goes on.

    :param starts: called with what starts.
    :param drives: called with what is driven.
    :param done: called when a slice is over.
    """

    starts: Callable[[str], object]
    drives: Callable[[str], object]
    done: Callable[[], object]

    def within(self, where: str) -> Tell:
        """The same, with *where* in front of what is told."""
        return Tell(
            lambda what: self.starts(where + what),
            lambda what: self.drives(where + what),
            self.done,
        )


@dataclass(slots=True)
class Measured:
    """What one set of servers has measured.

    :param values: by name and metric, `load/<host>/<style>/<hooks>/<metric>`; one value a round.
    """

    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, metrics: dict[str, float]) -> None:
        """Add the values of one round."""
        for metric, value in metrics.items():
            self.values.setdefault(f"{name}/{metric}", []).append(value)


def measure_load(
    wrk: str, scenarios: Sequence[Load], plan: Plan, rng: random.Random, tell: Tell
) -> Measured:
    """Start a server for each of *scenarios*, drive them in turns, and end them.

    :param wrk: its path.
    :param scenarios: of one host, the one without hooks first.
    :param plan: how often each is driven, and for how long.
    :param rng: shuffles each round.
    :param tell: told what goes on.
    :raises BenchmarkError: a server does not start, or answers what it should not.
    """
    measured = Measured()
    tell.starts(f"{scenarios[0].host}: {len(scenarios)} servers start")
    with _servers(scenarios) as servers:
        for scenario, server in servers.items():
            _warm(scenario, server)
        for number in range(plan.rounds):
            taken: dict[Load, list[dict[str, float]]] = {}
            for scenario in _order(scenarios, rng):
                tell.drives(f"round {number + 1} of {plan.rounds}: {scenario.name}")
                metrics = _slice(wrk, scenario, servers[scenario], plan.seconds)
                taken.setdefault(scenario, []).append(metrics)
                tell.done()
            for scenario, slices in taken.items():
                measured.add(scenario.name, _mean(slices))
    return measured


def measure_wait(
    wrk: str, scenarios: Sequence[Wait], plan: Plan, rng: random.Random, tell: Tell
) -> Measured:
    """Start both twins with the view that waits, drive them in turns, and end them.

    :param wrk: its path.
    :param scenarios: for how many clients, and on which host.
    :param plan: how often each is driven, and for how long.
    :param rng: shuffles each round.
    :param tell: told what goes on.
    :raises BenchmarkError: a server does not start, or answers what it should not.
    """
    measured = Measured()
    tell.starts("wait: servers start")
    with _waiting_servers() as servers:
        for number in range(plan.wait_rounds):
            taken = {}
            for scenario in rng.sample(scenarios, len(scenarios)):
                tell.drives(f"round {number + 1} of {plan.wait_rounds}: {scenario.name}")
                url = f"{servers[scenario.host].url}/wait"
                wait_until_free(scenario, url)
                with _named(scenario, servers[scenario.host]):
                    slice_ = drive(
                        wrk, url, clients=scenario.clients, seconds=_wait_seconds(scenario, plan)
                    )
                verify_wait(scenario, url)
                taken[scenario] = _told(slice_)
                tell.done()
            for scenario in scenarios:
                measured.add(scenario.name, taken[scenario])
    return measured


def slices(scenarios: Sequence[Load | Wait], plan: Plan) -> int:
    """How many slices a run takes.

    :param scenarios: what is measured.
    :param plan: how often.
    """
    waits = sum(isinstance(each, Wait) for each in scenarios)
    # Those without hooks have two.
    loads = sum(1 + (each == each.baseline) for each in scenarios if isinstance(each, Load))
    return plan.sets * plan.rounds * loads + plan.wait_sets * plan.wait_rounds * waits


def _slice(wrk: str, scenario: Load, server: Child, seconds: int) -> dict[str, float]:
    verify_load(scenario, server.url)
    pids, before = server.pids(), server.cpu_when_idle()
    with _named(scenario, server):
        slice_ = drive(wrk, server.url, clients=CONNECTIONS, seconds=seconds)
    # wrk hangs up while requests are under way; the server works on those too, so they count.
    spent = server.cpu_when_idle() - before
    if server.pids() != pids:
        raise BenchmarkError(
            f"{scenario.name}: a process of the server has ended meanwhile: {server.last_error()}"
        )
    verify_load(scenario, server.url)
    return _told(slice_) | {"cpu": spent / slice_.sent, "memory": float(server.memory())}


def _wait_seconds(scenario: Wait, plan: Plan) -> int:
    """Long enough for whoever is last in the queue for gunicorn's threads to be served twice."""
    queue = scenario.clients * WAIT_SECONDS / CONNECTIONS
    return max(plan.wait_seconds, ceil(2 * queue))


def _told(slice_: Slice) -> dict[str, float]:
    return {
        "throughput": slice_.throughput,
        "p50": slice_.p50,
        "p90": slice_.p90,
        "p99": slice_.p99,
    }


def _mean(slices: Sequence[dict[str, float]]) -> dict[str, float]:
    return {metric: fmean(each[metric] for each in slices) for metric in slices[0]}


def _order(scenarios: Sequence[Load], rng: random.Random) -> list[Load]:
    """Blocks of the same number of hooks, shuffled; without hooks before and after the promised."""
    none = scenarios[0]
    blocks: dict[int, list[Load]] = {}
    for each in rng.sample(scenarios, len(scenarios)):
        if each != none:
            blocks.setdefault(each.hooks, []).append(each)
    around = PROMISED if PROMISED in blocks else max(blocks, default=0)
    blocks[around] = [none, *blocks.get(around, []), none]
    return [each for block in blocks.values() for each in block]


def _warm(scenario: Load, server: Child) -> None:
    deadline = monotonic() + _WARM_SECONDS
    for _ in range(_WARM_REQUESTS):
        verify_load(scenario, server.url)
        if monotonic() > deadline:
            break


@contextmanager
def _named(scenario: Load | Wait, server: Child) -> Iterator[None]:
    """Say in an error what was driven, and what its server said."""
    try:
        yield
    except BenchmarkError as error:
        raise BenchmarkError(
            f"{scenario.name}: {error}. The server said: {server.last_error()}"
        ) from None


@contextmanager
def _servers(scenarios: Sequence[Load]) -> Iterator[dict[Load, Child]]:
    with tempfile.TemporaryDirectory() as folder:
        commands = [
            (_SERVER, each.name, str(Path(folder) / f"{number}.sqlite3"))
            for number, each in enumerate(scenarios)
        ]
        with started(*commands) as children:
            yield dict(zip(scenarios, children, strict=True))


@contextmanager
def _waiting_servers() -> Iterator[dict[str, Child]]:
    with tempfile.TemporaryDirectory() as folder, started((_UPSTREAM,)) as (upstream,):
        commands = [
            (_SERVER, Wait(host, 1).name, str(Path(folder) / host), str(upstream.port))
            for host in HOSTS
        ]
        with started(*commands) as children:
            yield dict(zip(HOSTS, children, strict=True))
