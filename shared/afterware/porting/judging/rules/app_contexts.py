"""Contexts of the app that are pushed in one function and popped in another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..effects import Uses
from ..rule import Kind, Note, Rule
from ..state import is_left_by_another

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..effects import Behaviour
    from ..rule import Questions

__all__ = ["RULE"]


def find(behaviour: Behaviour, _: Questions) -> Iterator[Note]:
    """Contexts that are popped here and pushed elsewhere."""
    for uses in behaviour.of(Uses):
        if uses.obj.path == "flask.app_context()" and uses.name in ("pop", "__exit__"):
            if not uses.spot.aside and is_left_by_another(uses.obj, behaviour.functions):
                yield Note("context-pop", uses.spot, uses.name)


RULE = Rule(
    {
        "context-pop": Kind(
            "AW206",
            ("thread-bound",),
            "loudly",
            "a context of the app can be popped only in the context that pushed it",
            "Push and pop it in one function, by `with`.",
        ),
    },
    find,
)
