"""The apps that the browser asks: the same hooks on both hosts, one app to a process."""

from __future__ import annotations

import os
from typing import Any

import flask
import quart

from afterware import Hooks
from afterware.hooks import CORS, Cookies, SecurityHeaders

PAGE = """<!doctype html><title>nonce</title>
<script>window.withoutNonce = true</script>
<script nonce="not-it">window.wrongNonce = true</script>
<script nonce="{{ csp_nonce() }}">
addEventListener("load", () => fetch("/told", {method: "POST", body: JSON.stringify({
  ownScript: true,
  withoutNonce: window.withoutNonce === true,
  wrongNonce: window.wrongNonce === true,
  attribute: window.attribute === true,
})}))
</script>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" onload="window.attribute = true">
"""


def hooks() -> Hooks:
    hooks = Hooks()
    hooks.add(
        SecurityHeaders(
            force_https=False,
            session_cookie_secure=False,
            content_security_policy_nonce_in="script-src",
        ),
        CORS(
            resources={
                "/api/open": {"origins": "*"},
                "/api/*": {
                    "origins": [os.environ["PAGE_ORIGIN"], "https://other.test"],
                    "credentials": True,
                    "methods": ["GET", "PUT"],
                    "allow_headers": ["Content-Type", "X-Token"],
                    "expose_headers": "X-Total",
                    "max_age": 0,
                },
            }
        ),
        Cookies(secure=False),
    )
    return hooks


def make_flask_app() -> Any:
    app = flask.Flask("browsed")
    app.secret_key = "a key for tests"
    told: list[bytes] = []

    @app.get("/api/open")
    def opened() -> Any:
        return "open"

    @app.route("/api/notes", methods=["GET", "PUT", "DELETE"])
    def notes() -> Any:
        return {"got": flask.request.get_data(as_text=True)}, {"X-Total": "7", "X-Hidden": "8"}

    @app.get("/api/visits")
    def visits() -> Any:
        flask.session["visits"] = flask.session.get("visits", 0) + 1
        return str(flask.session["visits"])

    @app.get("/api/boom")
    def boom() -> Any:
        raise ArithmeticError

    @app.before_request
    def guard() -> Any:
        return ("who?", 401) if flask.request.path == "/api/guarded" else None

    @app.get("/page")
    def page() -> Any:
        return flask.render_template_string(PAGE)

    @app.route("/told", methods=["GET", "POST"])
    def tell() -> Any:
        if flask.request.method == "POST":
            told.append(flask.request.get_data())
        return told[-1] if told else b""

    hooks().init_app(app)
    return app


def make_quart_app() -> Any:
    app = quart.Quart("browsed")
    app.secret_key = "a key for tests"
    told: list[bytes] = []

    @app.get("/api/open")
    async def opened() -> Any:
        return "open"

    @app.route("/api/notes", methods=["GET", "PUT", "DELETE"])
    async def notes() -> Any:
        got = await quart.request.get_data(as_text=True)
        return {"got": got}, {"X-Total": "7", "X-Hidden": "8"}

    @app.get("/api/visits")
    async def visits() -> Any:
        quart.session["visits"] = quart.session.get("visits", 0) + 1
        return str(quart.session["visits"])

    @app.get("/api/boom")
    async def boom() -> Any:
        raise ArithmeticError

    @app.before_request
    async def guard() -> Any:
        return ("who?", 401) if quart.request.path == "/api/guarded" else None

    @app.get("/page")
    async def page() -> Any:
        return await quart.render_template_string(PAGE)

    @app.route("/told", methods=["GET", "POST"])
    async def tell() -> Any:
        if quart.request.method == "POST":
            told.append(await quart.request.get_data())
        return told[-1] if told else b""

    hooks().init_app(app)
    return app


flask_app = make_flask_app()
quart_app = make_quart_app()
