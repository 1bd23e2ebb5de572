"""A Quart app under quart-flask-patch, asked once; prints what its teardown hooks were given.

It is a program of its own, since quart-flask-patch changes asyncio for the whole process.
"""

from __future__ import annotations

import asyncio
import json

import quart_flask_patch  # noqa: F401  # first, as it says itself

import flask  # isort: skip  # which is Quart's by now
import quart

from afterware import Hooks

torn, native = [], []
app = quart.Quart("patched")
hooks = Hooks()


@hooks.before_request
def open_connection():
    quart.g.connection = "open"


@hooks.teardown_request
def teardown(exc):
    torn.append(["request", quart.request.path, quart.g.get("connection")])


@hooks.teardown_appcontext
def close_connection(exc):
    torn.append(["appcontext", None, quart.g.pop("connection", None)])


hooks.init_app(app)
app.teardown_request(lambda exc: native.append("request"))


@app.post("/")
def form():
    fields = [flask.request.form[name] for name in ("a", "b", "c")]
    return {"fields": fields, "connection": quart.g.connection}


async def main():
    answer = await app.test_client().post("/", form={"a": "1", "b": "2", "c": "3"})
    return await answer.get_json()


answer = asyncio.get_event_loop_policy().new_event_loop().run_until_complete(main())
print(json.dumps({"answer": answer, "torn": torn, "native": native}))
