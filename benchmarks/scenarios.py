"""What is measured: `<host>/<payload>/<style>/<hooks>`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from .errors import BenchmarkError

__all__ = [
    "BASELINE",
    "HOOKS",
    "HOSTS",
    "PAYLOADS",
    "QUICK_PAYLOADS",
    "STYLES",
    "Scenario",
    "every_scenario",
    "parse",
    "payload",
    "select",
]

HOSTS: Final = ("flask", "quart")

# The size of the response's body, in bytes, by the name of the payload.
PAYLOADS: Final = {"28B": 28, "1KB": 1024, "10KB": 10 * 1024, "100KB": 100 * 1024}
QUICK_PAYLOADS: Final = ("28B",)

# The style whose cost is taken off all others: no hooks at all.
BASELINE: Final = "none"
STYLES: Final = (
    BASELINE,
    "inline",  # the same work, written in the view: the floor
    "native-def",
    "native-async",
    "portable-def",
    "portable-async",
)

HOOKS: Final = (0, 1, 4, 16, 64)

# Styles that hop to another thread for every hook, and how far they are taken.
_SLOW: Final = {("quart", "native-def"): 16, ("flask", "native-async"): 16}


@dataclass(frozen=True, slots=True)
class Scenario:
    """One thing to measure.

    :param host: one of `HOSTS`.
    :param payload: a key of `PAYLOADS`.
    :param style: one of `STYLES`.
    :param hooks: how many hooks, each of which sets one header.
    """

    host: str
    payload: str
    style: str
    hooks: int

    @property
    def name(self) -> str:
        return f"{self.host}/{self.payload}/{self.style}/{self.hooks}"

    @property
    def baseline(self) -> Scenario:
        """The scenario whose cost is taken off this one's."""
        return Scenario(self.host, self.payload, BASELINE, 0)

    @property
    def headers(self) -> dict[str, str]:
        """The headers that the hooks of this scenario set."""
        return {f"X-Bench-{number}": str(number) for number in range(self.hooks)}


def every_scenario(payloads: Iterable[str] = tuple(PAYLOADS)) -> list[Scenario]:
    """All scenarios with these payloads.

    :param payloads: keys of `PAYLOADS`.
    """
    return [
        Scenario(host, size, style, hooks)
        for host in HOSTS
        for size in payloads
        for style in STYLES
        for hooks in HOOKS
        if _exists(host, style, hooks)
    ]


def parse(name: str) -> Scenario:
    """The scenario of that name.

    :raises BenchmarkError: there is none.
    """
    parts = name.split("/")
    if len(parts) == 4 and parts[3].isdecimal():
        host, size, style, hooks = parts[0], parts[1], parts[2], int(parts[3])
        known = host in HOSTS and size in PAYLOADS and style in STYLES and hooks in HOOKS
        scenario = Scenario(host, size, style, hooks)
        if known and _exists(host, style, hooks) and scenario.name == name:
            return scenario
    raise BenchmarkError(
        f"{name!r} is no scenario. One is called <host>/<payload>/<style>/<hooks>,"
        " for example quart/28B/portable-def/16."
    )


def select(scenarios: Sequence[Scenario], globs: Sequence[str]) -> list[Scenario]:
    """Those of *scenarios* that a glob matches, and the baselines that they need, in their order.

    :param scenarios: what there is to choose from.
    :param globs: shell patterns of whole names, in which `*` matches a slash too; none: all.
    :raises BenchmarkError: a glob matches nothing.
    """
    if not globs:
        return list(scenarios)
    wanted: set[Scenario] = set()
    for glob in globs:
        matched = {each for each in scenarios if fnmatchcase(each.name, glob)}
        if not matched:
            examples = ", ".join(each.name for each in scenarios[1 :: len(scenarios) // 4 + 1])
            raise BenchmarkError(
                f"--scenario {glob!r} matches none of the {len(scenarios)} scenarios."
                f" They are called {examples} and so on; quote a pattern such as 'quart/*/16'."
            )
        wanted |= matched | {each.baseline for each in matched}
    return [each for each in scenarios if each in wanted]


def payload(name: str) -> bytes:
    """A JSON body of the payload's size; 28 bytes are `{"message":"Hello, world!"}` and a newline.

    :param name: a key of `PAYLOADS`.
    """
    head, tail = b'{"message":"', b'"}\n'
    text = b"Hello, world!"
    room = PAYLOADS[name] - len(head) - len(tail)
    return head + (text * (room // len(text) + 1))[:room] + tail


def _exists(host: str, style: str, hooks: int) -> bool:
    if style == BASELINE:
        return hooks == 0
    return hooks <= _SLOW.get((host, style), max(HOOKS))
