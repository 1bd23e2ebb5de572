"""An app of either host, and what a client got from it: what the `host` fixture gives."""

from __future__ import annotations

import asyncio
import functools
import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flask
import flask.views
import quart
import quart.views
from werkzeug.datastructures import Headers


@dataclass(frozen=True)
class Answer:
    """What a client got."""

    status: int
    headers: Headers
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Started:
    """An ASGI middleware that keeps the headers of the last response as they were sent.

    Quart's test client makes a response anew of what it gets, with headers of its own.
    """

    def __init__(self, app: Any) -> None:
        self.app = app
        self.headers = Headers()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def noting_send(message: Any) -> None:
            if message["type"] == "http.response.start":
                pairs = message["headers"]
                self.headers = Headers([(name.decode(), value.decode()) for name, value in pairs])
            await send(message)

        await self.app(scope, receive, noting_send)


class Host:
    """An app of one host, with the same verbs for both. Views are `def` and run inline."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.module = flask if name == "flask" else quart
        self._runner = asyncio.Runner()
        self.app: Any = self.new_app()
        self._clients: dict[int, Any] = {}
        self._started: Any = None

    def new_app(self) -> Any:
        app = flask.Flask("served") if self.name == "flask" else quart.Quart("served")
        app.secret_key = "a key for tests"
        return app

    def new_blueprint(self, name: str) -> Any:
        return self.module.Blueprint(name, "served", url_prefix=f"/{name}")

    def colour(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A `def` as the host's own kind, so that it runs inline there."""
        if self.name == "flask" or inspect.iscoroutinefunction(function):
            return function

        @functools.wraps(function)
        async def coloured(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return coloured

    def route(self, rule: str, target: Any = None, **options: Any) -> Callable[..., Any]:
        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            endpoint = options.pop("endpoint", rule.strip("/").replace("/", "_") or "home")
            (target or self.app).add_url_rule(rule, endpoint, self.colour(view), **options)
            return view

        return decorate

    def ask(self, path: str = "/", method: str = "GET", app: Any = None, **options: Any) -> Answer:
        """Send a request and take the whole answer. Cookies are kept from one to the next."""
        app = app or self.app
        if id(app) not in self._clients:
            if self.name == "quart":
                app.asgi_app = self._started = Started(app.asgi_app)
            self._clients[id(app)] = app.test_client()
        client = self._clients[id(app)]
        if self.name == "flask":
            with client.open(path, method=method, **options) as response:
                return Answer(response.status_code, response.headers, response.get_data())

        async def exchange() -> Answer:
            response = await client.open(path, method=method, **options)
            body = await response.get_data()
            return Answer(response.status_code, self._started.headers, body)

        return self._runner.run(exchange())

    def in_request(self, function: Callable[[], Any], path: str = "/", **options: Any) -> Any:
        """What *function* returns when it is called (and awaited) while a request is served."""
        if self.name == "flask":
            from afterware.drive import drive

            with self.app.test_request_context(path, **options):
                result = function()
                return drive(result) if inspect.iscoroutine(result) else result

        async def within() -> Any:
            async with self.app.test_request_context(path, **options):
                result = function()
                return await result if inspect.iscoroutine(result) else result

        return self._runner.run(within())

    def run(self, coroutine: Any) -> Any:
        """Run a coroutine on the loop on which this host's requests run."""
        return self._runner.run(coroutine)

    def quiet(self) -> None:
        """Keep what the app logs out of the test's output, until the test is over."""
        self.app.logger.disabled = True

    def close(self) -> None:
        self.app.logger.disabled = False  # loggers outlive the apps that they are named after
        self._runner.close()
