"""A pair of apps that real servers serve side by side."""

from __future__ import annotations

import time

import flask
import quart

from afterware import Hooks, SideBySide

CHUNK = b"x" * 16_384

new = quart.Quart("new", static_folder=None)
old = flask.Flask("old", static_folder=None)
for _app in (new, old):
    _app.secret_key = "a key for tests"

hooks = Hooks()
answers: list[str] = []


@hooks.after_request
def told(response):
    response.headers["X-Hooks"] = "1"
    return response


@hooks.after_response
def noted(sent):
    answers.append(f"{sent.served_by} {sent.method} {sent.path} {sent.completed}")


hooks.init_app(new)
hooks.init_app(old)

closed: list[str] = []


@new.get("/new")
async def on_quart():
    return {"by": "quart", "old": quart.url_for("on_flask")}


@old.get("/old")
def on_flask():
    return {"by": "flask", "new": flask.url_for("on_quart")}


@old.post("/echo")
def echo():
    return flask.request.get_data()


@old.get("/stream")
def stream():
    def generate():
        try:
            for _ in range(64):
                yield CHUNK
        finally:
            closed.append("stream")

    return flask.Response(generate(), mimetype="application/octet-stream")


@old.get("/endless")
def endless():
    def generate():
        try:
            while True:
                yield CHUNK
                time.sleep(0.005)
        finally:
            closed.append("endless")

    return flask.Response(generate(), mimetype="application/octet-stream")


@old.get("/fails")
def fails():
    def generate():
        yield CHUNK
        raise OSError("the disk is gone")

    return flask.Response(generate(), mimetype="application/octet-stream")


@old.get("/nothing")
def nothing():
    return "", 204


@new.get("/log")
async def log():
    return {"answers": answers, "closed": closed}


app = SideBySide(new, old)
