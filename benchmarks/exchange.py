"""Whole requests, put through an app's WSGI or ASGI callable as a server would, and timed."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

import flask
import quart

from .apps import App
from .errors import BenchmarkError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["ASGICaller", "Answer", "Caller", "WSGICaller", "make_caller"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an app answered.

    :param status: the status code.
    :param headers: name and value of each header, names in lower case.
    :param body: the whole body.
    """

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Caller(Protocol):
    """Something that sends an app requests."""

    def batch(self, requests: int) -> tuple[list[float], Answer]:
        """Send so many requests, one after the other.

        :param requests: how many, at least 1.
        :returns: the seconds that each of them took, and the last answer.
        """
        ...

    def close(self) -> None:
        """Let go of what was opened."""
        ...


def make_caller(app: App, runner: asyncio.Runner) -> Caller:
    """A caller for an app of either host.

    :param app: the app.
    :param runner: where an ASGI app is served; the same loop for all of them.
    """
    if isinstance(app, quart.Quart):
        return ASGICaller(app, runner)
    return WSGICaller(app)


class WSGICaller:
    """Calls a WSGI app, with no event loop running in the thread (PEP 3333)."""

    def __init__(self, app: flask.Flask | WSGIApplication) -> None:
        self._app = app

    def batch(self, requests: int) -> tuple[list[float], Answer]:
        # Inside a running loop Flask's own way to run an `async def` hook raises, and what would be
        # timed is the error page.
        _refuse_running_loop()
        app = self._app
        status, headers, chunks = "", [("", "")], [b""]

        def start_response(
            its_status: str, its_headers: list[tuple[str, str]], _: Any = None
        ) -> Callable[[bytes], object]:
            nonlocal status, headers
            status, headers = its_status, its_headers
            return chunks.append

        seconds = []
        for _ in range(requests):
            started = perf_counter()
            chunks = []
            result = app(_environ(), start_response)
            chunks.extend(result)
            _close(result)
            seconds.append(perf_counter() - started)

        answer = Answer(
            int(status.split(" ", 1)[0]),
            [(name.lower(), value) for name, value in headers],
            b"".join(chunks),
        )
        return seconds, answer

    def close(self) -> None:
        """Nothing is open."""


class ASGICaller:
    """Calls an ASGI app, many requests inside one running loop (ASGI 3.0, HTTP 2.3)."""

    def __init__(self, app: quart.Quart, runner: asyncio.Runner) -> None:
        self._app = app
        self._runner = runner
        runner.run(app.startup())

    def batch(self, requests: int) -> tuple[list[float], Answer]:
        seconds, exchange = self._runner.run(self._batch(requests))
        return seconds, exchange.answer()

    async def _batch(self, requests: int) -> tuple[list[float], _ASGIExchange]:
        app = self._app
        loop = asyncio.get_running_loop()

        seconds = []
        for _ in range(requests):
            started = perf_counter()
            exchange = _ASGIExchange(loop)
            await app(_scope(), exchange.receive, exchange.send)
            seconds.append(perf_counter() - started)

        # Not its answer: in setting a signal handler back, the runner of Python 3.11 makes the repr
        # of its task and of what that returned, which for a body of 1 MB outlasts ten requests.
        return seconds, exchange

    def close(self) -> None:
        self._runner.run(self._app.shutdown())


class _ASGIExchange:
    """The server's side of one request: `receive` and `send`."""

    __slots__ = ("_chunks", "_over", "_requested", "_start")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._requested = False
        # Set when the response is over; until then a server has nothing more to tell. Waiting for a
        # bare future needs no task, so none is left behind.
        self._over: asyncio.Future[None] = loop.create_future()
        self._start: dict[str, Any] = {"status": 0, "headers": []}
        self._chunks: list[bytes] = []

    async def receive(self) -> Any:
        if not self._requested:
            self._requested = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._over
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._chunks.append(message["body"])
            if not message["more_body"] and not self._over.done():
                self._over.set_result(None)

    def answer(self) -> Answer:
        headers = [
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in self._start["headers"]
        ]
        return Answer(self._start["status"], headers, b"".join(self._chunks))


def _environ() -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_ACCEPT": "*/*",
        "HTTP_USER_AGENT": "benchmarks",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def _scope() -> Any:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", b"127.0.0.1:8000"),
            (b"accept", b"*/*"),
            (b"user-agent", b"benchmarks"),
        ],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
        "extensions": {},
    }


def _close(result: Iterable[bytes]) -> None:
    close = getattr(result, "close", None)
    if close is not None:
        close()


def _refuse_running_loop() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise BenchmarkError(
        "A Flask app was to be timed while an event loop runs in the same thread. There its own"
        " async hooks fail, so call it from a thread without a loop."
    )
