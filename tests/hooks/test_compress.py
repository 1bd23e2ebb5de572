"""Compress beyond what the peer does: streams, threads, HEAD, 304, refusals."""

from __future__ import annotations

import asyncio
import gzip
import threading
import time
import zlib
from typing import Any

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from serving import http_scope
from werkzeug.datastructures import Headers

from afterware import HookConfigurationError, Hooks
from afterware.hooks import Compress
from afterware.hooks._coding import CODINGS, make_codings, negotiator

TEXT = "".join(f"line {number} of a text that shrinks\n" for number in range(100)).encode()
PLAIN = {"Content-Type": "text/plain"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"coding": "gzip"}, "no option 'coding'. Did you mean codings?"),
        ({"codings": ["gzip", "deflate"]}, "codings='deflate'. Choose 'zstd', 'br' or 'gzip'"),
        ({"codings": []}, "Choose from zstd, br, gzip"),
        ({"levels": {"gz": 1}}, "no option 'gz'"),
        ({"levels": {"gzip": 10}}, "a level, 1 to 9"),
        ({"levels": {"zstd": 20}}, "a level, 1 to 19"),
        ({"minimum_size": -1}, "whole number of bytes"),
        ({"off_loop_above": 1.5}, "whole number of bytes"),
        ({"types": "html"}, "Write it as 'text/html'"),
        ({"types": {"text/html": True}}, "a list of strings"),
    ],
)
def test_a_wrong_option_is_named_with_what_it_may_be(options: Any, says: str) -> None:
    with pytest.raises(HookConfigurationError, match=says):
        Compress(**options)


@pytest.mark.parametrize(("coding", "package"), [("br", "brotli"), ("zstd", "zstandard")])
def test_a_coding_without_its_package_names_the_extra_or_is_left_out(
    monkeypatch: pytest.MonkeyPatch, coding: str, package: str
) -> None:
    monkeypatch.setitem(__import__("sys").modules, package, None)
    with pytest.raises(HookConfigurationError, match=r"afterware\[compress\]"):
        Compress(coding)
    assert coding not in [each.name for each in make_codings("Compress", None, {})]


def bound(host: Any, hook: Compress) -> None:
    hooks = Hooks()
    hooks.add(hook)
    hooks.init_app(host.app)


class Decoder:
    """Decompresses piece by piece, as a browser does."""

    def __init__(self, coding: str) -> None:
        one: Any
        if coding == "br":
            one = brotli.Decompressor()
            self.feed = one.process
        elif coding == "zstd":
            one = zstandard.ZstdDecompressor().decompressobj()
            # It refuses to be given anything, even nothing, after the end of the frame.
            self.feed = lambda chunk: one.decompress(chunk) if chunk else b""
        else:
            one = zlib.decompressobj(16 + zlib.MAX_WBITS)
            self.feed = one.decompress


@pytest.mark.parametrize("coding", CODINGS)
def test_each_chunk_of_a_stream_can_be_read_before_the_next_is_made(host: Any, coding: str) -> None:
    """The generator waits for what it made before to have been read at the other end."""
    bound(host, Compress())
    read: list[bytes] = []
    decoder = Decoder(coding)
    sent = [b"one " * 3, b"", b"two " * 3, b"three " * 3]

    def made(number: int) -> bytes:
        assert b"".join(read) == b"".join(sent[:number])
        return sent[number]

    app = host.app
    if host.name == "flask":
        app.add_url_rule(
            "/", "home", lambda: app.response_class(map(made, range(4)), mimetype="text/plain")
        )
        with app.test_client().get(
            "/", headers={"Accept-Encoding": coding}, buffered=False
        ) as response:
            for chunk in response.iter_encoded():
                read.append(decoder.feed(chunk))  # noqa: PERF401 - made() looks at it meanwhile
            headers = response.headers
    else:

        async def view() -> Any:
            async def chunks() -> Any:
                for number in range(4):
                    yield made(number)

            return app.response_class(chunks(), mimetype="text/plain")

        app.add_url_rule("/", "home", view)

        _, headers = host.run(
            asgi(app, "GET", coding, lambda chunk: read.append(decoder.feed(chunk)))
        )
    assert b"".join(read) == b"".join(sent)
    assert headers["Content-Encoding"] == coding
    assert "Content-Length" not in headers


async def asgi(app: Any, method: str, coding: str, take: Any) -> Any:
    """The status and headers that an ASGI server is given; *take* is called with each chunk."""
    started: list[Any] = []
    asked, over = asyncio.Event(), asyncio.Event()

    async def receive() -> Any:
        if asked.is_set():
            await over.wait()
            return {"type": "http.disconnect"}
        asked.set()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            started.append(message)
        elif message["type"] == "http.response.body":
            take(message.get("body", b""))
            if not message.get("more_body", False):
                over.set()

    scope = http_scope("/", method)
    scope["headers"].append((b"accept-encoding", coding.encode()))
    await app(scope, receive, send)
    headers = Headers([(n.decode(), v.decode()) for n, v in started[0]["headers"]])
    return started[0]["status"], headers


def test_a_large_body_is_compressed_off_the_event_loop(quart_host: Any) -> None:
    bound(quart_host, Compress("gzip", off_loop_above=len(TEXT) - 1))
    threads: list[str] = []
    import afterware.hooks._coding as coding

    original = coding.zlib.compressobj

    def noted(*args: Any) -> Any:
        threads.append(threading.current_thread().name)
        return original(*args)

    quart_host.route("/large")(lambda: (TEXT, PLAIN))
    quart_host.route("/small")(lambda: (TEXT[:-1], PLAIN))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coding.zlib, "compressobj", noted)
        large = quart_host.ask("/large", headers={"Accept-Encoding": "gzip"})
        small = quart_host.ask("/small", headers={"Accept-Encoding": "gzip"})
    here = threading.current_thread().name
    assert [name == here for name in threads] == [False, True]
    assert gzip.decompress(large.body) == TEXT
    assert gzip.decompress(small.body) == TEXT[:-1]
    assert int(small.headers["Content-Length"]) == len(small.body)


def test_the_event_loop_goes_on_while_a_large_body_is_compressed(quart_host: Any) -> None:
    """A view answers while the compressor of another request is held."""
    bound(quart_host, Compress("gzip", off_loop_above=1000))
    import afterware.hooks._coding as coding

    holding, go_on = threading.Event(), threading.Event()
    original = coding.zlib.compressobj

    class Held:
        def __init__(self, *args: Any) -> None:
            self.one = original(*args)

        def compress(self, data: bytes) -> bytes:
            holding.set()
            assert go_on.wait(10)
            return self.one.compress(data)

        def flush(self, *args: Any) -> bytes:
            return self.one.flush(*args)

    quart_host.route("/large")(lambda: (TEXT, PLAIN))
    quart_host.route("/short")(lambda: ("short", PLAIN))

    async def exchange() -> Any:
        client = quart_host.app.test_client()
        large = asyncio.create_task(client.get("/large", headers={"Accept-Encoding": "gzip"}))
        deadline = time.monotonic() + 10
        while not holding.is_set() and time.monotonic() < deadline:
            await asyncio.sleep(0.001)
        short = await client.get("/short")
        done = large.done()
        go_on.set()
        return await short.get_data(), done, await (await large).get_data()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coding.zlib, "compressobj", Held)
        short, large_was_done, large = quart_host.run(exchange())
    assert (short, large_was_done, gzip.decompress(large)) == (b"short", False, TEXT)


def test_head_says_what_get_would_say_but_for_the_length(host: Any) -> None:
    bound(host, Compress())
    host.route("/")(lambda: (TEXT, {**PLAIN, "ETag": '"one"'}))
    if host.name == "flask":
        answers = {
            method: host.ask(method=method, headers={"Accept-Encoding": "gzip"}).headers
            for method in ("GET", "HEAD")
        }
    else:  # the test client would write a length of its own
        answers = {
            method: host.run(asgi(host.app, method, "gzip", lambda _: None))[1]
            for method in ("GET", "HEAD")
        }
    for name in ("Content-Encoding", "Vary", "ETag", "Content-Type"):
        assert answers["GET"][name] == answers["HEAD"][name]
    assert "Content-Length" not in answers["HEAD"]


def test_a_not_modified_has_the_etag_of_the_compressed_body(host: Any) -> None:
    bound(host, Compress())
    host.route("/")(lambda: ("", 304, {"ETag": '"one"'}))
    with_coding = host.ask(headers={"Accept-Encoding": "gzip"}).headers
    without = host.ask().headers
    assert (with_coding["ETag"], with_coding["Vary"]) == ('W/"one"', "Accept-Encoding")
    assert without["ETag"] == '"one"'


def test_a_body_marked_no_transform_is_left_alone(host: Any) -> None:
    bound(host, Compress())
    host.route("/")(lambda: (TEXT, {**PLAIN, "Cache-Control": "private, no-transform"}))
    answer = host.ask(headers={"Accept-Encoding": "gzip"})
    assert (answer.body, "Content-Encoding" in answer.headers) == (TEXT, False)


def test_vary_is_added_to_what_a_view_has_said(host: Any) -> None:
    bound(host, Compress())
    host.route("/")(lambda: (TEXT, {**PLAIN, "Vary": "Cookie"}))
    answer = host.ask(headers={"Accept-Encoding": "gzip"})
    assert answer.headers.getlist("Vary") == ["Cookie, Accept-Encoding"]


def test_a_file_is_closed_when_its_compressed_stream_has_been_sent(
    host: Any, tmp_path: Any, recwarn: pytest.WarningsRecorder
) -> None:
    bound(host, Compress())
    (tmp_path / "file.txt").write_bytes(TEXT * 100)
    send_file = host.module.send_file
    if host.name == "flask":
        host.app.add_url_rule("/", "home", lambda: send_file(tmp_path / "file.txt"))
    else:

        async def view() -> Any:
            return await send_file(tmp_path / "file.txt")

        host.app.add_url_rule("/", "home", view)
    answer = host.ask(headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(answer.body) == TEXT * 100
    assert answer.headers["ETag"].startswith("W/")
    assert "Accept-Ranges" not in answer.headers
    assert not list(recwarn)


QUALITIES = st.sampled_from(["", ";q=0", ";q=0.3", ";q=0.8", ";q=1", ";q=1.000"])
LISTED = st.lists(
    st.tuples(st.sampled_from(["gzip", "br", "zstd", "identity", "*", "deflate"]), QUALITIES),
    unique_by=lambda pair: pair[0],
)


@given(LISTED)
def test_what_is_chosen_has_the_highest_quality_of_all_that_is_acceptable(listed: Any) -> None:
    """RFC 9110, section 12.5.3, told once more from the table of qualities."""
    header = ", ".join(name + quality for name, quality in listed)
    qualities = {name: float(quality[3:] or 1) for name, quality in listed}

    def quality(name: str) -> float:
        return qualities.get(name, qualities.get("*", 0.0))

    chosen = negotiator(make_codings("Compress", None, {}))(header)
    best = max(quality(name) for name in CODINGS)
    if best == 0 or qualities.get("identity", 0) > best:
        assert chosen is None
    else:
        assert chosen is not None
        assert chosen.name == next(name for name in CODINGS if quality(name) == best)
