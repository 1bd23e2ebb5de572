"""What a client sends and what it gets: the messages of HTTP, as WSGI and ASGI have them."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any
from urllib.parse import unquote_to_bytes

from .sent import out_of_its_task_group

__all__ = ["Answer", "Request"]


@dataclass(frozen=True)
class Request:
    """What a client sends. One request can be sent many times, if its body is bytes or a list.

    :param target: path and query, percent-encoded as they cross the wire.
    :param method: upper case.
    :param headers: names and values; `Host` and `Content-Length` are added where they are missing.
    :param body: all of it, or the chunks of a body without a length; None for none.
    :param cut: the client leaves before it has sent all of the body.
    :param leave_after: the client leaves when so many chunks have come, 0 for at once; None for
        one that stays.
    :param scheme: "http" or "https".
    :param root_path: the prefix that the app is mounted at; *target* begins with it.
    :param server: name and port of the server.
    :param client: address and port of the client.
    """

    target: str = "/"
    method: str = "GET"
    headers: Sequence[tuple[str, str]] = ()
    body: bytes | Iterable[bytes] | None = None
    cut: bool = False
    leave_after: int | None = None
    scheme: str = "http"
    root_path: str = ""
    server: tuple[str, int] = ("localhost", 80)
    client: tuple[str, int] = ("127.0.0.1", 50000)

    def environ(self) -> dict[str, Any]:
        """A new WSGI environ."""
        body = self.body
        if body is None or isinstance(body, bytes):
            stream: io.IOBase = io.BytesIO(body or b"")
        else:
            stream = io.BufferedReader(_Chunked(iter(body)))
        return {**self._environ, "wsgi.input": stream, "wsgi.errors": sys.stderr}

    def scope(self, state: dict[str, Any] | None = None) -> dict[str, Any]:
        """A new ASGI scope.

        :param state: what the app left there when it was started.
        """
        scope = {**self._scope, "headers": list(self._raw_headers), "extensions": {}}
        if state is not None:
            scope["state"] = dict(state)
        return scope

    def messages(self) -> Iterator[dict[str, Any]]:
        """The events by which an ASGI app receives the body."""
        body = self.body
        if body is None or isinstance(body, bytes):
            return iter([{"type": "http.request", "body": body or b"", "more_body": self.cut}])
        last = [] if self.cut else [_part(b"", False)]
        return chain((_part(chunk, True) for chunk in body), last)

    @cached_property
    def _all_headers(self) -> list[tuple[str, str]]:
        given = {name.lower() for name, _ in self.headers}
        headers = list(self.headers)
        if "host" not in given:
            name, port = self.server
            usual = 443 if self.scheme == "https" else 80
            headers.insert(0, ("Host", name if port == usual else f"{name}:{port}"))
        if self.body is not None and given.isdisjoint(("content-length", "transfer-encoding")):
            if isinstance(self.body, bytes):
                headers.append(("Content-Length", str(len(self.body) + self.cut)))
            else:
                headers.append(("Transfer-Encoding", "chunked"))
        return headers

    @cached_property
    def _raw_headers(self) -> list[tuple[bytes, bytes]]:
        return [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in self._all_headers
        ]

    @cached_property
    def _environ(self) -> dict[str, Any]:
        path, _, query = self.target.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": _wsgi_encoded(self.root_path.encode()),
            "PATH_INFO": _wsgi_encoded(
                unquote_to_bytes(path).removeprefix(self.root_path.encode())
            ),
            "QUERY_STRING": _wsgi_encoded(query.encode()),
            "SERVER_NAME": self.server[0],
            "SERVER_PORT": str(self.server[1]),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": self.client[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": self.scheme,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        if not (self.body is None or isinstance(self.body, bytes)):
            environ["wsgi.input_terminated"] = True
        for name, value in self._all_headers:
            key = name.upper().replace("-", "_")
            if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                key = f"HTTP_{key}"
            joint = "; " if key == "HTTP_COOKIE" else ","
            environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
        return environ

    @cached_property
    def _scope(self) -> dict[str, Any]:
        path, _, query = self.target.partition("?")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": self.scheme,
            "path": unquote_to_bytes(path).decode("utf-8", "replace"),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": self.root_path,
            "client": self.client,
            "server": self.server,
        }


def _part(body: bytes, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


@dataclass(slots=True)
class Answer:
    """What an app answered, or what became of it instead.

    :param status: the status code; None where the app did not begin to answer.
    :param reason: the reason phrase, which ASGI has no place for.
    :param headers: names and values as they were handed to the server, decoded as latin-1.
    :param chunks: the parts of the body; empty ones, which cross no wire, are left out.
    :param complete: whether the app came to the end of the body.
    :param error: what left the app: an exception, or TimeoutError where it never ended. Without
        its frames, which would keep all that they hold alive.
    :param seconds: how long the app took, to the last byte and whatever runs after it.
    """

    status: int | None = None
    reason: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)
    complete: bool = False
    error: BaseException | None = None
    seconds: float = 0.0

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
        if self.error is None:
            return str(self.status)
        error = out_of_its_task_group(self.error)
        how = "no end" if isinstance(error, TimeoutError) else type(error).__name__
        if self.status is None:
            return f"no answer ({how})"
        return f"{self.status}, then cut off ({how})"


class _Chunked(io.RawIOBase):
    """A body that comes in chunks, as a stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = chunk
        taken = self._rest[: len(buffer)]
        self._rest = self._rest[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)


def _wsgi_encoded(data: bytes) -> str:
    return data.decode("latin-1")  # PEP 3333 carries bytes in latin-1
