"""Signals: which functions of the tree are connected to one that is sent."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..meaning.values import Func, Obj
from ..tree.index import Function, terminal_name
from .state import is_same_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..flask.model import FlaskEvaluator
    from ..meaning.evaluate import Frame
    from ..tree.index import Call

__all__ = ["receivers"]

_CONNECTIONS = 40  # places that connect something to a signal


def receivers(evaluator: FlaskEvaluator, node: ast.Call, frame: Frame) -> tuple[list[Func], bool]:
    """The functions that are connected to a signal, and whether all places were looked at."""
    if terminal_name(node.func) not in ("send", "send_async"):
        return [], True
    if not isinstance(node.func, ast.Attribute):
        return [], True
    signal = [each for each in evaluator.eval(node.func.value, frame) if isinstance(each, Obj)]
    if not signal:
        return [], True
    calls = evaluator.project.calls({"connect", "connect_via"}, frame.scope.module)
    found = [
        func for call in calls[:_CONNECTIONS] for func in _connected_by(evaluator, call, signal)
    ]
    return found, len(calls) <= _CONNECTIONS


def _connected_by(evaluator: FlaskEvaluator, call: Call, signal: list[Obj]) -> Iterator[Func]:
    """The functions that one place connects to the signal."""
    frame = evaluator.frame(call.scope)
    target = call.node.func if isinstance(call.node, ast.Call) else call.node
    if not isinstance(target, ast.Attribute):
        return
    connected_to = evaluator.eval(target.value, frame)
    if not any(is_same_object(a, b) for a in connected_to for b in signal):
        return
    if call.decorates is not None:
        if isinstance(call.decorates, Function):
            yield Func(call.decorates, frame)
    elif isinstance(call.node, ast.Call) and call.node.args:
        for atom in evaluator.eval(call.node.args[0], frame):
            if isinstance(atom, Func):
                yield atom
