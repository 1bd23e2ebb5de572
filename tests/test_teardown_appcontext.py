"""teardown_appcontext: on both hosts, inline, wherever an app context is left."""

from __future__ import annotations

import asyncio
import importlib
import sqlite3
import threading

import click
import pytest
import quart

from afterware import Hooks, HookTooLateError, context, g


@pytest.fixture
def told(host):
    """What the hook was given at the end of each app context."""
    told = []
    hooks = Hooks()
    hooks.teardown_appcontext(told.append)
    hooks.init_app(host.app)
    return told


def in_app_context(host, function):
    """What *function* returns within `with app.app_context()`, or `async with` on Quart."""
    if host.name == "flask":
        with host.app.app_context():
            return function()

    async def within():
        async with host.app.app_context():
            return function()

    return host.run(within())


def test_it_runs_at_the_end_of_each_request(host, told):
    host.route("/")(lambda: "home")
    assert host.ask().status == 200
    assert host.ask("/none").status == 404
    assert told == [None, None]


def test_it_is_given_what_no_error_handler_took(host, told):
    host.quiet()

    @host.route("/boom")
    def boom():
        raise LookupError("boom")

    @host.route("/handled")
    def handled():
        raise KeyError("handled")

    host.app.register_error_handler(KeyError, host.colour(lambda error: ("handled", 400)))
    assert host.ask("/handled").status == 400
    assert host.ask("/boom").status == 500
    assert told[0] is None
    assert str(told[1]) == "boom"


def test_a_context_within_the_error_handler_is_not_given_the_error_of_the_request(host, told):
    host.quiet()

    @host.route("/boom")
    def boom():
        raise LookupError("boom")

    def handle(error):
        if host.name == "flask":
            with host.app.app_context():
                pass
            return "", 500

        async def within():
            async with host.app.app_context():
                pass
            return "", 500

        return within()

    if host.name == "flask":
        host.app.register_error_handler(500, handle)
    else:

        async def handle_async(error):
            return await handle(error)

        host.app.register_error_handler(500, handle_async)
    host.ask("/boom")
    assert [type(each) for each in told] == [type(None), LookupError]


def test_it_runs_where_a_context_is_entered_by_hand(host, told):
    assert in_app_context(host, lambda: context.current_app.name) == "served"
    with pytest.raises(LookupError, match="in it"):
        in_app_context(host, fails)
    assert [type(each) for each in told] == [type(None), LookupError]


def fails():
    raise LookupError("in it")


def test_it_runs_for_a_command(host, told):
    cli = importlib.import_module(f"{host.name}.cli")

    @host.app.cli.command("count")
    @cli.with_appcontext
    def count():
        click.echo(context.current_app.name)
        g.connection = "open"

    result = host.app.test_cli_runner().invoke(args=["count"])
    assert (result.output, result.exit_code) == ("served\n", 0)
    assert told == [None]


def test_a_connection_of_sqlite3_is_closed_in_the_thread_that_opened_it(host):
    """Natively Quart calls such a `def` in a worker thread, where sqlite3 refuses to close it."""
    closed = []
    hooks = Hooks()

    @hooks.teardown_appcontext
    def close(exc):
        connection = g.pop("connection", None)
        if connection is not None:
            connection.close()
            closed.append(threading.current_thread() is threading.main_thread())

    hooks.init_app(host.app)

    @host.route("/")
    def home():
        g.connection = sqlite3.connect(":memory:")
        return str(g.connection.execute("select 1").fetchone()[0])

    assert host.ask().body == b"1"
    assert closed == [True]


@pytest.mark.parametrize(("order", "ran"), [("registered", "ab"), ("reversed", "ba")])
def test_the_order_is_that_of_the_hooks(host, order, ran):
    hooks, order_of = Hooks(order=order), []

    @hooks.teardown_appcontext
    def first(exc):
        order_of.append("a")

    @hooks.teardown_appcontext
    async def second(exc):
        order_of.append("b")

    hooks.init_app(host.app)
    host.route("/")(lambda: "home")
    host.ask()
    assert "".join(order_of) == ran


def test_it_runs_after_teardown_request(host):
    hooks, order = Hooks(), []
    hooks.teardown_appcontext(lambda exc: order.append("appcontext"))
    hooks.teardown_request(lambda exc: order.append("request"))
    hooks.init_app(host.app)
    host.route("/")(lambda: "home")
    host.ask()
    assert order == ["request", "appcontext"]


@pytest.mark.parametrize("options", [{"blocking": True}, {"shield": True}], ids=str)
def test_a_def_takes_the_options(host, options):
    hooks, ran = Hooks(), []
    hooks.teardown_appcontext(**options)(lambda exc: ran.append(exc))
    hooks.init_app(host.app)
    host.route("/")(lambda: "home")
    host.ask()
    assert ran == [None]


@pytest.mark.parametrize("options", [{"suspends": True}, {"shield": True, "suspends": True}])
def test_an_async_def_takes_the_options(host, options):
    hooks, ran = Hooks(), []

    @hooks.teardown_appcontext(**options)
    async def close(exc):
        await asyncio.sleep(0)
        ran.append(exc)

    hooks.init_app(host.app)
    host.route("/")(lambda: "home")
    host.ask()
    assert ran == [None]


def test_one_that_fails_does_not_keep_the_others_from_running(host, caplog):
    hooks, ran = Hooks(), []

    @hooks.teardown_appcontext(on_error="log")
    def fails(exc):
        raise LookupError("lost")

    hooks.teardown_appcontext(ran.append)
    hooks.init_app(host.app)
    host.route("/")(lambda: "home")
    assert host.ask().status == 200
    assert ran == [None]
    assert "teardown_appcontext hook" in caplog.text


def test_several_that_fail_are_raised_together(host):
    hooks = Hooks()

    @hooks.teardown_appcontext
    def one(exc):
        raise LookupError("one")

    @hooks.teardown_appcontext
    def two(exc):
        raise LookupError("two")

    hooks.init_app(host.app)
    with pytest.raises(ExceptionGroup) as error:
        in_app_context(host, lambda: None)
    group = error.value
    while len(group.exceptions) == 1:  # Quart 0.23 puts what teardown raises in a group of its own
        (group,) = group.exceptions
    assert group.message == "several teardown_appcontext hooks failed"
    assert [str(each) for each in group.exceptions] == ["one", "two"]


def test_on_a_blueprint_it_is_its_apps_from_when_it_is_registered(host):
    told, hooks = [], Hooks()
    blueprint = host.new_blueprint("shop")
    hooks.init_app(blueprint)
    hooks.teardown_appcontext(told.append)
    host.route("/")(lambda: "home")
    host.app.register_blueprint(blueprint)
    host.app.register_blueprint(blueprint, name="again", url_prefix="/again")
    assert host.ask().status == 200
    assert told == [None]  # once, though it is registered twice
    with pytest.raises(HookTooLateError):
        hooks.teardown_appcontext(lambda exc: None)


def test_an_app_context_ends_once_where_hooks_are_bound_to_an_app_and_to_its_blueprints(host):
    told, hooks, others = [], Hooks(), Hooks()
    hooks.teardown_appcontext(lambda exc: told.append("hooks"))
    others.teardown_appcontext(lambda exc: told.append("others"))
    outer, inner, bare = (host.new_blueprint(name) for name in ("outer", "inner", "bare"))
    for target in (outer, inner, bare):
        hooks.init_app(target)
    others.init_app(bare)
    host.route("/page", inner)(lambda: "page")
    outer.register_blueprint(inner)
    host.app.register_blueprint(outer)
    host.app.register_blueprint(bare)
    another = host.new_app()
    hooks.init_app(another)
    hooks.init_app(host.app)
    assert host.ask("/outer/inner/page").status == 200
    assert sorted(told) == ["hooks", "others"]
    told.clear()
    assert host.ask("/none", app=another).status == 404
    assert told == ["hooks"]


def test_flask_refuses_it_when_the_app_has_served(flask_host):
    flask_host.route("/")(lambda: "home")
    hooks = Hooks()
    hooks.init_app(flask_host.app)
    flask_host.ask()
    with pytest.raises(HookTooLateError, match="teardown_appcontext"):
        hooks.teardown_appcontext(lambda exc: None)


def test_an_object_has_the_method(host):
    class Database:
        def __init__(self):
            self.closed = 0

        def teardown_appcontext(self, exc):
            self.closed += 1

    database = Database()
    hooks = Hooks()
    hooks.add(database)
    hooks.init_app(host.app)
    host.route("/")(lambda: "home")
    host.ask()
    assert database.closed == 1


def test_it_runs_at_the_end_of_a_websocket(quart_host):
    told, hooks = [], Hooks()
    hooks.teardown_appcontext(told.append)
    hooks.init_app(quart_host.app)

    @quart_host.app.websocket("/ws")
    async def ws():
        await quart.websocket.send("hello")

    async def talk():
        async with quart_host.app.test_client().websocket("/ws") as websocket:
            return await websocket.receive()

    assert quart_host.run(talk()) == "hello"
    assert told == [None]
