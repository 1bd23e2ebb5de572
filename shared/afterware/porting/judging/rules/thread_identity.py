"""State that is found by the identity of the thread or the task."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...meaning.values import Obj, Value
from ...tree.index import terminal_name
from ..effects import Calls, Indexes
from ..rule import Kind, Note, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..effects import Behaviour
    from ..rule import Questions

__all__ = ["RULE"]

_IDENTITIES = re.compile(
    r"(?:threading\.(?:get_ident|get_native_id|current_thread|currentThread)|_thread\.get_ident"
    r"|thread\.get_ident|greenlet\.getcurrent|gevent\.getcurrent|asyncio\.current_task)\(\)"
    r"(?:\.(?:ident|name|native_id|getName\(\)))?"
)
_FINDS = frozenset({"pop", "get", "setdefault", "discard", "remove"})


def find(behaviour: Behaviour, _: Questions) -> Iterator[Note]:
    """Keys that tell threads apart."""
    for effect in behaviour.effects:
        if effect.spot.aside:
            continue
        if isinstance(effect, Indexes):
            if _is_identity(effect.key):
                yield Note("thread-id", effect.spot)
        elif isinstance(effect, Calls) and effect.direct:
            node = effect.spot.node
            if isinstance(node, ast.Call) and terminal_name(node.func) in _FINDS:
                if any(map(_is_identity, effect.arguments.every())):
                    yield Note("thread-id", effect.spot)


def _is_identity(value: Value) -> bool:
    return any(isinstance(atom, Obj) and _IDENTITIES.fullmatch(atom.path) for atom in value)


RULE = Rule(
    {
        "thread-id": Kind(
            "AW207",
            ("thread-bound",),
            "under load",
            "finds state by the thread's identity, and this is not the thread that left it",
            "Keep it on g, which follows the request.",
        ),
    },
    find,
)
