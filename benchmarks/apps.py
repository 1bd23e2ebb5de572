"""The app of a scenario: one view, and hooks that set one header each.

A hook's work is the line that most hooks consist of, `response.headers[name] = value`. Every style
makes its response in the same way, so that what differs is the hooks alone. With 0 hooks a native
style is an app without hooks, and a portable one an app to which an empty `Hooks` is bound.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

import flask
import quart

from afterware import Hooks

from .scenarios import Scenario, payload

__all__ = ["APP_NAME", "App", "make_app"]

APP_NAME: Final = "benchmarks"

App: TypeAlias = flask.Flask | quart.Quart

Hook: TypeAlias = Callable[[Any], Any] | Callable[[Any], Awaitable[Any]]


def make_app(scenario: Scenario) -> App:
    """A new app that answers `GET /` as *scenario* says.

    :param scenario: what is measured.
    """
    app = _app(scenario)
    native = {"native-def": _plain_hook, "native-async": _async_hook}
    portable = {"portable-def": _plain_hook, "portable-async": _async_hook}
    if make_hook := native.get(scenario.style):
        for name, value in scenario.headers.items():
            app.after_request(make_hook(name, value))
    elif make_hook := portable.get(scenario.style):
        hooks = Hooks()
        hooks.init_app(app)
        for name, value in scenario.headers.items():
            hooks.after_request(make_hook(name, value))
    return app


def _app(scenario: Scenario) -> App:
    body = payload(scenario.payload)
    # A loop, not a line for each header as one would write by hand: turning it costs some 10 ns a
    # header, in favour of the hooks, where setting one costs 2 µs. The headers are looked up on the
    # response for each, as they are in every hook.
    inline = tuple(scenario.headers.items()) if scenario.style == "inline" else ()

    app: App
    if scenario.host == "flask":
        app = flask.Flask(APP_NAME, static_folder=None)

        @app.get("/")
        def view() -> flask.Response:
            response = flask.Response(body, content_type="application/json")
            for name, value in inline:
                response.headers[name] = value
            return response

    else:
        app = quart.Quart(APP_NAME, static_folder=None)

        @app.get("/")
        async def async_view() -> quart.Response:
            response = quart.Response(body, content_type="application/json")
            for name, value in inline:
                response.headers[name] = value
            return response

    return app


def _plain_hook(name: str, value: str) -> Hook:
    def hook(response: Any) -> Any:
        response.headers[name] = value
        return response

    return hook


def _async_hook(name: str, value: str) -> Hook:
    async def hook(response: Any) -> Any:
        response.headers[name] = value
        return response

    return hook
