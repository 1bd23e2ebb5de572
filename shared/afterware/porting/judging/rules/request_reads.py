"""Reads of the request's body, which are coroutines on Quart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...flask import host
from ...flask.atoms import HostAttribute
from ..effects import Reads
from ..rewriting import Replacement, Use
from ..rule import Kind, Note, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..effects import Behaviour
    from ..rule import Questions

__all__ = ["RULE"]


def find(behaviour: Behaviour, _: Questions) -> Iterator[Note]:
    """Coroutines of the request that are read and not awaited."""
    for reads in behaviour.of(Reads):
        if reads.awaited:
            continue
        for atom in reads.value:
            if isinstance(atom, HostAttribute) and atom.kind == "request":
                if atom.name in host.REQUEST_COROUTINES:
                    yield Note(f"request.{atom.name}", reads.spot, atom.name)


def _await_call(use: Use) -> Replacement:
    return Replacement(use.method_call, "(await {itself})")


def _await_value(use: Use) -> Replacement:
    return Replacement(use.attribute, "(await {itself})")


def _kind(code: str, what: str) -> Kind:
    return Kind(
        code,
        ("await-request",),
        "loudly",
        f"{what} is a coroutine on Quart",
        "Make the hook `async def` and await it, or read it in the view and leave it on g.",
        fixable=True,
        rewrites={"quart": _await_call if what.endswith("()") else _await_value},
    )


RULE = Rule(
    {
        "request.get_json": _kind("AW401", "request.get_json()"),
        "request.json": _kind("AW401", "request.json"),
        "request.data": _kind("AW402", "request.data"),
        "request.get_data": _kind("AW402", "request.get_data()"),
        "request.form": _kind("AW403", "request.form"),
        "request.files": _kind("AW404", "request.files"),
        "request.values": _kind("AW405", "request.values"),
    },
    find,
)
