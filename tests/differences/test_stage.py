"""Asking an app, in process and over a socket: everything that it answers is kept."""

from __future__ import annotations

import flask
import pytest
import quart

from afterware.differences.served import make
from afterware.differences.servers import Servers
from afterware.differences.stage import At, Meeting, attempt, what, yes_no
from afterware.differences.wire import ROUTES
from afterware.exchange import Request, client_for


@pytest.fixture(params=[flask, quart], ids=["flask", "quart"])
def at(request):
    return At(request.param)


def test_an_answer_has_status_headers_and_body(at):
    answer = at.stage(lambda: ("Hello", 203, {"X-A": "1"})).ask()
    assert (answer.outcome, answer.header("x-a"), answer.body) == ("203", "1", b"Hello")
    assert answer.header("X-B") == "none"


def test_a_posted_body_arrives(at):
    async def view():
        return await quart.request.get_data()

    stage = at.stage()
    posted = view if at.asynchronous else lambda: flask.request.get_data()
    stage.view(posted, "/posted", methods=["POST"])
    assert stage.ask("/posted", method="POST", body=b"abc").body == b"abc"


def test_a_request_header_and_a_query_arrive(at):
    stage = at.stage(lambda: at.host.request.headers["X-A"] + at.host.request.args["b"])
    assert stage.ask("/?b=2", headers={"X-A": "1"}).body == b"12"


def test_requests_are_asked_together(at):
    meeting = Meeting(at, 3)
    stage = at.stage(lambda: meeting.then("met"))
    assert [answer.body for answer in stage.ask_together(["/"] * 3)] == [b"met"] * 3


def test_a_meeting_goes_on_alone_when_its_patience_ends(at):
    meeting = Meeting(at, 2, patience=0.01)
    assert at.stage(lambda: meeting.then("alone")).ask().body == b"alone"


def test_what_a_value_is():
    async def coroutine(): ...

    async def generator():
        yield

    assert what(coroutine()) == "a coroutine"
    assert what(generator()) == "an async generator"
    assert what(b"a") == "b'a'"
    assert what([1]) == "[1]"
    assert what(flask.Flask("probe")) == "flask.Flask"
    assert attempt(lambda: {}["a"]) == "KeyError"
    assert (yes_no(True), yes_no(False)) == ("yes", "no")


def test_a_server_that_cannot_start_answers_nothing():
    with Servers() as servers:
        answer = servers.ask("no_such_app()", "hypercorn", "/")
    assert answer.status is None
    assert isinstance(answer.error, OSError)


def test_servers_are_ended():
    with Servers() as servers:
        assert servers.ask("make('quart', False)", "hypercorn", "/unsure").status == 200
        processes = [process for process, _ in servers._running.values()]
    assert [process.poll() is not None for process in processes] == [True]


@pytest.mark.parametrize("bound", [False, True])
def test_the_served_app_has_every_route_of_a_probe(at, bound):
    app = make(at.host.__name__, bound)
    with client_for(app) as client:
        for path in [*ROUTES, "/waits-async", "/waits", "/events", "/forget"]:
            answer = client.ask(Request(path))
            assert answer.error is None, path
            assert answer.status in (200, 204, 302), path


@pytest.mark.parametrize("bound", [False, True])
def test_the_served_app_tells_what_has_happened(at, bound):
    app = make(at.host.__name__, bound)

    def ask(path):
        with client_for(app) as client:
            return client.ask(Request(path)).body.decode()

    ask("/waits-async")
    assert ask("/events") == "began,the hook,the next hook,teardown"
    ask("/forget")
    ask("/waits")
    assert ask("/events") == "began,the hook,teardown"
