"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..scenarios import HOSTS
from .scenarios import CLIENTS, HOOKS, Load, Wait, every_load, every_wait

__all__ = ["FULL", "QUICK", "Plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured, and how often.

    :param sets: how often all servers are started anew, since the layout of a process's memory
        shifts its figures.
    :param rounds: in how many rounds each set is driven.
    :param seconds: how long a slice lasts; wrk takes whole seconds.
    :param hooks: the numbers of hooks, besides none.
    :param wait_rounds: in how many rounds the servers that wait are driven, in each set.
    :param wait_seconds: how long such a slice lasts at least.
    :param clients: for how many clients.
    """

    sets: int
    rounds: int
    seconds: int
    hooks: tuple[int, ...]
    wait_rounds: int
    wait_seconds: int
    clients: tuple[int, ...]

    @property
    def scenarios(self) -> list[Load | Wait]:
        """What is measured."""
        return [
            *(each for host in HOSTS for each in every_load(host, self.hooks)),
            *every_wait(self.clients),
        ]


FULL: Final = Plan(
    sets=4,
    rounds=2,
    seconds=1,
    hooks=HOOKS,
    wait_rounds=1,
    wait_seconds=2,
    clients=CLIENTS,
)
QUICK: Final = Plan(
    sets=2,
    rounds=3,
    seconds=1,
    hooks=(8,),
    wait_rounds=1,
    wait_seconds=1,
    clients=(1, 16, 256),
)
