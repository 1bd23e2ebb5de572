"""Hooks taken out of an app, or put in another way, and the app as it was afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ..binding import Binding
from ..colour import make_hook
from ..errors import HookRegistrationError
from ..hook import PHASES, Hook, Phase
from ..hosts import adapter
from .collect import Row, Slot
from .hosted import HostedApp

__all__ = ["Arm", "Arms", "restored"]

Arm = Callable[[], None]
"""Puts an app into one of the states that are compared."""


class Arms:
    """The states of an app in which its hooks are measured.

    :param host: the app's host.
    """

    def __init__(self, host: HostedApp) -> None:
        self._host = host
        self._ready: dict[tuple[Binding, Phase], list[Hook]] = {}

    def without(self, row: Row) -> Arm:
        """The app without a hook, and with all others."""
        slot = row.slot
        behind = slot.bound
        if behind is None:
            return _replaced(slot, [])
        phase = behind.phase or PHASES[-1]
        rest = list(self._hooks(behind.binding, phase))
        del rest[slot.position]
        function = behind.binding.function(phase, lambda: rest)
        if slot.functions is None:
            return _reporting(slot.watch, function)
        # The last hook of a phase takes with it what Afterware registers for that phase.
        return _replaced(slot, [function] if rest else [])

    def bound(self, row: Row, *, waits: bool = False) -> Arm | None:
        """The app with a native hook bound through Afterware; None where that cannot be.

        :param waits: with blocking=True for a `def`, or suspends=True for an `async def`.
        """
        phase = next((phase for phase in PHASES if phase == row.phase), None)
        if phase is None:
            return None
        try:
            hook = _hook(phase, row.slot, waits)
        except HookRegistrationError:
            return None
        make = getattr(adapter(self._host.name), phase)
        return _replaced(row.slot, [make(lambda: [hook])])

    def _hooks(self, binding: Binding, phase: Phase) -> list[Hook]:
        key = (binding, phase)
        if key not in self._ready:
            self._ready[key] = binding.ready(phase)
        return self._ready[key]


def _hook(phase: Phase, slot: Slot, waits: bool) -> Hook:
    hook = make_hook(phase, slot.written)
    if not waits:
        return hook
    return make_hook(phase, slot.written, blocking=not hook.is_async, suspends=hook.is_async)


def _replaced(slot: Slot, by: list[Any]) -> Arm:
    functions, index = slot.functions, slot.index
    assert functions is not None
    changed = [*functions[:index], *by, *functions[index + 1 :]]

    def apply() -> None:
        functions[:] = changed

    return apply


def _reporting(watch: Any, report: Callable[..., Any]) -> Arm:
    def apply() -> None:
        watch.report = report

    return apply


@contextmanager
def restored(rows: list[Row]) -> Iterator[Arm]:
    """Give a way to put everything back that the arms of *rows* change, and use it at the end."""
    lists = {id(row.slot.functions): row.slot.functions for row in rows if row.slot.functions}
    kept = [(functions, list(functions)) for functions in lists.values()]
    watches = [row.slot.watch for row in rows if row.slot.watch is not None]
    reports = [(watch, watch.report) for watch in watches]

    def restore() -> None:
        for functions, original in kept:
            functions[:] = original
        for watch, report in reports:
            watch.report = report

    try:
        yield restore
    finally:
        restore()
