"""Profilers, which are enabled for one thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...meaning.values import Ext
from ..effects import Calls, Uses
from ..rule import Kind, Note, Rule
from ..state import is_left_by_another

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..effects import Behaviour
    from ..rule import Questions

__all__ = ["RULE"]

_PROFILERS = frozenset({"cProfile.Profile()", "profile.Profile()", "pyinstrument.Profiler()"})
_HOOKS = frozenset({"sys.setprofile", "sys.settrace"})


def find(behaviour: Behaviour, _: Questions) -> Iterator[Note]:
    """Profilers that are ended here and begun elsewhere, and profiling functions that are set."""
    for call in behaviour.of(Calls):
        callee = call.callee
        if isinstance(callee, Ext) and callee.path in _HOOKS and not call.spot.aside:
            yield Note("thread-profile", call.spot, callee.path.rpartition(".")[2])
    for uses in behaviour.of(Uses):
        if uses.obj.path in _PROFILERS and uses.name in ("disable", "stop"):
            if not uses.spot.aside and is_left_by_another(uses.obj, behaviour.functions):
                yield Note("thread-profile", uses.spot, uses.name)


RULE = Rule(
    {
        "thread-profile": Kind(
            "AW207",
            ("thread-bound",),
            "under load",
            "a profiler is enabled for one thread, and this is another",
            "Profile the view itself, or in a middleware around the app.",
        ),
    },
    find,
)
