"""For how long a soak goes on, and what is expected of a twin meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["CLIENTS", "GROWTH_BYTES", "GROWTH_SHARE", "METRICS", "STOP_SECONDS", "SoakPlan"]

# How many clients ask one twin at the same time.
CLIENTS: Final = 64

# How much the memory of a twin may grow from when it is warm to the end: so many bytes, and a share
# of what it was.
GROWTH_BYTES: Final = 8 * 2**20
GROWTH_SHARE: Final = 0.1

# How long, in seconds, a twin may take to stop: its grace, and what a busy machine takes to notice.
STOP_SECONDS: Final = 6.0

# What is kept of a twin, and pyperf's unit for it; it has none for what is counted.
METRICS: Final = {
    "memory": "byte",  # of all processes of the server, one value a look at it
    "stop": "second",  # from the signal to the end, one value a stop
    "throughput": "integer",  # notes answered a second
    "answered": "integer",  # notes of which a client was told that they are there
    "kept": "integer",  # those of them that are there, each with its audit row
    "rows": "integer",  # all notes that are there
    "audited": "integer",  # all audit rows of notes
}


@dataclass(frozen=True, slots=True)
class SoakPlan:
    """How long a soak goes on.

    :param seconds: how long the twins are driven before they are first stopped.
    :param stops: how often they are started, driven and stopped after that.
    :param stop_seconds: how long they are driven each time.
    :param database: a database URL; None for a SQLite file of its own for each twin.
    """

    seconds: float
    stops: int = 5
    stop_seconds: float = 3.0
    database: str | None = None
