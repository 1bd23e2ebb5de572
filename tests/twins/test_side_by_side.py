"""Both twins over real sockets, the same requests, their answers side by side."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import pytest
from differences import HOSTS, MOMENTS, SERVERS
from flask.sessions import SecureCookieSessionInterface
from running import JSON, KEY, TWINS, Answer, Running, running
from serving import wait_for

from sync_app import create_app
from twin.settings import Settings
from twin.urls import parse_database_url

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
HOOKS_SET = ("X-Content-Type-Options", "Content-Security-Policy", "Referrer-Policy")


class Request(NamedTuple):
    """A request, and the status that it is to have from both."""

    method: str
    path: str
    status: int
    headers: dict[str, str] = {}
    body: str | None = None

    def __str__(self) -> str:
        names = ("Accept", "Range", "If-None-Match")
        asked = [self.headers[name] for name in names if name in self.headers]
        return " ".join([self.method, self.path, *asked])


READS = [
    Request("GET", "/", 200),
    Request("GET", "/?a=b", 200),
    Request("GET", "/", 200, {"X-Request-Id": "abc-123"}),
    Request("GET", "/", 200, {"X-Request-Id": "no good\tat all"}),
    Request("GET", "/", 304, {"If-None-Match": "*"}),
    Request("GET", "/", 412, {"If-Match": '"another"'}),
    Request("GET", "/json/28", 200),
    Request("GET", "/json/12", 200),
    Request("GET", "/json/1048576", 200),
    Request("GET", "/json/11", 400),
    Request("GET", "/json/1048577", 400),
    Request("GET", "/json/-1", 400),
    Request("GET", "/json/many", 404),
    Request("GET", "/notes", 200),
    Request("GET", "/notes?before=x", 200),
    Request("GET", "/notes?before=99999999999999999999", 200),
    Request("GET", "/notes/1", 404),
    Request("GET", "/notes/99999999999999999999", 404),
    Request("GET", "/notes/", 404),
    Request("GET", "/visits", 200),
    Request("GET", "/visits", 200, {"Cookie": "twin_session=forged"}),
    Request("GET", "/stream", 200),
    Request("GET", "/file", 200),
    Request("GET", "/file", 206, {"Range": "bytes=6-9"}),
    Request("GET", "/file", 416, {"Range": "bytes=900-"}),
    Request("GET", "/file", 304, {"If-None-Match": "*"}),
    Request("GET", "/teapot", 418),
    Request("GET", "/teapot", 418, HTML),
    Request("GET", "/boom", 500),
    Request("GET", "/boom", 500, HTML),
    Request("GET", "/nope", 404),
    Request("GET", "/nope", 404, HTML),
    Request("GET", "/nope", 404, {"Accept": "application/json"}),
    Request("GET", "/nope", 404, {"Accept": "image/png"}),
    Request("GET", "/notes/1", 404, HTML),
    Request("GET", "/enveloped/", 200),
    Request("GET", "/enveloped/json/2000", 200, {"Accept-Encoding": "gzip"}),
    Request("GET", "/enveloped/notes/1", 404),
    Request("GET", "/enveloped/teapot", 418, HTML),
    Request("PUT", "/notes", 405),
    Request("PUT", "/notes", 405, HTML),
    Request("POST", "/", 405),
    Request("PROPFIND", "/", 405),
    Request("POST", "/notes", 415, {"Content-Type": "text/plain"}, "text"),
    Request("POST", "/notes", 415),
    Request("POST", "/notes", 400, JSON, "{"),
    Request("POST", "/notes", 400, JSON, ""),
    Request("POST", "/notes", 400, JSON, "[]"),
    Request("POST", "/notes", 400, JSON, '{"text": 1}'),
    Request("POST", "/notes", 400, JSON, '{"text": "  "}'),
    Request("POST", "/notes", 400, JSON, json.dumps({"text": "x" * 1001})),
    Request("POST", "/notes", 400, JSON, r'{"text": "\u0000"}'),
    Request("POST", "/notes", 400, JSON, r'{"text": "\ud800"}'),
    Request("POST", "/notes", 413, JSON, json.dumps({"text": "x" * 70000})),
    Request("DELETE", "/notes/1", 404),
    *[
        Request(method, path, status)
        for path, get in [
            ("/", 200),
            ("/json/28", 200),
            ("/json/1", 400),
            ("/notes", 200),
            ("/notes/1", 404),
            ("/visits", 200),
            ("/stream", 200),
            ("/file", 200),
            ("/teapot", 418),
            ("/boom", 500),
            ("/nope", 404),
        ]
        for method, status in [("HEAD", get), ("OPTIONS", 404 if path == "/nope" else 200)]
    ],
]


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Running]]:
    """Both, with a database each, so that what they number they number alike."""
    folder = tmp_path_factory.mktemp("side-by-side")
    with ExitStack() as stack:
        flask, quart = (
            stack.enter_context(running(twin, f"sqlite:///{folder}/{twin}.sqlite3"))
            for twin in TWINS
        )
        yield flask, quart


@pytest.fixture(scope="module")
def read_session(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a session cookie says, and that its signature is right."""
    folder = tmp_path_factory.mktemp("signer")
    url = parse_database_url(f"sqlite:///{folder}/unused.sqlite3")
    app = create_app(Settings(KEY, url))
    app.extensions["database"].close()
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return signer.loads


def ask_both(twins: tuple[Running, Running], request: Request) -> tuple[Answer, Answer]:
    flask, quart = (
        twin.ask(request.path, request.method, request.body, **request.headers) for twin in twins
    )
    return flask, quart


def different_headers(
    flask: Answer, quart: Answer, read_session: Any
) -> dict[str, tuple[list[str], list[str]]]:
    """Every header that is not the same, with both twins' values; cookies by what they say."""
    names = {name.lower() for answer in (flask, quart) for name, _ in answer.headers}

    def values(answer: Answer, name: str) -> list[str]:
        found = sorted(answer.headers.getlist(name))
        return [comparable(value, read_session) for value in found] if "cookie" in name else found

    pairs = {name: (values(flask, name), values(quart, name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def comparable(cookie: str, read_session: Any) -> str:
    """A Set-Cookie without the moment at which it was made, attributes and all."""
    name, _, rest = cookie.partition("=")
    value, _, attributes = rest.partition(";")
    if name == "twin_session":
        value = str(read_session(value))
    return f"{name}={value};" + re.sub(r"Expires=[^;]+", "Expires=...", attributes)


def hold_against_each_other(
    twins: tuple[Running, Running], request: Request, read_session: Any
) -> tuple[Answer, Answer]:
    """The same status, body and headers, but for what `differences` names, which must be seen."""
    flask, quart = ask_both(twins, request)
    assert (flask.status, quart.status) == (request.status, request.status)
    assert flask.body == quart.body
    different = different_headers(flask, quart, read_session)
    named = {header for asked, header in HOSTS if asked == str(request)}
    assert set(different) - set(SERVERS) - set(MOMENTS) == named, different
    return flask, quart


@pytest.mark.parametrize("request_", READS, ids=str)
def test_both_twins_give_the_same_answer(twins, request_, read_session):
    """Status, body, headers and cookies are the same for every route, method and error."""
    flask, _ = hold_against_each_other(twins, request_, read_session)
    assert [flask.headers.get(name) for name in HOOKS_SET] == [
        "nosniff",
        "default-src 'none'; frame-ancestors 'none'",
        "no-referrer",
    ]
    assert flask.headers.get("X-Api-Version") == "1"


@pytest.mark.parametrize("header", SERVERS)
def test_what_servers_say_of_themselves_is_not_what_hooks_set(twins, header):
    """The headers that are left out of the comparison are each server's own, and not doubled."""
    flask, quart = ask_both(twins, Request("GET", "/file", 200))
    assert flask.headers.getlist(header) == [flask.headers[header]]
    assert len(quart.headers.getlist(header)) == (0 if header == "connection" else 1)
    assert (flask.headers["Server"], quart.headers["Server"]) == ("gunicorn", "hypercorn-h11")


def test_only_gunicorn_names_the_status(twins):
    """The reason phrase is lost on the way through ASGI; it means nothing (RFC 9112, section 4)."""
    flask, quart = ask_both(twins, Request("GET", "/teapot", 418))
    assert (flask.reason, quart.reason) == ("I'M A TEAPOT", "")


def test_a_note_lives_the_same_life_on_both(twins, read_session):
    """Added, read, listed, deleted, gone: side by side, with their cookies and Location."""
    added, _ = hold_against_each_other(
        twins, Request("POST", "/notes", 201, JSON, '{"text": "Grüße 👋"}'), read_session
    )
    where = added.headers["Location"]
    assert added.json == {"id": int(where.removeprefix("/notes/")), "text": "Grüße 👋"}
    assert added.cookie("notice") == "added"
    assert read_session(added.cookie("twin_session")) == {"written": 1}

    got, _ = hold_against_each_other(twins, Request("GET", where, 200), read_session)
    assert got.json == added.json
    listed, _ = hold_against_each_other(twins, Request("GET", "/notes", 200), read_session)
    assert listed.json == {"notes": [added.json]}
    hold_against_each_other(
        twins, Request("GET", where, 304, {"If-None-Match": got.headers["ETag"]}), read_session
    )

    deleted, _ = hold_against_each_other(twins, Request("DELETE", where, 204), read_session)
    assert deleted.cookie("notice") == "deleted"
    for method in ("GET", "DELETE"):
        gone, _ = hold_against_each_other(twins, Request(method, where, 404), read_session)
        assert "There is no note" in gone.json["detail"]


def test_the_greeting_is_the_same_bytes(twins):
    """GET / answers 28 bytes of JSON from both, and HEAD says so without sending them."""
    for twin in twins:
        answer, head = twin.ask("/"), twin.ask("/", "HEAD")
        assert answer.body == b'{"message":"Hello, world!"}\n'
        assert answer.headers["Content-Type"] == "application/json"
        assert head.body == b""
        assert head.headers["Content-Length"] == "28"


@pytest.mark.parametrize("size", [12, 28, 1024, 100_000])
def test_a_json_body_has_exactly_the_bytes_asked_for(twins, size):
    """/json/<bytes> counts bytes of valid JSON."""
    for twin in twins:
        answer = twin.ask(f"/json/{size}")
        assert len(answer.body) == size
        assert set(answer.json) == {"data"}


def test_the_stream_is_sent_in_chunks_of_one_document_a_line(twins):
    """/stream is NDJSON and has no length beforehand."""
    for twin in twins:
        answer = twin.ask("/stream")
        assert answer.headers["Transfer-Encoding"] == "chunked"
        assert answer.headers["Content-Type"].startswith("application/x-ndjson")
        lines = answer.body.decode().splitlines()
        assert [json.loads(line)["line"] for line in lines] == list(range(10))


def test_a_file_is_described_the_same(twins):
    """Cache-Control without Expires, ranges offered, no name for a page that shows it, one date."""
    for twin in twins:
        headers = twin.ask("/file").headers
        assert headers["Cache-Control"] == "public, max-age=3600"
        assert headers["Accept-Ranges"] == "bytes"
        assert "Expires" not in headers
        assert "Content-Disposition" not in headers


@pytest.mark.parametrize("first", [0, 1], ids=["flask first", "quart first"])
def test_a_session_begun_on_one_twin_goes_on_on_the_other(twins, first, read_session):
    """Both read and sign the same cookie, whichever of them began."""
    cookies: dict[str, str] = {}
    seen = []
    for turn in range(4):
        answer = twins[(first + turn) % 2].ask("/visits", **cookies)
        cookies = {"Cookie": f"twin_session={answer.cookie('twin_session')}"}
        seen.append(answer.json["visits"])
    assert seen == [1, 2, 3, 4]


def test_both_log_the_same_line_for_the_same_request(twins):
    """The access log is a shared hook's: status, bytes, request id."""
    pattern = r"twin: GET '/json/1000' 200 1000 bytes [\d.]+ ms request_id=log-me\n"
    for twin in twins:
        twin.ask("/json/1000", X_Request_Id="log-me")
        wait_for(lambda twin=twin: re.search(pattern, twin.errors()), "it was not logged")
