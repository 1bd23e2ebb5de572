"""Reentrant locks that are taken in one function and released in another."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...meaning.knowledge import lock_kind
from ..effects import Uses
from ..rule import Kind, Note, Rule
from ..state import is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...meaning.values import Obj
    from ..effects import Behaviour
    from ..rule import Questions

__all__ = ["RULE"]


def find(behaviour: Behaviour, ask: Questions) -> Iterator[Note]:
    """Locks that are released here and taken elsewhere."""
    for uses in behaviour.of(Uses):
        if uses.name == "release" and not uses.spot.aside:
            if lock_kind(uses.obj.path) == "RLock" and not _is_taken(uses.obj, behaviour, ask):
                yield Note("rlock", uses.spot, uses.name)


def _is_taken(obj: Obj, behaviour: Behaviour, ask: Questions) -> bool:
    """Whether the entry itself takes the lock."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "acquire"
        and is_object(ask, node.func.value, function, obj)
        for function in behaviour.functions
        for node in function.nodes
    )


RULE = Rule(
    {
        "rlock": Kind(
            "AW209",
            ("thread-bound",),
            "loudly",
            "an RLock can be released only by the thread that took it: RuntimeError",
            "Take and release it in one function.",
        ),
    },
    find,
)
