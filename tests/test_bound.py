"""What is bound to an app can be found again, from the app and from what the host was given."""

from __future__ import annotations

import pytest

from afterware import Hooks
from afterware.binding import bound, watches_on


def first(response):
    return response


def second(response):
    return response


@pytest.mark.parametrize(
    ("order", "runs"), [("registered", [first, second]), ("reversed", [second, first])]
)
def test_a_function_that_the_host_was_given_tells_its_hooks_as_they_run(host, order, runs):
    hooks = Hooks(order=order)
    hooks.init_app(host.app)
    hooks.after_request(first)
    hooks.after_request(second)
    (function,) = host.app.after_request_funcs[None]
    told = bound(function)
    assert told is not None
    assert told.phase == "after_request"
    assert [hook.function for hook in told.hooks] == runs


def test_a_function_of_anybody_else_is_not_ours():
    assert bound(first) is None


def test_an_app_tells_its_watches_in_the_order_in_which_they_report(host):
    reported = []
    on_app, on_blueprint = Hooks(), Hooks()
    blueprint = host.new_blueprint("inside")
    on_blueprint.init_app(blueprint)
    on_app.init_app(host.app)
    host.route("/", blueprint)(lambda: "text")
    assert watches_on(host.app) == []
    on_app.after_response(lambda sent: reported.append(on_app))
    on_blueprint.after_response(lambda sent: reported.append(on_blueprint))
    host.app.register_blueprint(blueprint)
    host.app.register_blueprint(blueprint, name="again", url_prefix="/again")
    host.ask("/inside/")
    watches = [watched.binding.hooks for watched in watches_on(host.app)]
    assert watches == reported == [on_app, on_blueprint]


def test_what_only_takes_a_note_runs_no_hooks(host):
    hooks = Hooks()
    hooks.after_response(lambda sent: None)
    blueprint = host.new_blueprint("inside")
    hooks.init_app(blueprint)
    host.app.register_blueprint(blueprint)
    (note,) = host.app.teardown_request_funcs["inside"]
    told = bound(note)
    assert told is not None
    assert told.phase is None
    assert told.hooks == []


def test_a_part_of_the_hooks_can_be_run_apart_from_the_rest(host):
    hooks = Hooks()

    @hooks.after_request
    def left_out(response):
        response.headers["X-Left-Out"] = "yes"
        return response

    @hooks.after_request
    def kept(response):
        response.headers["X-Kept"] = "yes"
        return response

    hooks.init_app(host.app)
    host.route("/")(lambda: "text")
    functions = host.app.after_request_funcs[None]
    told = bound(functions[0])
    assert told is not None
    functions[:] = [told.binding.function("after_request", lambda: [list(hooks)[1]])]
    headers = host.ask("/").headers
    assert "X-Kept" in headers
    assert "X-Left-Out" not in headers
