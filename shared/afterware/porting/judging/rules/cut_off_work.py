"""Commits and audit records that a client cuts off by leaving."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...meaning.values import Ext, Obj
from ..effects import Calls, Enters
from ..rule import Kind, Note, Rule
from ..waiting import call_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..effects import Behaviour
    from ..rule import Questions

__all__ = ["RULE"]

_FINISHES = re.compile(r"(?:.*\.)?(?:commit|\w*audit\w*)(?:\.\w+)*", re.IGNORECASE)
# What commits at the end of its block.
_TRANSACTION = re.compile(r".*\.(?:begin|begin_nested|transaction|atomic|in_transaction)\(\)")


def find(behaviour: Behaviour, _: Questions) -> Iterator[Note]:
    """What an `async def` awaits and must not be left half done."""
    for effect in behaviour.effects:
        if effect.spot.aside:
            continue
        if isinstance(effect, Calls):
            path = call_path(effect).replace("()", "")
            if effect.awaited and _FINISHES.fullmatch(path):
                yield Note("cut-off", effect.spot, f"{path.rpartition('.')[2]}()")
        elif isinstance(effect, Enters) and effect.asynchronous:
            if any(
                isinstance(atom, (Ext, Obj)) and _TRANSACTION.fullmatch(atom.path)
                for atom in effect.value
            ):
                yield Note("cut-off", effect.spot, "a transaction")


RULE = Rule(
    {
        "cut-off": Kind(
            "AW304",
            ("lifecycle",),
            "under load",
            "awaits {}, which Quart cuts off in the middle if the client leaves meanwhile",
            "Register it with `@hooks.after_request(shield=True)`: once begun it comes to its end.",
            fixable=True,
            option="shield=True",
        ),
    },
    find,
)
