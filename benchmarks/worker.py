"""One process of a run: reads a `Task` from standard input and says on standard output what it did.

Each line that it writes is a JSON object with a single key: `rounds` (how many are complete),
`result` (samples and batch sizes by scenario), or `failed` (a message for a person; it exits with
1). Started by `processes`, never by hand.
"""

from __future__ import annotations

import json
import random
import sys
from time import monotonic
from typing import Any, TextIO

from .errors import BenchmarkError
from .plan import Task
from .sampling import opened, sample_rounds

__all__ = ["main", "work"]


def work(task: Task, out: TextIO, started: float) -> None:
    """Do *task*.

    :param task: what to measure, and for how long.
    :param out: where to write what was done.
    :param started: `time.monotonic()` when the process was started.
    :raises BenchmarkError: an answer is not what it should be.
    """
    rng = random.Random(task.seed)  # noqa: S311  # an order, not a secret
    told = -1

    def goes_on(rounds: int) -> bool:
        nonlocal told
        if rounds != told:
            told = rounds
            _say(out, {"rounds": rounds})
        return rounds < task.min_rounds or monotonic() - started < task.seconds

    with opened(task.scenarios, rng) as subjects:
        values = sample_rounds(subjects, rng, goes_on=goes_on)
        loops = {subject.scenario.name: subject.loops for subject in subjects}
    _say(out, {"result": {"values": values, "loops": loops}})


def main() -> int:
    """Serve as a worker process.

    :returns: the exit code.
    """
    started = monotonic()
    try:
        work(Task.from_json(sys.stdin.readline()), sys.stdout, started)
    except BenchmarkError as error:
        _say(sys.stdout, {"failed": str(error)})
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _say(out: TextIO, message: dict[str, Any]) -> None:
    print(json.dumps(message), file=out, flush=True)


if __name__ == "__main__":
    sys.exit(main())
