"""A client that leaves while a hook waits, over a socket and a real server.

`serve` gives the served app its hooks that wait, and `leave` is the client.
"""

from __future__ import annotations

import asyncio
from collections.abc import Set
from time import monotonic, sleep
from typing import Any

from .. import request
from .servers import PATIENCE
from .stage import At, Stage

__all__ = ["leave", "serve"]

# How long, in seconds, the hooks wait: long enough for a server to see that the client has left.
WAITING = 0.15


def serve(stage: Stage) -> None:
    """Register hooks that wait at `/waits-async` and `/waits`; `/events` tells what has happened.

    Asking for `/forget` makes them forget.
    """
    events: list[str] = []

    def forget() -> str:
        events.clear()
        return ""

    stage.view(lambda: "", "/waits-async")
    stage.view(lambda: "", "/waits")
    stage.view(lambda: ",".join(events), "/events")
    stage.view(forget, "/forget")

    def waits_async(response: Any) -> Any:
        if request.path == "/waits-async":
            events.append("began")
            sleep(WAITING)
            events.append("the hook")
        return response

    async def waits_awaiting(response: Any) -> Any:
        if request.path == "/waits-async":
            events.append("began")
            await asyncio.sleep(WAITING)
            events.append("the hook")
        return response

    def waits(response: Any) -> Any:
        if request.path == "/waits":
            events.append("began")
            sleep(WAITING)
            events.append("the hook")
        return response

    def then(response: Any) -> Any:
        if request.path == "/waits-async":
            events.append("the next hook")
        return response

    def teardown(exc: BaseException | None) -> None:
        if request.path.startswith("/waits"):
            events.append("teardown")

    if stage.at.bound:
        stage.after_request(None, waits_awaiting, shield=True, suspends=True)
        stage.after_request(None, waits, blocking=True)
        stage.after_request(None, then)
    else:
        # A host runs the last registered first.
        stage.after_request(stage.coloured(then))
        stage.after_request(waits)
        stage.after_request(waits_awaiting if stage.at.asynchronous else waits_async)
    stage.on("teardown_request", teardown)


def leave(at: At, path: str, until: Set[str]) -> list[str]:
    """Ask for *path*, leave when a hook has begun to wait, and tell what happened then.

    :param until: the events to wait for, for as long as anybody waits here.
    """
    at.served("/forget")
    with at.connected(path):
        _events(at, {"began"})
    return [each for each in _events(at, until) if each != "began"]


def _events(at: At, until: Set[str]) -> list[str]:
    deadline = monotonic() + PATIENCE
    while True:
        events = at.served("/events").body.decode().split(",")
        if until <= set(events) or monotonic() > deadline:
            return events
        sleep(0.01)
