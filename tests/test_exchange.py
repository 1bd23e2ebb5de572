"""The client in process: an app is called as servers call it, and all that it answers is kept."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.wrappers import Request as WerkzeugRequest

from afterware.exchange import (
    Answer,
    ASGIClient,
    Request,
    ServingError,
    WSGIClient,
    ask_asgi,
    ask_wsgi,
    client_for,
    speaks_asgi,
)

Serve = Callable[[bytes], list[bytes]]
"""Given the body of the request, gives the chunks of the answer."""


def wsgi(serve: Serve, status: str = "200 OK", headers: Any = (("X-A", "1"),)) -> Any:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response(status, list(headers))
        return serve(WerkzeugRequest(environ).get_data())

    return app


def asgi(serve: Serve, status: int = 200, headers: Any = ((b"x-a", b"1"),)) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"  # it has no lifespan, and says so as ASGI asks
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        for chunk in serve(body):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body"})

    return app


@pytest.fixture(params=[wsgi, asgi], ids=["wsgi", "asgi"])
def make(request: pytest.FixtureRequest) -> Any:
    return request.param


def asked(app: Any, request: Request | None = None) -> Answer:
    with client_for(app) as client:
        return client.ask(request or Request())


def test_an_answer_has_status_headers_and_the_chunks_as_they_came(make: Any) -> None:
    answer = asked(make(lambda _: [b"a", b"", b"bc"]))
    assert (answer.outcome, answer.header("x-a"), answer.header("X-B")) == ("200", "1", "none")
    assert (answer.chunks, answer.body, answer.complete) == ([b"a", b"bc"], b"abc", True)
    assert answer.seconds > 0


def test_headers_are_kept_as_the_app_sent_them_twice_and_in_its_case() -> None:
    sent = [("Set-Cookie", "a=1"), ("X-naïve", "é"), ("set-cookie", "b=2")]
    assert asked(wsgi(lambda _: [], headers=sent)).headers == sent
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent]
    answer = asked(asgi(lambda _: [], headers=raw))
    assert (answer.headers, answer.all("Set-Cookie")) == (sent, ["a=1", "b=2"])


def test_a_reason_is_kept_where_there_is_one() -> None:
    assert asked(wsgi(lambda _: [], "201 Made of it")).reason == "Made of it"
    assert asked(wsgi(lambda _: [], "204")).reason == ""


@pytest.mark.parametrize(("method", "status"), [("HEAD", "200 OK"), ("GET", "204 NO CONTENT")])
def test_a_body_where_none_belongs_is_kept(make: Any, method: str, status: str) -> None:
    app = make(lambda _: [b"body"], status if make is wsgi else int(status[:3]))
    answer = asked(app, Request(method=method))
    assert (answer.status, answer.body) == (int(status[:3]), b"body")


BODIES: list[Any] = [None, b"", b"abc", [b"a", b"bc"], (b"", b"abc"), []]


@pytest.mark.parametrize("body", BODIES)
def test_a_body_of_any_kind_arrives_whole_and_again(make: Any, body: Any) -> None:
    app = make(lambda data: [b"<" + data + b">"])
    request = Request(method="POST", body=body)
    whole = b"<" + (body if isinstance(body, bytes) else b"".join(body or [])) + b">"
    with client_for(app) as client:
        assert [client.ask(request).body for _ in range(2)] == [whole, whole]


@given(st.lists(st.binary(max_size=20_000), max_size=6))
def test_a_body_in_chunks_is_read_as_it_was_sent(chunks: list[bytes]) -> None:
    stream = Request(body=chunks).environ()["wsgi.input"]
    assert stream.read(3) + stream.readline() + stream.read() == b"".join(chunks)
    messages = list(Request(body=chunks).messages())
    assert b"".join(message["body"] for message in messages) == b"".join(chunks)
    assert [message["more_body"] for message in messages] == [True] * len(chunks) + [False]


def test_a_body_may_be_made_as_it_is_sent(make: Any) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"a"
        yield b"b"

    assert asked(make(lambda data: [data]), Request(body=chunks())).body == b"ab"


@pytest.mark.parametrize(
    ("body", "given", "said"),
    [
        (None, [], {}),
        (b"", [], {"content-length": "0"}),
        (b"abc", [], {"content-length": "3"}),
        (b"abc", [("Content-Length", "2")], {"content-length": "2"}),
        ([b"abc"], [], {"transfer-encoding": "chunked"}),
        ([b"abc"], [("Content-Length", "3")], {"content-length": "3"}),
    ],
)
def test_the_length_is_said_unless_somebody_said_it(body: Any, given: Any, said: Any) -> None:
    request = Request(body=body, headers=given)
    names = ("content-length", "transfer-encoding")
    scope, environ = dict(request.scope()["headers"]), request.environ()
    assert {name: scope[name.encode()].decode() for name in names if name.encode() in scope} == said
    keys = {"CONTENT_LENGTH": names[0], "HTTP_TRANSFER_ENCODING": names[1]}
    assert {name: environ[key] for key, name in keys.items() if key in environ} == said


def test_a_target_crosses_as_bytes_decoded_once() -> None:
    request = Request("/na%C3%AFve%2520/%E2%82%AC?q=%C3%A9&r=1?2", root_path="")
    environ, scope = request.environ(), request.scope()
    assert WerkzeugRequest(environ).path == scope["path"] == "/naïve%20/€"
    assert environ["QUERY_STRING"].encode() == scope["query_string"] == b"q=%C3%A9&r=1?2"
    assert scope["raw_path"] == b"/na%C3%AFve%2520/%E2%82%AC"


def test_a_prefix_is_told_as_each_interface_tells_it() -> None:
    request = Request("/app/notes", root_path="/app")
    environ, scope = request.environ(), request.scope()
    assert (environ["SCRIPT_NAME"], environ["PATH_INFO"]) == ("/app", "/notes")
    assert (scope["root_path"], scope["path"]) == ("/app", "/app/notes")


def test_who_asks_whom_is_told() -> None:
    request = Request(scheme="https", server=("example.com", 8443), client=("192.0.2.1", 5))
    environ, scope = request.environ(), request.scope()
    assert environ["HTTP_HOST"] == "example.com:8443"
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("example.com", "8443")
    assert (environ["wsgi.url_scheme"], environ["REMOTE_ADDR"]) == ("https", "192.0.2.1")
    assert (scope["scheme"], scope["server"], scope["client"]) == (
        *("https", ("example.com", 8443)),
        ("192.0.2.1", 5),
    )
    assert Request(scheme="https", server=("a.test", 443)).environ()["HTTP_HOST"] == "a.test"
    assert Request(headers=[("host", "b.test")]).environ()["HTTP_HOST"] == "b.test"


def test_headers_of_one_name_are_joined_for_wsgi_and_kept_apart_for_asgi() -> None:
    request = Request(headers=[("X-A", "1"), ("x-a", "2"), ("Cookie", "a=1"), ("Cookie", "b=2")])
    environ = request.environ()
    assert (environ["HTTP_X_A"], environ["HTTP_COOKIE"]) == ("1,2", "a=1; b=2")
    pairs = request.scope()["headers"][1:]
    assert pairs == [(b"x-a", b"1"), (b"x-a", b"2"), (b"cookie", b"a=1"), (b"cookie", b"b=2")]


def test_what_one_app_does_to_its_request_the_next_does_not_see() -> None:
    request = Request()
    request.environ()["X"] = request.scope()["x"] = 1
    request.scope()["headers"].append((b"x", b"1"))
    assert "X" not in request.environ()
    assert "x" not in request.scope()
    assert request.scope()["headers"] == [(b"host", b"localhost")]


def test_an_app_that_raises_answers_nothing() -> None:
    def raises(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("X-A", "1")])
        raise KeyError

    async def raises_too(scope: Any, receive: Any, send: Any) -> None:
        raise KeyError

    for app in (raises, raises_too):
        answer = asked(app)
        assert (answer.outcome, answer.headers) == ("no answer (KeyError)", [])


def test_an_app_that_stops_half_way_is_cut_off(make: Any) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"a"
        raise KeyError

    answer = asked(make(lambda _: chunks()))
    assert (answer.outcome, answer.body) == ("200, then cut off (KeyError)", b"a")
    assert not answer.complete


def test_a_wsgi_app_that_raises_before_its_first_byte_has_sent_no_headers() -> None:
    def chunks() -> Iterator[bytes]:
        yield b""
        raise KeyError

    assert asked(wsgi(lambda _: chunks())).outcome == "no answer (KeyError)"


def test_an_app_that_answers_nothing_is_told() -> None:
    async def silent(scope: Any, receive: Any, send: Any) -> None: ...

    for app in (lambda environ, start_response: [], silent):
        answer = asked(app)
        assert answer.status is None
        assert str(answer.error) == "the app sent no response"


def test_an_answer_without_an_end_is_not_complete() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})

    answer = asyncio.run(ask_asgi(app, Request()))
    assert (answer.status, answer.body, answer.complete) == (200, b"a", False)


def test_an_app_that_never_answers_is_given_up() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(60)

    answer = asyncio.run(ask_asgi(app, Request(), patience=0.02))
    assert answer.outcome == "no answer (no end)"


def test_a_group_of_one_error_is_told_by_that_error() -> None:
    group = BaseExceptionGroup("tasks", [BaseExceptionGroup("tasks", [KeyError()])])
    assert Answer(error=group).outcome == "no answer (KeyError)"


def test_a_wsgi_app_may_write_start_anew_and_is_closed() -> None:
    closed = []

    class Body(list[bytes]):
        def close(self) -> None:
            closed.append(True)

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        error = (KeyError, KeyError("why"), None)
        write = start_response("202 Accepted", [("X-A", "1")], error)
        write(b"written")
        with pytest.raises(KeyError, match="why"):
            start_response("500 Oh", [], error)
        return Body([b"given"])

    answer = asked(app)
    assert (answer.status, answer.chunks) == (202, [b"written", b"given"])
    assert closed == [True]


@pytest.mark.parametrize("chunks", [0, 1, 2])
def test_a_client_may_leave_and_gets_no_more(make: Any, chunks: int) -> None:
    answer = asked(make(lambda _: [b"a", b"b", b"c"]), Request(leave_after=chunks))
    assert answer.chunks == [b"a", b"b", b"c"][:chunks]
    assert not answer.complete


def test_an_asgi_app_is_told_that_the_client_left() -> None:
    heard: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.append((await receive())["type"])
        heard.append((await receive())["type"])
        heard.append((await receive())["type"])

    asyncio.run(ask_asgi(app, Request(leave_after=0)))
    assert heard == ["http.request", "http.disconnect", "http.disconnect"]


def test_a_body_may_be_cut(make: Any) -> None:
    heard: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.extend([await receive(), await receive()])

    asyncio.run(ask_asgi(app, Request(method="POST", body=b"ab", cut=True)))
    assert heard == [
        {"type": "http.request", "body": b"ab", "more_body": True},
        {"type": "http.disconnect"},
    ]
    cut = asked(wsgi(lambda data: [data]), Request(method="POST", body=b"ab", cut=True))
    assert cut.outcome == "no answer (ClientDisconnected)"


def test_receive_waits_until_the_response_is_over_though_an_earlier_wait_was_cancelled() -> None:
    heard: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.append((await receive())["type"])
        first = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        first.cancel()
        second = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        heard.append(second.done())
        await send({"type": "http.response.body", "body": b"y"})
        heard.append((await second)["type"])

    answer = asyncio.run(ask_asgi(app, Request()))
    assert answer.error is None
    assert heard == ["http.request", False, "http.disconnect"]


def test_a_request_may_be_repeated_until_the_app_raises(make: Any) -> None:
    bodies = iter([b"a", b"b", b"c"])
    with client_for(make(lambda _: [next(bodies)])) as client:
        seconds, answer = client.repeat(Request(), 2)
        assert (len(seconds), answer.body) == (2, b"b")
        seconds, answer = client.repeat(Request(), 5)
    assert len(seconds) == 2
    assert answer.error is not None


def test_requests_are_asked_together(make: Any) -> None:
    requests = [Request(body=str(number).encode()) for number in range(3)]
    with client_for(make(lambda data: [data])) as client:
        together = [answer.body for answer in client.ask_together(requests)]
        alone = [answer.body for answer in client.ask_together(requests[:1])]
    assert (together, alone) == ([b"0", b"1", b"2"], [b"0"])


class Lived:
    """An ASGI app with a lifespan that does as it is told."""

    def __init__(self, *replies: Any) -> None:
        self.replies = list(replies)
        self.heard: list[Any] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            self.heard.append(("http", scope["state"]))
            await send({"type": "http.response.start", "status": 200})
            await send({"type": "http.response.body"})
            return
        scope["state"]["pool"] = "open"
        for reply in self.replies:
            message = await receive()
            self.heard.append(message["type"])
            if isinstance(reply, Exception):
                raise reply
            await send(reply)


STARTED, ENDED = {"type": "lifespan.startup.complete"}, {"type": "lifespan.shutdown.complete"}


def test_an_app_is_started_and_ended_around_all_requests_and_its_state_comes_with_each() -> None:
    app = Lived(STARTED, ENDED)
    with client_for(app) as client:
        client.repeat(Request(), 2)
    state = ("http", {"pool": "open"})
    assert app.heard == ["lifespan.startup", state, state, "lifespan.shutdown"]


@pytest.mark.parametrize("reply", [ValueError("what is a lifespan?"), None])
def test_an_app_that_knows_of_no_lifespan_is_served_without(reply: Any) -> None:
    app = Lived(*[reply] * (reply is not None))
    assert asked(app).status == 200


def test_an_app_that_does_not_start_or_end_says_why() -> None:
    with (
        pytest.raises(ServingError, match="the app's startup failed: no database"),
        client_for(Lived({"type": "lifespan.startup.failed", "message": "no database"})),
    ):
        pytest.fail("it was served")
    with (
        pytest.raises(ServingError, match="the app's shutdown failed: ValueError: stuck"),
        client_for(Lived(STARTED, ValueError("stuck"))) as client,
    ):
        assert client.ask(Request()).status == 200


def test_what_quart_does_before_and_after_serving_is_done(quart_host: Any) -> None:
    done: list[str] = []
    quart_host.app.before_serving(lambda: done.append("before"))
    quart_host.app.after_serving(lambda: done.append("after"))
    quart_host.route("/")(lambda: done.append("view") or "text")
    assert asked(quart_host.app).body == b"text"
    assert done == ["before", "view", "after"]


def test_each_host_is_known_by_its_app(host: Any) -> None:
    kind = WSGIClient if host.name == "flask" else ASGIClient
    host.route("/")(lambda: "text")
    with client_for(host.app) as client:
        assert isinstance(client, kind)
        assert client.ask(Request()).body == b"text"


def test_any_app_is_known_by_how_it_is_called() -> None:
    def middleware(scope: Any, receive: Any, send: Any) -> Any: ...
    def with_more(environ: Any, start_response: Any, also: Any = None) -> Any: ...

    assert [speaks_asgi(app) for app in (asgi(list), Lived(), middleware)] == [True] * 3
    assert [speaks_asgi(app) for app in (wsgi(list), with_more, lambda *args: [])] == [False] * 3


def test_answers_are_measured_without_a_loop_running_for_wsgi() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()
        return []

    assert ask_wsgi(app, Request()).status == 200


def test_what_a_lifespan_raises_after_it_has_said_all_is_no_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    lived = Lived(STARTED, ENDED)

    async def app(*args: Any) -> None:
        await lived(*args)
        if args[0]["type"] == "lifespan":
            raise ValueError("late")

    assert asked(app).status == 200
    gc.collect()
    assert caplog.records == []
