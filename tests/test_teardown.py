"""teardown_request gets the same exception on both hosts."""

from __future__ import annotations

import pytest
import werkzeug.exceptions
from raising import raised_by

from afterware import Hooks


class TroubleError(Exception):
    pass


@pytest.fixture
def torn_down(host):
    """What teardown_request hooks were given, on an app that fails in several ways."""
    given = []
    hooks = Hooks()
    hooks.teardown_request(given.append)

    @hooks.teardown_request
    async def again(exc):
        given.append(exc)

    hooks.init_app(host.app)
    host.route("/")(lambda: "home")
    host.route("/teapot")(lambda: host.module.abort(418))

    @host.route("/boom")
    def boom():
        raise TroubleError("unhandled")

    @host.route("/lookup")
    def lookup():
        raise LookupError("handled")

    host.app.register_error_handler(LookupError, host.colour(lambda error: ("handled", 400)))
    return given


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/none", 404), ("/teapot", 418), ("/lookup", 400)]
)
def test_none_when_nothing_went_wrong_or_all_was_handled(host, torn_down, path, status):
    assert host.ask(path).status == status
    assert torn_down == [None, None]


def test_the_error_that_nobody_handled(host, torn_down):
    assert host.ask("/boom").status == 500
    first, second = torn_down
    assert isinstance(first, TroubleError)
    assert first is second


def test_the_error_too_where_a_handler_made_the_error_page(host, torn_down):
    host.app.register_error_handler(500, host.colour(lambda error: ("sorry", 500)))
    assert host.ask("/boom").body == b"sorry"
    assert isinstance(torn_down[0], TroubleError)


def test_the_error_too_where_it_is_passed_on_to_the_test(host, torn_down):
    host.app.config["PROPAGATE_EXCEPTIONS"] = True
    (error,) = raised_by(lambda: host.ask("/boom"))
    assert torn_down == [error, error]


def test_one_request_does_not_hear_of_anothers_error(host, torn_down):
    host.ask("/boom")
    host.ask("/")
    assert torn_down[2:] == [None, None]


def test_an_error_in_a_hook_is_the_one_given(host, torn_down):
    hooks = Hooks()

    @hooks.after_request
    def fails(response):
        raise TroubleError("in a hook")

    hooks.init_app(host.app)
    host.ask("/")
    assert str(torn_down[0]) == "in a hook"


def test_it_holds_on_a_blueprint(host):
    given = []
    hooks = Hooks()
    hooks.teardown_request(given.append)
    blueprint = host.new_blueprint("inside")
    hooks.init_app(blueprint)

    @host.route("/boom", blueprint)
    def boom():
        raise TroubleError

    host.app.register_blueprint(blueprint)
    host.ask("/inside/boom")
    assert [type(exc) for exc in given] == [TroubleError]


def test_an_http_exception_raised_as_an_error_is_handled(host, torn_down):
    @host.route("/gone")
    def gone():
        raise werkzeug.exceptions.Gone

    assert host.ask("/gone").status == 410
    assert torn_down == [None, None]
