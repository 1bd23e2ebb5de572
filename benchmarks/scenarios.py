"""What is measured: `<host>/<payload>/<style>/<hooks>`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Final

from .errors import BenchmarkError
from .work import digest, lengthened

__all__ = [
    "BASELINE",
    "BODY_HOOKS",
    "BODY_WORKS",
    "GROWTH_HOOKS",
    "HEADER",
    "HOOKS",
    "HOSTS",
    "PAYLOADS",
    "QUICK_PAYLOADS",
    "QUICK_WORKS",
    "STYLES",
    "WORKS",
    "Scenario",
    "every_scenario",
    "parse",
    "payload",
    "select",
    "work_of",
]

HOSTS: Final = ("flask", "quart")

# The size of the response's body, in bytes, by the name of the payload.
PAYLOADS: Final = {
    "28B": 28,
    "1KB": 1024,
    "10KB": 10 * 1024,
    "100KB": 100 * 1024,
    "1MB": 1024 * 1024,
}
QUICK_PAYLOADS: Final = ("28B",)

# What each hook does; `work` says how. Most hooks set a header and leave the body alone.
HEADER: Final = "header"
BODY_WORKS: Final = ("read", "rewrite")
WORKS: Final = (HEADER, *BODY_WORKS)
QUICK_WORKS: Final = (HEADER,)

# The style whose cost is taken off all others: no hooks at all.
BASELINE: Final = "none"
# How the work is brought about.
_WAYS: Final = (
    "inline",  # the same work, written in the view: the floor
    "native-def",
    "native-async",
    "portable-def",
    "portable-async",
)
# Reading a body is awaited on Quart, so a portable hook that does it is an `async def`.
_BODY_WAYS: Final = tuple(way for way in _WAYS if way != "portable-def")
# Way and work, by style.
_PARTS: Final[dict[str, tuple[str, str]]] = {
    BASELINE: (BASELINE, HEADER),
    **{way: (way, HEADER) for way in _WAYS},
    **{f"{way}-{work}": (way, work) for work in BODY_WORKS for way in _BODY_WAYS},
}
STYLES: Final = tuple(_PARTS)

HOOKS: Final = (0, 1, 4, 16, 64)
# An app has few hooks that work on the body.
BODY_HOOKS: Final = (1, 4)
# With how many hooks that set headers larger payloads are measured.
GROWTH_HOOKS: Final = 16

# Styles that hop to another thread for every hook, and how far they are taken.
_SLOW: Final = {("quart", "native-def"): 16, ("flask", "native-async"): 16}


@dataclass(frozen=True, slots=True)
class Scenario:
    """One thing to measure.

    :param host: one of `HOSTS`.
    :param payload: a key of `PAYLOADS`.
    :param style: one of `STYLES`.
    :param hooks: how many hooks, each of which does the style's work once.
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
    def way(self) -> str:
        """How the work is brought about: the style without the work."""
        return _PARTS[self.style][0]

    @property
    def work(self) -> str:
        """What each hook does: one of `WORKS`."""
        return work_of(self.style)

    @property
    def block(self) -> tuple[str, str, str, int]:
        """What those that are sampled next to each other have in common."""
        return self.host, self.payload, self.work, self.hooks

    @property
    def header_names(self) -> tuple[str, ...]:
        """The headers that the hooks of this scenario set, one each if they set any."""
        return tuple(f"X-Bench-{n}" for n in range(self.hooks) if self.work != "rewrite")

    @property
    def headers(self) -> dict[str, str]:
        """What an answer has in those headers."""
        if self.work == "read":
            return dict.fromkeys(self.header_names, _digest_of(self.payload))
        return {name: str(number) for number, name in enumerate(self.header_names)}

    @property
    def body(self) -> bytes:
        """The body that an answer has."""
        body = payload(self.payload)
        for _ in range(self.hooks if self.work == "rewrite" else 0):
            body = lengthened(body)
        return body


def work_of(style: str) -> str:
    """What each hook of that style does: one of `WORKS`.

    :param style: one of `STYLES`.
    """
    return _PARTS[style][1]


def every_scenario(
    payloads: Iterable[str] = tuple(PAYLOADS), works: Iterable[str] = WORKS
) -> list[Scenario]:
    """What a run measures, with these payloads and works.

    Not all that has a name: how cost grows with the number of header hooks is measured with the
    smallest payload, and how it grows with the payload is measured with `GROWTH_HOOKS` of them.

    :param payloads: keys of `PAYLOADS`.
    :param works: of `WORKS`.
    """
    works = set(works)
    return [
        Scenario(host, size, style, hooks)
        for host in HOSTS
        for size in payloads
        for style in STYLES
        for hooks in HOOKS
        if work_of(style) in works
        and _exists(host, style, hooks)
        and _is_measured(size, style, hooks)
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


@cache
def payload(name: str) -> bytes:
    """A JSON body of the payload's size; 28 bytes are `{"message":"Hello, world!"}` and a newline.

    :param name: a key of `PAYLOADS`.
    """
    head, tail = b'{"message":"', b'"}\n'
    text = b"Hello, world!"
    room = PAYLOADS[name] - len(head) - len(tail)
    return head + (text * (room // len(text) + 1))[:room] + tail


@cache
def _digest_of(name: str) -> str:
    return digest(payload(name))


def _exists(host: str, style: str, hooks: int) -> bool:
    if style == BASELINE:
        return hooks == 0
    way, work = _PARTS[style]
    if work != HEADER:
        # A `def` cannot await, and get_data() of a Quart response is a coroutine: no team has this.
        return hooks in BODY_HOOKS and (host, way) != ("quart", "native-def")
    return hooks <= _SLOW.get((host, style), max(HOOKS))


def _is_measured(size: str, style: str, hooks: int) -> bool:
    if work_of(style) != HEADER or style == BASELINE:
        return True
    smallest = next(iter(PAYLOADS))
    return size == smallest or hooks == GROWTH_HOOKS
