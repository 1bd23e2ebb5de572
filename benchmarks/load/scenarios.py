"""What is measured under load: `load/<host>/<style>/<hooks>` and `wait/<host>/<clients>`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from ..errors import BenchmarkError
from ..scenarios import BASELINE, HOSTS, Scenario

__all__ = [
    "CLIENTS",
    "FLOOR",
    "HOOKS",
    "METRICS",
    "PROMISED",
    "STYLES",
    "WAIT_METRICS",
    "WAIT_SECONDS",
    "Load",
    "Soak",
    "Wait",
    "every_load",
    "every_wait",
    "parse",
    "select",
]

STYLES: Final = ("native-def", "native-async", "portable-def", "portable-async")
HOOKS: Final = (1, 4, 8, 16)

# The number of hooks that promises speak of. With as many, the same headers are set in the view as
# well: what that costs is no hook's cost, and nothing can cost less.
PROMISED: Final = 8
FLOOR: Final = "inline"

# How long the view of `wait` waits for its upstream, in seconds, and for how many clients at once.
WAIT_SECONDS: Final = 0.05
CLIENTS: Final = (1, 4, 16, 64, 256)

# What a slice tells, and pyperf's unit for it; it has none for requests per second.
METRICS: Final = {
    "throughput": "integer",  # requests per second
    "p50": "second",
    "p90": "second",
    "p99": "second",
    "cpu": "second",  # a request, of all processes of the server
    "memory": "byte",  # of all processes of the server
}
WAIT_METRICS: Final = ("throughput", "p50", "p90", "p99")


class Load(Scenario):
    """A twin with hooks that set one header each, which answers `/` with its 28 bytes."""

    __slots__ = ()

    def __init__(self, host: str, style: str, hooks: int) -> None:
        super().__init__(host, "28B", style, hooks)

    @property
    def name(self) -> str:
        return f"load/{self.host}/{self.style}/{self.hooks}"

    @property
    def baseline(self) -> Load:
        """The scenario that its throughput is held against."""
        return Load(self.host, BASELINE, 0)


@dataclass(frozen=True, slots=True)
class Wait:
    """A twin without hooks, and a view that waits for an upstream.

    :param host: one of `HOSTS`.
    :param clients: how many ask at once.
    """

    host: str
    clients: int

    @property
    def name(self) -> str:
        return f"wait/{self.host}/{self.clients}"


@dataclass(frozen=True, slots=True)
class Soak:
    """A twin as it is.

    :param host: one of `HOSTS`.
    """

    host: str


def every_load(host: str, hooks: Sequence[int] = HOOKS) -> list[Load]:
    """All scenarios with hooks of *host*, the one without hooks first.

    :param host: one of `HOSTS`.
    :param hooks: the numbers of hooks to measure.
    """
    return [
        Load(host, BASELINE, 0),
        *([Load(host, FLOOR, PROMISED)] if PROMISED in hooks else []),
        *(Load(host, style, number) for number in hooks for style in STYLES),
    ]


def every_wait(clients: Sequence[int] = CLIENTS) -> list[Wait]:
    """All scenarios that wait, the hosts next to each other."""
    return [Wait(host, number) for number in clients for host in HOSTS]


def select(scenarios: Sequence[Load | Wait], globs: Sequence[str]) -> list[Load | Wait]:
    """Those of *scenarios* that a glob matches, and those that they are held against.

    :param scenarios: what there is to choose from.
    :param globs: shell patterns of whole names, in which `*` matches a slash too; none: all.
    :raises BenchmarkError: a glob matches nothing.
    """
    wanted: set[Load | Wait] = set()
    for glob in globs or ("*",):
        matched = {each for each in scenarios if fnmatchcase(each.name, glob)}
        if not matched:
            raise BenchmarkError(
                f"--scenario {glob!r} matches none of the {len(scenarios)} scenarios. They are"
                f" called {scenarios[1].name}, {scenarios[-1].name} and so on; quote a pattern"
                " such as 'load/quart/*/8'."
            )
        wanted |= matched | {each.baseline for each in matched if isinstance(each, Load)}
    return [each for each in scenarios if each in wanted]


def parse(name: str) -> Load | Wait:
    """The scenario of that name.

    :raises BenchmarkError: there is none.
    """
    found: Load | Wait | None = None
    match name.split("/"):
        case ["load", host, style, hooks] if hooks.isdecimal() and host in HOSTS:
            found = Load(host, style, int(hooks))
            if found not in every_load(host):
                found = None
        case ["wait", host, clients] if clients.isdecimal() and host in HOSTS:
            found = Wait(host, int(clients))
            if found not in every_wait():
                found = None
    if found is None or found.name != name:
        raise BenchmarkError(
            f"{name!r} is no scenario of `load`. One is called load/<host>/<style>/<hooks> or"
            " wait/<host>/<clients>, for example load/quart/portable-def/8."
        )
    return found
