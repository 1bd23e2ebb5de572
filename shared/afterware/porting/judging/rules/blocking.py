"""Calls that wait for a file, a database, the network, a lock, on the thread of the event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..effects import Calls, Enters
from ..rule import Kind, Note, Rule
from ..waiting import A_LOCK, waits_for, waits_to_enter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..effects import Behaviour, Spot
    from ..rule import Questions

__all__ = ["RULE"]


def find(behaviour: Behaviour, ask: Questions) -> Iterator[Note]:
    """What an entry waits for."""
    for effect in behaviour.effects:
        if isinstance(effect, Calls):
            reason = waits_for(effect, ask)
            if reason:
                yield _note(effect.spot, reason)
        elif isinstance(effect, Enters):
            for _, reason in waits_to_enter(effect):
                yield _note(effect.spot, reason)


def _note(spot: Spot, reason: str) -> Note:
    kind = {A_LOCK: "lock", "a database": "blocking.database"}.get(reason, "blocking")
    return Note(kind, spot, reason)


RULE = Rule(
    {
        "blocking": Kind(
            "AW203",
            ("blocking",),
            "under load",
            "waits for {}: inline it holds the event loop, and with it every other request",
            "Register it with `@hooks.after_request(blocking=True)`, or use an async library.",
            fixable=True,
            option="blocking=True",
        ),
        "blocking.database": Kind(
            "AW203",
            ("blocking",),
            "under load",
            "waits for {}: inline it holds the event loop, and with it every other request",
            "Register it with `@hooks.after_request(blocking=True)`; or use an async driver, and"
            " shield=True for what must not be cut off half-way, such as a commit.",
            fixable=True,
            option="blocking=True",
        ),
        "lock": Kind(
            "AW203",
            ("blocking",),
            "under load",
            "waits for a lock: inline it holds the event loop until another thread lets go",
            "Keep the state in the loop's thread, or register with blocking=True.",
            fixable=True,
            option="blocking=True",
        ),
    },
    find,
)
