"""ContextVars that are set in one context and read or reset in another."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ...meaning.values import Obj
from ...tree.index import Function
from ..effects import Calls, Uses
from ..rule import Kind, Note, Rule
from ..state import is_made_in, is_object
from ..waiting import call_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..effects import Behaviour
    from ..rule import Questions

__all__ = ["RULE"]

_VARIABLE = "contextvars.ContextVar()"
# Calls outside the tree that read or reset what is bound to the context, some known by name only.
_CALLS = re.compile(
    r"structlog\.contextvars\.(?:clear_contextvars|unbind_contextvars|reset_contextvars"
    r"|get_contextvars|get_merged_contextvars)|opentelemetry\.context\.detach"
    r"|(?:.*\.)?\w*(?:_var|_ctx|_context|_cv|ctxvar|contextvar)\.reset"
)


def find(behaviour: Behaviour, ask: Questions) -> Iterator[Note]:
    """Variables that other functions set or read, and tokens that they made."""
    for effect in behaviour.effects:
        if effect.spot.aside:
            continue
        if isinstance(effect, Calls) and not effect.awaited:
            path = call_path(effect)
            if _CALLS.fullmatch(path.replace("()", "")):
                yield Note("contextvar-reset", effect.spot, path.rpartition(".")[2])
        elif isinstance(effect, Uses) and effect.obj.path == _VARIABLE:
            kind = _wrong_use(effect, behaviour, ask)
            if kind:
                yield Note(kind, effect.spot, effect.name)


def _wrong_use(uses: Uses, behaviour: Behaviour, ask: Questions) -> str:
    obj, name = uses.obj, uses.name
    if name == "reset":
        return "" if _token_is_own(uses, behaviour, ask) else "contextvar-reset"
    if name not in ("get", "set"):
        return ""
    others = _used_by_others(obj, behaviour, ask)
    if name == "get" and "set" in others:
        lines = _own_calls("set", obj, behaviour, ask)
        return "" if any(line < uses.spot.line for line in lines) else "contextvar"
    if name == "set" and others:
        return "" if _own_calls("reset", obj, behaviour, ask) else "contextvar-set"
    return ""


def _token_is_own(uses: Uses, behaviour: Behaviour, ask: Questions) -> bool:
    """Whether what is reset was set by the entry itself, in the same context."""
    tokens = [
        token
        for call in uses.spot.frame.scope.nodes
        if isinstance(call, ast.Call) and call.func is uses.spot.node
        for each in call.args[:1]
        for token in ask.eval(each, uses.spot.frame)
        if isinstance(token, Obj) and token.path == f"{_VARIABLE}.set()"
    ]
    if tokens:
        own = behaviour.functions
        return all(not token.elsewhere or is_made_in(token, own) for token in tokens)
    return bool(_own_calls("set", uses.obj, behaviour, ask))


def _own_calls(verb: str, obj: Obj, behaviour: Behaviour, ask: Questions) -> list[int]:
    """The lines on which the entry itself calls a method of a variable."""
    return [
        node.lineno
        for function in behaviour.functions
        for node in function.nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == verb
        and is_object(ask, node.func.value, function, obj)
    ]


def _used_by_others(obj: Obj, behaviour: Behaviour, ask: Questions) -> set[str]:
    """What functions that the entry does not run do with a variable: set it, get it."""
    found: set[str] = set()
    for verb in ("set", "get"):
        for call in ask.project.calls({verb}, behaviour.entry.module):
            if call.scope in behaviour.functions or not isinstance(call.node, ast.Call):
                continue
            if isinstance(call.scope, Function) and call.scope.is_async:
                continue
            func = call.node.func
            if isinstance(func, ast.Attribute) and is_object(ask, func.value, call.scope, obj):
                found.add(verb)
                break
    return found


RULE = Rule(
    {
        "contextvar": Kind(
            "AW204",
            ("thread-bound",),
            "silently",
            "a plain hook or view set this ContextVar in a context of its own: here it is unset",
            "Keep it on g, or set it in a hook bound by Hooks.",
        ),
        "contextvar-set": Kind(
            "AW205",
            ("thread-bound",),
            "silently",
            "a plain hook sets this ContextVar in a context of its own: nobody else sees it",
            "Keep it on g, or register the hook with Hooks.",
        ),
        "contextvar-reset": Kind(
            "AW206",
            ("thread-bound",),
            "loudly",
            "a token can be reset only in the context that made it: ValueError",
            "Keep the value on g, or set and reset it in one function.",
        ),
    },
    find,
)
