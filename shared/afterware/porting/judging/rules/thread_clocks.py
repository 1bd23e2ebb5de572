"""Clocks that count the time of one thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...meaning.values import Ext
from ..effects import Calls
from ..rule import Kind, Note, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..effects import Behaviour
    from ..rule import Questions

__all__ = ["RULE"]

_CLOCKS = frozenset({"time.thread_time", "time.thread_time_ns"})


def find(behaviour: Behaviour, _: Questions) -> Iterator[Note]:
    """Clocks that are read."""
    for call in behaviour.of(Calls):
        callee = call.callee
        if isinstance(callee, Ext) and callee.path in _CLOCKS and not call.spot.aside:
            yield Note("thread-time", call.spot, callee.path.rpartition(".")[2])


RULE = Rule(
    {
        "thread-time": Kind(
            "AW207",
            ("thread-bound",),
            "under load",
            "{} counts the time of this thread, which is not the one that served the request",
            "Use time.perf_counter() or time.process_time().",
        ),
    },
    find,
)
