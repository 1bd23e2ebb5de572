"""How much is measured: which scenarios, in how many processes, for how long."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

from .scenarios import Scenario, parse

__all__ = ["FULL", "QUICK", "Budget", "Task"]


@dataclass(frozen=True, slots=True)
class Budget:
    """How long a run may take.

    :param processes: how many worker processes for each host, one after the other.
    :param seconds: how long all of them together may take, starting and warming up included. A
        process finishes `MIN_ROUNDS` rounds even if that takes longer.
    """

    processes: int
    seconds: float


# --quick is to be over in 90 seconds, with the tables printed, on a machine that is busy.
QUICK: Final = Budget(processes=5, seconds=72)
FULL: Final = Budget(processes=6, seconds=10 * 60)


@dataclass(frozen=True, slots=True)
class Task:
    """What one worker process is told.

    :param scenarios: what to measure, of one host.
    :param seconds: how long to go on, counted from when the process was started.
    :param min_rounds: how many rounds to complete however long it takes.
    :param seed: for the orders in which it makes apps and takes samples.
    """

    scenarios: tuple[Scenario, ...]
    seconds: float
    min_rounds: int
    seed: int

    def to_json(self) -> str:
        """Itself, as text on one line."""
        return json.dumps(asdict(self) | {"scenarios": [each.name for each in self.scenarios]})

    @classmethod
    def from_json(cls, text: str) -> Task:
        """What `to_json` made text of.

        :raises BenchmarkError: it names a scenario that does not exist.
        """
        fields = json.loads(text)
        return cls(**fields | {"scenarios": tuple(parse(name) for name in fields["scenarios"])})
