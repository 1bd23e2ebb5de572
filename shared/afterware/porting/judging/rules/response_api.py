"""Attributes of Flask's response that Quart's has not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...flask import host
from ...flask.atoms import HostAttribute, HostObject
from ...meaning.values import Ext
from ..effects import Calls, Reads, Stores
from ..rule import Kind, Note, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..effects import Behaviour
    from ..rule import Questions

__all__ = ["RULE"]

_ELSEWHERE = frozenset({"call_on_close"})  # another rule's
_WSGI = "Remove it: the response is not served through WSGI on Quart."


def find(behaviour: Behaviour, _: Questions) -> Iterator[Note]:
    """Uses of what is not there on Quart."""
    for stores in behaviour.of(Stores):
        if stores.name == "response" and HostObject("response") in stores.base:
            subject = "added to" if stores.augmented else "assigned"
            yield Note("response.response", stores.spot, subject)
    for reads in behaviour.of(Reads):
        if reads.awaited:
            continue
        for atom in reads.value:
            if isinstance(atom, HostAttribute) and atom.kind == "response":
                if atom.name in host.RESPONSE_MISSING - _ELSEWHERE:
                    yield Note(f"response.{atom.name}", reads.spot, atom.name)
    for call in behaviour.of(Calls):
        callee = call.callee
        if isinstance(callee, Ext) and not call.awaited:
            if callee.path == "flask.Response" or callee.path.startswith("flask.Response."):
                if "direct_passthrough" in call.arguments.keywords:
                    yield Note("response.init_passthrough", call.spot)


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
        "response.response": _kind(
            "AW119",
            "a list or an iterator in response.response",
            "Use `body.read`, `body.replace` or `body.transform`.",
        ),
        "response.is_streamed": _kind(
            "AW111", "response.is_streamed", "Use `body.is_streaming(response)`."
        ),
        "response.is_sequence": _kind(
            "AW112", "response.is_sequence", "Use `not body.is_streaming(response)`."
        ),
        "response.direct_passthrough": _kind(
            "AW113", "response.direct_passthrough", "Use `body.is_streaming(response)`."
        ),
        "response.stream": _kind(
            "AW114", "response.stream", "Use `body.replace` or `body.transform`."
        ),
        "response.iter_encoded": _kind(
            "AW115",
            "response.iter_encoded()",
            "Use `body.transform` or `await body.read(response)`.",
        ),
        "response.calculate_content_length": _kind(
            "AW116",
            "response.calculate_content_length()",
            "Read `response.content_length`, or `len(await body.read(response))`.",
        ),
        "response.close": _kind(
            "AW117", "response.close()", "Remove it: the host closes responses."
        ),
        "response.force_type": _kind("AW118", "response.force_type()", "Make a new response."),
        "response.from_app": _kind("AW118", "response.from_app()", "Make a new response."),
        "response.get_app_iter": _kind("AW122", "response.get_app_iter()", _WSGI),
        "response.get_wsgi_headers": _kind("AW122", "response.get_wsgi_headers()", _WSGI),
        "response.get_wsgi_response": _kind("AW122", "response.get_wsgi_response()", _WSGI),
        "response.autocorrect_location_header": _kind(
            "AW122", "response.autocorrect_location_header", _WSGI
        ),
        "response.init_passthrough": _kind(
            "AW123", "direct_passthrough= of the response class", "Leave the argument out."
        ),
    },
    find,
)
