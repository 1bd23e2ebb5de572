"""SQLAlchemy's scoped sessions, one for each thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..effects import Uses
from ..rule import Kind, Note, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..effects import Behaviour
    from ..rule import Questions

__all__ = ["RULE"]


def find(behaviour: Behaviour, _: Questions) -> Iterator[Note]:
    """Uses of scoped sessions whose scope is the thread."""
    for uses in behaviour.of(Uses):
        obj = uses.obj
        if "scoped_session()" in obj.path and not uses.spot.aside:
            scoped = any(flag == "scopefunc=" or flag.startswith("1=") for flag in obj.flags)
            if not scoped:
                yield Note("scoped-session", uses.spot, uses.name)


RULE = Rule(
    {
        "scoped-session": Kind(
            "AW207",
            ("thread-bound",),
            "under load",
            "a scoped_session is one for each thread, and this thread's is another request's",
            "Keep the session on g, or give scoped_session a scopefunc of the request.",
        ),
    },
    find,
)
