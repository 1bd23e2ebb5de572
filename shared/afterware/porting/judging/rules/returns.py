"""Entries that give back something that is no response, on Flask too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...flask.atoms import HostAttribute, HostObject, HostPart
from ...flask.entries import Role
from ...meaning.values import Const, Data, Map, Seq
from ..effects import Returns, Takes
from ..rule import Kind, Note, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...meaning.values import Value
    from ..effects import Behaviour
    from ..rule import Questions

__all__ = ["RULE"]

_NOT_A_RESPONSE = frozenset({"str", "bytes", "int", "float", "bool", "number"})
_PLAIN_PARTS = frozenset(
    """headers status status_code mimetype content_type content_length cache_control vary
    charset""".split()
)


def find(behaviour: Behaviour, _: Questions) -> Iterator[Note]:
    """Answers that the host does not take."""
    entry = behaviour.entry
    for takes in behaviour.of(Takes):
        if takes.fits and takes.function.generator:
            yield Note("generator", behaviour.start)
    for returns in behaviour.of(Returns):
        kind = _wrong(returns.value) or ("returns-coroutine" if returns.unawaited else "")
        if kind:
            own = returns.function is entry.function or returns.function.module is entry.module
            yield Note(kind, returns.spot if own else behaviour.start)


def _wrong(value: Value) -> str:
    for atom in value:
        if isinstance(atom, Const):
            return "returns-none" if atom.value is None else "returns-other"
        if isinstance(atom, (Seq, Map)):
            return "returns-other"
        if isinstance(atom, Data) and atom.kind in _NOT_A_RESPONSE:
            return "returns-other"
        if isinstance(atom, HostPart) and atom.path.startswith("response."):
            if atom.path.partition(".")[2] in _PLAIN_PARTS:
                return "returns-other"
        if isinstance(atom, HostAttribute) and atom.name in ("data", "json"):
            return "returns-other"
        if isinstance(atom, HostObject) and atom.kind in ("request", "session", "g", "app"):
            return "returns-other"
    return ""


RULE = Rule(
    {
        "returns-none": Kind(
            "AW211",
            ("broken",),
            "on some paths",
            "returns None on some path, on Flask too",
            "Return the response on every path.",
        ),
        "returns-other": Kind(
            "AW212",
            ("broken",),
            "on some paths",
            "returns something other than a response, on Flask too",
            "Return the response.",
        ),
        "returns-coroutine": Kind(
            "AW215",
            ("broken",),
            "loudly",
            "gives back a coroutine that nobody awaits",
            "Make it `async def` and await what it returns.",
        ),
        "generator": Kind(
            "AW217",
            ("broken",),
            "loudly",
            "is a generator function: calling it gives a generator, not a response",
            "Return the response.",
        ),
    },
    find,
    roles=frozenset({Role.AFTER_REQUEST}),
)
