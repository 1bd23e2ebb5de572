"""Starts both twins, drives them with clients that leave, stops them, and looks at what is left."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Final

from ..errors import BenchmarkError
from ..load.children import Child, started
from ..scenarios import HOSTS
from .clients import drive
from .ledger import Ledger
from .plan import CLIENTS, STOP_SECONDS, SoakPlan
from .rows import Rows, count_rows

__all__ = ["Soaked", "soak"]

_SERVER: Final = "benchmarks.load.server"

# How often memory is looked at, in all, and how often at most, in seconds.
_LOOKS: Final = 100
_LOOK_SECONDS: Final = 0.2

# How exactly, in seconds, a stop is timed.
_POLL_SECONDS: Final = 0.01


@dataclass(slots=True)
class Soaked:
    """What was seen of one twin.

    :param host: the twin's.
    :param seconds: how long it was driven in all.
    :param memory: the bytes of its processes, from when they had started to before they stopped.
    :param stops: the seconds that each stop took.
    :param faults: what went wrong, in words.
    :param ledger: what its clients were told.
    :param rows: what is in the database.
    """

    host: str
    seconds: float = 0.0
    memory: list[float] = field(default_factory=list)
    stops: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    rows: Rows | None = None


def soak(
    plan: SoakPlan,
    rng: random.Random,
    tell: Callable[[str], object],
    done: Callable[[float], object],
) -> list[Soaked]:
    """Drive both twins at the same time, and stop them.

    :param plan: for how long.
    :param rng: decides what the clients do.
    :param tell: told what begins.
    :param done: told how many seconds have passed since it was last told.
    :raises BenchmarkError: a twin does not start, or ends while it should serve.
    """
    with _databases(plan) as urls:
        found = [Soaked(host) for host in HOSTS]
        for number in range(1 + plan.stops):
            seconds = plan.stop_seconds if number else plan.seconds
            tell(f"stop {number} of {plan.stops}" if number else f"{CLIENTS} clients a twin")
            commands = [(_SERVER, f"soak/{each.host}", urls[each.host]) for each in found]
            with started(*commands) as children:
                watched = children if not number else []
                asyncio.run(_drive_all(children, watched, found, rng, seconds, done))
                _stop_all(children, found)
        for each in found:
            each.rows = count_rows(urls[each.host], each.ledger)
            each.faults += each.rows.faults
            each.faults += [f"{what}, {many} times" for what, many in each.ledger.faults.items()]
            if not each.ledger.answered:
                raise BenchmarkError(f"soak/{each.host}: not one note was answered. {each.faults}")
        return found


async def _drive_all(
    children: Sequence[Child],
    watched: Sequence[Child],
    found: Sequence[Soaked],
    rng: random.Random,
    seconds: float,
    done: Callable[[float], object],
) -> None:
    for each in found:
        each.seconds += seconds
    await asyncio.gather(
        *(
            drive(child.port, CLIENTS, each.ledger, rng, seconds)
            for child, each in zip(children, found, strict=True)
        ),
        *(_watch(child, each, seconds) for child, each in zip(watched, found, strict=False)),
        _tick(seconds, done),
    )


async def _tick(seconds: float, done: Callable[[float], object]) -> None:
    until = monotonic() + seconds
    while (left := until - monotonic()) > 0:
        await asyncio.sleep(min(1.0, left))
        done(min(1.0, left))


async def _watch(child: Child, found: Soaked, seconds: float) -> None:
    until, pids = monotonic() + seconds, child.pids()
    while True:
        found.memory.append(float(child.resident()))
        left = until - monotonic()
        if left <= 0:
            break
        await asyncio.sleep(min(left, max(_LOOK_SECONDS, seconds / _LOOKS)))
    if child.pids() != pids:
        raise BenchmarkError(f"soak/{found.host}: a process has ended: {child.last_error()}")


def _stop_all(children: Sequence[Child], found: Sequence[Soaked]) -> None:
    """Tell all to stop, right after their clients have left, and wait."""
    began = monotonic()
    for child in children:
        child.ask_to_stop()
    waits = list(zip(children, found, strict=True))
    while waits:
        for wait in list(waits):
            child, each = wait
            code, took = child.exit_code(), monotonic() - began
            if code is None and took <= STOP_SECONDS:
                continue
            waits.remove(wait)
            each.stops.append(took)
            if code is None:
                each.faults.append(f"it had not stopped {STOP_SECONDS:g} s after SIGTERM")
            elif code:
                each.faults.append(f"it stopped with exit code {code}: {child.last_error()}")
        sleep(_POLL_SECONDS)


@contextmanager
def _databases(plan: SoakPlan) -> Iterator[dict[str, str]]:
    with ExitStack() as stack:
        if plan.database is not None:
            yield dict.fromkeys(HOSTS, plan.database)
        else:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            yield {host: f"sqlite:///{folder / host}.sqlite3" for host in HOSTS}
