"""State: objects that functions leave on a thread, in a context or in a name, and find again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..meaning.evaluate import THREAD_LOCALS
from ..meaning.values import Atom, Inst, Obj

if TYPE_CHECKING:
    import ast
    from collections.abc import Collection

    from ..tree.index import Function, Scope
    from .rule import Questions

__all__ = ["as_object", "is_left_by_another", "is_made_in", "is_object", "is_same_object"]


def as_object(atom: Atom, ask: Questions) -> Obj | None:
    """What the attributes of something depend on: itself, or the thread-local that it is."""
    if isinstance(atom, Obj):
        return atom
    if isinstance(atom, Inst):
        inside, outside = ask.mro(atom.cls)
        if any(f"{path}()" in THREAD_LOCALS for path in outside):
            cls = inside[-1]
            return Obj("threading.local()", (cls.module.source.name, cls.line, 0))
    return None


def is_same_object(first: Atom | None, second: Obj) -> bool:
    """Whether two objects of libraries are one."""
    if not isinstance(first, Obj) or (first.path, first.site) != (second.path, second.site):
        return False
    # Two signals of one namespace are made at one place, and told apart by their names.
    return first.flags - {"closure"} == second.flags - {"closure"}


def is_object(ask: Questions, node: ast.expr, scope: Scope, obj: Obj) -> bool:
    """Whether an expression stands for this object."""
    value = ask.eval(node, ask.frame(scope))
    return any(is_same_object(as_object(each, ask), obj) for each in value)


def is_made_in(obj: Obj, functions: Collection[Function]) -> bool:
    """Whether one of these functions makes an object."""
    name, line, _ = obj.site
    return any(
        function.module.source.name == name
        and function.line <= line <= (getattr(function.node, "end_lineno", 0) or 0)
        for function in functions
    )


def is_left_by_another(obj: Obj, functions: Collection[Function]) -> bool:
    """Whether none of these functions makes an object that they find."""
    if not obj.elsewhere:
        return False
    return "closure" not in obj.flags or not is_made_in(obj, functions)
