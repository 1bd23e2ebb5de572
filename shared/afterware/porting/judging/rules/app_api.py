"""Attributes of Flask's app that Quart's has not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...flask import host
from ...flask.atoms import HostAttribute
from ..effects import Reads
from ..rule import Kind, Note, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..effects import Behaviour
    from ..rule import Questions

__all__ = ["RULE"]


def find(behaviour: Behaviour, _: Questions) -> Iterator[Note]:
    """Uses of what is not there on Quart."""
    for reads in behaviour.of(Reads):
        if reads.awaited:
            continue
        for atom in reads.value:
            if isinstance(atom, HostAttribute) and atom.kind == "app":
                if atom.name in host.APP_MISSING:
                    yield Note("app.missing", reads.spot, atom.name)


RULE = Rule(
    {
        "app.missing": Kind(
            "AW427",
            ("missing-api",),
            "loudly",
            "app.{} is not there on Quart: AttributeError, hence a 500",
            "Write the hook `async def` and await what it calls.",
        ),
    },
    find,
)
