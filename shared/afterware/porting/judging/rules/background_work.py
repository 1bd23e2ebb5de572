"""Threads, tasks and jobs that are started for what should happen after the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...meaning.values import Obj
from ..effects import Calls, Enters, Starts
from ..rule import Kind, Note, Rule
from ..waiting import waits_for, waits_to_enter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...meaning.values import Site
    from ..effects import Behaviour
    from ..rule import Questions

__all__ = ["RULE"]


def find(behaviour: Behaviour, ask: Questions) -> Iterator[Note]:
    """Work that is started and not waited for."""
    known = set(_waited_for(behaviour, ask))
    for starts in behaviour.of(Starts):
        if starts.site not in known:
            known.add(starts.site)
            yield Note("thread", starts.spot, "a thread")


def _waited_for(behaviour: Behaviour, ask: Questions) -> Iterator[Site]:
    """Where the threads and pools are made that the entry waits for."""
    for call in behaviour.of(Calls):
        if isinstance(call.callee, Obj) and call.callee.path.endswith((".join", ".result")):
            if waits_for(call, ask):
                yield call.callee.site
    for enters in behaviour.of(Enters):
        for atom, _ in waits_to_enter(enters):
            if isinstance(atom, Obj) and atom.path.startswith("concurrent.futures."):
                yield atom.site


RULE = Rule(
    {
        "thread": Kind(
            "AW312",
            ("lifecycle",),
            "silently",
            "starts {} for what should happen after the answer; the server does not wait for it",
            "Do it in `@hooks.after_response`, or with the host's background tasks.",
        ),
    },
    find,
)
