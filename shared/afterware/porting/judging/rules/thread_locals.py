"""Thread-local state that another function left on its thread."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...meaning.evaluate import THREAD_LOCALS
from ..effects import Uses, line_of
from ..rule import Kind, Note, Rule
from ..state import is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...meaning.values import Obj
    from ...tree.index import Module
    from ..effects import Behaviour
    from ..rule import Questions

__all__ = ["RULE"]

# What is the same for a thread whoever asks.
_PLAIN_THREAD = frozenset(
    "ident name native_id daemon getName is_alive isDaemon __class__ __name__".split()
)


def find(behaviour: Behaviour, ask: Questions) -> Iterator[Note]:
    """Attributes of thread-locals, and of the current thread, that others leave there."""
    for uses in behaviour.of(Uses):
        if uses.spot.aside:
            continue
        path, name = uses.obj.path, uses.name
        if path in THREAD_LOCALS:
            if not name.startswith("__") and _is_touched_elsewhere(uses, behaviour, ask):
                yield Note("thread-local", uses.spot, name)
        elif path == "threading.current_thread()" and name not in _PLAIN_THREAD:
            yield Note("thread-local", uses.spot, name)


def _is_touched_elsewhere(uses: Uses, behaviour: Behaviour, ask: Questions) -> bool:
    """Whether another function leaves the attribute on the thread, and none of the entry's."""
    obj, name, node = uses.obj, uses.name, uses.spot.node
    own = behaviour.functions
    module = uses.spot.module
    mine = others = initial = False
    for store in ask.project.stores(name, module):
        if not is_object(ask, store.base, store.scope, obj):
            continue
        put = not isinstance(getattr(store.node, "ctx", None), ast.Del)
        if store.scope.name == "__init__" and store.scope.qualname != "__init__":
            initial = True  # each thread starts with it
        elif store.scope in own and put:
            mine = mine or line_of(store.node) < line_of(node)
        elif store.scope not in own:
            others = others or put
    for addition in ask.project.additions(name, module):
        base = addition.base
        if isinstance(base, ast.Attribute) and addition.scope not in own:
            others = others or is_object(ask, base.value, addition.scope, obj)
    if others:
        return True
    reading = not (isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store))
    return reading and not mine and not initial and not _has_default(ask, obj, name, module)


def _has_default(ask: Questions, obj: Obj, name: str, module: Module) -> bool:
    """Whether a class of the tree that is a thread-local has a value of its own for all."""
    return any(
        cls.module.source.name == obj.site[0] and cls.line == obj.site[1]
        for cls in ask.project.classes_with(name, module)
    )


RULE = Rule(
    {
        "thread-local": Kind(
            "AW207",
            ("thread-bound",),
            "under load",
            "reads what another function left on its thread ({}): here it is another request's",
            "Keep it on g, which follows the request.",
        ),
    },
    find,
)
