"""The server's side of how an ASGI app starts and ends (ASGI lifespan 2.0)."""

from __future__ import annotations

import asyncio
from typing import Any

__all__ = ["Lifespan", "ServingError"]

# How long, in seconds, an app may take to start or to stop serving.
LIFESPAN_SECONDS = 30.0


class ServingError(Exception):
    """The app did not start, did not stop, or sent no response; the message says which."""


class Lifespan:
    """One start and end of an app, made where a loop runs; an app may have none.

    :param app: the ASGI app.
    """

    def __init__(self, app: Any) -> None:
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.state: dict[str, Any] = {}
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        self._task = asyncio.ensure_future(
            _called(app, scope, self._incoming.get, self._outgoing.put)
        )
        # What it raises is told where it matters; elsewhere nobody need look.
        self._task.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def start(self) -> None:
        """Have the app start: on Quart, run what is registered with `before_serving`.

        :raises ServingError: it does not.
        """
        await self._tell("startup")

    async def stop(self) -> None:
        """Have the app end: on Quart, run what is registered with `after_serving`.

        :raises ServingError: it does not.
        """
        if not self._task.done():
            await self._tell("shutdown")
            await asyncio.wait([self._task], timeout=LIFESPAN_SECONDS)

    async def _tell(self, what: str) -> None:
        await self._incoming.put({"type": f"lifespan.{what}"})
        told = asyncio.ensure_future(self._outgoing.get())
        await asyncio.wait(
            [told, self._task], timeout=LIFESPAN_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        message = told.result() if told.done() else {}
        told.cancel()
        if message.get("type") == f"lifespan.{what}.complete":
            return
        if self._task.done() and not message:
            error = self._task.exception()
            if what == "startup":
                return  # it has no lifespan, and says so by an exception or by coming to its end
            reason = f"{type(error).__name__}: {error}" if error else ""
        elif not message:
            self._task.cancel()
            reason = f"not done after {LIFESPAN_SECONDS:.0f} seconds"
        else:
            reason = message.get("message", "")
        raise ServingError(f"the app's {what} failed: {reason or 'it did not say why'}")


async def _called(app: Any, *args: Any) -> None:
    await app(*args)
