"""Running worker processes, one after the other, and gathering what they measured.

Each serves one host, as a server's process does: with both in one process they would share the
processor's caches and, where a hook hops, threads. The hosts take turns.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import IO, Any, Final

from .errors import BenchmarkError
from .plan import Budget, Task
from .scenarios import Scenario

__all__ = ["MIN_ROUNDS", "Process", "run_processes"]

# Fewer rounds than these in a process are not worth having, however slow the machine.
MIN_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class Process:
    """What one process measured.

    :param values: seconds a request by scenario name, one value a round.
    :param loops: how many requests each value is the median of, by scenario name.
    """

    values: dict[str, list[float]]
    loops: dict[str, int]


def run_processes(
    scenarios: Sequence[Scenario],
    budget: Budget,
    progress: Callable[[str, int, int, float], object],
    *,
    min_rounds: int = MIN_ROUNDS,
) -> list[Process]:
    """Measure *scenarios* in as many processes for each host as the budget says.

    :param scenarios: what to measure, with their baselines.
    :param budget: how many processes and how many seconds.
    :param progress: called with the host and the number of the process, from 0, the rounds that it
        completed, and the seconds since the run began.
    :param min_rounds: how many rounds each process completes however long it takes.
    :raises BenchmarkError: a process failed; the message says why.
    """
    began = monotonic()
    hosts = sorted({scenario.host for scenario in scenarios})
    turns = [(host, number) for number in range(budget.processes) for host in hosts]
    done = []
    for turn, (host, number) in enumerate(turns):
        # What a process took too long, or was too quick, is shared out among those that follow.
        left = budget.seconds - (monotonic() - began)
        task = Task(
            scenarios=tuple(scenario for scenario in scenarios if scenario.host == host),
            seconds=left / (len(turns) - turn),
            min_rounds=min_rounds,
            seed=turn,
        )

        def tell(rounds: int, host: str = host, number: int = number) -> None:
            progress(host, number, rounds, monotonic() - began)

        done.append(_run(task, tell))
    return done


def _run(task: Task, progress: Callable[[int], object]) -> Process:
    with tempfile.TemporaryFile("w+") as complaints, _started(complaints) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(task.to_json() + "\n")
        worker.stdin.close()
        result: dict[str, Any] | None = None
        for line in worker.stdout:
            message = json.loads(line)
            if "failed" in message:
                raise BenchmarkError(message["failed"])
            if "rounds" in message:
                progress(message["rounds"])
            result = message.get("result", result)
        code = worker.wait()
        if code != 0 or result is None:
            complaints.seek(0)
            last = (complaints.read().strip().splitlines() or ["it said nothing"])[-1]
            raise BenchmarkError(f"A worker process ended with exit code {code}: {last}")
    return Process(**result)


@contextmanager
def _started(complaints: IO[str]) -> Iterator[subprocess.Popen[str]]:
    # The worker is to find the same modules as this process, however that one was told of them.
    path = os.pathsep.join([str(Path(each).resolve()) for each in sys.path if Path(each).exists()])
    worker = subprocess.Popen(
        [sys.executable, "-m", f"{__package__}.worker"],
        env=os.environ | {"PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        text=True,
    )
    with worker:
        try:
            yield worker
        finally:
            if worker.poll() is None:
                worker.kill()
