"""Teardown hooks run once a request, whatever is made a copy of its context."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading

import flask
import pytest
import quart
from serving import ROOT

from afterware import Hooks

MERGED = hasattr(quart.ctx.AppContext, "has_request")


@pytest.fixture
def torn(host):
    """What teardown hooks saw: the phase, and what was open in `g`, which they close."""
    torn = []
    hooks = Hooks()

    @hooks.before_request
    def open_connection():
        host.module.g.connection = "of the request"

    @hooks.teardown_request
    def request(exc):
        torn.append(("request", host.module.g.get("connection")))

    @hooks.teardown_appcontext
    def appcontext(exc):
        torn.append(("appcontext", host.module.g.pop("connection", None)))

    hooks.init_app(host.app)
    return torn


WHOLE = [("request", "of the request"), ("appcontext", "of the request")]


@pytest.mark.skipif(MERGED, reason="quart-flask-patch 0.3 cannot be imported with Quart 0.23")
def test_each_use_of_the_form_with_quart_flask_patch_tears_nothing_down():
    run = subprocess.run(
        [sys.executable, "patched_app.py"],
        cwd=ROOT / "tests",
        env={**os.environ, "PYTHONPATH": str(ROOT / "shared")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert told["answer"] == {"fields": ["1", "2", "3"], "connection": "open"}
    assert told["torn"] == [["request", "/", "open"], ["appcontext", None, "open"]]
    assert told["native"] == ["request"] * 4  # which is what they are spared


def test_a_copy_of_the_context_in_a_task_tears_down_the_request_only_once(quart_host):
    host, torn = quart_host, []
    hooks = Hooks()
    hooks.teardown_request(lambda exc: torn.append("request"))
    hooks.init_app(host.app)

    @host.app.get("/")
    async def home():
        @quart.copy_current_request_context
        async def work():
            return quart.request.path

        return "".join(await asyncio.gather(work(), asyncio.create_task(work())))

    assert host.ask().body == b"//"
    assert torn == ["request"]


def test_a_copy_in_a_task_that_ends_after_the_request_tears_down_nothing(quart_host):
    host, torn, tasks = quart_host, [], []
    hooks = Hooks()
    hooks.teardown_request(lambda exc: torn.append("request"))
    hooks.init_app(host.app)
    go_on = asyncio.Event()

    @host.app.get("/")
    async def home():
        @quart.copy_current_request_context
        async def work():
            await go_on.wait()
            return quart.request.path

        tasks.append(asyncio.create_task(work()))
        return "home"

    async def end():
        go_on.set()
        return await tasks[0]

    host.ask()
    assert torn == ["request"]
    assert host.run(end()) == "/"
    assert torn == ["request"]


def test_a_stream_with_the_context_tears_down_the_request_only_once(host):
    torn = []
    hooks = Hooks()
    hooks.teardown_request(lambda exc: torn.append("request"))
    hooks.init_app(host.app)

    @host.route("/")
    def stream():
        if host.name == "flask":
            return flask.stream_with_context(iter([flask.request.path, "."]))

        @quart.stream_with_context
        async def chunks():
            yield quart.request.path.encode()
            yield b"."

        return chunks()

    assert host.ask().body == b"/."
    assert torn == ["request"]


def test_what_a_stream_opens_in_a_g_of_its_own_is_closed(quart_host):
    host, closed = quart_host, []
    hooks = Hooks()
    hooks.teardown_request(lambda exc: closed.append(quart.g.pop("connection", None)))
    hooks.init_app(host.app)

    @host.app.get("/")
    async def stream():
        @quart.stream_with_context
        async def chunks():
            quart.g.connection = "of the stream"
            yield b"."

        return chunks()

    assert host.ask().body == b"."
    assert closed == [None, "of the stream"]


def test_what_a_thread_opens_in_a_g_of_its_own_is_closed(flask_host):
    host, closed = flask_host, []
    hooks = Hooks()
    hooks.teardown_request(lambda exc: closed.append(flask.g.pop("connection", None)))
    hooks.init_app(host.app)

    @host.app.get("/")
    def home():
        flask.g.connection = "of the request"

        @flask.copy_current_request_context
        def work():
            flask.g.connection = "of the thread"

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        return "home"

    host.ask()
    assert closed == ["of the thread", "of the request"]


def test_a_copy_entered_in_the_request_itself_closes_nothing_of_it(flask_host):
    host, torn = flask_host, []
    hooks = Hooks()
    hooks.before_request(lambda: setattr(flask.g, "connection", "open"))
    hooks.teardown_request(lambda exc: torn.append(flask.g.pop("connection", None)))
    hooks.init_app(host.app)

    @host.app.get("/")
    def home():
        within = flask.copy_current_request_context(lambda: flask.g.connection)
        return within() + flask.g.connection

    assert host.ask().body == b"openopen"
    assert torn == ["open"]


def test_each_request_is_torn_down(host, torn):
    host.route("/")(lambda: "home")
    host.ask()
    host.ask()
    assert torn == WHOLE * 2


def test_a_request_within_a_request_is_torn_down_too(host):
    torn = []
    hooks = Hooks()
    hooks.teardown_request(lambda exc: torn.append(host.module.request.path))
    hooks.init_app(host.app)
    host.route("/inner")(lambda: "inner")
    if host.name == "flask":
        host.app.get("/outer")(lambda: host.app.test_client().get("/inner").text)
    else:

        @host.app.get("/outer")
        async def outer():
            return await (await host.app.test_client().get("/inner")).get_data()

    assert host.ask("/outer").body == b"inner"
    assert torn == ["/inner", "/outer"]


def test_a_context_that_the_app_did_not_make_is_torn_down(flask_host):
    torn = []
    hooks = Hooks()
    hooks.teardown_request(lambda exc: torn.append(flask.request.path))
    hooks.init_app(flask_host.app)
    environ = flask_host.app.test_request_context("/made").request.environ
    environ.pop("afterware.context")
    with flask.ctx.RequestContext(flask_host.app, environ):
        pass
    assert torn == ["/made"]


@pytest.mark.skipif(MERGED, reason="a copy has a `g` of its own from Quart 0.23 on")
def test_a_copy_of_an_app_context_closes_nothing_that_is_in_use(quart_host):
    closed = []
    hooks = Hooks()
    hooks.teardown_appcontext(lambda exc: closed.append(quart.g.pop("connection", None)))
    hooks.init_app(quart_host.app)

    async def main():
        async with quart_host.app.app_context():
            quart.g.connection = "open"

            @quart.copy_current_app_context
            async def work():
                return quart.g.connection

            return [await work(), await work()]

    assert quart_host.run(main()) == ["open", "open"]
    assert closed == ["open"]


def test_a_g_of_the_apps_own_class_does_not_get_in_the_way(host):
    class Own:
        """Neither hashable nor iterable."""

        __eq__ = object.__eq__
        __hash__ = None

    host.app.app_ctx_globals_class = Own
    torn = []
    hooks = Hooks()
    hooks.teardown_request(lambda exc: torn.append("request"))
    hooks.teardown_appcontext(lambda exc: torn.append("appcontext"))
    hooks.init_app(host.app)
    host.route("/")(lambda: "home")
    assert host.ask().status == 200
    assert torn == ["request", "appcontext"]


def test_what_a_stream_opens_again_in_the_context_of_the_request_is_closed_on_flask(flask_host):
    """Flask enters the request's own context for the stream, after it was torn down."""
    closed = []
    hooks = Hooks()
    hooks.teardown_request(lambda exc: closed.append(flask.g.pop("connection", None)))
    hooks.init_app(flask_host.app)

    @flask_host.app.get("/")
    def stream():
        flask.g.user = "stays"
        flask.g.connection = "of the request"

        def chunks():
            if flask.request.args:
                flask.g.connection = "of the stream"
            yield "."

        return flask.stream_with_context(chunks())

    flask_host.ask("/")
    assert closed == ["of the request"]
    flask_host.ask("/?open")
    assert closed == ["of the request"] * 2 + ["of the stream"]


def test_two_sets_of_hooks_and_a_blueprints_are_each_torn_down(host):
    torn = []
    blueprint = host.new_blueprint("shop")
    for name, target in (("first", host.app), ("second", host.app), ("third", blueprint)):
        hooks = Hooks()
        hooks.teardown_request(lambda exc, name=name: torn.append(name))
        hooks.init_app(target)
    host.route("/", blueprint)(lambda: "home")
    host.app.register_blueprint(blueprint)
    host.ask("/shop/")
    assert sorted(torn) == ["first", "second", "third"]
