"""A Flask app whose hook asks an upstream server through one client with a pool."""

from __future__ import annotations

import os

import flask
import httpx

from afterware import Hooks

app = flask.Flask("pool")
hooks = Hooks()
client = httpx.AsyncClient(timeout=30)


@app.get("/")
def home():
    return "home"


@hooks.after_request(suspends=True)
async def ask_upstream(response):
    answer = await client.get(os.environ["UPSTREAM"])
    response.headers["X-Upstream"] = answer.text
    return response


hooks.init_app(app)
