"""The app of a scenario: one view, and hooks.

The work of most hooks is the line that most of them consist of, `response.headers[name] = value`;
others read the body, or replace it. Every style makes its response in the same way, so that what
differs is the hooks alone. With 0 hooks a native style is an app without hooks, and a portable one
an app to which an empty `Hooks` is bound.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import flask
import quart

from afterware import Hooks

from .hooks import make_hooks
from .scenarios import Scenario, payload
from .work import digest, lengthened

__all__ = ["APP_NAME", "App", "make_app"]

APP_NAME: Final = "benchmarks"

App: TypeAlias = flask.Flask | quart.Quart


def make_app(scenario: Scenario) -> App:
    """A new app that answers `GET /` as *scenario* says.

    :param scenario: what is measured.
    """
    app: App
    if scenario.host == "flask":
        app = flask.Flask(APP_NAME, static_folder=None)
        app.get("/")(_view(scenario, flask.Response))
    else:
        app = quart.Quart(APP_NAME, static_folder=None)
        respond = _view(scenario, quart.Response)

        @app.get("/")
        async def view() -> Any:
            return respond()

    if scenario.way.startswith("native-"):
        for hook in make_hooks(scenario):
            app.after_request(hook)
    elif scenario.way.startswith("portable-"):
        hooks = Hooks()
        hooks.init_app(app)
        for hook in make_hooks(scenario):
            hooks.after_request(hook)
    return app


def _view(scenario: Scenario, make: Callable[..., Any]) -> Callable[[], Any]:
    """What makes the response, with the hooks' work in it if the style is inline.

    That is a loop, not a line for each hook as one would write by hand: turning it costs some 10 ns
    a hook, in favour of the hooks, where setting a header costs 2 µs. Headers are looked up on the
    response for each, as they are in every hook. But a view has the body at hand before there is
    a response: it neither asks the response for it nor sets it a second time.
    """
    body = payload(scenario.payload)
    is_inline = scenario.way == "inline"
    headers = tuple(scenario.headers.items()) if is_inline else ()

    def respond() -> Any:
        response = make(body, content_type="application/json")
        for name, value in headers:
            response.headers[name] = value
        return response

    def respond_and_read() -> Any:
        response = make(body, content_type="application/json")
        for name, _ in headers:
            response.headers[name] = digest(body)
        return response

    def respond_rewritten() -> Any:
        data = body
        for _ in range(scenario.hooks):
            data = lengthened(data)
        return make(data, content_type="application/json")

    if is_inline and scenario.work == "read":
        return respond_and_read
    if is_inline and scenario.work == "rewrite":
        return respond_rewritten
    return respond
