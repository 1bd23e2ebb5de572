"""One private event loop a thread, which runs in that thread and only while a test calls.

What a test shares with its app, a sqlite connection or a thread-local, stays in one thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import Context, ContextVar
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from .carry import adopt, copied, stays

if TYPE_CHECKING:
    from .exchange import Exchange
    from .lifespan import Lifespan

__all__ = ["ThreadLoop", "in_running_loop", "refuse_in_a_loop", "run", "this_thread"]

T = TypeVar("T")

# Makes the loop of a thread. The pytest plugin puts a watched one here for --loop-held.
new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop

# The call to an app that the code here was reached from.
calling: ContextVar[Exchange | None] = ContextVar("afterware.testing.calling", default=None)
stays(calling)

# How long, in seconds, tasks that were cancelled at the end are waited for.
_END_SECONDS = 5.0


class _Executor(ThreadPoolExecutor):
    """Worker threads for what is `def`; none for a call that is to run it inline."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        call = calling.get()
        if call is None or not call.def_inline:
            return super().submit(fn, *args, **kwargs)
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class ThreadLoop:
    """The event loop of one thread, and what has been started on it."""

    def __init__(self) -> None:
        self.loop = new_loop()
        self.lifespans: list[Lifespan] = []
        # Which call each task was started by; for `settle`.
        self.tasks: WeakKeyDictionary[asyncio.Task[Any], Exchange] = WeakKeyDictionary()
        # Answers that are still being streamed: nothing else may hold their tasks.
        self.open: set[Exchange] = set()
        self._executor = _Executor(thread_name_prefix="afterware-testing")
        self.loop.set_default_executor(self._executor)
        self.loop.set_task_factory(self._new_task)

    def _new_task(
        self, loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any
    ) -> asyncio.Task[Any]:
        context: Context | None = options.get("context")
        call = calling.get() if context is None else context.get(calling)
        task: asyncio.Task[Any] = asyncio.Task(coroutine, loop=loop, **options)
        if call is not None:
            self.tasks[task] = call
        return task

    def run(self, coroutine: Coroutine[Any, Any, T], context: Context) -> T:
        """Run *coroutine* to its end in *context*, in the calling thread."""
        task = self.loop.create_task(coroutine, context=context)
        try:
            return self.loop.run_until_complete(task)
        except BaseException:
            # Ctrl-C, or a time-out that was raised into this thread: nothing is left running.
            if not task.done():
                task.cancel()
            raise

    def close(self) -> None:
        """Run after_serving of every app, cancel what still runs, and close the loop.

        :raises BaseException: what an after_serving function raised, when all of this is done.
        """
        failed: list[BaseException] = []
        for lifespan in reversed(list(self.lifespans)):
            try:
                lifespan.stop()
            except Exception as error:
                failed.append(error)
        try:
            self.loop.run_until_complete(self._wind_up())
            # Not the loop's own way, which needs a thread, and a thread that ends starts none.
            self._executor.shutdown()
        finally:
            self.loop.close()
        if failed:
            raise failed[0]

    async def _wind_up(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others, timeout=_END_SECONDS)
        for task in others:
            if task.done() and not task.cancelled():
                task.exception()  # has been seen: a stream that nobody read has nobody to tell
        await self.loop.shutdown_asyncgens()


class _Mine:
    """A thread's hold on its loop: a thread that ends closes it."""

    def __init__(self) -> None:
        self.thread = ThreadLoop()
        self._process = os.getpid()

    def __del__(self) -> None:
        here = self._process == os.getpid() and not in_running_loop()
        if here and not self.thread.loop.is_closed():
            self.thread.close()


class _Local(threading.local):
    mine: _Mine | None = None


_local = _Local()


def _forget() -> None:
    """In a forked child: the loop is the parent's."""
    mine = existing()
    if mine is not None:
        with contextlib.suppress(Exception):
            mine.loop.close()
        _local.mine = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def this_thread() -> ThreadLoop:
    """The private loop of the calling thread; made when first needed."""
    mine = _local.mine
    if mine is None or mine.thread.loop.is_closed():
        mine = _local.mine = _Mine()
    return mine.thread


def existing() -> ThreadLoop | None:
    """The private loop of the calling thread, if it has one."""
    mine = _local.mine
    return None if mine is None or mine.thread.loop.is_closed() else mine.thread


def drop() -> None:
    """Close the private loop of the calling thread, after the after_serving of every app on it."""
    thread = existing()
    if thread is not None:
        thread.close()
    _local.mine = None


def in_running_loop() -> bool:
    """Whether an event loop is running in the calling thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def refuse_in_a_loop(what: str, instead: str) -> None:
    """Raise where an event loop is running: another cannot run in the same thread.

    :param what: what was called.
    :param instead: what to call there, as the end of a sentence.
    :raises RuntimeError: an event loop is running in this thread.
    """
    if in_running_loop():
        raise RuntimeError(
            f"{what} was called where an event loop is running (in an async def test or view). It"
            f" runs a loop of its own in the calling thread, and a thread runs one at a time."
            f" In an async test {instead}; or write the test as a plain def."
        )


def run(awaitable: Awaitable[T]) -> T:
    """Run *awaitable* to its end on the private loop of this thread, and return its value.

    It is the loop on which this thread's clients run their apps, so what an app opened there (a
    pool of connections, a lock) can be used. ContextVars are carried in and back.

    :param awaitable: a coroutine, most often what calling an `async def` function gives.
    :raises TypeError: it cannot be awaited.
    :raises RuntimeError: an event loop is running in this thread: `await` it there.
    """
    if not inspect.isawaitable(awaitable):
        raise TypeError(
            f"testing.run() runs a coroutine, not {type(awaitable).__qualname__}: call an"
            " `async def` function and hand over what it returns"
        )
    if in_running_loop() and inspect.iscoroutine(awaitable):
        awaitable.close()  # it is not going to run, and says so below
    refuse_in_a_loop("testing.run()", "await the coroutine")
    return run_in(copied(), awaitable)


def run_in(context: Context, awaitable: Awaitable[T]) -> T:
    """Run *awaitable* in *context*, and set here what was set in it."""

    async def wait() -> T:
        return await awaitable

    coroutine: Coroutine[Any, Any, T] = awaitable if inspect.iscoroutine(awaitable) else wait()
    try:
        return this_thread().run(coroutine, context)
    finally:
        adopt(context)
