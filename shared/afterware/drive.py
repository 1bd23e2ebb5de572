"""Run a coroutine that never suspends, with no event loop.

The contract of `drive(coroutine)`, whatever the coroutine does:

- it returns: its value is returned;
- it raises: the exception comes out as it is;
- it suspends, that is, awaits something that is not there yet: it is closed, so that its `finally`
  blocks run, and `Suspended` is raised. It is never resumed and never run a second time, because
  what it did before it suspended has been done;
- it suspends again on its way out, in a `finally`: it is closed on from there, and from the next
  such place, `_CLOSINGS` times at most;
- it is not a coroutine: TypeError, before anything is run.

A coroutine that is finished is always left closed. No thread, no loop and no ContextVar is touched.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import CoroutineType
from typing import Any, NamedTuple, TypeVar

__all__ = ["SourceLine", "Suspended", "drive", "wanted_a_loop"]

T = TypeVar("T")

# How often a coroutine that awaits in its own `finally` is closed before it is left to the
# garbage collector. Each ends one such await, so this is a depth of nested `finally` blocks.
_CLOSINGS = 32


class SourceLine(NamedTuple):
    """Where a coroutine stood when it suspended."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{self.function} ({self.file}:{self.line})"


class Suspended(RuntimeError):  # noqa: N818  # a state that was reached, named as one
    """A driven coroutine awaited something that only an event loop can deliver.

    :param place: the innermost frame that was waiting, or None where it cannot be told.
    """

    def __init__(self, place: SourceLine | None) -> None:
        super().__init__(f"the coroutine suspended in {place or 'code without a frame'}")
        self.place = place


def drive(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run *coroutine* to its end in the calling thread and return its value.

    :param coroutine: what calling an `async def` function gives; it must not have been started.
    :raises TypeError: it is no coroutine.
    :raises Suspended: it suspended; it has been closed and must not be run again.
    """
    # What an `async def` gives, nearly always; to look for attributes would be half of the cost.
    if type(coroutine) is not CoroutineType and not _is_coroutine(coroutine):
        raise _not_a_coroutine(coroutine)
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # a StopIteration does not say of what
    suspended = Suspended(_place(coroutine))
    _close(coroutine, suspended)
    raise suspended


def wanted_a_loop(error: BaseException) -> bool:
    """Whether *error* is what library code raises when it finds no running event loop.

    asyncio, sniffio and anyio say so with a RuntimeError. An asyncio primitive that must wait (a
    lock, a queue, an event) fails on the missing loop itself, deep inside asyncio.

    :param error: what a driven coroutine raised.
    """
    if _running_loop() is not None:
        return False
    if isinstance(error, RuntimeError):
        return (
            type(error).__name__ in ("NoEventLoopError", "AsyncLibraryNotFoundError")
            or "no running event loop" in str(error)
            or "no current event loop" in str(error)
        )
    return isinstance(error, AttributeError) and error.obj is None and _raised_in_asyncio(error)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _raised_in_asyncio(error: BaseException) -> bool:
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return False
    module = str(traceback.tb_frame.f_globals.get("__name__", ""))
    return module.split(".")[0] == "asyncio"


def _is_coroutine(value: Any) -> bool:
    # A generator has send() as well; only a coroutine has no __next__.
    return hasattr(value, "send") and not hasattr(value, "__next__")


def _not_a_coroutine(value: object) -> TypeError:
    return TypeError(
        f"drive() runs a coroutine, not {type(value).__qualname__}: call an `async def` function"
        " and hand over what it returns"
    )


def _place(coroutine: Any) -> SourceLine | None:
    """The innermost frame along the chain of awaits, which is where the waiting is written."""
    place = None
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
        if frame is not None:
            code = frame.f_code
            place = SourceLine(code.co_filename, frame.f_lineno, code.co_qualname)
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "gi_yieldfrom", None)
    return place


class _Abandoned(asyncio.CancelledError):
    """Thrown into a coroutine that will not be resumed.

    A cancellation, since that is what asynchronous code knows to clean up after. Not GeneratorExit,
    which leaves a coroutine that it awaits half closed when that one awaits in its own `finally`.
    """


def _close(coroutine: Coroutine[Any, Any, Any], suspended: Suspended) -> None:
    try:
        for _ in range(_CLOSINGS):
            coroutine.throw(_Abandoned())  # comes back only if it awaits again on its way out
        coroutine.close()
    except (_Abandoned, StopIteration):
        pass
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        # What its own clean-up raised must not hide the suspension, nor be lost.
        suspended.__context__ = error
