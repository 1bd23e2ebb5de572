"""Hooks are listed in the order in which they really run."""

from __future__ import annotations

import flask
import pytest
import quart
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from afterware import Hooks
from afterware.exchange import Request, client_for
from afterware.listing.collect import collect

PHASES = ["before_request", "after_request", "teardown_request", "after_response"]

registrations = st.lists(
    st.tuples(
        st.sampled_from(["app", "outer", "inner", "other"]),
        st.sampled_from(PHASES),
        st.sampled_from(["native", "bound", "reversed", "added"]),
    ),
    max_size=14,
)


class Recorder:
    """Makes hooks that note that they ran."""

    def __init__(self, asynchronous):
        self.asynchronous = asynchronous
        self.ran = []
        self.names = {}

    def hook(self, number, phase):
        def run(*given):
            self.ran.append(number)
            return given[0] if phase == "after_request" else None

        async def run_async(*given):
            return run(*given)

        function = run_async if self.asynchronous else run
        function.__qualname__ = f"hook_{number}"
        return function


def view():
    return "text"


def bind(sets, targets, scope, kind):
    if (scope, kind) not in sets:
        sets[scope, kind] = Hooks(order="reversed" if kind == "reversed" else "registered")
        sets[scope, kind].init_app(targets[scope])
    return sets[scope, kind]


def build(module, chosen):
    """An app with the hooks registered one after the other, and what they note."""
    app = module.Flask("made") if module is flask else module.Quart("made")
    targets = {name: module.Blueprint(name, "made") for name in ("outer", "inner", "other")}
    targets["app"] = app
    native = Recorder(asynchronous=module is quart)
    sets = {}
    for number, (scope, phase, kind) in enumerate(chosen):
        if kind == "native":
            if phase != "after_response":
                getattr(targets[scope], phase)(native.hook(number, phase))
            continue
        hooks = bind(sets, targets, scope, kind)
        if kind == "added":
            holder = type("Added", (), {})()
            setattr(holder, phase, native.hook(number, phase))
            hooks.add(holder)
        else:
            getattr(hooks, phase)(native.hook(number, phase))

    targets["inner"].add_url_rule("/", view_func=view)
    targets["outer"].register_blueprint(targets["inner"], url_prefix="/inner")
    app.register_blueprint(targets["outer"], url_prefix="/outer")
    app.register_blueprint(targets["other"])
    return app, native


@pytest.mark.parametrize("module", [flask, quart], ids=["flask", "quart"])
@given(chosen=registrations)
@examples(max_examples=50, deadline=None)
def test_hooks_are_listed_in_the_order_in_which_a_request_runs_them(module, chosen):
    app, recorder = build(module, chosen)
    listed = [
        int(row.name.rpartition("_")[2])
        for row in collect(app).rows
        if row.blueprint in (None, "outer", "outer.inner") and row.phase in PHASES
    ]
    with client_for(app) as client:
        assert client.ask(Request("/outer/inner/")).status == 200
    assert listed == recorder.ran


def test_teardown_appcontext_runs_backwards_on_flask_only(host, asking):
    ran = []

    def noting(number):
        def hook(_):
            ran.append(number)

        hook.__qualname__ = f"hook_{number}"
        return hook

    for number in range(3):
        host.app.teardown_appcontext(host.colour(noting(number)))
    host.route("/")(lambda: "text")
    asking(host.app)
    listed = [int(row.name.rpartition("_")[2]) for row in collect(host.app).rows]
    assert listed == ran[:3] == ([2, 1, 0] if host.name == "flask" else [0, 1, 2])


def test_url_value_preprocessors_come_first_those_of_the_app_before_the_blueprints(host, asking):
    ran = []

    def of_blueprint(endpoint, values):
        ran.append("of_blueprint")

    def of_app(endpoint, values):
        ran.append("of_app")

    blueprint = host.new_blueprint("inside")
    blueprint.url_value_preprocessor(of_blueprint)
    host.route("/", blueprint)(lambda: "text")
    host.app.register_blueprint(blueprint)
    host.app.url_value_preprocessor(of_app)
    host.app.before_request(host.colour(lambda: None))
    asking(host.app, "/inside/")
    rows = collect(host.app).rows
    assert [row.phase for row in rows] == ["url_value_preprocessor"] * 2 + ["before_request"]
    assert [row.name.rpartition(".")[2] for row in rows[:2]] == ran == ["of_app", "of_blueprint"]
    assert {row.runs for row in rows[:2]} == {"inline"}


class Surrounding:
    """An object that surrounds an app, and notes what passes it."""

    def __init__(self, name, ran):
        self.name = name
        self.ran = ran

    def after_request(self, response):
        return response

    def surround(self, app):
        if hasattr(app, "asgi_app"):
            inner = app.asgi_app

            async def asgi(scope, receive, send):
                async def noting_send(message):
                    if message["type"] == "http.response.start":
                        self.ran.append(self.name)
                    await send(message)

                await inner(scope, receive, noting_send)

            app.asgi_app = asgi
        else:
            inner_wsgi = app.wsgi_app

            def wsgi(environ, start_response):
                def start(*args):
                    self.ran.append(self.name)
                    return start_response(*args)

                return inner_wsgi(environ, start)

            app.wsgi_app = wsgi
        return lambda: False


@pytest.mark.parametrize("order", ["registered", "reversed"])
def test_what_surrounds_the_app_is_listed_where_the_response_passes_it(host, asking, order):
    ran = []
    hooks = Hooks(order=order)
    hooks.add(Surrounding("first", ran), Surrounding("second", ran))

    @hooks.after_request
    def plain(response):
        ran.append("after_request")
        return response

    @hooks.teardown_request
    def teardown(exc):
        ran.append("teardown_request")

    @hooks.after_response
    def last(sent):
        ran.append("after_response")

    hooks.init_app(host.app)
    host.route("/")(lambda: "text")
    asking(host.app)
    rows = collect(host.app).rows
    around = [row.slot.written.__self__.name for row in rows if row.phase == "surround"]
    listed = [around.pop(0) if row.phase == "surround" else row.phase for row in rows]
    assert listed == ran
    assert sorted(ran) == ["after_request", "after_response", "first", "second", "teardown_request"]


def test_quarts_websockets_and_serving_come_after_the_request():
    app = quart.Quart("made")
    blueprint = quart.Blueprint("inside", "made")

    async def hook(*_):
        pass

    @app.while_serving
    async def around():
        yield

    app.after_serving(hook)
    app.before_serving(hook)
    app.before_websocket(hook)
    blueprint.after_websocket(hook)
    app.after_websocket(hook)
    app.teardown_websocket(hook)
    app.teardown_request(hook)
    app.register_blueprint(blueprint)
    rows = collect(app).rows
    assert [(row.phase, row.blueprint) for row in rows] == [
        ("teardown_request", None),
        ("before_websocket", None),
        ("after_websocket", "inside"),
        ("after_websocket", None),
        ("teardown_websocket", None),
        ("before_serving", None),
        ("while_serving", None),
        ("after_serving", None),
    ]
    assert rows[6].name.endswith("around")
    assert rows[6].file == __file__
