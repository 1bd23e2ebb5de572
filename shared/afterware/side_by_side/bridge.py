"""A WSGI app served through ASGI, each request in a thread of a pool.

A small answer takes a single hop: the thread hands over head and body at once, and the loop sends
them while the thread goes on to `close()`. A large or slow one is handed over piece by piece; the
thread waits while more than `_AHEAD` bytes have not been sent.
"""

from __future__ import annotations

import asyncio
import io
import logging
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextvars import copy_context
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from .environ import environ_of
from .pool import Pool

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["WSGIBridge"]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# Bytes of an answer that a thread may be ahead of what the server has taken.
_AHEAD = 64 * 1024
# Bytes of a request that are read before a thread is taken for it.
_FIRST = 64 * 1024
# Answers to these have no body, whatever the app gives (RFC 9110, section 6.4.1).
_BODILESS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
# Said of one connection, which is the server's to speak of (RFC 9110, section 7.6.1).
_OF_A_CONNECTION = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)

logger = logging.getLogger("afterware")


class WSGIBridge:
    """An ASGI application that serves HTTP with a WSGI application.

    :param app: the WSGI application, a Flask app for one.
    :param threads: how many requests may be in it at a time.
    :param waiting: how many more may wait for a thread; past them clients get 503.
    :param retry_after: seconds that the 503 asks to wait.
    """

    def __init__(
        self, app: WSGIApplication, *, threads: int, waiting: int, retry_after: int = 1
    ) -> None:
        self.app = app
        self.retry_after = retry_after
        self.pool = Pool(threads, waiting)

    async def __call__(
        self, scope: dict[str, Any], receive: Receive, send: Send, extra: dict[str, Any]
    ) -> None:
        """Serve one HTTP request.

        :param extra: what the environ holds besides.
        """
        call = _Call(self.app, scope, receive, send, extra)
        if not await call.begin():
            return  # the client has gone
        if not self.pool.submit(call.run):
            await _refuse(send, self.retry_after)
            return
        await call.serve()


async def _refuse(send: Send, seconds: int) -> None:
    body = b"Too many requests are waiting. Try again.\n"
    headers = [
        (b"retry-after", b"%d" % seconds),
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


class _ClientLeft(Exception):  # noqa: N818  # it is no error: it ends the iteration of an answer
    """The client is gone, so the app's answer is not iterated further."""


class _Call:
    """One request on its way through a thread.

    What stands under "the thread" is called in it, the rest on the loop. They tell one another
    through two deques; appending and popping are atomic.
    """

    def __init__(
        self,
        app: WSGIApplication,
        scope: dict[str, Any],
        receive: Receive,
        send: Send,
        extra: dict[str, Any],
    ) -> None:
        self._app = app
        self._scope = scope
        self._receive = receive
        self._send = send
        self._extra = extra
        self._loop = asyncio.get_running_loop()
        self._context = copy_context()
        self._body: Any = None
        # From the thread to the loop.
        self._news: deque[tuple[str, Any]] = deque()
        self._told = False
        self._waiter: asyncio.Future[None] | None = None
        # From the loop to the thread. Each number is written by one of the two.
        self._turn = threading.Lock()
        self._turn.acquire()
        self._received: deque[bytes] = deque()
        self._sent = 0
        self._gone = False
        self._body_ended = False
        # Of the answer.
        self._head: tuple[int, list[tuple[bytes, bytes]]] | None = None
        self._started = False
        self._bodiless = False
        self._expected: int | None = None
        self._handed_over = 0

    # The loop

    async def begin(self) -> bool:
        """Read what fits of the body; False if the client has gone meanwhile."""
        names = {name for name, _ in self._scope["headers"]}
        if (
            self._scope["method"] in ("GET", "HEAD")
            and b"content-length" not in names
            and b"transfer-encoding" not in names
            and self._scope.get("http_version", "1.1") < "2"
        ):
            self._body = io.BytesIO()  # RFC 9112, section 6.3: there is none
            self._body_ended = True
            return True
        if b"expect" in names:
            # The server answers `100 Continue` when the body is asked for, not before.
            self._body = io.BufferedReader(_Body(self), _FIRST)
            return True
        read = []
        size = 0
        while size < _FIRST:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return False
            chunk = message.get("body", b"")
            read.append(chunk)
            size += len(chunk)
            if not message.get("more_body", False):
                self._body_ended = True
                self._body = io.BytesIO(b"".join(read) if len(read) > 1 else chunk)
                return True
        self._received.extend(read)
        self._body = io.BufferedReader(_Body(self), _FIRST)
        return True

    async def serve(self) -> None:
        """Send what the thread hands over, until it has ended."""
        watching: asyncio.Task[None] | None = None
        started = over = False
        try:
            while True:
                while self._news:
                    kind, value = self._news.popleft()
                    if kind == "chunk":
                        head, chunk, last = value
                        if head is not None:
                            started = True
                            await self._send(
                                {
                                    "type": "http.response.start",
                                    "status": head[0],
                                    "headers": head[1],
                                }
                            )
                        await self._send(
                            {"type": "http.response.body", "body": chunk, "more_body": not last}
                        )
                        self._sent += len(chunk)
                        self._give_turn()
                        over = over or last
                    elif kind == "receive":
                        await self._hand_body()
                    else:
                        if value is not None:
                            raise value
                        return
                if started and not over and watching is None and self._body_ended:
                    # It goes on: from now on a client that leaves is noticed.
                    watching = self._loop.create_task(self._watch())
                await self._more_news()
        except BaseException:
            self._abandon()
            raise
        finally:
            if watching is not None:
                watching.cancel()

    async def _more_news(self) -> None:
        self._told = False
        if self._news:
            return
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _give_turn(self) -> None:
        """Let the thread look again at what it waits for."""
        if self._turn.locked():
            self._turn.release()

    async def _hand_body(self) -> None:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._gone = True
        else:
            self._received.append(message.get("body", b""))
            self._body_ended = not message.get("more_body", False)
        self._give_turn()

    async def _watch(self) -> None:
        while not self._gone:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._abandon()

    def _abandon(self) -> None:
        self._gone = True
        self._give_turn()

    # The thread

    def run(self) -> None:
        """Run the app to its end. What it raises is handed over."""
        error: BaseException | None = None
        try:
            self._context.run(self._run)
        except _ClientLeft:
            pass
        except Exception as raised:
            error = raised
        except BaseException as raised:  # SystemExit would end the server with all its requests
            error = RuntimeError(f"The WSGI app raised {type(raised).__name__}.")
            error.__cause__ = raised
        self._tell("end", error)

    def _run(self) -> None:
        environ = environ_of(self._scope, self._body)
        environ.update(self._extra)
        chunks = self._app(environ, self._start_response)
        try:
            self._iterate(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()

    def _iterate(self, chunks: Iterable[bytes]) -> None:
        for chunk in chunks:
            if self._gone:
                raise _ClientLeft
            if self._bodiless:
                break
            if chunk:
                self._hand_over(chunk)
        if self._head is None:
            raise RuntimeError("The WSGI app returned without a call of start_response.")
        if not self._is_complete():
            self._put(b"", last=True)

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None, /
    ) -> Callable[[bytes], None]:
        if exc_info is not None:
            try:
                if self._started:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None  # PEP 3333: or a circle of references would stay
        elif self._head is not None:
            raise RuntimeError("start_response was called a second time without exc_info.")
        code = int(status.split(None, 1)[0])
        self._bodiless = self._scope["method"] == "HEAD" or code in _BODILESS or code < 200
        self._expected = None
        raw = []
        for name, value in headers:
            key = name.encode("latin-1").lower()
            if key in _OF_A_CONNECTION:
                continue
            if key == b"content-length":
                if code == HTTPStatus.NO_CONTENT:
                    continue  # RFC 9110, section 8.6
                if not self._bodiless:
                    self._expected = int(value)
            raw.append((key, value.encode("latin-1")))
        self._head = code, raw
        return self._hand_over

    def _hand_over(self, chunk: bytes) -> None:
        if self._head is None:
            raise RuntimeError("The WSGI app gave a body before it called start_response.")
        if self._bodiless or self._is_complete():
            return  # what is more than was promised would be read as another answer
        if self._expected is not None:
            chunk = chunk[: self._expected - self._handed_over]
        self._put(chunk, last=self._handed_over + len(chunk) == self._expected)

    def _is_complete(self) -> bool:
        return self._started and self._handed_over == self._expected

    def _put(self, chunk: bytes, *, last: bool) -> None:
        while self._handed_over - self._sent > _AHEAD and not self._gone:
            self._turn.acquire()
        if self._gone:
            raise _ClientLeft
        head = None if self._started else self._head
        self._started = True
        self._handed_over += len(chunk)
        self._tell("chunk", (head, chunk, last))

    def _tell(self, kind: str, value: Any) -> None:
        self._news.append((kind, value))
        if not self._told:
            self._told = True
            try:
                self._loop.call_soon_threadsafe(self._wake)
            except RuntimeError:
                self._gone = True  # the loop is closed: nobody is left to tell

    def read_body(self) -> bytes:
        """The next piece of the request's body; empty at its end.

        :raises ClientDisconnected: the client left before it had sent all of it.
        """
        while True:
            if self._received:
                chunk = self._received.popleft()
                if chunk:
                    return chunk
                continue
            if self._body_ended:
                return b""
            if self._gone:
                from werkzeug.exceptions import ClientDisconnected

                raise ClientDisconnected
            self._tell("receive", None)
            self._turn.acquire()


class _Body(io.RawIOBase):
    """A request's body that is read as it comes."""

    def __init__(self, call: _Call) -> None:
        super().__init__()
        self._call = call
        self._rest = b""

    def readable(self) -> bool:
        """It is, as `BufferedReader` asks."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Put in what there is, and wait where there is nothing yet."""
        chunk = self._rest or self._call.read_body()
        size = min(len(buffer), len(chunk))
        buffer[:size] = chunk[:size]
        self._rest = chunk[size:]
        return size
