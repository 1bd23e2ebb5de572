"""Awaiting: which expressions of a function have their coroutine awaited, and which lack it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..meaning.values import Ext, Func

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..flask.model import FlaskEvaluator
    from ..meaning.evaluate import Frame

__all__ = ["awaited_in", "entered_in", "gives_coroutine"]

_AWAITING = frozenset({"asyncio.gather", "asyncio.wait_for", "asyncio.shield"})


def awaited_in(frame: Frame, evaluator: FlaskEvaluator) -> set[int]:
    """The expressions that are awaited, by id: here, or where they are passed to."""
    found: set[int] = set()
    for node in frame.scope.nodes:
        if isinstance(node, ast.Await):
            _mark(node.value, found)
            if isinstance(node.value, ast.Call):
                for each in _passed_to_be_awaited(node.value, frame, evaluator):
                    _mark(each, found)
    return found


def entered_in(frame: Frame) -> set[int]:
    """The expressions whose methods `async with` and `async for` await, by id."""
    found: set[int] = set()
    for node in frame.scope.nodes:
        if isinstance(node, ast.AsyncWith):
            found.update(id(item.context_expr) for item in node.items)
        elif isinstance(node, ast.AsyncFor):
            found.add(id(node.iter))
    return found


def _mark(node: ast.expr, found: set[int]) -> None:
    found.add(id(node))
    if isinstance(node, ast.Call):
        found.add(id(node.func))


def _passed_to_be_awaited(
    call: ast.Call, frame: Frame, evaluator: FlaskEvaluator
) -> Iterable[ast.expr]:
    for atom in evaluator.eval(call.func, frame):
        if isinstance(atom, Ext) and atom.path in _AWAITING:
            yield from call.args
        elif isinstance(atom, Func) and atom.function.is_async:
            names = {
                node.value.id
                for node in atom.function.nodes
                if isinstance(node, ast.Await) and isinstance(node.value, ast.Name)
            }
            spec = atom.function.args
            parameters = [each.arg for each in (*spec.posonlyargs, *spec.args)]
            for name, each in zip(parameters[len(atom.bound) :], call.args, strict=False):
                if name in names:
                    yield each


def gives_coroutine(evaluator: FlaskEvaluator, node: ast.expr, frame: Frame) -> bool:
    """Whether an expression is a call of an `async def` of the tree, and nothing awaits it."""
    if not isinstance(node, ast.Call):
        return False
    callee = evaluator.eval(node.func, frame)
    return bool(callee) and all(
        isinstance(atom, Func) and atom.function.is_async and not atom.function.generator
        for atom in callee
    )
