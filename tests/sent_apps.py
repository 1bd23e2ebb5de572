"""The same app for each host, served by real servers: it reports what after_response was told."""

from __future__ import annotations

import tempfile
import threading
import time
from contextvars import ContextVar, Token
from pathlib import Path

import flask
import quart
from serving import CHUNK, SIZE

from afterware import Hooks

# More than the buffers of a server and of the system hold.
MUCH = 30_000_000

_big = tempfile.NamedTemporaryFile(suffix=".bin")  # noqa: SIM115  # lives as long as the process
_big.write(b"x" * SIZE)
_big.flush()

# What after_response was told, oldest first; and how the endless stream is told to go on.
reports: list[dict[str, object]] = []
_lock = threading.Lock()

hooks = Hooks()

# Who asks: set before the view, and reset by its token after the response.
USER: ContextVar[str] = ContextVar("USER", default="nobody")
TOKEN: ContextVar[Token[str]] = ContextVar("TOKEN")


@hooks.before_request
def set_user():
    TOKEN.set(USER.set("somebody"))


def reset_user():
    """Whether the user was there, and nobody is when the token was handed back."""
    was = USER.get()
    USER.reset(TOKEN.get())
    return (was, USER.get()) == ("somebody", "nobody")


@hooks.after_response
def report(sent):
    was_reset = reset_user()
    if sent.path.startswith("/report"):
        return
    with _lock:
        reports.append(
            {
                "path": sent.path,
                "method": sent.method,
                "status": sent.status,
                "bytes": sent.bytes_sent,
                "completed": sent.completed,
                "type": sent.headers.get("X-Kind"),
                "took_time": sent.seconds > 0,
                "user_was_reset": was_reset,
                "exception": type(sent.exception).__name__,
            }
        )


@hooks.after_request
def kind(response):
    response.headers["X-Kind"] = "hooked"
    return response


def _chunks(limit):
    for _ in range(limit):
        yield b"x" * CHUNK


def make_flask():
    app = flask.Flask("sent")
    hooks.init_app(app)

    app.get("/data", endpoint="data")(lambda: b"x" * 1000)
    app.get("/stream", endpoint="stream")(lambda: app.response_class(_chunks(30)))
    app.get("/few", endpoint="few")(lambda: app.response_class(iter([b"one", b"two"])))
    app.get("/much", endpoint="much")(lambda: b"x" * MUCH)
    app.get("/endless", endpoint="endless")(lambda: app.response_class(_chunks(10**9)))
    app.get("/file", endpoint="file")(lambda: flask.send_file(Path(_big.name)))
    app.get("/empty", endpoint="empty")(lambda: ("", 204))
    app.get("/boom", endpoint="boom")(_boom)
    app.get("/broken", endpoint="broken")(lambda: app.response_class(_broken()))
    app.get("/report", endpoint="report")(lambda: flask.jsonify(reports))
    return app


def make_quart():
    app = quart.Quart("sent")
    hooks.init_app(app)

    @app.get("/data")
    async def data():
        return b"x" * 1000

    @app.get("/stream")
    async def stream():
        return app.response_class(_chunks(30))

    @app.get("/few")
    async def few():
        return app.response_class(iter([b"one", b"two"]))

    @app.get("/much")
    async def much():
        return b"x" * MUCH

    @app.get("/endless")
    async def endless():
        response = app.response_class(_chunks(10**9))
        response.timeout = None
        return response

    @app.get("/file")
    async def file():
        return await quart.send_file(Path(_big.name))

    @app.get("/empty")
    async def empty():
        return "", 204

    @app.get("/boom")
    async def boom():
        _boom()

    @app.get("/broken")
    async def broken():
        return app.response_class(_broken())

    @app.get("/report")
    async def report():
        return quart.jsonify(reports)

    return app


def _boom():
    raise LookupError("boom")


def _broken():
    yield b"x" * CHUNK
    time.sleep(0)
    raise LookupError("in the middle")


flask_app = make_flask()
quart_app = make_quart()
