"""Attributes of Flask's request that Quart's has not."""

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
            if isinstance(atom, HostAttribute) and atom.kind == "request":
                if atom.name in host.REQUEST_MISSING:
                    name = f"request.{atom.name}"
                    yield Note(
                        name if name in RULE.kinds else "request.other", reads.spot, atom.name
                    )


def _kind(code: str, what: str, remedy: str) -> Kind:
    return Kind(
        code,
        ("missing-api",),
        "loudly",
        f"{what} is not there on Quart: AttributeError, hence a 500",
        remedy,
    )


RULE = Rule(
    {
        "request.environ": _kind(
            "AW406", "request.environ", "Use request.headers, request.remote_addr and the like."
        ),
        "request.stream": _kind("AW407", "request.stream", "Use `await request.get_data()`."),
        "request.other": _kind("AW408", "request.{}", "Use request.headers or request.scope."),
    },
    find,
)
