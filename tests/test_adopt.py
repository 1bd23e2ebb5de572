"""`with hooks.adopt(app)`: what an extension registers is bound through a set of hooks."""

from __future__ import annotations

import contextvars
import gc
import inspect
import threading
import warnings
import weakref

import flask
import flask_compress
import flask_cors
import flask_talisman
import pytest
import quart_cors

from afterware import (
    HookNotAdoptedWarning,
    Hooks,
    HookStopIterationError,
    HookTooLateError,
    UnknownHostError,
)
from afterware.binding import bound
from afterware.listing.collect import collect

USER = contextvars.ContextVar("USER", default="nobody")


class Extension:
    """Registers a `def` in every phase, as extensions do; notes what ran, and in which thread."""

    def __init__(self, app=None):
        self.ran = []
        if app is not None:
            self.init_app(app)

    def init_app(self, app):
        app.before_request(self.before)
        app.after_request(self.after)
        app.teardown_request(self.teardown)
        if hasattr(app, "teardown_appcontext"):
            app.teardown_appcontext(self.close)

    def note(self, phase):
        self.ran.append((phase, threading.current_thread() is threading.main_thread()))

    def before(self):
        self.note("before")
        USER.set("ada")

    def after(self, response):
        self.note("after")
        response.headers["X-Extension"] = USER.get()
        return response

    def teardown(self, exc):
        self.note("teardown")

    def close(self, exc):
        self.note("close")


PHASES = ["before", "after", "teardown", "close"]


@pytest.mark.parametrize("blocking", [True, False])
def test_what_an_extension_registers_is_bound(host, blocking):
    hooks = Hooks()
    with hooks.adopt(host.app, blocking=blocking):
        extension = Extension(host.app)
    host.route("/")(lambda: USER.get())
    answer = host.ask()
    inline = host.name == "flask" or not blocking
    assert answer.body == b"ada"  # natively Quart loses what a `def` sets
    assert answer.headers["X-Extension"] == "ada"
    assert extension.ran == [(phase, inline) for phase in PHASES]


def test_a_def_is_blocking_unless_it_is_said_otherwise(quart_host):
    with Hooks().adopt(quart_host.app):
        Extension(quart_host.app)
    rows = collect(quart_host.app).rows
    assert {row.runs for row in rows} == {"worker thread"}
    assert all(row.afterware and row.options == ("blocking",) for row in rows)


@pytest.mark.parametrize("blocking", [True, False])
def test_an_async_def_is_no_matter_of_blocking(host, blocking):
    hooks, ran = Hooks(), []

    async def before():
        ran.append("before")

    with hooks.adopt(host.app, blocking=blocking, shield=True, on_error="log"):
        host.app.before_request(before)
    host.route("/")(lambda: "home")
    host.ask()
    assert ran == ["before"]
    (row,) = collect(host.app).rows
    assert row.runs == {"flask": "lasting loop", "quart": "loop"}[host.name]
    assert "shield" in row.options
    assert "on_error=log" in row.options


def test_it_runs_where_it_was_registered_and_in_the_hosts_order(host):
    order = []
    app = host.app

    def named(name, argument=False):
        def hook(*arguments):
            order.append(name)
            return arguments[0] if argument else None

        hook.__name__ = hook.__qualname__ = name
        return host.colour(hook) if not name.startswith("adopted") else hook

    def register(name):
        app.before_request(named(f"{name} before"))
        app.after_request(_taking_one(named(f"{name} after", argument=True)))
        app.teardown_request(_taking_one(named(f"{name} teardown")))
        app.teardown_appcontext(_taking_one(named(f"{name} close")))

    register("native 1")
    hooks = Hooks()
    with hooks.adopt(app):
        register("adopted 2")
        register("adopted 3")
    register("native 4")
    host.route("/")(lambda: "home")
    host.ask()
    forwards = ["native 1", "adopted 2", "adopted 3", "native 4"]
    backwards = forwards[::-1]
    closing = backwards if host.name == "flask" else forwards
    assert order == (
        [f"{name} before" for name in forwards]
        + [f"{name} after" for name in backwards]
        + [f"{name} teardown" for name in backwards]
        + [f"{name} close" for name in closing]
    )


def _taking_one(hook):
    """The same with one argument, of the same colour."""
    if inspect.iscoroutinefunction(hook):

        async def taking(argument):
            return await hook(argument)

        return taking

    def taking_one(argument):
        return hook(argument)

    return taking_one


def test_what_is_registered_in_between_keeps_its_place(host):
    order = []
    hooks = Hooks()
    native = host.colour(lambda: order.append("dictionary"))

    def adopted():
        with hooks.adopt(host.app):
            host.app.before_request(lambda: order.append("first"))
            host.app.before_request_funcs.setdefault(None, []).append(native)
            host.app.before_request(lambda: order.append("last"))

    with pytest.warns(HookNotAdoptedWarning):
        adopted()
    host.route("/")(lambda: "home")
    host.ask()
    assert order == ["first", "dictionary", "last"]


def test_what_is_registered_past_the_app_is_named_and_not_moved(host):
    hooks = Hooks()
    blueprint = host.new_blueprint("of_the_extension")

    def by_the_class(response):
        return response

    def by_the_dictionary():
        pass

    def of_all_the_app(response):
        return response

    def of_the_blueprint():
        pass

    blueprint.after_app_request(of_all_the_app)
    blueprint.before_request(of_the_blueprint)

    def adopted():
        with hooks.adopt(host.app):
            type(host.app).after_request(host.app, by_the_class)
            host.app.before_request_funcs.setdefault(None, []).append(by_the_dictionary)
            host.app.register_blueprint(blueprint)

    with pytest.warns(HookNotAdoptedWarning) as warned:
        adopted()
    (warning,) = warned
    assert warning.filename == __file__
    text = str(warning.message)
    for function in (by_the_class, by_the_dictionary, of_all_the_app, of_the_blueprint):
        assert f"{function.__qualname__} ({__file__}:{function.__code__.co_firstlineno})" in text
    assert "registered past app.after_request" in text
    assert by_the_class in host.app.after_request_funcs[None]
    assert by_the_dictionary in host.app.before_request_funcs[None]


def test_the_same_function_registered_natively_before_is_seen_when_it_comes_again(host):
    def hook():
        pass

    host.app.before_request(hook)
    with pytest.warns(HookNotAdoptedWarning, match="hook"), Hooks().adopt(host.app):
        host.app.before_request_funcs[None].append(hook)


def test_what_cannot_be_a_hook_is_left_to_the_host_and_named(host):
    def takes_too_many(one, two):
        pass

    with pytest.warns(HookNotAdoptedWarning, match="is called with"), Hooks().adopt(host.app):
        assert host.app.before_request(takes_too_many) is takes_too_many
    assert host.app.before_request_funcs[None] == [takes_too_many]


def test_what_is_no_hook_is_not_touched(quart_host):
    app = quart_host.app
    with Hooks().adopt(app):
        app.register_error_handler(404, _answer)
        app.context_processor(dict)
        app.before_websocket(_nothing)
        app.before_serving(_nothing)
        app.url_value_preprocessor(_preprocess)
    assert app.before_websocket_funcs[None] == [_nothing]
    assert app.before_serving_funcs == [_nothing]
    assert app.url_value_preprocessors[None] == [_preprocess]
    assert not any(row.afterware for row in collect(app).rows)


async def _answer(error):
    return "", 404


async def _nothing():
    pass


def _preprocess(endpoint, values):
    pass


def test_the_app_is_as_it_was_when_the_block_is_left(host):
    before = dict(vars(host.app))
    with Hooks().adopt(host.app):
        assert host.app.before_request is not before.get("before_request")
    assert set(vars(host.app)) == set(before)
    native = []
    host.app.before_request(native.append)
    assert host.app.before_request_funcs[None][-1] == native.append


def test_an_exception_in_the_block_undoes_the_interception(host):
    attributes = set(vars(host.app))

    def adopted():
        with Hooks().adopt(host.app):
            host.app.before_request_funcs.setdefault(None, []).append(_nothing)
            raise LookupError("in the block")

    with pytest.raises(LookupError, match="in the block"):
        adopted()
    assert set(vars(host.app)) == attributes


def test_a_method_of_the_apps_own_is_put_back(host):
    def own(function):
        return function

    host.app.before_request = own
    with Hooks().adopt(host.app):
        assert host.app.before_request is not own
    assert host.app.before_request is own


def test_blocks_may_stand_in_one_another(host):
    ran = []
    outer, inner = Hooks(), Hooks()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with outer.adopt(host.app):
            host.app.before_request(lambda: ran.append("outer"))
            with inner.adopt(host.app, blocking=False):
                host.app.before_request(lambda: ran.append("inner"))
                host.app.before_request_funcs[None].append(host.colour(lambda: ran.append("past")))
            host.app.before_request(lambda: ran.append("outer again"))
    assert len(warned) == 1
    host.route("/")(lambda: "home")
    host.ask()
    assert ran == ["outer", "inner", "past", "outer again"]


def test_hooks_that_are_bound_meanwhile_are_bound_once(host):
    ran = []
    hooks, others = Hooks(), Hooks()
    with hooks.adopt(host.app):
        hooks.before_request(lambda: ran.append("own"))
        hooks.init_app(host.app)
        others.init_app(host.app)
        others.before_request(lambda: ran.append("other"))
    host.route("/")(lambda: "home")
    host.ask()
    assert ran == ["own", "other"]


def test_objects_stand_around_adopted_hooks_too(host):
    ran = []

    class Noting:
        def around(self, hook):
            ran.append(hook.name)
            return hook.function

    hooks = Hooks()
    with hooks.adopt(host.app):
        extension = Extension(host.app)
    hooks.add(Noting())
    host.route("/")(lambda: "home")
    host.ask()
    assert f"{Extension.__module__}.Extension.before" in ran
    assert len(extension.ran) == 4


def test_a_blueprint_has_what_is_registered_on_it_adopted(host):
    hooks = Hooks()
    blueprint = host.new_blueprint("shop")
    with hooks.adopt(blueprint):
        extension = Extension(blueprint)
    host.route("/", blueprint)(lambda: "home")
    host.route("/")(lambda: "home")
    host.app.register_blueprint(blueprint)
    host.ask("/")
    assert extension.ran == []
    assert host.ask("/shop/").headers["X-Extension"] == "ada"
    assert [phase for phase, _ in extension.ran] == PHASES[:3]


def test_what_a_hook_raises_is_raised_with_its_name(quart_host):
    def stops():
        next(iter(()))

    raised = []
    hooks = Hooks()
    hooks.teardown_request(raised.append)
    hooks.init_app(quart_host.app)
    with hooks.adopt(quart_host.app):
        quart_host.app.before_request(stops)
    quart_host.quiet()
    quart_host.route("/")(lambda: "home")
    assert quart_host.ask().status == 500
    assert isinstance(raised[0], HookStopIterationError)
    assert raised[0].hook.name.endswith("stops")


def test_flask_refuses_it_when_the_app_has_served(flask_host):
    flask_host.route("/")(lambda: "home")
    flask_host.ask()
    with pytest.raises(HookTooLateError), Hooks().adopt(flask_host.app):
        flask_host.app.before_request(lambda: None)


@pytest.mark.parametrize("target", [object(), flask.Flask, None], ids=["object", "class", "None"])
def test_something_else_is_refused(target):
    with pytest.raises(UnknownHostError, match="adopt takes a Flask or Quart app"):
        Hooks().adopt(target)


def test_the_hooks_keep_no_app_alive():
    hooks = Hooks()
    app = flask.Flask("made")
    with hooks.adopt(app):
        Extension(app)
    gone = weakref.ref(app)
    del app
    gc.collect()
    assert gone() is None


# Real extensions.


def test_flask_cors_compress_and_talisman_are_adopted(flask_host):
    hooks = Hooks()
    with hooks.adopt(flask_host.app):
        flask_cors.CORS(flask_host.app)
        flask_compress.Compress(flask_host.app)
        flask_talisman.Talisman(flask_host.app, force_https=False)
    flask_host.route("/")(lambda: "home" * 1000)
    headers = {"Origin": "https://a.example", "Accept-Encoding": "gzip"}
    answer = flask_host.ask(headers=headers)
    assert answer.headers["Access-Control-Allow-Origin"] in ("*", "https://a.example")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "default-src" in answer.headers["Content-Security-Policy"]
    registered = [*flask_host.app.after_request_funcs[None]]
    assert all(bound(function) is not None for function in registered)


def test_quart_cors_is_adopted(quart_host):
    hooks = Hooks()
    with hooks.adopt(quart_host.app):
        quart_cors.cors(quart_host.app, allow_origin="https://a.example")
    quart_host.route("/")(lambda: "home")
    answer = quart_host.ask(headers={"Origin": "https://a.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://a.example"
    rows = [row for row in collect(quart_host.app).rows if "websocket" not in row.phase]
    assert rows
    assert all(row.afterware for row in rows)
