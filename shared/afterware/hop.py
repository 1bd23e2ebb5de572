"""The hops that a hook which waits may ask for, each with the context carried in and back.

`in_worker_thread` is for a blocking `def` on Quart: the event loop goes on while the hook waits.
`in_task_of_its_own` is for an `async def` on Quart that a client which leaves must not cut off in
the middle.
`on_lasting_loop` is for a suspending `async def` on Flask: the loop outlives the request, so that
a client's pool of connections does too. A ContextVar that the hook sets is set for the caller
afterwards; one that it unsets stays as it was, since a context cannot be told to forget.
"""

from __future__ import annotations

import asyncio
import atexit
import contextvars
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from .errors import HookError, HookStopIterationError
from .hook import Hook
from .tokens import raise_explained

__all__ = [
    "Outlasted",
    "cancel_from_here_on",
    "in_task_of_its_own",
    "in_worker_thread",
    "on_lasting_loop",
]

T = TypeVar("T")

logger = logging.getLogger("afterware")

_MISSING: Any = object()


def _adopt(context: contextvars.Context) -> None:
    """Set here what was set there."""
    for var, value in context.items():
        if var.get(_MISSING) is not value:
            var.set(value)


def in_worker_thread(hook: Hook) -> Callable[..., Awaitable[Any]]:
    """An awaitable form of a blocking hook, which runs in the loop's default executor.

    When the request is cancelled meanwhile (the client has left), the hook is waited for before the
    cancellation goes on: a thread cannot be stopped, and teardown must not overtake it.
    """
    function = hook.function

    def guarded(*args: Any) -> Any:
        try:
            return function(*args)
        except StopIteration as error:
            # A future cannot hold StopIteration: the request would hang (python/cpython#112182).
            raise HookStopIterationError(hook) from error
        except ValueError as error:
            raise_explained(hook, error)

    async def call(*args: Any) -> Any:
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(None, context.run, guarded, *args)
        return await _shielded(future, hook, context)

    return call


def in_task_of_its_own(
    hook: Hook, function: Callable[..., Awaitable[Any]]
) -> Callable[..., Awaitable[Any]]:
    """An awaitable form of an `async def` hook that comes to its end even if the client leaves.

    Quart cancels a request when its client leaves. What a hook is in the middle of then, an audit
    row or a commit, is finished first, as it is on Flask.

    :param function: what to call for the hook.
    """

    async def run(*args: Any) -> Any:
        try:
            return await function(*args)
        except ValueError as error:
            raise_explained(hook, error)

    async def call(*args: Any) -> Any:
        context = contextvars.copy_context()
        task = asyncio.get_running_loop().create_task(run(*args), context=context)
        return await _shielded(task, hook, context)

    return call


class Outlasted(asyncio.CancelledError):
    """The request was cancelled while a hook waited, and the hook has come to its end all the same.

    :param result: what the hook returned.
    """

    def __init__(self, result: Any) -> None:
        super().__init__()
        self.result = result


async def _shielded(future: asyncio.Future[Any], hook: Hook, context: contextvars.Context) -> Any:
    """What *future* gives. A cancellation is kept back until it is done.

    :raises Outlasted: the request was cancelled meanwhile.
    """
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError as cancelled:
        await _outlast(future)
        if future.cancelled():
            raise
        error = future.exception()
        if error is None:
            raise Outlasted(future.result()) from cancelled
        # Not logger.exception: what is being handled here is the cancellation.
        logger.error(  # noqa: TRY400
            "%s failed after its client left", hook.describe(), exc_info=error
        )
        raise
    finally:
        _adopt(context)


def cancel_from_here_on() -> None:
    """Have the running task cancelled where it next waits, as it would have been by now."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()  # counted once already; it is the same cancellation
        task.cancel()


async def _outlast(future: asyncio.Future[Any]) -> None:
    while not future.done():
        try:
            await asyncio.wait([future])
        except asyncio.CancelledError:
            continue  # cancelled again while waiting; the caller re-raises the first one


def on_lasting_loop(hook: Hook) -> Callable[..., Any]:
    """A plain form of a suspending hook, which waits for it in the calling thread.

    It works in a thread that has a running loop too, where Flask is called by asynchronous code;
    it then holds that loop, as every synchronous view does.

    :raises HookError: when called on the lasting loop itself, where waiting would be for ever.
    """
    function = hook.function

    def call(*args: Any) -> Any:
        lasting = _LastingLoop.shared()
        if lasting.is_current():
            raise HookError(
                hook,
                "was reached from a hook that already runs on the lasting loop, and would wait"
                " for itself",
                "Call the Flask app in another thread, with asyncio.to_thread.",
            )

        async def run() -> Any:
            try:
                return await function(*args)
            except ValueError as error:
                raise_explained(hook, error)

        context = contextvars.copy_context()
        try:
            return lasting.run(run(), context)
        except asyncio.CancelledError as error:
            # Out of a loop this is no longer a request to stop, and would pass `except Exception`.
            raise HookError(
                hook,
                "was cancelled",
                "Something it awaits was cancelled, or the process is ending.",
            ) from error
        finally:
            _adopt(context)

    return call


class _LastingLoop:
    """An event loop in a daemon thread of its own: one a process, made when first needed."""

    _shared: _LastingLoop | None = None
    _making = threading.Lock()

    @classmethod
    def shared(cls) -> _LastingLoop:
        if cls._shared is None:
            with cls._making:
                if cls._shared is None:
                    cls._shared = cls()
        return cls._shared

    @classmethod
    def forget(cls) -> None:
        """In a forked child: threads do not survive a fork, so the loop is made anew."""
        cls._shared = None
        cls._making = threading.Lock()

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._process = os.getpid()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="afterware-loop", daemon=True
        )
        self._thread.start()
        atexit.register(self._stop)

    def is_current(self) -> bool:
        return threading.current_thread() is self._thread

    def run(self, coroutine: Coroutine[Any, Any, T], context: contextvars.Context) -> T:
        """Run *coroutine* to its end on the loop, in *context*, and wait for it.

        An exception that reaches the waiting thread (a worker's time-out, Ctrl-C) cancels it.
        """
        # A lock is the cheapest thing that one thread can wait for and another can end. It is
        # released by the task itself: a done callback would take one more turn of the loop.
        finished = threading.Lock()
        finished.acquire()
        results: list[T] = []
        errors: list[BaseException] = []
        tasks: list[asyncio.Task[None]] = []

        async def run() -> None:
            try:
                results.append(await coroutine)
            except BaseException as error:
                errors.append(error)
            finally:
                finished.release()

        def begin() -> None:
            task = self._loop.create_task(run(), context=context)
            task.add_done_callback(lambda _: coroutine.close())  # one cancelled before it began
            tasks.append(task)

        self._loop.call_soon_threadsafe(begin)
        try:
            finished.acquire()
        except BaseException:
            self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in tasks])
            raise
        if errors:
            raise errors[0]
        return results[0]

    def _stop(self) -> None:
        """At exit: cancel what still runs, so that its `finally` blocks run, and close the loop."""
        if os.getpid() != self._process or not self._thread.is_alive():
            return

        async def wind_up() -> None:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.wait(others, timeout=_EXIT_SECONDS) if others else None
            await self._loop.shutdown_asyncgens()
            self._loop.stop()

        self._loop.call_soon_threadsafe(lambda: self._loop.create_task(wind_up()))
        self._thread.join(2 * _EXIT_SECONDS)
        if not self._thread.is_alive():
            self._loop.close()


# How long, in seconds, the interpreter's exit waits for the tasks of the lasting loop.
_EXIT_SECONDS = 2.0

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_LastingLoop.forget)
