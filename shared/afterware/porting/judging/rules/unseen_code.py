"""Code that the tree does not show, or that is more than is followed."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...flask import host
from ...flask.atoms import HostPart
from ..effects import Calls, HandsOver
from ..rule import Kind, Note, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..effects import Behaviour
    from ..rule import Questions

__all__ = ["RULE", "UNFINISHED"]

UNFINISHED = "undecided.unfinished"


def find(behaviour: Behaviour, _: Questions) -> Iterator[Note]:
    """The response and the request in the hands of others, and methods that nobody knows."""
    for hands in behaviour.of(HandsOver):
        for kind in sorted(hands.kinds):
            yield Note(f"undecided.{kind}", hands.spot, kind)
    for call in behaviour.of(Calls):
        node = call.spot.node
        if not (call.alone and call.direct and isinstance(call.callee, HostPart)):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = node.func.attr
            for kind, known in host.NAMES_OF.items():
                if call.callee.path == f"{kind}.{name}" and name not in known:
                    yield Note(f"undecided.{kind}", call.spot, kind)


def _kind(code: str, message: str, remedy: str) -> Kind:
    return Kind(code, ("undecided",), "on some paths", message, remedy)


_LOOK = "Look into what is called, or call it from a hook that gives it plain data."

RULE = Rule(
    {
        "undecided.response": _kind(
            "AW124", "hands the response to code that is not in the tree, which may read it", _LOOK
        ),
        "undecided.request": _kind(
            "AW409", "hands the request to code that is not in the tree, which may read it", _LOOK
        ),
        UNFINISHED: _kind(
            "AW124",
            "leads to more code than is followed; there may be more that it needs than is listed",
            "Look into what is called, or split the hook.",
        ),
    },
    find,
)
