"""Contexts and commands for plain tests, on both hosts."""

from __future__ import annotations

import warnings

import click
import flask
import pytest
import quart
import quart.globals

from afterware import testing
from afterware.testing import flask_names, of_quart


def has_app(twin):
    return twin.module.has_app_context(), flask.has_app_context()


def test_an_app_context_is_entered_with_with(twin):
    torn = []
    twin.app.teardown_appcontext(twin.inline(torn.append))
    with testing.app_context(twin.app) as context:
        twin.module.g.value = 1
        assert flask.g.value == context.g.value == 1
        assert twin.module.current_app == flask.current_app == twin.app
        assert torn == []
    assert torn == [None]
    assert has_app(twin) == (False, False)


def test_app_contexts_are_nested(twin):
    with testing.app_context(twin.app):
        twin.module.g.value = "outer"
        with testing.app_context(twin.app):
            assert "value" not in twin.module.g
            twin.module.g.value = "inner"
        assert twin.module.g.value == flask.g.value == "outer"
    assert has_app(twin) == (False, False)


def test_contexts_of_two_apps_are_nested(twin):
    other = twin.new_app()
    with testing.app_context(twin.app):
        with testing.app_context(other):
            assert flask.current_app == other
        assert flask.current_app == twin.app


def test_a_context_is_pushed_and_popped_by_hand(twin):
    context = testing.app_context(twin.app)
    context.push()
    twin.module.g.value = 1
    assert flask.g.value == 1
    context.pop()
    assert has_app(twin) == (False, False)


def test_a_context_that_is_not_pushed_is_not_popped(quart_twin):
    with pytest.raises(RuntimeError, match="it is not pushed"):
        testing.app_context(quart_twin.app).pop()


def test_teardown_is_told_what_ended_the_context(twin):
    torn = []
    twin.app.teardown_appcontext(twin.inline(torn.append))
    with pytest.raises(KeyError), testing.app_context(twin.app):
        raise KeyError("of the test")
    assert [type(each) for each in torn] == [KeyError]


def test_an_error_of_a_teardown_function_reaches_the_test_and_the_context_is_gone(quart_twin):
    def teardown(error):
        raise KeyError("of the teardown")

    quart_twin.app.teardown_appcontext(quart_twin.inline(teardown))
    with pytest.raises((KeyError, ExceptionGroup)), testing.app_context(quart_twin.app):
        pass
    assert has_app(quart_twin) == (False, False)


def test_contextvars_of_a_test_are_seen_by_teardown_functions(quart_twin):
    from contextvars import ContextVar

    mark = ContextVar("mark")
    seen = []
    quart_twin.app.teardown_appcontext(quart_twin.inline(lambda error: seen.append(mark.get())))
    with testing.app_context(quart_twin.app):
        mark.set("inside")
    assert seen == ["inside"]


REQUESTS = {
    "nothing": ((), {}),
    "a path": (("/a?x=1",), {}),
    "a form": (("/",), {"method": "POST", "data": {"a": "1"}}),
    "json": (("/",), {"method": "POST", "json": {"a": 1}}),
    "query_string": (("/a",), {"query_string": {"x": "é"}}),
    "headers": (("/",), {"headers": {"X-Token": "t"}}),
    "base_url": (("/a", "https://example.org/up"), {}),
    "a path that is not ASCII": (("/é",), {}),
}


@pytest.mark.parametrize(("args", "kwargs"), REQUESTS.values(), ids=REQUESTS)
def test_a_request_context_has_the_request_that_flask_would_make(args, kwargs, both):
    seen = []
    for twin in both:
        twin.route("/", endpoint="home", methods=["GET", "POST"])(lambda: "home")
        twin.route("/<rest>", endpoint="rest")(lambda rest: rest)
        with testing.request_context(twin.app, *args, **kwargs):
            request = flask.request
            seen.append(
                (
                    request.method,
                    request.url,
                    request.path,
                    request.script_root,
                    request.args.to_dict(),
                    request.form.to_dict(),
                    request.get_json(silent=True) if "json" in kwargs else None,
                    request.headers.get("X-Token"),
                    request.headers.get("User-Agent"),
                    request.endpoint,
                    request.view_args,
                    request.environ["REQUEST_METHOD"],
                )
            )
    assert seen[0] == seen[1]


def test_helpers_work_inside_a_request_context(twin):
    twin.route("/page", endpoint="page")(lambda: "page")
    with testing.request_context(twin.app, "/"):
        assert twin.module.url_for("page") == flask.url_for("page") == "/page"
        flask.session["a"] = 1
        assert twin.module.session["a"] == 1
        flask.session["_flashes"] = [("message", "hello")]
        assert flask.get_flashed_messages() == ["hello"]
        assert flask.get_flashed_messages() == ["hello"]


def test_quarts_own_helpers_are_run_inside_a_request_context(quart_twin):
    with testing.request_context(quart_twin.app, "/"):
        testing.run(quart.flash("hello"))
        assert quart.get_flashed_messages() == ["hello"]
        page = quart.render_template_string("{{ request.path }} {{ value }}", value=1)
        assert testing.run(page) == "/ 1"


def test_a_request_context_is_made_of_an_environ(twin):
    from werkzeug.test import create_environ

    with testing.request_context(twin.app, create_environ("/a?b=c", method="PUT")):
        assert (flask.request.method, flask.request.path) == ("PUT", "/a")


def test_what_quarts_own_request_context_takes_is_taken(quart_twin):
    with testing.request_context(quart_twin.app, "/", method="POST", form={"a": "1"}):
        assert testing.run(quart.request.form)["a"] == "1"


def test_a_call_inside_a_context_leaves_it_as_it_was(twin):
    twin.route("/<int:number>", endpoint="number")(lambda number: str(number))
    with testing.request_context(twin.app, "/outside"):
        assert twin.client().get("/1").text == "1"
        assert flask.request.path == twin.module.request.path == "/outside"
        with twin.client() as client:
            client.get("/2")
            assert flask.request.path == "/2"
        assert flask.request.path == "/outside"


def test_the_app_does_not_see_flasks_names_that_its_tests_see(quart_twin):
    seen = []
    quart_twin.route("/")(lambda: (seen.append(flask.has_app_context()), "ok")[1])
    with testing.request_context(quart_twin.app, "/"):
        assert flask.has_app_context()
        quart_twin.client().get("/")
        assert flask.has_app_context()
    assert seen == [False]


def test_a_context_of_flask_inside_one_of_quart_is_seen(quart_twin):
    inner = flask.Flask("inner")
    with testing.app_context(quart_twin.app):
        with inner.app_context():
            assert flask.current_app == inner
            testing.run(_nothing())
            assert flask.current_app == inner
        assert flask.current_app == quart_twin.app


async def _nothing():
    pass


def test_without_flasks_private_names_quarts_own_are_seen(quart_twin, monkeypatch):
    monkeypatch.setattr(flask_names, "variables", lambda: (None, None))
    with testing.app_context(quart_twin.app):
        quart.g.value = 1
        assert quart.current_app == quart_twin.app
        assert not flask.has_app_context()


def test_flasks_private_names_are_found():
    assert None not in flask_names.variables()


def test_quarts_contexts_are_found():
    assert any(hasattr(quart.globals, name) for name in of_quart._PROXIES)


def test_without_quarts_contexts_a_new_one_is_kept_and_a_warning_says_what_is_lost(
    quart_twin, monkeypatch
):
    monkeypatch.setattr(of_quart, "_PROXIES", ())

    @quart_twin.app.route("/")
    async def index():
        quart.g.value = 1
        quart.session["a"] = 1
        return "ok"

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with quart_twin.client() as client:
            client.get("/")
            assert quart.request.path == "/"
            assert "value" not in quart.g
    assert "g is empty" in str(caught[0].message)


def test_other_apps_have_no_contexts():
    async def app(scope, receive, send):
        pass

    for function in (testing.app_context, testing.request_context, testing.cli_runner):
        with pytest.raises(TypeError, match="for Flask and Quart apps"):
            function(app)


def commands(twin):
    @twin.app.cli.command("name")
    def name():
        click.echo(twin.module.current_app.name)

    @twin.app.cli.command("wait")
    async def wait():
        click.echo(f"waited in {twin.module.current_app.name}")

    @click.command("added")
    @click.argument("word")
    def added(word):
        click.echo(f"{word} in {twin.module.current_app.name}")

    twin.app.cli.add_command(added)
    return testing.cli_runner(twin.app)


def test_commands_run_in_an_app_context(twin):
    runner = commands(twin)
    assert runner.invoke(args=["name"]).output == "served\n"
    assert runner.invoke(args="added word").output == "word in served\n"
    assert not twin.module.has_app_context()


def test_an_asynchronous_command_is_run(twin):
    result = commands(twin).invoke(args=["wait"])
    assert result.exception is None
    assert result.output == "waited in served\n"


def test_a_command_of_quart_that_asks_for_a_context_gets_one(quart_twin):
    @quart_twin.app.cli.command("plain", with_appcontext=True)
    def plain():
        click.echo(quart.current_app.name)

    @quart_twin.app.cli.command("waits", with_appcontext=True)
    async def waits():
        click.echo(quart.current_app.name)

    runner = testing.cli_runner(quart_twin.app)
    assert runner.invoke(args=["plain"]).output == "served\n"
    assert runner.invoke(args=["waits"]).output == "served\n"


def test_an_error_of_a_command_is_in_its_result(twin):
    @twin.app.cli.command("fails")
    def fails():
        raise KeyError("of the command")

    result = testing.cli_runner(twin.app).invoke(args=["fails"])
    assert result.exit_code == 1
    assert isinstance(result.exception, KeyError)


def test_a_command_that_is_not_of_the_app_is_run_too(twin):
    @click.command()
    def alone():
        click.echo(twin.module.current_app.name)

    assert testing.cli_runner(twin.app).invoke(alone).output == "served\n"


def test_the_apps_own_runner_class_is_used(twin):
    from flask.testing import FlaskCliRunner

    class Ours(FlaskCliRunner):
        def __init__(self, app, **kwargs):
            self.flavour = kwargs.pop("flavour")
            super().__init__(app, **kwargs)

    twin.app.test_cli_runner_class = Ours
    twin.app.cli.command("name")(lambda: click.echo("named"))
    runner = testing.cli_runner(twin.app, flavour="sweet")
    assert isinstance(runner, Ours)
    assert runner.flavour == "sweet"
    assert runner.invoke(args=["name"]).output == "named\n"
