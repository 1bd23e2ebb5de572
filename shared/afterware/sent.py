"""after_response: what was really sent, seen by a watch on the WSGI or ASGI app.

The body of a stream or a file is made after every other hook has run, and only the server knows
whether the client stayed. Around the app all of it passes by.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextvars import Context, copy_context
from dataclasses import dataclass
from http import HTTPStatus
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

from werkzeug.datastructures import Headers

from .tokens import HOME, Home, current_context

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["EXCEPTION", "Sent", "WatchASGI", "WatchWSGI", "out_of_its_task_group"]

# Where, in the WSGI environ or the ASGI scope, the exception is left that no error handler took.
EXCEPTION = "afterware.exception"


@dataclass(frozen=True, slots=True)
class Sent:
    """What a client was sent, as far as the server was handed it.

    :param method: the request's method, upper case.
    :param path: the request's path, decoded, with the prefix the app is mounted at.
    :param query_string: what followed the question mark, as it came.
    :param status: the status code; None when the app raised before it began to answer.
    :param headers: the response's headers as the app sent them; empty where status is None.
    :param bytes_sent: bytes of the body, without headers and without transfer coding.
    :param seconds: from the moment the app was called to the last byte, or to the client's leaving.
    :param completed: True when all of the body went out; False when the client left, when the
        response was cut short by a time-out, or when the app raised. A client that leaves when all
        of the body is in the buffers of the server and of the system counts as one that stayed:
        no server is told how much of them was read.
    :param exception: what no error handler took, or None.
    :param served_by: the host that answered; with both apps on one port it tells which.
    """

    method: str
    path: str
    query_string: str
    status: int | None
    headers: Headers
    bytes_sent: int
    seconds: float
    completed: bool
    exception: BaseException | None
    served_by: Literal["flask", "quart"] | None = None


class _Watch:
    """What is known of one exchange so far."""

    def __init__(
        self, method: str, path: str, query: str, served_by: Literal["flask", "quart"]
    ) -> None:
        self.served_by = served_by
        self.method = method
        self.path = path
        self.query = query
        self.started = perf_counter()
        self.status: int | None = None
        self.headers = Headers()
        self.expected: int | None = None
        self.bytes = 0
        self.ending = False
        self.left = False
        self.completed = False
        self.exception: BaseException | None = None

    def begin(self, status: int, headers: Headers) -> None:
        self.status = status
        self.headers = headers
        if self.method == "HEAD" or status in _BODILESS:
            self.expected = 0
        else:
            self.expected = headers.get("Content-Length", type=int)

    def may_wait(self, chunk: bytes) -> bool:
        """Whether the server may have waited for the client to read, when it has sent *chunk*.

        Short of that it has put all of it into a buffer, and has learnt nothing of the client.
        """
        return self.bytes + len(chunk) > _BUFFERED

    def gone(self, *, in_order: bool) -> None:
        """Take note that the server says that the client is gone.

        :param in_order: whether the server sends one response after the other on a connection.
        """
        if self.completed:
            return
        # Hypercorn tells of the end of an exchange as it does of a client that leaves. Where it
        # closes the connection after a response (HTTP/1.0, Connection: close), it tells so before
        # the last `send` is over. All of the body was handed over by then. With HTTP/2 that `send`
        # waits for the client to read, and whoever leaves meanwhile leaves in the middle.
        short = self.expected is not None and self.bytes < self.expected
        if self.ending and in_order and not short:
            self.completed = True
        else:
            self.left = True

    def count(self, chunk: bytes) -> None:
        if self.expected != 0:
            self.bytes += len(chunk)
        # A client that has had all it was promised may close before the server is done.
        if self.bytes == self.expected:
            self.completed = True

    def sent(self) -> Sent:
        return Sent(
            self.method,
            self.path,
            self.query,
            self.status,
            self.headers,
            self.bytes,
            perf_counter() - self.started,
            self.completed,
            self.exception,
            self.served_by,
        )


# Servers drop the body of these, whatever the app gives them (RFC 9110, section 6.4.1).
_BODILESS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})

# How many bytes asyncio's transports and the window of an HTTP/2 stream hold, before a server that
# sends has to wait: the default of both.
_BUFFERED = 65_535


class WatchWSGI:
    """A WSGI middleware that reports each exchange when the server closes the response (PEP 3333).

    :param app: the application to watch.
    :param report: called with what was sent and the environ, in the thread that served it.
    """

    def __init__(
        self, app: WSGIApplication, report: Callable[[Sent, WSGIEnvironment], None]
    ) -> None:
        self.app = app
        self.report = report

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        watch = _Watch(
            environ["REQUEST_METHOD"],
            _wsgi_decoded(environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")),
            environ.get("QUERY_STRING", ""),
            "flask",
        )

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            watch.begin(int(status.split(None, 1)[0]), Headers(headers))
            write = (
                start_response(status, headers)
                if exc_info is None
                else start_response(status, headers, exc_info)
            )

            def counting_write(chunk: bytes) -> object:
                result = write(chunk)
                watch.count(chunk)
                return result

            return counting_write

        def finish() -> None:
            watch.exception = watch.exception or environ.get(EXCEPTION)
            self.report(watch.sent(), environ)

        try:
            chunks = self.app(environ, start)
        except BaseException as error:
            watch.exception = error
            finish()
            raise
        return _WatchedChunks(chunks, watch, finish)


class _WatchedChunks:
    """The iterable of a response, which knows how much of it the server took."""

    def __init__(self, chunks: Iterable[bytes], watch: _Watch, finish: Callable[[], None]) -> None:
        self._chunks = chunks
        self._next = iter(chunks).__next__
        self._watch = watch
        self._finish: Callable[[], None] | None = finish
        self._handed_out = b""

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        # The server asks for more when it has sent what it had; until then it may yet fail.
        self._watch.count(self._handed_out)
        self._handed_out = b""
        try:
            chunk = self._next()
        except StopIteration:
            self._watch.completed = True
            raise
        except BaseException as error:
            self._watch.exception = error
            raise
        self._handed_out = chunk
        return chunk

    def close(self) -> None:
        finish, self._finish = self._finish, None
        try:
            close = getattr(self._chunks, "close", None)
            if close is not None:
                close()
        finally:
            if finish is not None:
                finish()


def _wsgi_decoded(text: str) -> str:
    # PEP 3333 carries bytes in latin-1; paths are UTF-8 in practice.
    return text.encode("latin-1").decode("utf-8", "replace")


class WatchASGI:
    """An ASGI middleware that reports each HTTP exchange when the app has finished with it.

    :param app: the application to watch; lifespan and websockets pass through.
    :param report: a coroutine function called with what was sent and the scope, in the context in
        which the request was served, so that ContextVars set in it are seen.
    :param prepare: called before each exchange.
    """

    def __init__(
        self,
        app: Callable[..., Awaitable[None]],
        report: Callable[..., Awaitable[None]],
        prepare: Callable[[], None] | None = None,
    ) -> None:
        self.app = app
        self.report = report
        self.prepare = prepare

    async def __call__(
        self,
        scope: Any,
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        query = scope.get("query_string", b"").decode("latin-1")
        watch = _Watch(scope["method"], scope["path"], query, "quart")
        if self.prepare is not None:
            self.prepare()
        home = scope.get(HOME)
        if home is None or home.context is not None:
            # Of this exchange, and not of one around it whose scope this one was made of.
            home = scope[HOME] = Home()
        in_order = scope.get("http_version", "1.1").startswith("1")

        # After `sleep(0)` what the server was told of the client so far has been received.
        async def watched_send(message: Any) -> None:
            if message["type"] == "http.response.body":
                chunk, last = message.get("body", b""), not message.get("more_body", False)
                if last and chunk:
                    # The end goes by itself, so that a client that leaves before it can be told
                    # from one that is gone after it.
                    await watched_send({**message, "more_body": True})
                    message, chunk = {**message, "body": b""}, b""
                if last and not watch.completed:
                    await asyncio.sleep(0)
                watch.ending = last
                await send(message)
                if not last and watch.may_wait(chunk):
                    await asyncio.sleep(0)
                if not watch.left:
                    watch.count(chunk)
                    watch.completed |= last
            elif message["type"] == "http.response.start":
                if home.context is None:
                    home.context = current_context()
                await send(message)
                watch.begin(message["status"], _asgi_headers(message.get("headers", ())))
            else:
                await send(message)

        async def watched_receive() -> Any:
            message = await receive()
            if message["type"] == "http.disconnect":
                watch.gone(in_order=in_order)
            return message

        try:
            await self.app(scope, watched_receive, watched_send)
        except BaseException as error:
            watch.exception = out_of_its_task_group(error)
            raise
        finally:
            await self._finish(watch, scope, home.context or copy_context())

    async def _finish(self, watch: _Watch, scope: Any, context: Context) -> None:
        watch.exception = watch.exception or scope.get(EXCEPTION)
        await _in_context(context, self.report, watch.sent(), scope)


def out_of_its_task_group(error: BaseException) -> BaseException:
    """What a request raised: Quart 0.23 and newer run it in a task group, which wraps that."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


async def _in_context(context: Context, call: Callable[..., Any], *args: Any) -> None:
    await asyncio.get_running_loop().create_task(call(*args), context=context)


def _asgi_headers(pairs: Iterable[tuple[bytes, bytes]]) -> Headers:
    return Headers([(name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs])
