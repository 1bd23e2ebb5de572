"""Entries that cannot be called with what the host passes, on Flask too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..effects import Takes
from ..rule import Kind, Note, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..effects import Behaviour
    from ..rule import Questions

__all__ = ["RULE"]


def find(behaviour: Behaviour, _: Questions) -> Iterator[Note]:
    """Functions that do not fit."""
    for takes in behaviour.of(Takes):
        if not takes.fits:
            yield Note("arity", behaviour.start)


RULE = Rule(
    {
        "arity": Kind(
            "AW213",
            ("broken",),
            "loudly",
            "takes another number of arguments than it is given, on Flask too",
            "Take the response as the only parameter without a default.",
        ),
    },
    find,
)
