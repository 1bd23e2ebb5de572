"""Reads of the response's body, and what else of a response is a coroutine on Quart."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...flask import host
from ...flask.atoms import HostAttribute, HostObject
from ...tree.index import terminal_name
from ..effects import Reads, Stores
from ..rewriting import Replacement, Unsure, Use
from ..rule import Kind, Note, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...flask.entries import Entry
    from ..effects import Behaviour, Spot
    from ..rule import Bites, Questions

__all__ = ["RULE"]

# Reads whose coroutine may pass for what was read: it is true, and can be printed.
_BODY = frozenset({"get_data", "data", "get_json", "json"})
# Functions that take a coroutine as they take anything.
_BEARS = frozenset(
    """append bool critical debug dict error exception format info isinstance jsonify list log print
    repr set_data str type warning""".split()
)


def find(behaviour: Behaviour, _: Questions) -> Iterator[Note]:
    """Coroutines of the response that are read and not awaited."""
    entry = behaviour.entry
    for stores in behaviour.of(Stores):
        if stores.augmented and stores.name == "data" and HostObject("response") in stores.base:
            yield Note("response.data+=", stores.spot, "added to")
    for reads in behaviour.of(Reads):
        if reads.awaited or reads.augmented:
            continue
        for atom in reads.value:
            if isinstance(atom, HostAttribute) and atom.kind == "response":
                if atom.name in host.RESPONSE_COROUTINES:
                    bites = _bites(entry, reads.spot) if atom.name in _BODY else None
                    yield Note(f"response.{atom.name}", reads.spot, atom.name, bites)


def _bites(entry: Entry, spot: Spot) -> Bites | None:
    """How a read shows: in silence, unless it is used as no coroutine can be."""
    if spot.module is not entry.module:
        return None
    return None if _fails_at_once(entry, spot.node) else "silently"


def _fails_at_once(entry: Entry, node: ast.AST) -> bool:
    """Whether what is read is used in a way that a coroutine does not bear."""
    top = entry.module.node if entry.function is None else entry.function.node
    parents = {id(child): each for each in ast.walk(top) for child in ast.iter_child_nodes(each)}
    parent = parents.get(id(node))
    if isinstance(parent, ast.Call) and parent.func is node:
        node, parent = parent, parents.get(id(parent))
    if isinstance(parent, ast.Call):
        return node in parent.args and terminal_name(parent.func) not in _BEARS
    if isinstance(parent, ast.Attribute | ast.Subscript | ast.BinOp | ast.comprehension):
        return True
    return isinstance(parent, ast.For) and parent.iter is node


# How they are written instead


def _get_data(use: Use) -> ast.Call:
    call = use.method_call
    if call.args or any(each.arg != "as_text" for each in call.keywords):
        raise Unsure("get_data() has arguments that body.read() has not")
    if any(not isinstance(each.value, ast.Constant) for each in call.keywords):
        raise Unsure("whether get_data() gives text is decided elsewhere")
    return call


def _get_json(use: Use) -> ast.Call:
    call = use.method_call
    if call.args or any(each.arg not in ("force", "silent") for each in call.keywords):
        raise Unsure("get_json() has arguments that body.read_json() has not")
    return call


def _add_etag(use: Use) -> ast.Call:
    call = use.method_call
    if not isinstance(use.around_call, ast.Expr):
        raise Unsure("what add_etag() gives is used in an expression")
    return call


def _make_conditional(use: Use) -> ast.Call:
    call = use.method_call
    if not isinstance(use.around_call, (ast.Return, ast.Expr)):
        raise Unsure("what make_conditional() gives is used in an expression")
    if len(call.args) != 1 or call.keywords:
        raise Unsure("make_conditional() has arguments that body.make_conditional() has not")
    return call


def _read(use: Use) -> Replacement:
    call = _get_data(use)
    text = any(isinstance(k.value, ast.Constant) and k.value.value is True for k in call.keywords)
    return Replacement(
        call, "(await {body}.read({receiver}, buffer=True))" + (".decode()" if text else "")
    )


def _read_json(use: Use) -> Replacement:
    text = "(await {body}.read_json({receiver}{passed}, buffer=True))"
    return Replacement(_get_json(use), text)


def _tag(use: Use) -> Replacement:
    return Replacement(_add_etag(use), "(await {body}.add_etag({receiver}{passed}))")


def _conditional(use: Use) -> Replacement:
    call = _make_conditional(use)
    then = "return {receiver}" if isinstance(use.around_call, ast.Return) else ""
    return Replacement(call, "(await {body}.make_conditional({receiver}))", then)


def _data(use: Use) -> Replacement:
    return Replacement(use.attribute, "(await {body}.read({receiver}, buffer=True))")


def _json(use: Use) -> Replacement:
    return Replacement(use.attribute, "(await {body}.read_json({receiver}, buffer=True))")


def _native(node: ast.expr) -> Replacement:
    return Replacement(node, "(await {awaited}({itself}))")


def _text_or_bytes(_: Use) -> Replacement:
    raise Unsure("AW109: whether text or bytes are added is for you to say")


# Their kinds


def _kind(code: str, what: str, remedy: str, bites: Bites = "loudly", **rewrites: object) -> Kind:
    return Kind(
        code,
        ("await-response",),
        bites,
        f"{what} is a coroutine on Quart, and what is done with it here is done to the coroutine",
        remedy,
        fixable=True,
        rewrites=rewrites,  # type: ignore[arg-type]  # by target
    )


_READ_BODY = "Make the hook `async def` and write `await body.read(response)`."
_READ_JSON = "Make the hook `async def` and write `await body.read_json(response)`."

RULE = Rule(
    {
        "response.get_data": _kind(
            "AW101",
            "response.get_data()",
            _READ_BODY,
            afterware=_read,
            quart=lambda use: _native(_get_data(use)),
        ),
        "response.data": _kind(
            "AW102",
            "response.data",
            _READ_BODY,
            afterware=_data,
            quart=lambda use: _native(use.attribute),
        ),
        "response.get_json": _kind(
            "AW103",
            "response.get_json()",
            _READ_JSON,
            afterware=_read_json,
            quart=lambda use: _native(_get_json(use)),
        ),
        "response.json": _kind(
            "AW103",
            "response.json",
            _READ_JSON,
            afterware=_json,
            quart=lambda use: _native(use.attribute),
        ),
        "response.add_etag": _kind(
            "AW105",
            "response.add_etag()",
            "Make the hook `async def` and write `await body.add_etag(response)`.",
            "silently",
            afterware=_tag,
            quart=lambda use: _native(_add_etag(use)),
        ),
        "response.make_conditional": _kind(
            "AW106",
            "response.make_conditional()",
            "Make the hook `async def` and write `await body.make_conditional(response)`.",
            "silently",
            afterware=_conditional,
            quart=lambda use: _native(_make_conditional(use)),
        ),
        "response.freeze": _kind(
            "AW107", "response.freeze()", "Make the hook `async def` and await it.", "silently"
        ),
        "response.make_sequence": _kind(
            "AW121",
            "response.make_sequence()",
            "Make the hook `async def` and await it.",
            "silently",
        ),
        "response.data+=": Kind(
            "AW109",
            ("await-response",),
            "loudly",
            "`response.data += ...` reads the body before it writes:"
            " a coroutine and bytes do not add",
            "Read with `await body.read(response)`, then `body.replace(response, ...)`.",
            fixable=True,
            rewrites={"afterware": _text_or_bytes, "quart": _text_or_bytes},
        ),
    },
    find,
)
