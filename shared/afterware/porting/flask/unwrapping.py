"""Unwrapping: which function lies inside the decorators, partials and objects that wrap it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..meaning.values import UNKNOWN, Func, Inst, Value, Wrapped, one

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..tree.index import Function
    from .model import FlaskEvaluator

__all__ = ["functions_in", "is_abstract"]

_ASSIGNMENTS = 4  # that are followed from one name to the next


def functions_in(
    evaluator: FlaskEvaluator, value: Value, seen: frozenset[Func] = frozenset()
) -> Iterable[tuple[Function, Value]]:
    """The functions inside a value, each with the part of the value that calls it."""
    for atom in value:
        if isinstance(atom, Func):
            if atom in seen:
                continue
            wrapped = _wrapped_by(atom)
            inside = list(functions_in(evaluator, wrapped, seen | {atom}))
            if inside:
                for function, _ in inside:
                    yield function, one(atom)
            else:
                yield atom.function, one(atom)
        elif isinstance(atom, Wrapped):
            for function, _ in functions_in(evaluator, atom.inner, seen):
                yield function, one(atom)
        elif isinstance(atom, Inst):
            method = evaluator.find_method(atom.cls, "__call__")
            if method is not None:
                func = Func(method, None, (one(atom),))
                kept = _kept_by(evaluator, atom, method)
                inside = list(functions_in(evaluator, kept, seen)) if kept else []
                for function, _ in inside or [(method, kept)]:
                    yield function, one(func)


def _kept_by(evaluator: FlaskEvaluator, atom: Inst, method: Function) -> Value:
    """The function that an object was made for: the one whose answer its `__call__` gives back."""
    spec = method.args
    ordered = [*spec.posonlyargs, *spec.args]
    if not ordered or atom.frame is None:
        return UNKNOWN
    for expression in method.returns:
        for node in ast.walk(expression) if expression is not None else ():
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            base = node.func.value
            if isinstance(base, ast.Name) and base.id == ordered[0].arg:
                value = evaluator.attribute(atom, node.func.attr, evaluator.frame(atom.cls))
                passed = (atom.frame.arguments or {}).values()
                kept = frozenset(each for each in value if isinstance(each, (Func, Wrapped)))
                if kept and any(kept <= each for each in passed):
                    return kept
    return UNKNOWN


def _wrapped_by(func: Func) -> Value:
    """The function that a wrapper was made for: the one whose answer it gives back."""
    frame, function = func.frame, func.function
    if frame is None or not frame.arguments or isinstance(function.node, ast.Lambda):
        return UNKNOWN
    passed = {
        name: value
        for name, value in frame.arguments.items()
        if value and all(isinstance(atom, (Func, Wrapped)) for atom in value)
    }
    if len(passed) != 1:
        return UNKNOWN
    ((name, value),) = passed.items()
    for expression in function.returns:
        if expression is not None and _gives_result_of(expression, name, function):
            return value
    return UNKNOWN


def _gives_result_of(node: ast.expr, name: str, function: Function, followed: int = 0) -> bool:
    """Whether an expression is what calling a parameter gave."""
    for each in ast.walk(node):
        if isinstance(each, ast.Call):
            callee = each.func
            if isinstance(callee, ast.Name) and callee.id == name:
                return True
            # ensure_sync(f)(...), ctx.run(f, ...)
            if any(isinstance(a, ast.Name) and a.id == name for a in each.args):
                return True
        elif isinstance(each, ast.Name) and followed < _ASSIGNMENTS:
            for binding in function.reach.get(id(each), ()):
                if isinstance(binding.value, ast.expr) and binding.kind == "assign":
                    if _gives_result_of(binding.value, name, function, followed + 1):
                        return True
    return False


def is_abstract(function: Function, value: Value) -> bool:
    """Whether a method only says that others override it, and another is there."""
    body = getattr(function.node, "body", None)
    if not isinstance(body, list) or len(value) < 2:
        return False
    last = body[-1]
    return isinstance(last, ast.Raise) and "NotImplementedError" in ast.dump(last)
