"""`body` gives the same answers whatever class of response a hook is handed."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flask
import pytest
import quart
import werkzeug.exceptions
import werkzeug.wrappers
from hypothesis import given
from hypothesis import strategies as st

from afterware import BodyStreamedError, Hooks, body, current_app
from afterware.drive import drive

HERE = Path(__file__)
FILE = HERE.read_bytes()
NOT_FOUND = werkzeug.exceptions.NotFound().get_body().encode()


@dataclass
class Case:
    """A view, and what `body` must say of its response on either host."""

    view: Any
    holds: bytes
    streaming: bool = False
    status: int = 200
    method: str = "GET"


RESPONSES = (flask.Response, quart.Response, werkzeug.wrappers.Response)


def chunks():
    yield b"first,"
    yield "second"


async def async_chunks():
    yield b"first,"
    yield "second"


def send_this_file(host):
    return lambda: host.module.send_file(HERE, mimetype="text/plain")


def response(**options):
    def of(host):
        return lambda: host.app.response_class(**options)

    return of


def aborts(status):
    def of(host):
        return lambda: host.module.abort(status)

    return of


CASES = {
    "text": Case(lambda host: lambda: "täxt", "täxt".encode()),
    "bytes": Case(lambda host: lambda: b"\x00\xff", b"\x00\xff"),
    "nothing": Case(lambda host: lambda: "", b""),
    "json": Case(lambda host: lambda: {"a": [1, 2]}, b'{"a":[1,2]}\n'),
    "no body at all": Case(response(), b""),
    "a list of parts": Case(response(response=[b"one,", "two"]), b"one,two"),
    "a tuple of parts": Case(response(response=("one,", b"two")), b"one,two"),
    "a werkzeug response": Case(lambda host: lambda: werkzeug.wrappers.Response("plain"), b"plain"),
    "a redirect": Case(
        lambda host: lambda: werkzeug.wrappers.Response("moved", 302, {"Location": "/"}),
        b"moved",
        status=302,
    ),
    "not found": Case(aborts(404), NOT_FOUND, status=404),
    "a stream": Case(lambda host: chunks, b"first,second", streaming=True),
    "a file": Case(send_this_file, FILE, streaming=True),
    "head of text": Case(lambda host: lambda: "text", b"text", method="HEAD"),
    "head of a stream": Case(lambda host: chunks, b"first,second", streaming=True, method="HEAD"),
    "head of a file": Case(send_this_file, FILE, streaming=True, method="HEAD"),
    "no content": Case(response(status=204), b"", status=204),
    "no content with text": Case(response(response="text", status=204), b"", status=204),
    "no content with a stream": Case(
        lambda host: lambda: host.app.response_class(chunks(), status=204), b"", status=204
    ),
    "not modified": Case(response(response="text", status=304), b"", status=304),
}


@pytest.fixture(params=CASES.values(), ids=CASES.keys())
def case(request, host):
    case = request.param
    view = case.view(host)
    if host.name == "quart" and view.__code__.co_flags & 0x20:  # Quart streams asynchronously too
        view = async_chunks

        @host.app.get("/")
        async def streams():
            return host.app.response_class(view())
    elif host.name == "quart" and case.view is send_this_file:

        @host.app.get("/")
        async def sends():
            return await view()
    elif view is chunks:
        host.route("/")(lambda: host.app.response_class(chunks()))
    else:
        host.route("/")(view)
    return case


def through_hook(host, case, hook):
    """The answer, and what *hook* returned, when it is run as an after_request hook."""
    found = []
    hooks = Hooks()

    @hooks.after_request
    async def run(response):
        found.append(await hook(response))
        return response

    hooks.init_app(host.app)
    answer = host.ask("/", case.method)
    assert answer.status == case.status, answer.body
    (result,) = found
    return answer, result


def sent_of(host, case):
    """What of the body a client gets: nothing for HEAD. Quart leaves that to the server."""
    if case.method == "HEAD" and host.name == "flask":
        return b""
    return case.holds


def test_whether_it_streams(host, case):
    async def hook(response):
        return body.is_streaming(response)

    assert through_hook(host, case, hook)[1] is case.streaming


def test_reading_gives_what_it_holds_and_refuses_a_stream(host, case):
    async def hook(response):
        try:
            return await body.read(response)
        except BodyStreamedError as error:
            return str(error)

    answer, read = through_hook(host, case, hook)
    assert "buffer=True" in read if case.streaming else read == case.holds
    if case.status not in (204, 304):
        assert answer.body == sent_of(host, case)


def test_a_stream_is_read_into_memory_when_asked(host, case):
    async def hook(response):
        first = await body.read(response, buffer=True)
        assert not body.is_streaming(response)
        assert await body.read(response) == first
        return first

    answer, read = through_hook(host, case, hook)
    assert read == case.holds
    if case.status not in (204, 304):
        assert answer.body == sent_of(host, case)
        assert answer.headers["Content-Length"] == str(len(case.holds))


@pytest.mark.parametrize("data", ["nëw", b"new"])
def test_replacing_sends_the_new_body_with_its_length(host, case, data):
    async def hook(response):
        response.headers["ETag"] = '"of the old"'
        body.replace(response, data, content_type="text/x-new")
        assert not body.is_streaming(response)

    answer, _ = through_hook(host, case, hook)
    if case.status in (204, 304):
        return
    expected = data.encode() if isinstance(data, str) else data
    assert answer.headers["Content-Type"] == "text/x-new"
    assert answer.headers["Content-Length"] == str(len(expected))
    assert "ETag" not in answer.headers
    if case.method == "GET":
        assert answer.body == expected


ABOUT_THE_BYTES = (
    *("ETag", "Accept-Ranges", "Content-MD5", "Digest", "Content-Digest", "Repr-Digest"),
    *("etag", "CONTENT-DIGEST"),
)


@pytest.mark.parametrize("name", ABOUT_THE_BYTES)
@pytest.mark.parametrize("make", RESPONSES, ids=lambda make: make.__module__)
def test_replacing_takes_away_every_header_about_the_old_bytes_and_no_other(make, name):
    response = make(b"old", headers=[("X-Kept", "1"), (name, "a"), ("X-ETag", "2"), (name, "b")])
    body.replace(response, b"new")
    names = {each.lower() for each, _ in response.headers}
    assert names == {"x-kept", "x-etag", "content-type", "content-length"}


@pytest.mark.parametrize("make", RESPONSES, ids=lambda make: make.__module__)
def test_neither_reading_nor_replacing_copies_the_bytes(make):
    old, new = bytes(1000), bytes(1001)
    response = make(old)
    assert drive(body.read(response)) is old
    body.replace(response, new)
    assert drive(body.read(response)) is new


def test_transforming_changes_every_chunk_and_buffers_none(host, case):
    streamed = []

    async def hook(response):
        streamed.append(body.is_streaming(response))
        body.transform(response, bytes.upper, last=lambda: b"!")
        assert body.is_streaming(response) is case.streaming

    answer, _ = through_hook(host, case, hook)
    assert streamed == [case.streaming]
    if case.status in (204, 304) or case.method == "HEAD":
        return
    assert answer.body == case.holds.upper() + b"!"
    if not case.streaming:
        assert answer.headers["Content-Length"] == str(len(answer.body))


def test_an_etag_is_the_same_on_both_hosts_and_left_off_streams(host, case):
    async def hook(response):
        response.headers.pop("ETag", None)
        return await body.add_etag(response), response.headers.get("ETag")

    _, (added, etag) = through_hook(host, case, hook)
    if case.streaming or case.status in (204, 304):
        assert (added, etag) == (False, None)
    else:
        assert (added, etag) == (True, f'"{werkzeug.http.generate_etag(case.holds)}"')


@pytest.fixture
def hooked(host):
    hooks = Hooks()
    hooks.init_app(host.app)
    return host, hooks


def test_chunks_pass_through_a_transformation_one_by_one(hooked):
    """What comes out is decompressed as it arrives, with nothing held back between chunks."""
    host, hooks = hooked
    log = []

    @hooks.after_request
    def compress(response):
        compressor = zlib.compressobj()

        def each(chunk):
            log.append(f"chunk of {len(chunk)}")
            return compressor.compress(chunk) + compressor.flush(zlib.Z_SYNC_FLUSH)

        body.transform(response, each, last=compressor.flush)
        return response

    def made():
        for size in (10, 20):
            log.append(f"made {size}")
            yield b"x" * size

    host.route("/")(lambda: host.app.response_class(made(), headers={"Content-Length": "30"}))
    answer = host.ask()
    assert zlib.decompress(answer.body) == b"x" * 30
    assert log == ["made 10", "chunk of 10", "made 20", "chunk of 20"]
    assert answer.headers.get("Content-Length") != "30"


def test_a_transformation_may_send_nothing_for_a_chunk(hooked):
    host, hooks = hooked
    hooks.after_request(lambda response: body.transform(response, lambda _: b"") or response)
    host.route("/")(lambda: host.app.response_class(chunks()))
    assert host.ask().body == b""


def test_a_transformed_stream_closes_what_it_streams(hooked):
    host, hooks = hooked
    closed = []
    hooks.after_request(lambda response: body.transform(response, bytes.upper) or response)

    def made():
        try:
            yield b"text"
        finally:
            closed.append(True)

    host.route("/")(lambda: host.app.response_class(made()))
    assert host.ask().body == b"TEXT"
    assert closed == [True]


JSON_BODIES = {
    "an object": (b'{"a": 1}', "application/json", {"a": 1}),
    "a suffix": (b"[1]", "application/problem+json", [1]),
    "not json": (b"text", "text/plain", None),
}


@pytest.mark.parametrize(
    ("data", "content_type", "expected"), JSON_BODIES.values(), ids=JSON_BODIES
)
def test_json_is_read_where_the_type_says_so(hooked, data, content_type, expected):
    host, hooks = hooked
    read = []

    @hooks.after_request
    async def hook(response):
        read.append(await body.read_json(response))
        return response

    host.route("/")(lambda: host.app.response_class(data, content_type=content_type))
    host.ask()
    assert read == [expected]


def test_json_is_read_in_spite_of_its_type_when_forced(hooked):
    host, hooks = hooked
    read = []

    @hooks.after_request
    async def hook(response):
        read.append(await body.read_json(response, force=True))
        return response

    host.route("/")(lambda: "[1]")
    host.ask()
    assert read == [[1]]


def test_an_error_without_its_body_on_head_is_not_bad_json(hooked):
    """Flask has taken the body off before a hook sees the response; Quart has not."""
    host, hooks = hooked
    read = []

    class JsonNotFound(werkzeug.exceptions.NotFound):
        def get_body(self, *args):
            return "[1]"

        def get_headers(self, *args):
            return [("Content-Type", "application/json")]

    @hooks.after_request
    async def hook(response):
        read.append(await body.read_json(response))
        return response

    @host.route("/")
    def fails():
        raise JsonNotFound

    assert host.ask("/", "HEAD").status == 404
    assert host.ask("/", "GET").body == b"[1]"
    assert read == [None if host.name == "flask" else [1], [1]]


@pytest.mark.parametrize("silent", [True, False])
def test_bad_json_means_the_same_on_both_hosts(hooked, silent):
    host, hooks = hooked
    read = []

    @hooks.after_request
    async def hook(response):
        try:
            read.append(await body.read_json(response, silent=silent))
        except ValueError as error:
            read.append(type(error))
        return response

    host.route("/")(lambda: host.app.response_class("{", content_type="application/json"))
    host.ask()
    assert read == [None if silent else json.JSONDecodeError]


def test_json_is_written_by_the_apps_own_provider(hooked):
    host, hooks = hooked
    host.app.json.sort_keys = False

    @hooks.after_request
    def hook(response):
        body.replace_json(response, {"b": 1, "a": "ä"})
        return response

    host.route("/")(lambda: "text")
    expected = b'{"b":1,"a":"\\u00e4"}\n'
    assert host.ask().body == expected
    assert host.ask().headers["Content-Type"] == "application/json"
    # An error page is of another class on Quart.
    assert host.ask("/none").body == expected


def test_what_is_not_json_leaves_the_response_as_it_was(hooked):
    host, hooks = hooked

    @hooks.after_request(on_error="log")
    def hook(response):
        body.replace_json(response, object())
        return response

    host.route("/")(lambda: "text")
    assert host.ask().body == b"text"


@pytest.mark.parametrize("kind", [werkzeug.wrappers.Response, quart.Response])
def test_it_works_outside_an_app_too(kind):
    response = kind(b"[1]", content_type="application/json")
    assert drive(body.read_json(response)) == [1]
    body.replace_json(response, {"a": 1})
    assert drive(body.read(response)) == b'{"a": 1}'


def test_a_range_is_read_as_it_will_be_sent(quart_host):
    async def cut(response):
        await response.response.make_conditional(1, 3)

    response = quart.Response(b"0123")
    quart_host.run(cut(response))
    assert drive(body.read(response)) == b"12"


def test_a_quart_that_keeps_its_parts_elsewhere_is_taken_for_a_stream(quart_host):
    """The fallback, where the list behind an iterable body cannot be seen."""

    class Iterable:
        async def __aenter__(self):
            return self

        async def __aexit__(self, *exc_info):
            pass

        async def __aiter__(self):
            yield b"part"

    response = quart.Response()
    response.response = Iterable()
    assert body.is_streaming(response)
    assert quart_host.run(body.read(response, buffer=True)) == b"part"


def test_a_small_body_in_an_iterator_is_read_and_a_large_one_is_a_stream(flask_host):
    """Flask runs an HTTPException as a WSGI app, so an error page comes in an iterator."""
    from werkzeug.wsgi import ClosingIterator

    def made(length):
        response = flask_host.app.response_class(ClosingIterator(iter([b"x" * length])))
        response.content_length = length
        return response

    assert drive(body.read(made(10))) == b"x" * 10
    assert body.is_streaming(made(10**6))


ETAG = f'"{werkzeug.http.generate_etag(b"text")}"'
LAST_MODIFIED = "Wed, 21 Oct 2015 07:28:00 GMT"
CONDITIONS = {
    "none": ({}, 200),
    "the same tag": ({"If-None-Match": ETAG}, 304),
    "any tag": ({"If-None-Match": "*"}, 304),
    "another tag": ({"If-None-Match": '"another"'}, 200),
    "a wanted tag": ({"If-Match": ETAG}, 200),
    "an unwanted tag": ({"If-Match": '"another"'}, 412),
    "not changed since": ({"If-Modified-Since": LAST_MODIFIED}, 304),
    "changed since": ({"If-Modified-Since": "Wed, 21 Oct 2014 07:28:00 GMT"}, 200),
}


@pytest.mark.parametrize(("headers", "status"), CONDITIONS.values(), ids=CONDITIONS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_conditions_are_answered_alike(hooked, headers, status, method):
    host, hooks = hooked

    @hooks.after_request
    async def conditional(response):
        response.headers["Last-Modified"] = LAST_MODIFIED
        await body.add_etag(response)
        await body.make_conditional(response)
        return response

    host.route("/")(lambda: "text")
    answer = host.ask("/", method, headers=headers)
    assert answer.status == status
    assert answer.headers["ETag"] == ETAG
    if status == 304:
        assert answer.body == b""
        assert "Content-Type" not in answer.headers
    elif status == 412:
        assert answer.body == b""


@pytest.mark.parametrize(("path", "method"), [("/", "POST"), ("/none", "GET")])
def test_conditions_are_for_a_good_get_or_head_only(hooked, path, method):
    host, hooks = hooked

    @hooks.after_request
    async def conditional(response):
        response.set_etag("tag")
        await body.make_conditional(response)
        return response

    host.route("/", methods=["POST"])(lambda: "text")
    assert host.ask(path, method, headers={"If-None-Match": '"tag"'}).status in (200, 404)


def test_an_etag_is_kept_unless_it_is_to_be_overwritten(hooked):
    host, hooks = hooked

    @hooks.after_request
    async def tag(response):
        response.set_etag("own")
        assert await body.add_etag(response)
        response.headers["X-Kept"] = response.headers["ETag"]
        assert await body.add_etag(response, overwrite=True, weak=True)
        return response

    host.route("/")(lambda: "text")
    answer = host.ask()
    assert answer.headers["X-Kept"] == '"own"'
    assert answer.headers["ETag"] == f"W/{ETAG}"


@given(data=st.binary(max_size=200), added=st.binary(max_size=20))
@pytest.mark.parametrize("kind", [werkzeug.wrappers.Response, quart.Response])
def test_any_bytes_survive_reading_replacing_and_transforming(kind, data, added):
    response = kind(data)
    assert drive(body.read(response)) == data
    body.transform(response, lambda chunk: chunk + added)
    assert drive(body.read(response)) == data + added
    body.replace(response, data)
    assert drive(body.read(response)) == data
    assert response.headers["Content-Length"] == str(len(data))


def test_the_current_app_is_not_needed_to_import_it():
    assert not current_app
