"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..scenarios import HOSTS
from .scenarios import CLIENTS, HOOKS, PROMISED, Load, Wait, every_load, every_wait

__all__ = ["FULL", "QUICK", "Plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured, and how often.

    :param sets: how often all servers are started anew, since the layout of a process's memory
        shifts its figures.
    :param rounds: in how many rounds each set is driven.
    :param seconds: how long a slice lasts; wrk takes whole seconds.
    :param hooks: the numbers of hooks, besides none.
    :param without: the styles of a host to leave out.
    :param wait_sets: how many of the sets have servers that wait.
    :param wait_rounds: in how many rounds these are driven, in each such set.
    :param wait_seconds: how long such a slice lasts at least.
    :param clients: for how many clients.
    """

    sets: int
    rounds: int
    seconds: int
    hooks: tuple[int, ...]
    without: tuple[tuple[str, str], ...]
    wait_sets: int
    wait_rounds: int
    wait_seconds: int
    clients: tuple[int, ...]

    @property
    def scenarios(self) -> list[Load | Wait]:
        """What is measured."""
        return [
            *(
                each
                for host in HOSTS
                for each in every_load(host, self.hooks)
                if (host, each.style) not in self.without
            ),
            *every_wait(self.clients),
        ]


FULL: Final = Plan(
    sets=3,
    rounds=2,
    seconds=1,
    hooks=HOOKS,
    without=(),
    wait_sets=3,
    wait_rounds=2,
    wait_seconds=1,
    clients=CLIENTS,
)
QUICK: Final = Plan(
    sets=2,
    rounds=3,
    seconds=1,
    hooks=(PROMISED,),
    # Neither hops to another thread, and nothing is promised of them.
    without=(("flask", "native-def"), ("quart", "native-async")),
    wait_sets=1,
    wait_rounds=1,
    wait_seconds=1,
    clients=(1, 16, 256),
)
