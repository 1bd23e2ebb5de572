"""An app's start and end: before_serving at its first call, after_serving at the end.

An app is started once, on the loop of the thread that first calls it. It ends when `close` is
called, when its thread ends, or when the interpreter does; under the pytest plugin, with what made
it: the fixture, the test, or the session for an app that a module holds.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
from typing import Any

from . import loops
from .carry import copied
from .kinds import quart_of

__all__ = ["Lifespan", "close", "started"]

_lock = threading.RLock()
_up: dict[int, Lifespan] = {}


class Lifespan:
    """The ASGI lifespan of one app, on the loop of one thread.

    :param thread: the loop it runs on.
    :param app: the ASGI app.
    """

    def __init__(self, thread: loops.ThreadLoop, app: Any) -> None:
        self.app = app
        # What the app put there at its start, which its requests get a copy of.
        self.state: dict[str, Any] = {}
        self._thread = thread
        self._events: asyncio.Queue[str] = asyncio.Queue()
        self._said: asyncio.Future[dict[str, Any]] | None = None
        self._task: asyncio.Task[None] | None = None
        self._cause: BaseException | None = None

    def start(self) -> None:
        """Run the app's start.

        :raises BaseException: what a before_serving function raised.
        """
        self._thread.lifespans.append(self)
        if _has_nothing_to_start(self.app):
            self.app.shutdown_event = self.app.event_class()
            return
        try:
            self._start()
        except BaseException:
            self._thread.lifespans.remove(self)
            raise

    def _start(self) -> None:
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        coroutine = self.app(scope, self._receive, self._send)
        self._task = self._thread.loop.create_task(coroutine, context=copied())
        message = self._ask("lifespan.startup")
        # An app that knows nothing of lifespans raises, and is served without (ASGI, lifespan).
        if message is not None and message["type"] == "lifespan.startup.failed":
            raise self._failure(message)

    def stop(self) -> None:
        """Run the app's end. The app starts anew when it is called again.

        :raises BaseException: what an after_serving function raised.
        """
        with _lock:
            if _up.get(id(self.app)) is self:
                del _up[id(self.app)]
        if self in self._thread.lifespans:
            self._thread.lifespans.remove(self)
        for exchange in list(self._thread.open):
            if exchange.app is self.app:
                exchange.close()
        if self._task is not None and not self._task.done():
            message = self._ask("lifespan.shutdown")
            if message is not None and message["type"] == "lifespan.shutdown.failed":
                raise self._failure(message)
        elif self._task is None and self.app.background_tasks:
            self._thread.run(self.app.shutdown(), copied())

    def _ask(self, event: str) -> dict[str, Any] | None:
        assert self._task is not None
        quart = quart_of(self.app)
        self._cause = None
        if quart is not None:
            quart.signals.got_serving_exception.connect(self._note_cause, self.app)
        try:
            return self._thread.loop.run_until_complete(self._answer(event, self._task))
        finally:
            if quart is not None:
                quart.signals.got_serving_exception.disconnect(self._note_cause, self.app)

    async def _answer(self, event: str, task: asyncio.Task[None]) -> dict[str, Any] | None:
        self._said = asyncio.get_running_loop().create_future()
        self._events.put_nowait(event)
        both: set[asyncio.Future[Any]] = {task, self._said}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not self._said.done():
            task.exception()
            return None
        message = self._said.result()
        if message["type"] != "lifespan.startup.complete":
            if message["type"] == "lifespan.startup.failed":
                task.cancel()  # Quart waits for the next event all the same
            await asyncio.wait({task})
            if not task.cancelled():
                task.exception()  # has been seen: the message says what went wrong
        return message

    async def _note_cause(self, _: Any, exception: BaseException, **__: Any) -> None:
        self._cause = exception

    def _failure(self, message: dict[str, Any]) -> BaseException:
        if self._cause is not None:
            return self._cause
        return RuntimeError(f"{message['type']}: {message.get('message') or 'no reason given'}")

    async def _receive(self) -> dict[str, Any]:
        return {"type": await self._events.get()}

    async def _send(self, message: dict[str, Any]) -> None:
        if self._said is not None and not self._said.done():
            self._said.set_result(message)


def _has_nothing_to_start(app: Any) -> bool:
    """Whether the start and the end of a Quart app would do nothing but push an app context.

    Popping that runs teardown_appcontext functions, which a test that counts them does not expect.
    """
    if quart_of(app) is None or getattr(app.asgi_app, "__func__", None) is not _asgi_app():
        return False
    return not (app.before_serving_funcs or app.while_serving_gens or app.after_serving_funcs)


def _asgi_app() -> Any:
    import quart

    return quart.Quart.asgi_app


def started(thread: loops.ThreadLoop, app: Any) -> Lifespan:
    """The lifespan of *app*; it is started here if this is the app's first call.

    :raises BaseException: what a before_serving function raised; the next call tries again.
    """
    lifespan = _up.get(id(app))
    if lifespan is not None:
        return lifespan
    with _lock:
        lifespan = _up.get(id(app))
        if lifespan is None:
            lifespan = Lifespan(thread, app)
            lifespan.start()
            _up[id(app)] = lifespan
    return lifespan


def close(app: Any = None) -> None:
    """Run the after_serving functions of an app that this thread has started; it may start anew.

    :param app: the app; by default, every app that this thread has started, and its loop is closed.
    :raises BaseException: what an after_serving function raised.
    :raises RuntimeError: an event loop is running in this thread.
    """
    loops.refuse_in_a_loop("testing.close()", "use `async with app.test_app():`")
    if app is None:
        loops.drop()
        return
    thread = loops.existing()
    for lifespan in [] if thread is None else list(thread.lifespans):
        if lifespan.app is app:
            lifespan.stop()


@atexit.register
def _at_exit() -> None:
    if not loops.in_running_loop():
        loops.drop()
