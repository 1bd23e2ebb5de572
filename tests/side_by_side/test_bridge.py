"""A WSGI app served through ASGI: what PEP 3333 and RFC 9110 promise both sides."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar
from wsgiref.validate import validator

import flask
import pytest
from asgi import ask

from afterware.side_by_side.bridge import WSGIBridge

colour: ContextVar[str] = ContextVar("colour", default="none")


def bridge(app, *, threads=4, waiting=8):
    served = WSGIBridge(app, threads=threads, waiting=waiting)

    async def asgi(scope, receive, send):
        await served(scope, receive, send, {})

    return asgi


def run(app, path="/", method="GET", **more):
    return asyncio.run(ask(bridge(app), path, method, **more))


def plain(body, *, status="200 OK", headers=()):
    def app(environ, start_response):
        start_response(status, [("Content-Type", "text/plain"), *headers])
        return [body] if isinstance(body, bytes) else body

    return app


class Chunks:
    """An answer that knows how often it was closed, and in which thread."""

    def __init__(self, chunks, *, fails=None):
        self.chunks = iter(chunks)
        self.fails = fails
        self.closed = []
        self.threads = set()

    def __iter__(self):
        return self

    def __next__(self):
        self.threads.add(threading.get_ident())
        try:
            return next(self.chunks)
        except StopIteration:
            if self.fails is not None:
                raise self.fails from None
            raise

    def close(self):
        self.closed.append(threading.get_ident())


def test_the_validator_of_the_standard_library_finds_no_fault():
    seen = {}

    def app(environ, start_response):
        seen["body"] = environ["wsgi.input"].read(5)
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
        return [b"ok"]

    got = run(validator(app), "/a%20b", "POST", body=b"hello", query=b"x=1")
    assert (got.status, got.body, seen["body"]) == (200, b"ok", b"hello")


def test_an_app_sees_the_request_as_it_was_sent():
    seen = {}

    def app(environ, start_response):
        seen.update(environ)
        start_response("200 OK", [])
        return [b""]

    headers = [
        (b"x-one", b"1"),
        (b"x-one", b"2"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"x_user", b"forged"),
        (b"content-type", b"text/x"),
        (b"x-latin", b"\xe9"),
    ]
    run(
        app,
        "/z%C3%A9/a%2Fb%41",
        headers=headers,
        query=b"q=%20&r",
        root_path="/mounted",
        raw_path=b"/mounted/z%C3%A9/a%2Fb%41",
    )
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/zé/a/bA"
    assert seen["SCRIPT_NAME"] == "/mounted"
    assert seen["QUERY_STRING"] == "q=%20&r"
    assert seen["RAW_URI"] == "/mounted/z%C3%A9/a%2Fb%41?q=%20&r"
    assert seen["HTTP_X_ONE"] == "1,2"
    assert seen["HTTP_COOKIE"] == "a=1; b=2"
    assert "HTTP_X_USER" not in seen
    assert seen["CONTENT_TYPE"] == "text/x"
    assert seen["HTTP_X_LATIN"] == "\xe9"
    assert seen["REMOTE_ADDR"] == "127.0.0.1"
    assert (seen["SERVER_NAME"], seen["SERVER_PORT"]) == ("localhost", "80")
    assert seen["wsgi.input_terminated"] is True


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_an_answer_that_may_have_no_body_has_none(status):
    got = run(plain(b"body", status=status, headers=[("Content-Length", "4")]))
    assert (got.status, got.body, got.ended) == (int(status[:3]), b"", True)
    assert ("Content-Length" in got.headers) == (status[0] == "3")


def test_the_answer_to_head_keeps_its_length_and_has_no_body():
    got = run(plain(b"body", headers=[("Content-Length", "4")]), method="HEAD")
    assert (got.headers["Content-Length"], got.body, got.ended) == ("4", b"", True)


def test_the_answer_to_head_does_not_run_an_endless_stream():
    def endless():
        while True:
            yield b"x"

    chunks = Chunks(endless())
    got = run(plain(chunks), method="HEAD")
    assert (got.body, len(chunks.closed)) == (b"", 1)


def test_write_sends_before_what_is_returned():
    def app(environ, start_response):
        write = start_response("200 OK", [("Content-Type", "text/plain")])
        write(b"one ")
        write(b"two ")
        return [b"three"]

    assert run(app).body == b"one two three"


def test_headers_may_be_replaced_until_the_first_byte():
    def app(environ, start_response):
        start_response("200 OK", [("X-A", "1")])
        try:
            raise ValueError
        except ValueError:
            import sys

            start_response("500 Oops", [("X-A", "2")], sys.exc_info())
        return [b"sorry"]

    got = run(app)
    assert (got.status, got.headers["X-A"], got.body) == (500, "2", b"sorry")


def test_headers_that_are_replaced_after_the_first_byte_raise_what_went_wrong():
    def app(environ, start_response):
        import sys

        write = start_response("200 OK", [])
        write(b"x")
        try:
            raise LookupError("too late")
        except LookupError:
            start_response("500 Oops", [], sys.exc_info())
        return [b""]

    with pytest.raises(LookupError, match="too late"):
        run(app)


def test_a_second_start_response_without_an_error_is_refused():
    def app(environ, start_response):
        start_response("200 OK", [])
        start_response("200 OK", [])
        return [b""]

    with pytest.raises(RuntimeError, match="second time"):
        run(app)


def test_an_app_that_never_starts_its_answer_is_an_error():
    with pytest.raises(RuntimeError, match="start_response"):
        run(lambda environ, start_response: [])


def test_what_an_app_raises_reaches_the_server():
    def app(environ, start_response):
        raise KeyError("broken")

    with pytest.raises(KeyError, match="broken"):
        run(app)


def test_an_app_that_ends_its_process_does_not_end_the_server():
    def app(environ, start_response):
        raise SystemExit(3)

    with pytest.raises(RuntimeError, match="SystemExit"):
        run(app)


def test_a_stream_is_closed_once_in_the_thread_that_iterates():
    chunks = Chunks([b"a", b"", b"b"])
    got = run(plain(chunks))
    assert (got.body, got.ended) == (b"ab", True)
    assert chunks.closed == list(chunks.threads)


def test_a_stream_that_fails_is_closed_once_and_what_came_before_is_sent():
    chunks = Chunks([b"a"], fails=OSError("disk"))
    sent = []

    async def main():
        async def note(message):
            sent.append(message)

        with pytest.raises(OSError, match="disk"):
            await ask(bridge(plain(chunks)), "/", on_send=note)

    asyncio.run(main())
    assert b"".join(message.get("body", b"") for message in sent) == b"a"
    assert not any(message.get("more_body") is False for message in sent)
    assert len(chunks.closed) == 1


def test_a_failing_start_closes_nothing_twice():
    chunks = Chunks([], fails=OSError("disk"))
    with pytest.raises(OSError, match="disk"):
        run(plain(chunks))
    assert len(chunks.closed) == 1


def test_each_piece_of_a_stream_is_sent_as_it_comes():
    taken = threading.Event()
    order = []

    def stream():
        order.append("made 1")
        yield b"1"
        assert taken.wait(20)
        order.append("made 2")
        yield b"2"

    async def note(message):
        if message.get("body") == b"1":
            order.append("sent 1")
            taken.set()

    asyncio.run(ask(bridge(plain(stream())), "/", on_send=note))
    assert order == ["made 1", "sent 1", "made 2"]


def test_a_stream_waits_for_a_slow_client():
    made = []
    size = 32 * 1024

    def stream():
        for number in range(50):
            made.append(number)
            yield bytes(size)

    ahead = []

    async def main():
        sent = 0

        async def note(message):
            nonlocal sent
            if message["type"] == "http.response.body":
                sent += len(message["body"])
                await asyncio.sleep(0)
                ahead.append(len(made) * size - sent)

        return await ask(bridge(plain(stream())), "/", on_send=note)

    got = asyncio.run(main())
    assert len(got.body) == 50 * size
    assert max(ahead) <= 64 * 1024 + 2 * size


def test_more_than_the_promised_length_is_not_sent():
    assert run(plain([b"abc", b"def"], headers=[("Content-Length", "4")])).body == b"abcd"


def test_a_client_that_leaves_stops_the_stream():
    chunks = None
    made = []

    def endless():
        while True:
            made.append(1)
            yield bytes(1024)

    async def main():
        nonlocal chunks
        chunks = Chunks(endless())
        leave = asyncio.Event()

        async def note(message):
            if message["type"] == "http.response.body":
                leave.set()

        await ask(bridge(plain(chunks)), "/", leave=leave, on_send=note)

    asyncio.run(main())
    assert len(chunks.closed) == 1


def test_a_server_that_cannot_send_stops_the_stream():
    closed = threading.Event()

    class Closing(Chunks):
        def close(self):
            super().close()
            closed.set()

    chunks = Closing(iter(lambda: bytes(1024), None))

    async def fail(message):
        if message["type"] == "http.response.body":
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        run(plain(chunks), on_send=fail)
    assert closed.wait(20)
    assert len(chunks.closed) == 1


def test_a_cancelled_request_does_not_wait_for_a_thread_that_never_returns():
    release = threading.Event()
    begun = threading.Event()

    def app(environ, start_response):
        begun.set()
        release.wait(30)
        start_response("200 OK", [])
        return [b"late"]

    async def main():
        task = asyncio.ensure_future(ask(bridge(app), "/"))
        await asyncio.to_thread(begun.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    try:
        asyncio.run(main())
    finally:
        release.set()


def test_a_body_is_read_as_it_comes():
    def app(environ, start_response):
        body = environ["wsgi.input"]
        parts = [body.read(3), body.readline(), body.read(2), body.read()]
        start_response("200 OK", [])
        return [repr(parts).encode()]

    got = run(app, method="POST", body=[b"abcde\n", b"", b"fg", b"h" * 70_000, b"i"])
    assert got.body == repr([b"abc", b"de\n", b"fg", b"h" * 70_000 + b"i"]).encode()


def test_a_body_that_is_not_read_is_not_asked_for():
    asked = []

    def app(environ, start_response):
        start_response("413 Too Large", [("Content-Length", "0")])
        return []

    async def main():
        async def receive():
            asked.append(1)
            return {"type": "http.request", "body": b"x", "more_body": True}

        from asgi import scope_of

        async def send(message):
            pass

        headers = [(b"content-length", b"1000000"), (b"expect", b"100-continue")]
        await bridge(app)(scope_of("/", "POST", headers), receive, send)

    asyncio.run(main())
    assert asked == []


def test_a_client_that_leaves_in_the_middle_of_its_body_is_told_to_the_app():
    outcome = []

    def app(environ, start_response):
        try:
            environ["wsgi.input"].read()
        except Exception as error:
            outcome.append(type(error).__name__)
            raise
        start_response("200 OK", [])
        return [b""]

    async def main():
        from asgi import scope_of

        messages = iter(
            [
                {"type": "http.request", "body": bytes(70_000), "more_body": True},
                {"type": "http.disconnect"},
            ]
        )

        async def receive():
            return next(messages)

        async def send(message):
            pass

        await bridge(app)(scope_of("/", "POST", [(b"content-length", b"90000")]), receive, send)

    with pytest.raises(Exception, match="400"):
        asyncio.run(main())
    assert outcome == ["ClientDisconnected"]


def test_requests_past_the_queue_are_told_to_try_again():
    release = threading.Event()

    def app(environ, start_response):
        release.wait(30)
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    async def main():
        served = bridge(app, threads=2, waiting=1)
        tasks = [asyncio.ensure_future(ask(served, "/")) for _ in range(5)]
        done = 0
        while done < 2:
            finished, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            done = len(finished)
            await asyncio.sleep(0)
        release.set()
        answers = await asyncio.gather(*tasks)
        after = await ask(served, "/")
        return answers, after

    answers, after = asyncio.run(main())
    statuses = sorted(each.status for each in answers)
    assert statuses == [200, 200, 200, 503, 503]
    assert {each.headers["Retry-After"] for each in answers if each.status == 503} == {"1"}
    assert after.status == 200


def test_an_app_sees_the_context_variables_of_the_request():
    def app(environ, start_response):
        seen = colour.get()
        colour.set("changed in the app")
        start_response("200 OK", [])
        return [seen.encode()]

    async def main():
        served = bridge(app, threads=1)

        async def with_colour(value):
            colour.set(value)
            got = await ask(served, "/")
            return got.body, colour.get()

        return await asyncio.gather(with_colour("red"), with_colour("blue"))

    assert asyncio.run(main()) == [(b"red", "red"), (b"blue", "blue")]


def test_flask_after_the_answer_runs_what_waits_for_its_close():
    app = flask.Flask("served")
    closed = []

    @app.get("/")
    def index():
        response = flask.Response("ok")
        response.call_on_close(lambda: closed.append(flask.has_request_context()))
        return response

    @app.post("/upload")
    def upload():
        return {
            "form": flask.request.form.to_dict(),
            "file": flask.request.files["f"].read().decode(),
        }

    assert run(app).body == b"ok"
    assert closed == [False]
    boundary = b"--x\r\n"
    body = (
        boundary
        + b'Content-Disposition: form-data; name="a"\r\n\r\n1\r\n'
        + boundary
        + b'Content-Disposition: form-data; name="f"; filename="n"\r\n\r\nfile\r\n--x--\r\n'
    )
    got = run(
        app,
        "/upload",
        "POST",
        body=body,
        headers=[(b"content-type", b"multipart/form-data; boundary=x")],
    )
    assert got.json == {"form": {"a": "1"}, "file": "file"}


def test_the_pool_begins_anew_in_a_forked_child():
    import os

    served = bridge(plain(b"ok"))
    assert asyncio.run(ask(served, "/")).body == b"ok"
    read, write = os.pipe()
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # a fork with threads, which is the point
        child = os.fork()
    if child == 0:
        try:
            os.write(write, asyncio.run(ask(served, "/")).body)
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as answer:
        assert answer.read() == b"ok"
    os.waitpid(child, 0)
