"""Contexts: which there are, when they end, and in which thread."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar, Token
from typing import Any

from .record import Difference, difference
from .stage import At, Facts, Stage, attempt

__all__ = ["DIFFERENCES", "around"]

_user: ContextVar[str] = ContextVar("user")


def around(stage: Stage, then: Callable[[], None]) -> None:
    """Put middleware around an app, which calls *then* after each request to it."""
    app = stage.app
    if stage.at.asynchronous:
        inner = app.asgi_app

        async def asgi(scope: Any, receive: Any, send: Any) -> None:
            await inner(scope, receive, send)
            if scope["type"] == "http":
                then()

        app.asgi_app = asgi
    else:
        inner = app.wsgi_app

        def wsgi(environ: Any, start_response: Any) -> Iterator[bytes]:
            result = inner(environ, start_response)
            try:
                yield from result
            finally:
                result.close()
                then()

        app.wsgi_app = wsgi


@difference(
    "AW001",
    "an extension's plain hook runs in a worker thread",
    flask="thread: the view's",
    quart="thread: another",
    bound="thread: the view's",
    bites="under load",
    whom="extensions, which register `def` mostly: a hop for each, in every request; what they keep"
    " on the thread or in a ContextVar is not there in the view",
    remedy="`with hooks.adopt(app, blocking=False): LoginManager(app)`; without blocking=False"
    " they stay in a thread, which is right for those that wait",
)
def extension(at: At) -> Facts:
    threads: list[int] = []

    def noted() -> None:
        threads.append(threading.get_ident())

    class Extension:
        def __init__(self, app: Any) -> None:
            app.before_request(noted)

    def view() -> str:
        noted()
        return "Hello"

    stage = at.stage(view)
    if at.bound:
        with stage.hooks.adopt(stage.app, blocking=False):
            Extension(stage.app)
    else:
        Extension(stage.app)
    stage.ask()
    return {"thread": "the view's" if len(set(threads)) == 1 else "another"}


@difference(
    "AW230",
    "a ContextVar token cannot be reset around the app",
    flask="the reset: None",
    quart="the reset: ValueError",
    bound="the reset: None",
    bites="loudly",
    whom="hooks and middleware that share a token: before_request sets, and who stands around the"
    " app resets",
    remedy="before_request and after_response of Hooks, which share one context; without"
    " blocking=True, suspends=True or shield=True, which run in a copy",
    needs=("thread-bound",),
    see=("https://docs.python.org/3/library/contextvars.html#contextvars.ContextVar.reset",),
)
def token(at: At) -> Facts:
    tokens: list[Token[str]] = []
    seen: list[str] = []
    stage = at.stage()

    def before() -> None:
        tokens.append(_user.set("ada"))

    def reset() -> None:
        seen.append(attempt(lambda: _user.reset(tokens[0])))

    stage.on("before_request", stage.coloured(before), before)
    if at.bound:
        stage.on("after_response", None, lambda sent: reset())
    else:
        around(stage, reset)
    stage.ask(until=lambda: bool(seen))
    return {"the reset": seen[0]}


@difference(
    "AW321",
    "a url_value_preprocessor and websockets",
    flask="a websocket without one: none; with one: none",
    quart="a websocket without one: 'Hello'; with one: 500",
    bound="a websocket without one: 'Hello'; with one: 500",
    bound_on_flask="a websocket without one: none; with one: none",
    later={
        "quart 0.23": {
            "quart": "a websocket without one: 'Hello'; with one: 'Hello'",
            "bound": "a websocket without one: 'Hello'; with one: 'Hello'",
        }
    },
    bites="loudly",
    whom="apps and extensions that take a language or a tenant out of the URL: every websocket of"
    " the app is refused (Not within a request context)",
    remedy="a before_request hook that reads `request.view_args`",
    about="app",
    defect="Quart before 0.23 (seen with 0.22.0)",
    why="Quart 0.22 asks the request, and not the websocket, for what it hands to one. Afterware"
    " itself registers none.",
)
def preprocessor(at: At) -> Facts:
    return {
        "a websocket without one": _websocket(at, preprocessed=False),
        "with one": _websocket(at, preprocessed=True),
    }


def _websocket(at: At, *, preprocessed: bool) -> str:
    """What is received over a websocket, or the status with which it was refused."""
    if not at.asynchronous:
        return "none"
    stage = at.stage()
    stage.after_request(lambda response: response)
    if preprocessed:
        stage.app.url_value_preprocessor(lambda endpoint, values: None)
    seen: list[str] = []

    async def greet() -> None:
        await at.host.websocket.send("Hello")

    stage.app.add_websocket("/socket", view_func=greet)

    async def converse() -> None:
        try:
            async with stage.app.test_client().websocket("/socket") as client:
                seen.append(repr(await client.receive()))
        except Exception as error:
            refused = getattr(error, "response", None)
            seen.append(type(error).__name__ if refused is None else str(refused.status_code))

    stage.run(converse)
    return seen[0]


@difference(
    "AW322",
    "teardown_request runs for each copy of the context",
    flask="times, with a copied function: 2; with stream_with_context: 2",
    quart="times, with a copied function: 2; with stream_with_context: 2",
    bound="times, with a copied function: 1; with stream_with_context: 1",
    bites="silently",
    whom="teardown functions that close what is on `g`: with copy_current_request_context it is"
    " closed in the middle of the request, with stream_with_context a second time after the stream;"
    " with quart-flask-patch once more for each use of `flask.request.form`",
    remedy="`@hooks.teardown_request`, which runs once, when the request ends",
)
def copies(at: At) -> Facts:
    def in_copy() -> str:
        return str(at.host.request.path)

    def copied() -> Any:
        work = at.host.copy_current_request_context(stage.coloured(in_copy))
        return work()

    def streamed() -> Any:
        def parts() -> Iterator[str]:
            yield at.host.request.path

        async def async_parts() -> Any:
            yield at.host.request.path

        made = at.host.stream_with_context(async_parts if at.asynchronous else parts)
        return made() if callable(made) else made

    times: list[str] = []
    stage = at.stage(copied)
    stage.view(streamed, "/streamed")
    stage.on("teardown_request", lambda exc: times.append(at.host.request.path))
    stage.ask("/")
    stage.ask("/streamed")
    return {
        "times, with a copied function": str(times.count("/")),
        "with stream_with_context": str(times.count("/streamed")),
    }


@difference(
    "AW323",
    "a plain teardown_appcontext function runs in a worker thread",
    flask="closing the view's sqlite3 connection: None",
    quart="closing the view's sqlite3 connection: ProgrammingError",
    bound="closing the view's sqlite3 connection: None",
    bites="loudly",
    whom="every app with a database connection on `g`: sqlite3 refuses to close it in another"
    " thread",
    remedy="`@hooks.teardown_appcontext`, which stays where the request is",
    before="""
        @app.teardown_appcontext
        def close(exc):
            g.db.close()
    """,
    after="""
        @hooks.teardown_appcontext
        def close(exc):
            g.db.close()
    """,
)
def appcontext_thread(at: At) -> Facts:
    seen: list[str] = []

    async def awaiting() -> str:
        return view()

    def view() -> str:
        at.host.g.db = sqlite3.connect(":memory:")
        return "Hello"

    def close(exc: Any) -> None:
        db = at.host.g.pop("db", None)
        if db is not None:
            seen.append(attempt(db.close))

    stage = at.stage()
    stage.view(awaiting if at.asynchronous else view, "/db")
    stage.on("teardown_appcontext", close)
    stage.ask("/db")
    return {"closing the view's sqlite3 connection": seen[0]}


DIFFERENCES = tuple(each for each in list(globals().values()) if isinstance(each, Difference))
