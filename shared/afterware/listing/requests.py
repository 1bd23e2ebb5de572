"""Whole requests, put through an app's own WSGI or ASGI callable in this process, and timed."""

from __future__ import annotations

import asyncio
import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from ..sent import out_of_its_task_group
from .hosts import Host, QuartHost

__all__ = ["Answer", "Asked", "Client", "ServingError", "client_for"]

# How long, in seconds, an app may take to start or to stop serving.
LIFESPAN_SECONDS = 30.0


class ServingError(Exception):
    """The app cannot be asked at all; the message says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asks for.

    :param path: the path, with its query string.
    :param headers: names and values.
    """

    path: str
    headers: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    :param status: the status code; None when the app raised instead.
    :param location: where a redirect leads.
    :param seconds: how long the app took, to the last byte and whatever runs after it.
    :param error: what the app raised.
    """

    status: int | None
    location: str
    seconds: float
    error: BaseException | None = None

    def __str__(self) -> str:
        if self.error is not None:
            return f"raises {type(self.error).__name__}: {self.error}"
        return f"answers {self.status}" + (f" to {self.location}" if self.location else "")


class Client(ABC):
    """Sends an app the same GET request again and again.

    :param host: the app's host.
    :param asked: what to ask for.
    """

    def __init__(self, host: Host, asked: Asked) -> None:
        self.app = host.app
        parts = urlsplit(asked.path)
        self.path, self.query = parts.path, parts.query
        name = host.app.config.get("SERVER_NAME") or "localhost"
        given = {key.lower() for key, _ in asked.headers}
        own = () if "host" in given else (("Host", name),)
        self.headers = [*own, *asked.headers]

    def __enter__(self) -> Client:
        return self

    @abstractmethod
    def __exit__(self, *_: object) -> None:
        """Stop serving."""

    @abstractmethod
    def ask(self) -> Answer:
        """Send the request once."""


class WSGIClient(Client):
    """Calls a WSGI app as a server does (PEP 3333)."""

    def __exit__(self, *_: object) -> None:
        """Nothing was started."""

    def ask(self) -> Answer:
        environ = self._environ()
        status: list[str] = []
        location = ""

        def start_response(
            its_status: str, headers: list[tuple[str, str]], _: Any = None
        ) -> Callable[[bytes], None]:
            nonlocal location
            status[:] = [its_status]
            location = _location(headers)
            return lambda _: None

        started = perf_counter()
        try:
            result = self.app(environ, start_response)
            try:
                for _ in result:
                    pass
            finally:
                close = getattr(result, "close", None)
                if close is not None:
                    close()
        except Exception as error:
            return Answer(None, "", perf_counter() - started, error)
        seconds = perf_counter() - started
        return Answer(int(status[0].split(" ", 1)[0]), location, seconds)

    def _environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(self.path).decode("latin-1"),
            "QUERY_STRING": self.query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers:
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        return environ


class ASGIClient(Client):
    """Calls an ASGI app as a server does (ASGI 3.0), with its lifespan, on one event loop."""

    def __init__(self, host: Host, asked: Asked) -> None:
        super().__init__(host, asked)
        self._runner = asyncio.Runner()
        self._lifespan: _Lifespan | None = None

    def __enter__(self) -> Client:
        try:
            self._runner.run(self._start())
        except BaseException:
            self._runner.close()
            raise
        return self

    async def _start(self) -> None:
        self._lifespan = _Lifespan(self.app)
        await self._lifespan.start()

    def __exit__(self, *_: object) -> None:
        try:
            if self._lifespan is not None:
                self._runner.run(self._lifespan.stop())
        finally:
            self._runner.close()

    def ask(self) -> Answer:
        # In a context of its own, as a server gives each connection.
        return self._runner.run(self._ask(), context=copy_context())

    async def _ask(self) -> Answer:
        requested = False
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        status, location = None, ""

        async def receive() -> dict[str, Any]:
            nonlocal requested
            if not requested:
                requested = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await over
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            nonlocal status, location
            if message["type"] == "http.response.start":
                status = message["status"]
                location = _location(
                    (name.decode("latin-1"), value.decode("latin-1"))
                    for name, value in message.get("headers", ())
                )
            elif not message.get("more_body") and not over.done():
                over.set_result(None)

        scope = self._scope()
        started = perf_counter()
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            return Answer(None, "", perf_counter() - started, out_of_its_task_group(error))
        seconds = perf_counter() - started
        if status is None:
            return Answer(None, "", seconds, ServingError("the app sent no response"))
        return Answer(status, location, seconds)

    def _scope(self) -> dict[str, Any]:
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": unquote_to_bytes(self.path).decode("utf-8", "replace"),
            "raw_path": self.path.encode("latin-1", "replace"),
            "query_string": self.query.encode("latin-1", "replace"),
            "root_path": "",
            "headers": [
                (name.lower().encode("latin-1"), value.encode("latin-1"))
                for name, value in self.headers
            ],
            "client": ("127.0.0.1", 0),
            "server": ("localhost", 80),
            "extensions": {},
            "state": {},
        }


class _Lifespan:
    """The server's side of an app's start and end (ASGI lifespan 2.0)."""

    def __init__(self, app: Any) -> None:
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        self._task = asyncio.ensure_future(app(scope, self._incoming.get, self._outgoing.put))

    async def start(self) -> None:
        await self._tell("startup")

    async def stop(self) -> None:
        if not self._task.done():
            await self._tell("shutdown")
            await asyncio.wait([self._task], timeout=LIFESPAN_SECONDS)

    async def _tell(self, what: str) -> None:
        await self._incoming.put({"type": f"lifespan.{what}"})
        told = asyncio.ensure_future(self._outgoing.get())
        await asyncio.wait(
            [told, self._task],
            timeout=LIFESPAN_SECONDS,
            return_when=asyncio.FIRST_COMPLETED,
        )
        message = told.result() if told.done() else {}
        if message.get("type") == f"lifespan.{what}.complete":
            return
        told.cancel()
        reason = message.get("message", "")
        if not reason and self._task.done() and self._task.exception():
            error = self._task.exception()
            reason = f"{type(error).__name__}: {error}"
        elif not self._task.done():
            self._task.cancel()
            reason = reason or f"not done after {LIFESPAN_SECONDS:.0f} seconds"
        raise ServingError(f"the app's {what} failed: {reason or 'it did not say why'}")


def _location(headers: Any) -> str:
    return next((value for name, value in headers if name.lower() == "location"), "")


def client_for(host: Host, asked: Asked) -> Client:
    """A client for an app of either host."""
    return ASGIClient(host, asked) if isinstance(host, QuartHost) else WSGIClient(host, asked)
