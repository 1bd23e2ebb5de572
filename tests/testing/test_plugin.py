"""`pytest -p afterware.testing`: suites of Flask's kind, run by pytest in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import entry_points

import pytest
from testing.suites import ROOT, Suite

pytestmark = pytest.mark.slow  # each runs pytest in a process of its own


@pytest.fixture
def suite(tmp_path):
    return Suite(tmp_path)


def test_tests_written_for_flask_run_unchanged(suite):
    suite.run(
        """
        import unittest
        from unittest import mock

        import click
        import pytest
        from flask import (
            current_app, flash, g, get_flashed_messages, render_template_string, request,
            request_started, session, url_for,
        )
        from hypothesis import given, settings, strategies

        import site_app

        def test_client(client):
            with client:
                assert client.get("/").text == "hello"
                assert g.value == 1 and session["seen"] and request.path == "/"

        def test_app_context(app):
            with app.app_context():
                assert current_app.name == "site_app"

        def test_request_context(app):
            with app.test_request_context("/?a=b", method="POST", data={"x": "y"}):
                assert (request.args["a"], request.form["x"]) == ("b", "y")
                assert app.preprocess_request() is None
                assert g.user is None
                assert url_for("index") == "/"
                flash("hello")
                assert get_flashed_messages() == ["hello"]
                assert render_template_string("{{ request.path }}") == "/"
                response = app.process_response(app.make_response("made"))
                assert response.status_code == 200
                assert app.full_dispatch_request().status_code == 405

        def test_environ(app):
            from werkzeug.test import create_environ
            with app.request_context(create_environ("/environ")):
                assert request.path == "/environ"

        def test_signals(app, client):
            seen = []
            with request_started.connected_to(lambda sender: seen.append(sender), app):
                client.get("/")
            assert seen == [app]

        def test_by_hand(app):
            context = app.app_context()
            context.push()
            g.a = 1
            context.pop()
            app.test_request_context().push()
            from flask.globals import request_ctx
            assert request.path == "/"
            request_ctx.pop()

        def test_runner(app):
            @app.cli.command("named")
            async def named():
                click.echo(current_app.name if current_app else "flask's own")
                click.echo("ran")
            assert "ran" in app.test_cli_runner().invoke(args=["named"]).output

        def test_monkeypatch(client, monkeypatch):
            monkeypatch.setattr("site_app.greeting", lambda: "patched")
            assert client.get("/").text == "patched"

        def test_monkeypatch_of_an_object(client, monkeypatch):
            monkeypatch.setattr(site_app, "greeting", lambda: "patched")
            assert client.get("/").text == "patched"

        def test_mock(app, client):
            with mock.patch("site_app.greeting", return_value="mocked") as greeting:
                assert client.get("/").text == "mocked"
            greeting.assert_called_once_with()
            with mock.patch.dict(app.view_functions, plain=mock.Mock(return_value="a mock")):
                assert client.get("/plain").text == "a mock"

        class TestClass(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                cls.shared = site_app.create_app().test_client()

            def setUp(self):
                self.app = site_app.create_app()
                self.context = self.app.app_context()
                self.context.push()
                self.client = self.app.test_client()

            def tearDown(self):
                self.context.pop()

            def test_it(self):
                assert self.client.get("/").text == self.shared.get("/").text == "hello"
                assert current_app == self.app

        @pytest.fixture(scope="class")
        def wide(request):
            request.cls.wide = site_app.create_app().test_client()

        @pytest.mark.usefixtures("wide")
        class TestWide:
            def test_one(self):
                assert self.wide.get("/").text == "hello"

            def test_two(self):
                assert self.wide.get("/plain").text == "plain"

        @settings(max_examples=20, deadline=None)
        @given(strategies.text("abc", min_size=1))
        def test_hypothesis(text):
            assert site_app.create_app().test_client().get(f"/{text}").status_code == 404
        """
    ).passes(14)


def test_without_being_asked_for_it_changes_nothing(suite):
    suite.run(
        """
        import inspect
        import quart

        def test_quart_is_its_own(app):
            assert inspect.iscoroutinefunction(quart.Quart.preprocess_request)
            assert type(app.test_client()).__module__ == "quart.testing.client"
            assert not hasattr(app.app_context(), "__enter__")
        """,
        plugin=False,
    ).passes(1)


def test_what_it_replaces_is_put_back(suite):
    run = suite.run(
        """
        import atexit
        import flask
        import pytest
        import quart

        @atexit.register
        def look():
            methods = {**vars(quart.Quart), **vars(pytest.MonkeyPatch), **vars(flask)}
            functions = {name: each for name, each in methods.items() if type(each) is type(look)}
            left = [name for name, each in functions.items() if hasattr(each, "afterware_native")]
            print("left:", left, pytest.MonkeyPatch.setattr.__code__.co_filename[-14:])

        def test_it(client):
            assert client.get("/").text == "hello"
        """,
        "-s",
    )
    assert "left: [] monkeypatch.py" in run.said


def test_a_coroutine_that_is_never_awaited_fails_its_test(suite):
    run = suite.run(
        """
        import pytest

        async def helper():
            pass

        def test_in_the_app(client):
            client.get("/lost")

        def test_in_the_test():
            helper()

        @pytest.fixture
        def fixture():
            helper()

        def test_in_a_fixture(fixture):
            pass

        def test_innocent(client, recwarn):
            assert client.get("/").text == "hello"
            with pytest.warns(RuntimeWarning, match="never awaited"):
                helper()
        """
    )
    assert (run.count("failed"), run.count("error"), run.count("passed")) == (2, 1, 1)
    assert re.search(r"flash, made at .*site_app\.py:\d+", run.said)
    assert re.search(r"helper, made at .*test_it\.py:\d+", run.said)
    assert "while its fixtures were made" in run.said


def test_async_tests_that_never_ran_fail(suite):
    run = suite.run(
        """
        import unittest

        async def test_alone():
            assert False

        class TestIt(unittest.TestCase):
            async def test_method(self):
                assert False

        class TestOwn(unittest.IsolatedAsyncioTestCase):
            async def test_runs(self):
                pass
        """,
        "-W",
        "ignore::DeprecationWarning",
    )
    assert (run.count("failed"), run.count("passed")) == (2, 1)
    assert "test_alone is async def and did not run" in run.said
    assert "TestIt is a unittest.TestCase" in run.said


def test_tests_of_pytest_asyncio_stand_beside(suite):
    run = suite.run(
        """
        import pytest

        @pytest.mark.asyncio
        async def test_quarts_own_client(app):
            client = app.test_client()
            response = await client.get("/")
            assert await response.get_data() == b"hello"
            async with app.app_context():
                pass
            async with app.test_request_context("/", form={"a": "b"}):
                pass

        @pytest.mark.asyncio
        async def test_a_plain_client(client):
            client.get("/")

        def test_plain(client):
            assert client.get("/").text == "hello"
        """
    )
    assert (run.count("failed"), run.count("passed")) == (1, 2)
    assert "In an async test use the client of the app's own host" in run.said


def test_the_test_in_which_the_loop_was_held_is_named(suite):
    text = """
        def test_slow(client):
            client.get("/slow")

        def test_quick(client):
            client.get("/plain")
        """
    run = suite.run(text, "--loop-held", "60ms")
    run.passes(2)
    assert re.search(r"test_it\.py::test_slow: 1\d\d ms in .*site_app\.py:\d+ in .*slow", run.said)
    assert "test_quick:" not in run.said
    assert re.search(r"test_slow: 1\d\d ms", suite.run(text, "--loop-held", "60ms", "-n2").said)
    assert "no test held it for longer than 5s" in suite.run(text, "--loop-held", "5s").said


def test_a_duration_that_is_none_is_refused(suite):
    run = suite.run("def test_it(): pass", "--loop-held", "soon")
    assert "--loop-held: 'soon' is no duration: write 50ms or 0.2s" in run.said


def test_def_inline_runs_plain_views_in_the_tests_thread(suite):
    suite.run(
        """
        import threading

        def test_it(app):
            @app.route("/thread")
            def thread():
                return str(threading.get_ident())

            assert app.test_client().get("/thread").text == str(threading.get_ident())
        """,
        "--def-inline",
    ).passes(1)


def test_an_app_ends_with_what_made_it(suite):
    suite.write(
        "conftest.py",
        """
        import pytest

        from site_app import create_app

        log = []

        @pytest.fixture
        def app():
            mine = []
            yield create_app(mine)
            log.append(("fixture", mine))

        @pytest.fixture(scope="module")
        def wide():
            mine = []
            yield create_app(mine)
            log.append(("module", mine))

        @pytest.fixture
        def log_so_far():
            return log
        """,
    )
    suite.run(
        """
        from site_app import create_app

        mine = []
        of_the_module = create_app(mine)

        def test_one(app, wide):
            app.test_client().get("/")
            wide.test_client().get("/")
            of_the_module.test_client().get("/")
            inner = test_one.inner = []
            create_app(inner).test_client().get("/")
            assert inner == ["start"]

        def test_two(log_so_far, wide):
            assert test_one.inner == ["start", "end"]
            assert log_so_far == [("fixture", ["start", "end"])]
            assert mine == ["start"]
            wide.test_client().get("/")
        """
    ).passes(2)


def test_xdist_runs_it_in_each_worker(suite):
    suite.run(
        """
        import pytest

        @pytest.mark.parametrize("number", range(6))
        def test_it(client, number):
            assert client.get("/").text == "hello"
        """,
        "-n2",
    ).passes(6)


def test_a_fixture_that_pushes_a_context_for_every_test_works(suite):
    # What pytest-flask does for every test that has an app.
    suite.run(
        """
        import pytest
        from flask import url_for

        class Compared:
            def __eq__(self, other):
                return self.status_code == other if isinstance(other, int) else NotImplemented

            __hash__ = None

        @pytest.fixture(autouse=True)
        def response_class(app, monkeypatch):
            kind = type("Compared", (app.response_class, Compared), {})
            monkeypatch.setattr(app, "response_class", kind)

        @pytest.fixture(autouse=True)
        def pushed(app, request):
            context = app.test_request_context()
            context.push()
            request.addfinalizer(context.pop)

        @pytest.fixture
        def client(app):
            with app.test_client() as client:
                yield client

        def test_it(client):
            assert client.get(url_for("index")) == 200
            assert client.get("/nowhere") == 404
        """
    ).passes(1)


def test_a_suite_of_flask_alone_runs_with_it(suite):
    suite.run(
        """
        import flask

        def test_it():
            app = flask.Flask(__name__)
            app.add_url_rule("/", "index", lambda: "flask")
            assert app.test_client().get("/").text == "flask"
            with app.app_context():
                assert flask.render_template_string("{{ 1 }}") == "1"
        """
    ).passes(1)


def test_importing_it_imports_no_host():
    hosts = "{'flask', 'quart', 'pytest', 'click'}"
    code = f"import afterware.testing, sys; print({hosts} & {{*sys.modules}})"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "shared")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_pytest_does_not_load_it_by_itself():
    assert not [each for each in entry_points(group="pytest11") if "afterware" in each.value]
