"""Ask a WSGI or an ASGI app in this process, and keep everything that it answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from werkzeug.test import EnvironBuilder

__all__ = ["PATIENCE", "Answer", "ask_asgi", "ask_wsgi"]

# How long, in seconds, an answer is waited for before it is said that there is none.
PATIENCE = 5.0


@dataclass(slots=True)
class Answer:
    """What an app answered, or what became of it instead.

    :param status: the status code; None where the app did not begin to answer.
    :param reason: the reason phrase, which ASGI has no place for.
    :param headers: names and values as they were handed to the server, decoded as latin-1.
    :param chunks: the parts of the body.
    :param error: what left the app: an exception, or TimeoutError where it never answered.
    """

    status: int | None = None
    reason: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)
    error: BaseException | None = None

    @property
    def body(self) -> bytes:
        """All of the body that was sent."""
        return b"".join(self.chunks)

    def all(self, name: str) -> list[str]:
        """Every value of the header *name*."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name: str) -> str:
        """The values of the header *name*, or `none`."""
        return ", ".join(self.all(name)) or "none"

    @property
    def outcome(self) -> str:
        """The status, or what came instead of an answer."""
        error = self.error
        if error is None:
            return str(self.status)
        while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]  # the task group that a request runs in says nothing
        how = "no end" if isinstance(error, TimeoutError) else type(error).__name__
        if self.status is None:
            return f"no answer ({how})"
        return f"{self.status}, then cut off ({how})"


def ask_wsgi(
    app: Callable[..., Any],
    path: str = "/",
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    data: bytes | None = None,
    leave_after: int | None = None,
) -> Answer:
    """Call a WSGI app as a server would.

    :param path: the path, with a query string after a question mark.
    :param data: the body.
    :param leave_after: leave when so many chunks have come, as a client that has had enough.
    """
    content_type = (headers or {}).get("Content-Type")
    client = {"REMOTE_ADDR": "127.0.0.1"}
    builder = EnvironBuilder(
        path, method=method, data=data, content_type=content_type, environ_base=client
    )
    for name, value in (headers or {}).items():
        builder.headers[name] = value
    environ = builder.get_environ()
    builder.close()
    answer = Answer()

    def start_response(status: str, fields: list[tuple[str, str]], exc_info: Any = None) -> Any:
        code, _, answer.reason = status.partition(" ")
        answer.status, answer.headers = int(code), fields
        return answer.chunks.append

    chunks: Any = None
    try:
        chunks = app(environ, start_response)
    except Exception as error:
        # Headers are sent with the first part of the body (PEP 3333), so none were.
        return Answer(error=error.with_traceback(None))
    try:
        for chunk in chunks:
            answer.chunks.append(chunk)
            if len(answer.chunks) == leave_after:
                break
    except Exception as error:
        # Without its frames, which would keep all they hold alive.
        answer.error = error.with_traceback(None)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    return answer


async def ask_asgi(
    app: Callable[..., Awaitable[None]],
    path: str = "/",
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    data: bytes | None = None,
    patience: float = PATIENCE,
    leave_after: int | None = None,
) -> Answer:
    """Call an ASGI app as a server would; the client disconnects after its answer.

    :param patience: seconds to wait for the app to be done.
    The other parameters are those of `ask_wsgi`.
    """
    answer = Answer()
    gone = asyncio.Event()
    unread = [{"type": "http.request", "body": data or b"", "more_body": False}]

    async def receive() -> Any:
        if unread:
            return unread.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in message["headers"]
            ]
            return
        if message.get("body"):
            answer.chunks.append(message["body"])
        if not message.get("more_body") or len(answer.chunks) == leave_after:
            gone.set()
        await asyncio.sleep(0)  # a server yields here, and a client that leaves is noticed

    try:
        await asyncio.wait_for(app(_scope(path, method, headers, data), receive, send), patience)
    except Exception as error:
        answer.error = error.with_traceback(None)
    return answer


def _scope(
    path: str, method: str, headers: Mapping[str, str] | None, data: bytes | None
) -> dict[str, Any]:
    before, _, query = path.partition("?")
    fields = {"Host": "localhost", **(headers or {})}
    if data is not None:
        fields["Content-Length"] = str(len(data))
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(before),
        "raw_path": before.encode("ascii"),
        "query_string": query.encode("ascii"),
        "root_path": "",
        "headers": [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in fields.items()
        ],
        "client": ("127.0.0.1", 50000),
        "server": ("localhost", 80),
        "extensions": {},
    }
