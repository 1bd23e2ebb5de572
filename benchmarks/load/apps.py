"""The twins' apps, as `create_app` makes them, with the hooks of a scenario instead of their own.

Nothing here imports the host that is not served: it would be in the memory that is measured.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from afterware import Hooks
from twin.settings import Settings

from .scenarios import FLOOR, Load

if TYPE_CHECKING:
    import flask
    import quart

    App: TypeAlias = flask.Flask | quart.Quart

__all__ = ["WAIT_BODY", "make_load_app", "make_twin", "make_wait_app"]

# The twins' view of `/`.
_HOME: Final = "twin.home"

# What the view that waits answers.
WAIT_BODY: Final = b'{"waited":"50 ms"}\n'


def make_load_app(scenario: Load, settings: Settings) -> App:
    """The twin with the hooks of *scenario*, each of which sets one header.

    :param scenario: what is measured; the floor has no hooks, and its view sets the headers.
    :param settings: the twin's.
    """
    if scenario.style == FLOOR:
        return _floor(scenario, settings)
    make_hook = _async_hook if scenario.style.endswith("-async") else _plain_hook
    made = [make_hook(name, value) for name, value in scenario.headers.items()]
    if not scenario.style.startswith("portable-"):
        app = _twin(scenario.host, settings, None)
        for hook in made:
            app.after_request(hook)
        return app
    hooks = Hooks()
    for hook in made:
        hooks.after_request(hook)
    return _twin(scenario.host, settings, hooks)


def make_wait_app(host: str, settings: Settings, upstream: int) -> App:
    """The twin without hooks, and `/wait`, which asks an upstream in the idiom of the host.

    :param host: the host.
    :param settings: the twin's.
    :param upstream: the port that the upstream listens on.
    """
    app = _twin(host, settings, None)
    if host == "flask":
        pool = _Connections(upstream)

        def wait() -> dict[str, str]:
            return {"waited": pool.ask()}

        app.add_url_rule("/wait", view_func=wait)
    else:
        streams = _Streams(upstream)

        async def wait_async() -> dict[str, str]:
            return {"waited": await streams.ask()}

        app.add_url_rule("/wait", view_func=wait_async)
    return app


def make_twin(host: str, settings: Settings) -> App:
    """The twin as it is, with its own hooks.

    :param host: the host.
    :param settings: the twin's.
    """
    from twin.hooks import hooks

    return _twin(host, settings, hooks)


def _twin(host: str, settings: Settings, hooks: Hooks | None) -> App:
    if host == "flask":
        import sync_app

        return sync_app.create_app(settings, hooks)
    import async_app

    return async_app.create_app(settings, hooks)


def _floor(scenario: Load, settings: Settings) -> App:
    app = _twin(scenario.host, settings, None)
    home: Any = app.view_functions[_HOME]
    headers = tuple(scenario.headers.items())
    if scenario.host == "flask":
        from flask import make_response

        def home_with_headers() -> Any:
            response = make_response(home())
            for name, value in headers:
                response.headers[name] = value
            return response

        app.view_functions[_HOME] = home_with_headers
    else:
        from quart import make_response as make_response_async

        async def home_with_headers_async() -> Any:
            response = await make_response_async(await home())
            for name, value in headers:
                response.headers[name] = value
            return response

        app.view_functions[_HOME] = home_with_headers_async
    return app


def _plain_hook(name: str, value: str) -> Any:
    def hook(response: Any) -> Any:
        response.headers[name] = value
        return response

    return hook


def _async_hook(name: str, value: str) -> Any:
    async def hook(response: Any) -> Any:
        response.headers[name] = value
        return response

    return hook


class _Connections:
    """Blocking connections to the upstream, kept open from one request to the next."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[socket.socket] = []

    def ask(self) -> str:
        # Taking from a list and adding to it are atomic, so threads need no lock.
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = socket.create_connection(("127.0.0.1", self._port))
        connection.sendall(b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            received = connection.recv(64)
            if not received:
                raise ConnectionError("the upstream has gone")
            answer += received
        self._idle.append(connection)
        return answer.decode().rstrip()


class _Streams:
    """The same with asyncio."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self) -> str:
        try:
            reader, writer = self._idle.pop()
        except IndexError:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(b"\n")
        answer = await reader.readline()
        if not answer:
            raise ConnectionError("the upstream has gone")
        self._idle.append((reader, writer))
        return answer.decode().rstrip()
