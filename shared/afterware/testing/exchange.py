"""One request to an ASGI app and its answer, run step by step on the loop of the calling thread.

The loop runs only while the test waits for something: for the answer to begin, for the next piece
of a stream, for the end. An answer whose length is known runs to its end at once, with all that
comes after it. One whose length is not is a stream: the app is held in `send` until the test asks
for more, as a WSGI app is.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from http import HTTPStatus
from io import BytesIO
from typing import IO, Any

from ..sent import out_of_its_task_group
from .carry import adopt, copied
from .loops import ThreadLoop, calling
from .notes import explained

__all__ = ["IN_SCOPE", "Exchange"]

# Where, in the scope of a request, its Exchange is found.
IN_SCOPE = "afterware.testing.exchange"

# How much of a request's body is read at once.
_CHUNK = 64 * 1024

# How long, in seconds, an app may go on after the test has closed its stream.
_LEAVE_SECONDS = 5.0

# Turns of the loop in which an app that is told that its client left may end by itself.
_LEAVE_TURNS = 10

# Turns of the loop that an app is given to end when what it raised has gone out of the loop.
_ABORT_TURNS = 20

_BODILESS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


class Exchange:
    """One request and its answer.

    :param thread: the loop to run on.
    :param app: an ASGI app.
    :param scope: the request; the Exchange is put into it.
    :param body: what the request's body is read from.
    :param def_inline: whether what is `def` runs here instead of in a worker thread.
    :param keep: called with each list of contexts that a test wants kept after the request.
    """

    def __init__(
        self,
        thread: ThreadLoop,
        app: Any,
        scope: dict[str, Any],
        body: IO[bytes],
        *,
        def_inline: bool = False,
        keep: Callable[[list[Any]], None] | None = None,
    ) -> None:
        self.thread = thread
        self.app = app
        self.def_inline = def_inline
        self.keep = keep
        self.status: int | None = None
        self.headers: list[tuple[bytes, bytes]] = []
        # Whether the answer is run to its end at once.
        self.whole = False
        # What escaped from the app's own handling, where the host makes an answer of it all the
        # same: under TESTING Quart sends a page with the traceback.
        self.error: BaseException | None = None
        self._body = body
        self._body_read = False
        self._bodiless = scope["method"] == "HEAD"
        self._pieces: deque[bytes] = deque()
        self._gathered: BytesIO | None = None
        self._complete = False
        self._closed = False
        self._left: asyncio.Future[None] = thread.loop.create_future()
        self._held: asyncio.Future[None] | None = None
        self._waiting: asyncio.Future[None] | None = None
        scope[IN_SCOPE] = self
        context = copied()
        context.run(calling.set, self)
        self._seen = context
        self._task = thread.loop.create_task(app(scope, self._receive, self._send), context=context)
        self._task.add_done_callback(self._ended)
        thread.open.add(self)

    # What the app is given.

    async def _receive(self) -> dict[str, Any]:
        if not self._body_read:
            piece = self._body.read(_CHUNK)
            # An empty read is the end; a body that is shorter than it was said to be ends there.
            self._body_read = not piece
            if piece:
                await asyncio.sleep(0)  # what the app has had it may use up before it gets more
            return {"type": "http.request", "body": piece, "more_body": bool(piece)}
        await asyncio.shield(self._left)
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            self._begin(message)
        elif kind == "http.response.body" and not self._closed:
            self._note_context()
            more = message.get("more_body", False)
            self._take(message.get("body", b""))
            if not more:
                self._finish()
            elif self._bodiless and not self.whole:
                # Nobody waits for the rest. What has begun with the first piece ends with it.
                if self._left.done():
                    self._wake()
                    await self._hold()
                self._leave()
            elif self._pieces and not self.whole:
                self._wake()
                await self._hold()

    def _begin(self, message: dict[str, Any]) -> None:
        self.status = message["status"]
        self.headers = list(message.get("headers", ()))
        self._bodiless |= self.status < 200 or self.status in _BODILESS
        self.whole |= any(name.lower() == b"content-length" for name, _ in self.headers)

    def _take(self, piece: bytes) -> None:
        if self._bodiless or not piece:
            return
        if self.whole and self._pieces:
            # Several pieces of a known whole: one copy of it, not a list and then another.
            if self._gathered is None:
                self._gathered = BytesIO()
                self._gathered.write(self._pieces[0])
                self._pieces[0] = b""
            self._gathered.write(piece)
        else:
            self._pieces.append(bytes(piece))

    def _finish(self) -> None:
        self._complete = True
        self._leave()

    def _leave(self) -> None:
        if not self._left.done():
            self._left.set_result(None)

    async def _hold(self) -> None:
        self._held = self.thread.loop.create_future()
        try:
            await self._held
        finally:
            self._held = None

    def _note_context(self) -> None:
        # Here, in the task that sends, is what views and hooks have set.
        self._seen = copy_context()

    def _wake(self, _: object = None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.thread.open.discard(self)
        if self._closed and not task.cancelled():
            task.exception()  # has been seen: nobody reads the answer any more
        self._wake()

    # What the test does.

    def begin(self) -> None:
        """Run the app until its answer has begun; to its end, if the answer's length is known.

        :raises BaseException: what the app raised, as it is.
        :raises RuntimeError: the app ended and had sent nothing.
        """
        try:
            self._go_on()
        finally:
            adopt(self._seen)
        if self.error is not None:
            self._settle_task()
            raise explained(_out_of_a_teardown(self.error))
        if self._bodiless and not self._task.done():
            self.close()
        if self._task.done() and not self._pieces:
            self._raise_failure()
        if self.status is None:
            raise RuntimeError(
                "the app ended without an answer: it sent no http.response.start. Quart does so"
                " when RESPONSE_TIMEOUT has passed, or when a request was cancelled"
            )

    def next(self) -> bytes | None:
        """The next piece of the answer; None at its end.

        :raises BaseException: what the app raised in the middle of its answer.
        """
        while True:
            if self._pieces:
                piece = self._pieces.popleft()
                gathered, self._gathered = self._gathered, None
                if gathered is not None:
                    return gathered.getvalue()
                return piece
            if self._task.done():
                self._raise_failure()
                return None
            try:
                self._go_on()
            finally:
                adopt(self._seen)

    def _go_on(self) -> None:
        if self._task.done():
            return
        if self._held is not None and not self._held.done():
            self._held.set_result(None)
        loop = self.thread.loop
        self._waiting = loop.create_future()
        try:
            loop.run_until_complete(self._waiting)
        except BaseException:
            self._abort()
            raise
        finally:
            self._waiting = None

    def _abort(self) -> None:
        """Ctrl-C, SystemExit, or a time-out that was raised into this thread: let go of the app.

        What goes out of a loop like that goes out of it once for each task that it passes through.
        """
        self._closed = True
        for _ in range(_ABORT_TURNS):
            if self._task.done():
                break
            self._task.cancel()
            with contextlib.suppress(BaseException):
                self.thread.loop.run_until_complete(asyncio.sleep(0))
        for task, exchange in list(self.thread.tasks.items()):
            if exchange is self and task.done() and not task.cancelled():
                task.exception()  # has been seen: it is on its way to the test

    def _raise_failure(self) -> None:
        if self._closed or self._task.cancelled():
            return
        error = self._task.exception()
        if error is not None:
            self._closed = True
            raise explained(out_of_its_task_group(error))

    def _settle_task(self) -> None:
        if self._task.done() and not self._task.cancelled():
            self._task.exception()  # has been seen: it is what `error` holds

    def close(self) -> None:
        """The test has done with the answer: tell the app that its client left, and let it end.

        :raises BaseException: what the app raised on its way out.
        """
        if self._closed or self._task.done():
            self._closed = True
            return
        self._closed = True
        self._pieces.clear()
        self.thread.loop.run_until_complete(self._until_gone())
        if not self._task.cancelled():
            error = self._task.exception()
            if error is not None and not isinstance(out_of_its_task_group(error), _LeftError):
                raise explained(out_of_its_task_group(error))

    async def _until_gone(self) -> None:
        self._leave()
        for _ in range(_LEAVE_TURNS):
            await asyncio.sleep(0)
            if self._task.done():
                break
        if self._held is not None and not self._held.done():
            self._held.set_exception(_LeftError("the client has left"))
        if not self._task.done():
            await asyncio.wait({self._task}, timeout=_LEAVE_SECONDS)
        if not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=_LEAVE_SECONDS)
        # An async generator that was left half-way is closed by the loop, a turn or two later.
        for _ in range(_LEAVE_TURNS):
            await asyncio.sleep(0)

    def abandon(self) -> None:
        """Nobody can read the answer any more: let the app end when the loop next runs."""
        if not self._closed and not self.thread.loop.is_closed() and not self._task.done():
            self._closed = True
            self._pieces.clear()
            self.thread.loop.call_soon_threadsafe(self._task.cancel)


def _out_of_a_teardown(error: BaseException) -> BaseException:
    """What a teardown function raised: Quart 0.23 and newer put it in a group, and that in one."""
    while (
        isinstance(error, BaseExceptionGroup)
        and len(error.exceptions) == 1
        and error.message.startswith("Errors during ")
    ):
        error = error.exceptions[0]
    return error


class _LeftError(OSError):
    """Raised by `send` where the client has left, as the ASGI specification has it."""
