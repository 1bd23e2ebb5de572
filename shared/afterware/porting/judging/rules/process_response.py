"""Subclasses of the app that override `process_response`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..rule import Kind, Note, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..effects import Behaviour
    from ..rule import Questions

__all__ = ["RULE"]


def find(behaviour: Behaviour, _: Questions) -> Iterator[Note]:
    """The override itself."""
    if behaviour.entry.registered == "subclass":
        yield Note("process_response", behaviour.start)


RULE = Rule(
    {
        "process_response": Kind(
            "AW219",
            ("missing-api",),
            "loudly",
            "Quart calls process_response with other arguments and awaits it: a 500",
            "Register it with `@hooks.after_request` in place of overriding process_response.",
        ),
    },
    find,
)
