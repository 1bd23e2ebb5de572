"""In debug mode on Quart: a warning that names a hook which holds the event loop."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Generator
from time import perf_counter
from typing import Any

from .hook import Hook

__all__ = ["HELD_SECONDS", "warn_if_held", "warn_if_held_async"]

# How long, in seconds, a hook may hold the loop before it is named.
HELD_SECONDS = 0.05

logger = logging.getLogger("afterware")


def warn_if_held(hook: Hook) -> Callable[..., Any]:
    """A plain hook that warns when it has held the loop for longer than `HELD_SECONDS`."""
    function = hook.function

    def call(*args: Any) -> Any:
        started = perf_counter()
        try:
            return function(*args)
        finally:
            _warn(hook, perf_counter() - started)

    return call


def warn_if_held_async(hook: Hook) -> Callable[..., Awaitable[Any]]:
    """The same for a coroutine function, which holds the loop from one suspension to the next."""
    function = hook.function

    async def call(*args: Any) -> Any:
        return await _Stepwise(function(*args), hook)

    return call


class _Stepwise:
    """An awaitable that measures each step of another."""

    def __init__(self, awaitable: Awaitable[Any], hook: Hook) -> None:
        self._steps: Generator[Any, Any, Any] = awaitable.__await__()
        self._hook = hook

    def __await__(self) -> Generator[Any, Any, Any]:
        longest = 0.0
        step: Callable[[Any], Any] = self._steps.send
        argument: Any = None
        try:
            while True:
                started = perf_counter()
                try:
                    waiting_for = step(argument)
                except StopIteration as stop:
                    return stop.value
                finally:
                    longest = max(longest, perf_counter() - started)
                try:
                    argument = yield waiting_for
                    step = self._steps.send
                except GeneratorExit:
                    self._steps.close()
                    raise
                except BaseException as error:
                    step, argument = self._steps.throw, error
        finally:
            _warn(self._hook, longest)


def _warn(hook: Hook, seconds: float) -> None:
    if seconds <= HELD_SECONDS:
        return
    remedy = (
        "Await what it waits for, or make it a def with blocking=True."
        if hook.is_async
        else "Register it with blocking=True, and it runs in a worker thread."
    )
    logger.warning(
        "%s held the event loop for %.0f ms; no other request was served meanwhile. %s",
        hook.describe(),
        seconds * 1000,
        remedy,
    )
