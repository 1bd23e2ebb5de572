"""One request to an ASGI app in process, and what it sends."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from werkzeug.datastructures import Headers


@dataclass
class Got:
    """What the app sent."""

    status: int = 0
    headers: Headers = field(default_factory=Headers)
    chunks: list[bytes] = field(default_factory=list)
    ended: bool = False

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def scope_of(path, method="GET", headers=(), query=b"", raw_path=None, **more):
    pairs = [(b"host", b"localhost"), *headers]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": raw_path or quote(path, safe="/%:@!$&'()*+,;=-._~").encode(),
        "query_string": query,
        "root_path": "",
        "headers": pairs,
        "client": ("127.0.0.1", 50000),
        "server": ("localhost", 80),
        **more,
    }


async def ask(app, path, method="GET", *, headers=(), body=b"", leave=None, on_send=None, **more):
    """Ask *app*; `leave` is an event after which the client is gone."""
    pieces = body if isinstance(body, list) else [body]
    if any(pieces):
        names = {name for name, _ in headers}
        if not names & {b"content-length", b"transfer-encoding"}:
            size = sum(map(len, pieces))
            headers = [*headers, (b"content-length", str(size).encode())]
    got = Got()
    waiting = list(pieces)
    gone = leave or asyncio.Event()

    async def receive():
        if waiting:
            piece = waiting.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(waiting)}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        if message["type"] == "http.response.start":
            got.status = message["status"]
            got.headers = Headers(
                [(n.decode("latin-1"), v.decode("latin-1")) for n, v in message["headers"]]
            )
        elif message["type"] == "http.response.body":
            got.chunks.append(message.get("body", b""))
            got.ended = not message.get("more_body", False)
        if on_send is not None:
            await on_send(message)
        if got.ended:
            gone.set()  # the exchange is over, as servers tell an app then

    await app(scope_of(path, method, headers, **more), receive, send)
    return got


def answer(app, path, method="GET", **more):
    return asyncio.run(ask(app, path, method, **more))
