"""`settle(app)`: wait for what an app does after it has answered."""

from __future__ import annotations

import asyncio
from typing import Any

from . import loops
from .carry import copied
from .kinds import quart_of

__all__ = ["settle"]


def settle(app: Any, *, timeout: float = 10.0) -> None:
    """Wait for the background tasks of *app*: `add_background_task`, and tasks its calls started.

    They go on while a test calls something, and stand still in between. What they start is waited
    for too; an answer that is still being streamed is not. An app that runs no event loop, such as
    Flask's, has nothing to wait for.

    :param app: the app that was called.
    :param timeout: how long to wait at most, in seconds.
    :raises TimeoutError: some have not come to an end; it names them.
    :raises RuntimeError: an event loop is running in this thread.
    """
    loops.refuse_in_a_loop("testing.settle()", "await what the app has in background_tasks")
    thread = loops.existing()
    if thread is not None:
        thread.run(_settled(thread, app, timeout), copied())


async def _settled(thread: loops.ThreadLoop, app: Any, limit: float) -> None:
    deadline = thread.loop.time() + limit
    while tasks := _pending(thread, app):
        left = deadline - thread.loop.time()
        if left <= 0:
            names = ", ".join(sorted(_name(task) for task in tasks))
            raise TimeoutError(
                f"{len(tasks)} background task(s) had not ended after {limit:g} s: {names}"
            )
        await asyncio.wait(tasks, timeout=left)


def _pending(thread: loops.ThreadLoop, app: Any) -> set[asyncio.Task[Any]]:
    tasks = {
        task
        for task, exchange in thread.tasks.items()
        if exchange.app is app and exchange not in thread.open
    }
    if quart_of(app) is not None:
        tasks |= {task for task in app.background_tasks if task.get_loop() is thread.loop}
    return {task for task in tasks if not task.done()}


def _name(task: asyncio.Task[Any]) -> str:
    coroutine = task.get_coro()
    code = getattr(coroutine, "cr_code", None)
    where = "" if code is None else f" ({code.co_filename}:{code.co_firstlineno})"
    return f"{getattr(coroutine, '__qualname__', coroutine)}{where}"
