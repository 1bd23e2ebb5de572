"""after_response is told what was really sent."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import json
import socket
from pathlib import Path

import pytest
from serving import CHUNK, DEADLINE, SIZE, app_server, get, wait_for
from werkzeug.wsgi import FileWrapper

from afterware import Hooks, Sent
from afterware.sent import WatchASGI, WatchWSGI

HERE = Path(__file__)


@pytest.fixture
def sents(host):
    """What after_response was told, on an app that answers in several ways."""
    sents: list[Sent] = []
    hooks = Hooks()
    hooks.after_response(sents.append)
    hooks.init_app(host.app)
    host.route("/data", methods=["GET", "POST"])(lambda: "täxt")
    host.route("/empty")(lambda: ("", 204))
    host.route("/stream")(lambda: host.app.response_class(iter([b"a", b"bc", b""])))

    @host.route("/boom")
    def boom():
        raise LookupError("boom")

    if host.name == "flask":
        host.app.get("/file")(lambda: host.module.send_file(HERE))
    else:

        @host.app.get("/file")
        async def file():
            return await host.module.send_file(HERE)

    return sents


@pytest.mark.parametrize(
    ("path", "method", "status", "size"),
    [
        ("/data", "GET", 200, 5),
        ("/data", "HEAD", 200, 0),
        ("/data", "POST", 200, 5),
        ("/stream", "GET", 200, 3),
        ("/file", "GET", 200, HERE.stat().st_size),
        ("/file", "HEAD", 200, 0),
        ("/empty", "GET", 204, 0),
    ],
)
def test_it_tells_status_headers_and_bytes(host, sents, path, method, status, size):
    host.ask(f"{path}?a=1&b=%20", method)
    (sent,) = sents
    assert (sent.method, sent.path, sent.query_string) == (method, path, "a=1&b=%20")
    assert (sent.status, sent.bytes_sent, sent.completed) == (status, size, True)
    assert sent.exception is None
    assert sent.seconds > 0
    assert "Content-Type" in sent.headers


@pytest.mark.parametrize("path", ["/none", "/boom"])
def test_it_tells_of_error_pages(host, sents, path):
    answer = host.ask(path)
    (sent,) = sents
    assert (sent.status, sent.bytes_sent) == (answer.status, len(answer.body))
    assert type(sent.exception) is (LookupError if path == "/boom" else type(None))
    assert sent.completed


def test_without_such_a_hook_nothing_is_put_around_the_app(host):
    application = "wsgi_app" if host.name == "flask" else "asgi_app"
    hooks = Hooks()
    hooks.init_app(host.app)
    hooks.after_request(lambda response: response)
    assert not isinstance(getattr(host.app, application), (WatchWSGI, WatchASGI))
    hooks.after_response(lambda sent: None)
    watched = getattr(host.app, application)
    assert isinstance(watched, (WatchWSGI, WatchASGI))
    hooks.after_response(lambda sent: None)
    assert getattr(host.app, application) is watched


def test_what_such_a_hook_raises_is_logged_and_the_next_one_runs(host, caplog):
    ran = []
    hooks = Hooks()

    @hooks.after_response
    def fails(sent):
        raise LookupError("too late to matter")

    @hooks.after_response
    async def next_one(sent):
        ran.append(sent.status)

    hooks.init_app(host.app)
    assert host.ask("/none").status == 404
    assert ran == [404]
    assert "fails" in caplog.text
    assert "too late to matter" in caplog.text


@pytest.mark.parametrize("options", [{"blocking": True}, {"suspends": True}])
def test_such_a_hook_may_wait(host, options):
    ran = []
    hooks = Hooks()

    def blocks(sent):
        ran.append(sent.status)

    async def suspends(sent):
        await asyncio.sleep(0)
        ran.append(sent.status)

    hooks.after_response(**options)(blocks if "blocking" in options else suspends)
    hooks.init_app(host.app)
    host.ask("/none")
    assert ran == [404]


def test_context_variables_of_the_request_are_still_there(host):
    name = contextvars.ContextVar("name", default="none")
    seen = []
    hooks = Hooks()

    @hooks.before_request
    def before():
        name.set("request")

    @hooks.after_response
    def after(sent):
        seen.append(name.get())

    hooks.init_app(host.app)
    contextvars.copy_context().run(host.ask, "/none")
    assert seen == ["request"]


def test_a_blueprint_registered_twice_tells_once(host):
    told = []
    hooks = Hooks()
    hooks.after_response(lambda sent: told.append(sent.path))
    blueprint = host.new_blueprint("inside")
    hooks.init_app(blueprint)
    host.route("/data", blueprint)(lambda: "text")
    host.app.register_blueprint(blueprint)
    host.app.register_blueprint(blueprint, name="again", url_prefix="/again")
    host.ask("/inside/data")
    host.ask("/again/data")
    assert told == ["/inside/data", "/again/data"]


def test_on_a_blueprint_it_tells_of_its_routes_only(host):
    sents = []
    hooks = Hooks()
    hooks.after_response(sents.append)
    blueprint = host.new_blueprint("inside")
    hooks.init_app(blueprint)

    @host.route("/boom", blueprint)
    def boom():
        raise LookupError

    host.app.register_blueprint(blueprint)
    host.ask("/none")
    host.ask("/inside/boom")
    assert [sent.path for sent in sents] == ["/inside/boom"]
    assert isinstance(sents[0].exception, LookupError)


def test_lifespan_and_websockets_pass_through(quart_host):
    hooks = Hooks()
    hooks.after_response(lambda sent: pytest.fail("nothing was answered"))
    hooks.init_app(quart_host.app)

    @quart_host.app.websocket("/ws")
    async def ws():
        import quart

        await quart.websocket.send("hello")

    async def main():
        async with quart_host.app.test_app() as app:  # noqa: SIM117  # two steps
            async with app.test_client().websocket("/ws") as websocket:
                return await websocket.receive()

    assert quart_host.run(main()) == "hello"


# WSGI and ASGI apps of their own, for what the hosts do not do.


def wsgi(app, take=None):
    """Serve one request as a server would, taking *take* chunks; what was sent, what was told."""
    told = []
    written = []

    def start_response(status, headers, exc_info=None):
        return written.append

    watched = WatchWSGI(app, lambda sent, environ: told.append(sent))
    environ = {"REQUEST_METHOD": "GET", "SCRIPT_NAME": "/at", "PATH_INFO": "/p\xc3\xa4th"}
    chunks = watched(environ, start_response)
    try:
        for number, chunk in enumerate(chunks):
            if number == take:
                break
            written.append(chunk)
    finally:
        chunks.close()
        chunks.close()
    return b"".join(written), told


def test_a_server_that_stops_early_did_not_send_what_it_held():
    def app(environ, start_response):
        start_response("200 OK", [])
        return [b"one", b"two", b"three"]

    sent_bytes, (sent,) = wsgi(app, take=1)
    assert sent_bytes == b"one"
    assert (sent.bytes_sent, sent.completed) == (3, False)
    assert sent.path == "/at/päth"


def test_what_is_written_the_old_way_counts():
    def app(environ, start_response):
        write = start_response("200 OK", [], None)
        write(b"written")
        return [b"returned"]

    sent_bytes, (sent,) = wsgi(app)
    assert sent_bytes == b"writtenreturned"
    assert (sent.bytes_sent, sent.completed) == (15, True)


def test_a_second_start_tells_the_status_that_counts():
    def app(environ, start_response):
        start_response("200 OK", [])
        start_response("500 Oops", [], (None, None, None))
        return [b""]

    _, (sent,) = wsgi(app)
    assert sent.status == 500


def test_an_app_that_raises_before_it_answers_has_no_status():
    def app(environ, start_response):
        raise LookupError("nothing yet")

    told = []
    watched = WatchWSGI(app, lambda sent, environ: told.append(sent))
    with pytest.raises(LookupError):
        watched({"REQUEST_METHOD": "GET"}, lambda *args: None)
    (sent,) = told
    assert (sent.status, sent.completed, str(sent.exception)) == (None, False, "nothing yet")


def test_a_stream_that_fails_in_the_middle_tells_why():
    def app(environ, start_response):
        start_response("200 OK", [])
        yield b"one"
        raise LookupError("in the middle")

    told = []
    watched = WatchWSGI(app, lambda sent, environ: told.append(sent))
    chunks = watched({"REQUEST_METHOD": "GET"}, lambda *args: None)
    assert next(chunks) == b"one"
    with pytest.raises(LookupError):
        next(chunks)
    assert told == []
    chunks.close()
    (sent,) = told
    assert (sent.status, sent.bytes_sent, sent.completed) == (200, 3, False)
    assert str(sent.exception) == "in the middle"


def test_a_servers_own_file_wrapper_is_counted(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x" * 20_000)

    def app(environ, start_response):
        start_response("200 OK", [])
        return FileWrapper(path.open("rb"))

    _, (sent,) = wsgi(app)
    assert (sent.bytes_sent, sent.completed) == (20_000, True)


def asgi(messages_in, app):
    told = []

    async def receive():
        return messages_in.pop(0)

    async def send(message):
        pass

    async def report(sent, scope):
        told.append(sent)

    async def main():
        scope = {"type": "http", "method": "GET", "path": "/p", "query_string": b""}
        await WatchASGI(app, report)(scope, receive, send)

    with contextlib.suppress(LookupError):
        asyncio.run(main())
    (sent,) = told
    return sent


def test_bytes_sent_after_the_client_has_gone_do_not_count():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await receive()
        await send({"type": "http.response.body", "body": b"two", "more_body": False})

    sent = asgi([{"type": "http.disconnect"}], app)
    assert (sent.bytes_sent, sent.completed) == (3, False)


def test_a_client_that_goes_with_all_it_was_promised_stayed_to_the_end():
    """Quart sends one more, empty message after the last byte."""

    async def app(scope, receive, send):
        headers = [(b"content-length", b"3")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"all", "more_body": True})
        await receive()

    sent = asgi([{"type": "http.disconnect"}], app)
    assert (sent.bytes_sent, sent.completed) == (3, True)


def test_an_asgi_app_that_raises_has_no_status():
    async def app(scope, receive, send):
        raise LookupError("nothing yet")

    sent = asgi([], app)
    assert (sent.status, sent.completed, str(sent.exception)) == (None, False, "nothing yet")


def test_a_client_that_goes_when_all_is_sent_stayed_to_the_end():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})
        await receive()

    sent = asgi([{"type": "http.disconnect"}], app)
    assert (sent.bytes_sent, sent.completed) == (0, True)


def events_asgi(http_version, last, ending):
    """What is told where the server says that the client is gone, before or after the last send.

    :param last: the body of the last message; there is one of five bytes before it.
    :param ending: what the server does in the last send, given what tells of the client.
    """
    told = []

    async def main():
        gone = asyncio.Queue()

        async def send(message):
            if message["type"] == "http.response.body" and not message.get("more_body"):
                await ending(gone)

        async def app(scope, receive, send):
            receiving = asyncio.ensure_future(receive())
            await send({"type": "http.response.start", "status": 200})
            await send({"type": "http.response.body", "body": b"first", "more_body": True})
            await send({"type": "http.response.body", "body": last})
            await receiving

        async def report(sent, scope):
            told.append(sent)

        scope = {"type": "http", "http_version": http_version, "method": "GET", "path": "/"}
        await WatchASGI(app, report)(scope, gone.get, send)

    asyncio.run(main())
    (sent,) = told
    return sent


async def tells_before_it_returns(gone):
    gone.put_nowait({"type": "http.disconnect"})
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def tells_as_it_returns(gone):
    gone.put_nowait({"type": "http.disconnect"})


@pytest.mark.parametrize("last", [b"", b"last"])
@pytest.mark.parametrize(
    ("http_version", "ending", "completed"),
    [
        ("1.1", tells_before_it_returns, True),  # Connection: close
        ("1.0", tells_before_it_returns, True),
        ("1.1", tells_as_it_returns, True),  # keep-alive
        ("2", tells_as_it_returns, True),
        ("2", tells_before_it_returns, False),  # it left while the last bytes waited for it
    ],
)
def test_the_end_of_an_exchange_is_told_from_a_client_that_leaves(
    http_version, ending, completed, last
):
    sent = events_asgi(http_version, last, ending)
    assert sent.completed is completed
    assert sent.bytes_sent == 5 + len(last)


def test_a_client_that_is_gone_before_the_end_has_left_though_the_app_never_waited():
    async def app(scope, receive, send):
        receiving = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"some", "more_body": True})
        gone.put_nowait({"type": "http.disconnect"})  # in the send before, as Hypercorn does
        await send({"type": "http.response.body"})
        await receiving

    told = []

    async def report(sent, scope):
        told.append(sent.completed)

    async def send(message):
        pass

    async def main():
        scope = {"type": "http", "http_version": "1.1", "method": "GET", "path": "/"}
        await WatchASGI(app, report)(scope, gone.get, send)

    gone = asyncio.Queue()
    asyncio.run(main())
    assert told == [False]


# Real servers.


@pytest.fixture(scope="module", params=["flask", "quart"])
def port(request):
    with app_server(request.param, f"sent_apps:{request.param}_app") as port:
        yield port


def report(port, path):
    """What was told of the last request to *path*, when it has been told."""

    def told():
        _, _, body = get(port, "/report")
        return [each for each in json.loads(body) if each["path"] == path]

    return wait_for(told, f"nothing was told of {path}")[-1]


@pytest.mark.parametrize(
    ("path", "status", "size"),
    [
        ("/data", 200, 1000),
        ("/stream", 200, 30 * CHUNK),
        ("/file", 200, SIZE),
        ("/empty", 204, 0),
    ],
)
def test_a_server_sends_what_is_told(port, path, status, size):
    got, headers, body = get(port, path)
    assert (got, len(body)) == (status, size)
    assert headers["X-Kind"] == "hooked"
    assert report(port, path) == {
        "path": path,
        "method": "GET",
        "status": status,
        "bytes": size,
        "completed": True,
        "type": "hooked",
        "took_time": True,
        "user_was_reset": True,
        "exception": "NoneType",
    }


def test_a_server_is_told_of_a_view_that_raises(port):
    status, _, body = get(port, "/boom")
    told = report(port, "/boom")
    assert status == 500
    assert (told["status"], told["bytes"], told["completed"]) == (500, len(body), True)
    assert told["exception"] == "LookupError"


def test_a_server_is_told_of_a_client_that_leaves_in_the_middle(port):
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as connection:
        connection.sendall(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        received = 0
        while received < CHUNK:
            received += len(connection.recv(CHUNK))
    told = report(port, "/endless")
    assert (told["status"], told["completed"]) == (200, False)
    assert told["bytes"] >= CHUNK
    assert told["user_was_reset"]


def test_a_server_is_told_of_a_stream_that_breaks(port):
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as connection:
        connection.sendall(b"GET /broken HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        while connection.recv(CHUNK):
            pass
    told = report(port, "/broken")
    assert (told["status"], told["completed"]) == (200, False)
    assert told["bytes"] <= CHUNK


def told_of(port, path):
    _, _, body = get(port, "/report")
    return [each for each in json.loads(body) if each["path"] == path]


def ask_plainly(port, path, version, *, until):
    """Ask over a socket, close it after *until* bytes or at the end, and give how many came."""
    ending = "Connection: close\r\n" if version == "1.1" else ""
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as connection:
        connection.sendall(f"GET {path} HTTP/{version}\r\nHost: x\r\n{ending}\r\n".encode())
        received = 0
        while received < until and (chunk := connection.recv(CHUNK)):
            received += len(chunk)
    return received


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("path", ["/data", "/stream", "/few", "/file", "/empty"])
def test_what_was_received_whole_is_completed_where_the_server_closes_the_connection(
    port, path, version
):
    """Hypercorn tells of the end of such an exchange before the last byte counts as sent."""
    before = len(told_of(port, path))
    for _ in range(10):
        ask_plainly(port, path, version, until=float("inf"))
    told = wait_for(
        lambda: (told := told_of(port, path)[before:])[9:] and told, f"not all was told of {path}"
    )
    assert [each["completed"] for each in told] == [True] * 10


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("path", ["/endless", "/much"])
def test_a_client_that_leaves_in_the_middle_is_told_of_where_the_server_closes_the_connection(
    port, path, version
):
    before = len(told_of(port, path))
    for _ in range(10):
        assert ask_plainly(port, path, version, until=CHUNK) >= CHUNK
    told = wait_for(
        lambda: (told := told_of(port, path)[before:])[9:] and told, f"not all was told of {path}"
    )
    assert [each["completed"] for each in told] == [False] * 10
    assert all(each["user_was_reset"] for each in told)


def test_what_a_request_raises_is_told_without_the_task_group_it_ran_in():
    """Quart 0.23 and newer run a request in one."""
    told = []

    async def app(scope, receive, send):
        raise ExceptionGroup("unhandled errors in a TaskGroup", [KeyError("lost")])

    async def report(sent, scope):
        told.append(sent.exception)

    scope = {"type": "http", "method": "GET", "path": "/"}
    with pytest.raises(ExceptionGroup):
        asyncio.run(WatchASGI(app, report)(scope, None, None))
    assert [type(error) for error in told] == [KeyError]
