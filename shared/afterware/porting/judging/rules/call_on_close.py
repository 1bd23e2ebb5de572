"""Functions that a response is to call when it is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...flask.atoms import HostObject, Registrar
from ...flask.entries import Role
from ..effects import Calls, Stores
from ..rule import Kind, Note, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..effects import Behaviour
    from ..rule import Questions

__all__ = ["RULE"]


def find(behaviour: Behaviour, _: Questions) -> Iterator[Note]:
    """Entries that are called so, and entries that register others to be."""
    if behaviour.entry.role is Role.AFTER_RESPONSE:
        yield Note("call_on_close", behaviour.start)
    for stores in behaviour.of(Stores):
        if stores.name == "call_on_close" and HostObject("response") in stores.base:
            if not stores.augmented:
                yield Note("call_on_close", stores.spot)
    for call in behaviour.of(Calls):
        if isinstance(call.callee, Registrar) and call.callee.name == "call_on_close":
            yield Note("call_on_close", call.spot)


RULE = Rule(
    {
        "call_on_close": Kind(
            "AW110",
            ("missing-api", "lifecycle"),
            "loudly",
            "response.call_on_close() is not there on Quart: AttributeError, hence a 500",
            "Do it in `@hooks.after_response`, which runs when the last byte was sent.",
        ),
    },
    find,
)
