"""Calls of the host's helpers that are coroutine functions on Quart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...flask import host
from ...flask.atoms import HostAttribute
from ...meaning.values import Ext
from ..effects import Calls
from ..rewriting import Replacement, Use
from ..rule import Kind, Note, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..effects import Behaviour
    from ..rule import Bites, Questions

__all__ = ["RULE"]


def find(behaviour: Behaviour, _: Questions) -> Iterator[Note]:
    """Calls that nothing awaits."""
    overrides = behaviour.entry.registered == "subclass"
    for call in behaviour.of(Calls):
        callee = call.callee
        if call.awaited:
            continue
        if isinstance(callee, Ext) and callee.path.startswith("flask."):
            name = callee.path.removeprefix("flask.")
            if name in host.HELPERS:
                yield _note(name, call)
        elif isinstance(callee, HostAttribute) and callee.kind in ("app", "blueprint"):
            if callee.name in host.APP_COROUTINES:
                # An override of process_response calls the one that it overrides.
                if not (callee.name == "process_response" and overrides):
                    yield _note(callee.name, call)


def _note(name: str, call: Calls) -> Note:
    kind = f"helper.{name}"
    return Note(kind if kind in RULE.kinds else "helper.other", call.spot, name)


def _await(use: Use) -> Replacement:
    return Replacement(use.call, "(await {itself})")


def _kind(code: str, what: str, bites: Bites = "loudly", *, fixed: bool = False) -> Kind:
    return Kind(
        code,
        ("await-helper",),
        bites,
        f"{what}() is a coroutine function on Quart, and nothing runs until it is awaited",
        f"Make the hook `async def` and await {what}(), or build the response by its class.",
        fixable=True,
        rewrites={"quart": _await} if fixed else {},
    )


RULE = Rule(
    {
        "helper.make_response": _kind("AW420", "make_response", fixed=True),
        "helper.render_template": _kind("AW421", "render_template", fixed=True),
        "helper.render_template_string": _kind("AW422", "render_template_string", fixed=True),
        "helper.stream_template": _kind("AW423", "stream_template"),
        "helper.stream_template_string": _kind("AW423", "stream_template_string"),
        "helper.flash": _kind("AW424", "flash", "silently", fixed=True),
        "helper.send_file": _kind("AW425", "send_file"),
        "helper.send_from_directory": _kind("AW426", "send_from_directory"),
        "helper.send_static_file": _kind("AW425", "send_static_file"),
        "helper.open_resource": _kind("AW428", "open_resource"),
        "helper.open_instance_resource": _kind("AW428", "open_instance_resource"),
        "helper.other": _kind("AW429", "{}"),
    },
    find,
)
