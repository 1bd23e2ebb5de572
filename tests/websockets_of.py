"""A websocket of an ASGI app, without a server: everything that the app sends, as it sends it."""

from __future__ import annotations

import asyncio
from typing import Any


async def websocket_events(
    app: Any, path: str, headers: list[tuple[bytes, bytes]] | None = None, scheme: str = "ws"
) -> list[dict[str, Any]]:
    """What *app* sends to a client that connects, waits, and leaves when the app is done."""
    events: list[dict[str, Any]] = []
    done = asyncio.Event()
    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": scheme,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost"), *(headers or [])],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
    }
    received = [{"type": "websocket.connect"}]

    async def receive() -> Any:
        if received:
            return received.pop()
        await done.wait()
        return {"type": "websocket.disconnect", "code": 1000}

    async def send(message: Any) -> None:
        events.append(message)
        refused = message["type"] == "websocket.http.response.body"
        if message["type"] == "websocket.close" or (refused and not message["more_body"]):
            done.set()

    await app(scope, receive, send)
    return events
