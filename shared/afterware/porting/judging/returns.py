"""Hooks that are broken on Flask too: what they return, and what they take."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..flask.atoms import HostAttribute, HostObject, HostPart
from ..meaning.values import Const, Data, Func, Map, Seq, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..flask.model import FlaskEvaluator
    from ..flask.registrations import Hook
    from ..meaning.evaluate import Frame
    from ..tree.index import Function

__all__ = ["broken_ways"]

_NOT_A_RESPONSE = frozenset({"str", "bytes", "int", "float", "bool", "number"})
_PLAIN_PARTS = frozenset(
    """headers status status_code mimetype content_type content_length cache_control vary
    charset""".split()
)


def broken_ways(evaluator: FlaskEvaluator, hook: Hook) -> Iterator[tuple[str, ast.AST]]:
    """In which ways a hook fails on either host, as (kind, node)."""
    for atom in hook.value:
        if not isinstance(atom, Func):
            continue
        function = atom.function
        taken = 0 if hook.registered == "call-on-close" else 1
        place = hook.function.node if hook.function is not None else function.node
        if not _fits(function, atom, taken):
            yield "arity", place
            continue
        if hook.registered == "call-on-close":
            continue
        frame = evaluator.call_frame(atom, hook.arguments)
        if function.generator:
            yield "generator", place
            continue
        for kind, node in _returned(evaluator, function, frame):
            inside = function is hook.function or function.module is hook.module
            yield kind, node if inside else place


def _fits(function: Function, func: Func, taken: int) -> bool:
    """Whether a function can be called with this many more arguments."""
    spec = function.args
    names = [each.arg for each in (*spec.posonlyargs, *spec.args)]
    given = len(func.bound) + taken
    if given > len(names) and spec.vararg is None:
        return False
    keywords = {name for name, _ in func.keywords}
    if keywords & set(names[:given]):
        return False
    required = names[: len(names) - len(spec.defaults)]
    if any(name not in keywords for name in required[given:]):
        return False
    needed = [
        each.arg
        for each, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
        if default is None
    ]
    return all(name in keywords for name in needed)


def _returned(
    evaluator: FlaskEvaluator, function: Function, frame: Frame
) -> Iterator[tuple[str, ast.AST]]:
    node = function.node
    if function.falls:
        yield "returns-none", node
    for expression in function.returns:
        if expression is None:
            yield "returns-none", node
            continue
        value = evaluator.eval(expression, frame)
        kind = _wrong(value)
        if kind:
            yield kind, expression
        elif not function.is_async and _is_coroutine(evaluator, expression, frame):
            yield "returns-coroutine", expression


def _wrong(value: Value) -> str:
    for atom in value:
        if isinstance(atom, Const):
            return "returns-none" if atom.value is None else "returns-other"
        if isinstance(atom, (Seq, Map)):
            return "returns-other"
        if isinstance(atom, Data) and atom.kind in _NOT_A_RESPONSE:
            return "returns-other"
        if isinstance(atom, HostPart) and atom.path.startswith("response."):
            if atom.path.partition(".")[2] in _PLAIN_PARTS:
                return "returns-other"
        if isinstance(atom, HostAttribute) and atom.name in ("data", "json"):
            return "returns-other"
        if isinstance(atom, HostObject) and atom.kind in ("request", "session", "g", "app"):
            return "returns-other"
    return ""


def _is_coroutine(evaluator: FlaskEvaluator, node: ast.expr, frame: Frame) -> bool:
    """Whether a call of an async function is given back without being awaited."""
    if not isinstance(node, ast.Call):
        return False
    callee = evaluator.eval(node.func, frame)
    return bool(callee) and all(
        isinstance(atom, Func) and atom.function.is_async and not atom.function.generator
        for atom in callee
    )
