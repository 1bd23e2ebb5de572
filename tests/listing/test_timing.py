"""What each hook adds, by a clock that the hooks themselves put forward; and the app afterwards."""

from __future__ import annotations

import asyncio
import itertools
import threading

import flask
import pytest
import quart

from afterware import Hooks, exchange
from afterware.exchange import Request
from afterware.hooks import SecurityHeaders
from afterware.listing.collect import collect
from afterware.listing.timing import TimingError, measure

ROUNDS = 6


@pytest.fixture
def spend(monkeypatch):
    """A clock that stands still, unless somebody spends time."""
    spent = [0.0]
    monkeypatch.setattr(exchange, "perf_counter", lambda: spent[0])

    def spend(seconds):
        spent[0] += seconds

    return spend


def costs(timing):
    return {row.name.rpartition(".")[2]: measured for row, measured in timing.measured.items()}


def timed(app, path="/", rounds=ROUNDS, headers=(), tell=lambda _: None):
    return measure(collect(app), Request(path, headers=headers), rounds, tell)


def test_each_hook_is_told_what_it_adds_native_or_bound(host, spend):
    hooks = Hooks(order="reversed")

    @hooks.before_request
    def one():
        spend(0.001)

    @hooks.after_request
    def two(response):
        spend(0.002)
        return response

    @hooks.after_request
    async def three(response):
        spend(0.003)
        return response

    @hooks.teardown_request
    def four(exc):
        spend(0.004)

    @hooks.after_response
    def five(sent):
        spend(0.005)

    @hooks.after_response
    async def six(sent):
        spend(0.006)

    def seven(exc):
        spend(0.007)

    def eight(response):
        spend(0.008)
        return response

    hooks.init_app(host.app)
    host.app.teardown_appcontext(host.colour(seven))
    host.app.after_request(host.colour(eight))
    host.route("/")(lambda: spend(0.1) or "text")
    timing = timed(host.app)
    added = {name: measured.added.median for name, measured in costs(timing).items()}
    numbers = ("one", "two", "three", "four", "five", "six", "seven", "eight")
    assert added == pytest.approx({name: number / 1000 for number, name in enumerate(numbers, 1)})
    assert timing.seconds == pytest.approx(0.136)
    assert (timing.path, timing.status, timing.rounds) == ("/", 200, ROUNDS)


def state(app):
    """Everything of an app that the arms touch."""
    kept = [app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs]
    return [
        [(name, id(functions), list(functions)) for name, functions in each.items() if functions]
        for each in kept
    ] + [list(app.teardown_appcontext_funcs)]


def furnished(host):
    """An app with native and bound hooks of several phases."""
    hooks = Hooks()
    hooks.before_request(lambda: None)
    hooks.after_request(lambda response: response)
    hooks.after_request(lambda response: response)
    hooks.after_response(lambda sent: None)
    hooks.init_app(host.app)

    def native(response):
        return response

    host.app.after_request(native)
    host.app.teardown_appcontext(host.colour(lambda exc: None))
    return host.app


def watches(app):
    """The reports of the watches on *app*."""
    return [row.slot.watch.report for row in collect(app).rows if row.slot.watch is not None]


@pytest.mark.parametrize("after", [0, 3, 5])
def test_the_app_is_left_as_it_was_even_if_it_fails_or_is_interrupted(host, after):
    app = furnished(host)
    host.route("/")(lambda: "text")
    before, reports = state(app), watches(app)
    rounds = itertools.count()

    def tell(_):
        if next(rounds) == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        timed(app, tell=tell)
    assert state(app) == before
    assert watches(app) == reports
    timed(app)
    assert state(app) == before
    assert watches(app) == reports


def test_a_path_that_changes_its_answer_is_an_error_and_the_app_is_left_as_it_was(host):
    app = furnished(host)
    answers = itertools.count()
    host.route("/")(lambda: "text" if next(answers) < 150 else ("slow down", 429))
    before = state(app)
    with pytest.raises(TimingError, match="answered 200 at first, and then it answers 429"):
        timed(app, rounds=100)
    assert state(app) == before


def test_a_hook_that_the_path_needs_cannot_be_taken_out_and_that_is_said(host):
    host.quiet()
    g = host.module.g

    def needed():
        g.user = "somebody"

    host.app.before_request(host.colour(needed))
    host.route("/")(lambda: g.user)
    measured = costs(timed(host.app))["needed"]
    assert measured.added is None
    assert measured.why_not == "without it the path answers 500"


def test_a_hook_that_the_path_needs_only_after_a_while_is_dropped_and_the_rest_is_measured(host):
    host.quiet()
    state = {"given back": True, "missed": 0}

    def needed(exc):
        state["given back"] = True

    def other(response):
        return response

    host.app.teardown_request(host.colour(needed))
    host.app.after_request(host.colour(other))

    @host.route("/")
    def view():
        missing = not state["given back"]
        state["given back"] = False
        state["missed"] += missing
        # Within the requests that are sent first of all it is not noticed.
        return ("too many", 503) if missing and state["missed"] > 25 else "text"

    measured = costs(timed(host.app, rounds=20))
    assert measured["needed"].added is None
    assert measured["needed"].why_not == "without it the path answers 503 after a while"
    assert measured["other"].added is not None


def test_what_surrounds_the_app_is_not_measured_and_hooks_beside_it_are(host):
    hooks = Hooks()
    hooks.add(SecurityHeaders())

    @hooks.after_request
    def beside(response):
        return response

    hooks.init_app(host.app)
    host.route("/")(lambda: "text")
    measured = {row.phase: each for row, each in timed(host.app).measured.items()}
    assert measured["surround"].why_not == "it surrounds the app and cannot be taken out"
    assert measured["after_request"].added is not None


def test_teardown_hooks_are_measured_last(host):
    order = []

    def teardown(exc):
        order.append("teardown")

    def after(response):
        order.append("after")
        return response

    host.app.teardown_request(host.colour(teardown))
    host.app.after_request(host.colour(after))
    host.route("/")(lambda: "text")
    timed(host.app)
    without_teardown = [
        number for number in range(len(order) - 1) if order[number] == order[number + 1] == "after"
    ]
    without_after = [
        number
        for number in range(len(order) - 1)
        if order[number] == order[number + 1] == "teardown"
    ]
    assert max(without_after) < min(without_teardown)


def test_a_hook_without_which_the_request_is_slower_spares_time(host, spend):
    saved = []

    def saving():
        saved.append(1)

    host.app.before_request(host.colour(saving))
    host.route("/")(lambda: spend(0.001 if saved and not saved.clear() else 0.003) or "text")
    added = costs(timed(host.app))["saving"].added
    assert added.median == pytest.approx(-0.002)
    assert added.reversed().low == pytest.approx(0.002)


def test_progress_is_told_from_0_to_1(host):
    told = []
    host.app.after_request(host.colour(lambda response: response))
    host.app.teardown_request(host.colour(lambda exc: None))
    host.route("/")(lambda: "text")
    timed(host.app, tell=told.append)
    assert told == sorted(told)
    assert len(told) == 2 * ROUNDS
    assert 0 < told[0] < 0.5
    assert told[-1] == 1


def test_a_hook_of_another_blueprint_is_not_on_this_path(host):
    def elsewhere(response):
        return response

    def here(response):
        return response

    for name, hook in (("one", elsewhere), ("two", here)):
        blueprint = host.new_blueprint(name)
        blueprint.after_request(host.colour(hook))
        host.route("/", blueprint)(lambda: "text")
        host.app.register_blueprint(blueprint)
    measured = costs(timed(host.app, "/two/"))
    assert measured["elsewhere"].why_not == "not on this path"
    assert measured["here"].added is not None


def test_quarts_hooks_of_serving_run_once_and_are_no_part_of_a_request():
    app = quart.Quart("made")
    ran = []

    async def starting():
        ran.append("starting")

    async def stopping():
        ran.append("stopping")

    app.before_serving(starting)
    app.after_serving(stopping)

    @app.get("/")
    async def home():
        assert ran == ["starting"]
        return "text"

    measured = costs(timed(app))
    assert measured["starting"].why_not == "no part of a request"
    assert ran == ["starting", "stopping"]


def test_an_app_that_cannot_start_is_an_error_that_says_why():
    app = quart.Quart("made")

    @app.before_serving
    async def starting():
        raise LookupError("no database")

    app.add_url_rule("/", view_func=lambda: "text")
    app.logger.disabled = True
    with pytest.raises(TimingError, match=r"the app's startup failed: .*no database"):
        timed(app)
    app.logger.disabled = False


def test_a_def_that_hops_on_quart_is_also_measured_bound_through_afterware(spend):
    app = quart.Quart("made")
    threads = set()

    @app.after_request
    def hopping(response):
        spend(0.0005)
        threads.add(threading.current_thread())
        return response

    app.add_url_rule("/", view_func=lambda: "text")
    measured = costs(timed(app))["hopping"]
    assert threading.main_thread() in threads
    assert len(threads) > 1
    assert measured.added.median == pytest.approx(0.0005)
    assert measured.bound.median == pytest.approx(0.0005)
    assert measured.saved.median == pytest.approx(0)  # the hop, which this clock does not see
    assert not measured.slow


def test_a_hook_that_would_hold_the_loop_long_is_told_to_be_slow(spend):
    app = quart.Quart("made")

    @app.before_request
    def waiting():
        spend(0.002)

    app.add_url_rule("/", view_func=lambda: "text")
    assert costs(timed(app))["waiting"].slow


def test_an_async_def_on_flask_is_measured_driven_or_suspending_as_it_needs(spend):
    app = flask.Flask("made")
    app.logger.disabled = True
    threads = {"driven": set(), "suspending": set()}

    @app.after_request
    async def driven(response):
        threads["driven"].add(threading.current_thread().name)
        return response

    @app.after_request
    async def suspending(response):
        await asyncio.sleep(0)
        threads["suspending"].add(threading.current_thread().name)
        return response

    app.add_url_rule("/", view_func=lambda: "text")
    measured = costs(timed(app))
    app.logger.disabled = False
    assert not measured["driven"].waits
    assert threading.main_thread().name in threads["driven"]
    assert measured["suspending"].waits
    assert "afterware-loop" in threads["suspending"]
    assert measured["suspending"].saved is not None


def test_a_hook_needed_by_the_path_is_still_measured_bound():
    app = quart.Quart("made")
    app.logger.disabled = True

    @app.before_request
    def needed():
        quart.g.user = "somebody"

    @app.get("/")
    async def home():
        return quart.g.user

    measured = costs(timed(app))["needed"]
    app.logger.disabled = False
    assert measured.added is None
    assert measured.bound is None
    assert measured.saved is not None


def test_what_goes_around_hooks_is_asked_once_for_each(host):
    asked = []

    class Around:
        def around(self, hook):
            asked.append(hook.name.rpartition(".")[2])
            return hook.function

    hooks = Hooks()
    hooks.add(Around())

    @hooks.after_request
    def one(response):
        return response

    @hooks.after_request
    def two(response):
        return response

    hooks.init_app(host.app)
    host.route("/")(lambda: "text")
    timed(host.app)
    # Once for the app itself, and once for what is compared with it.
    assert sorted(asked) == ["one", "one", "two", "two"]


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (401, "It needs a login"),
        (403, "It needs a login"),
        (404, "Choose a path that is there with --path; the command `routes` lists them"),
        (405, "Only GET is timed"),
        (418, "Choose a path that answers well"),
        (500, "Choose a path that answers well"),
    ],
)
def test_a_path_without_an_ordinary_answer_is_an_error_with_a_remedy(host, status, remedy):
    host.app.after_request(lambda response: response)
    host.route("/page")(lambda: ("text", status))
    with pytest.raises(TimingError, match=f"GET /page answers {status}. {remedy}"):
        timed(host.app, "/page")


def test_a_view_that_raises_is_named_by_what_it_raised(host):
    host.quiet()

    @host.route("/")
    def view():
        raise LookupError("no such thing")

    with pytest.raises(TimingError, match="answers 500: it raised LookupError: no such thing"):
        timed(host.app)


def test_an_app_that_lets_errors_through_is_told_of_likewise(host):
    host.quiet()
    host.app.config["PROPAGATE_EXCEPTIONS"] = True

    @host.route("/")
    def view():
        raise LookupError("no such thing")

    with pytest.raises(TimingError, match="GET / .*LookupError: no such thing"):
        timed(host.app)


def test_a_redirect_is_timed_and_told(host):
    host.app.after_request(host.colour(lambda response: response))
    host.route("/")(lambda: host.module.redirect("/login"))
    timing = timed(host.app)
    assert timing.status == 302
    assert "redirects to /login" in timing.notes[0]


def test_headers_and_query_reach_the_app(host):
    request = host.module.request

    @host.route("/päge")
    def view():
        ok = request.args["q"] == "ä b" and request.headers["X-Token"] == "abc"
        return "text" if ok and request.host == "example.com" else ("bad", 400)

    headers = [("X-Token", "abc"), ("Host", "example.com")]
    assert timed(host.app, "/p%C3%A4ge?q=%C3%A4+b", headers=headers).status == 200


def test_a_stream_is_taken_to_its_end(host, spend):
    def chunks():
        yield b"a"
        spend(0.5)
        yield b"b"

    host.route("/")(lambda: host.app.response_class(chunks()))
    assert timed(host.app).seconds == pytest.approx(0.5)
