"""What a hook is: a function with its phase, and everything decided when it was registered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

__all__ = ["ARGUMENTS", "PHASES", "Hook", "OnError", "Phase"]

Phase = Literal[
    "before_request",
    "after_request",
    "teardown_request",
    "teardown_appcontext",
    "after_response",
]
OnError = Literal["raise", "log"]

PHASES: Final[tuple[Phase, ...]] = (
    "before_request",
    "after_request",
    "teardown_request",
    "teardown_appcontext",
    "after_response",
)

# What a hook of each phase is called with.
ARGUMENTS: Final[dict[Phase, tuple[str, ...]]] = {
    "before_request": (),
    "after_request": ("response",),
    "teardown_request": ("exc",),
    "teardown_appcontext": ("exc",),
    "after_response": ("sent",),
}


@dataclass(frozen=True, slots=True, eq=False)
class Hook:
    """A function as it was registered, with everything decided that need not wait for a request.

    :param phase: when it runs.
    :param function: what is called.
    :param is_async: its colour; True for `async def`.
    :param blocking: a `def` that waits; Quart runs it in a worker thread.
    :param suspends: an `async def` that waits; Flask runs it on a loop that outlives the request.
    :param on_error: "raise", or "log" to log what it raises and carry on.
    :param name: its dotted name, as a person would look for it.
    :param file: where it is defined; empty for a function with no source.
    :param line: the line of its definition, from 1; 0 for a function with no source.
    :param shield: what has begun comes to its end on Quart though the client leaves.
    :param surrounds: whether its object surrounds an app that the hooks are bound to, so that it is
        called as a hook on blueprints only.
    """

    phase: Phase
    function: Callable[..., Any]
    is_async: bool
    blocking: bool
    suspends: bool
    on_error: OnError
    name: str
    file: str
    line: int
    shield: bool = False
    surrounds: bool = False

    @property
    def place(self) -> str:
        """`file:line`, or what is known where there is no source."""
        return f"{self.file}:{self.line}" if self.file else "no source"

    def describe(self) -> str:
        """How errors and logs name it: phase, name, file and line."""
        return f"{self.phase} hook {self.name!r} ({self.place})"
