"""Database connections that belong to the thread that opened them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...tree.index import terminal_name
from ..effects import Uses, line_of
from ..rule import Kind, Note, Rule
from ..state import is_left_by_another

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..effects import Behaviour, Spot
    from ..rule import Questions

__all__ = ["RULE"]

_OPENS_PEEWEE = frozenset({"connect", "connection_context", "atomic", "bind_ctx", "Model"})
_OF_PEEWEE = frozenset({"close", "is_closed", "commit", "rollback", "connection"})
_SETTINGS = frozenset({"row_factory", "text_factory", "isolation_level"})


def find(behaviour: Behaviour, _: Questions) -> Iterator[Note]:
    """Uses of connections that another function opened."""
    for uses in behaviour.of(Uses):
        obj, name = uses.obj, uses.name
        if uses.spot.aside:
            continue
        if obj.path.startswith("sqlite3.connect()"):
            if is_left_by_another(obj, behaviour.functions) and name not in _SETTINGS:
                if "check_same_thread=False" not in obj.flags:
                    yield Note("sqlite", uses.spot, name)
        elif obj.path.startswith(("peewee.", "playhouse.")):
            if obj.path.endswith("()") and name in _OF_PEEWEE and not _is_opened_before(uses.spot):
                yield Note("thread-connection", uses.spot, name)


def _is_opened_before(spot: Spot) -> bool:
    """Whether the function opens a connection further up."""
    return any(
        isinstance(each, ast.Call)
        and terminal_name(each.func) in _OPENS_PEEWEE
        and line_of(each) < spot.line
        for each in spot.frame.scope.nodes
    )


RULE = Rule(
    {
        "thread-connection": Kind(
            "AW208",
            ("thread-bound",),
            "under load",
            "the connection belongs to the thread that opened it, which is another",
            "Open and close it in one function, or keep it on g with a driver that may change"
            " threads.",
        ),
        "sqlite": Kind(
            "AW208",
            ("thread-bound",),
            "under load",
            "a sqlite3 connection may be used only in the thread that opened it: ProgrammingError",
            "Open and close it in one function, or open it with check_same_thread=False.",
        ),
    },
    find,
)
