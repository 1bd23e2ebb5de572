"""The request that is timed, put through an app's WSGI or ASGI callable as a server would."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from afterware.exchange import Answer, ASGIClient, Client, Request, WSGIClient, speaks_asgi

from .errors import BenchmarkError

__all__ = ["Answer", "Caller", "make_caller"]

_HEADERS = (("Host", "127.0.0.1:8000"), ("Accept", "*/*"), ("User-Agent", "benchmarks"))


class Caller:
    """Sends an app the same request again and again.

    :param client: what sends it, which is closed with this.
    :param headers: what is sent besides the usual.
    """

    def __init__(self, client: Client, headers: Sequence[tuple[str, str]] = ()) -> None:
        self._client = client
        self._request = Request(headers=(*_HEADERS, *headers), server=("127.0.0.1", 8000))
        client.__enter__()

    def batch(self, requests: int) -> tuple[list[float], Answer]:
        """Send so many requests, one after the other.

        :param requests: how many, at least 1.
        :returns: the seconds that each of them took, and the last answer.
        :raises BenchmarkError: a Flask app is called where an event loop runs.
        """
        if isinstance(self._client, WSGIClient):
            # There Flask's own way to run an `async def` hook raises, and what would be timed is
            # the error page.
            _refuse_running_loop()
        return self._client.repeat(self._request, requests)

    def close(self) -> None:
        """End the app."""
        self._client.__exit__(None, None, None)


def make_caller(
    app: Any, runner: asyncio.Runner, headers: Sequence[tuple[str, str]] = ()
) -> Caller:
    """A caller for an app of either host.

    :param app: the app.
    :param runner: where an ASGI app is served; the same loop for all of them.
    :param headers: what is sent besides the usual.
    """
    client = ASGIClient(app, runner=runner) if speaks_asgi(app) else WSGIClient(app)
    return Caller(client, headers)


def _refuse_running_loop() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise BenchmarkError(
        "A Flask app was to be timed while an event loop runs in the same thread. There its own"
        " async hooks fail, so call it from a thread without a loop."
    )
