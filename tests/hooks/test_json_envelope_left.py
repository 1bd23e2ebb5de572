"""JsonEnvelope on what it cannot read, and on the text of errors."""

from __future__ import annotations

import gzip
import json
import logging
from typing import Any

import pytest
from markupsafe import Markup
from werkzeug.exceptions import BadRequest, MethodNotAllowed, NotFound, RequestedRangeNotSatisfiable

from afterware.hooks import Compress, JsonEnvelope

JSON = b'{"id": 1}'
LATIN = '{"name": "zo\xeb"}'.encode("latin-1")
LEFT = {
    "gzip": (gzip.compress(JSON, mtime=0), 200, {"Content-Encoding": "gzip"}, "encoded"),
    "br": (b"\x0b\x04\x80", 200, {"Content-Encoding": "br"}, "encoded"),
    "part": (b'{"id', 206, {"Content-Range": "bytes 0-3/9"}, "part of a body"),
    "reset": (b"", 205, {}, "no body"),
    "nothing": (b"", 204, {}, "no body"),
    "lines": (b'{"id": 1}\n{"id": 2}\n', 200, {}, "does not parse"),
    "callback": (b'call({"id": 1});', 200, {}, "does not parse"),
    "guarded": (b")]}',\n" + JSON, 200, {}, "does not parse"),
    "empty": (b"", 200, {}, "does not parse"),
    "latin-1 unsaid": (LATIN, 200, {}, "does not parse"),
    "latin-1": (LATIN, 200, {"Content-Type": "application/json; charset=latin-1"}, "charset"),
    "two bytes": (
        '{"n": "Ã©"}'.encode("latin-1"),
        200,
        {"Content-Type": 'application/json; charset="ISO-8859-1"'},
        "charset",
    ),
    "error": (b"}{", 400, {}, "does not parse"),
    "encoded error": (gzip.compress(JSON, mtime=0), 400, {"Content-Encoding": "gzip"}, "encoded"),
    "encoded page": (
        gzip.compress(b"no", mtime=0),
        500,
        {"Content-Type": "text/html", "Content-Encoding": "gzip"},
        "encoded",
    ),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_cannot_be_wrapped_is_left_to_the_byte_and_logged_once(
    host: Any, bind: Any, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    data, status, headers, says = LEFT[name]
    bind(host, JsonEnvelope())
    host.quiet()

    def made() -> Any:
        response = host.app.response_class(data, status=status, mimetype="application/json")
        response.headers.update(headers)
        return response

    host.route("/")(made)
    for _ in range(3):
        answer = host.ask()
        assert (answer.status, answer.body) == (status, data)
        for header, value in headers.items():
            assert answer.headers[header] == value
        if data:
            assert answer.headers["Content-Length"] == str(len(data))
    told = [r for r in caplog.records if r.name == "afterware"]
    assert [r.levelno for r in told] == [logging.WARNING]
    assert says in told[0].getMessage()
    assert "GET /" in told[0].getMessage()


def test_each_view_is_told_of(host: Any, bind: Any, caplog: pytest.LogCaptureFixture) -> None:
    bind(host, JsonEnvelope())
    for path in ("/one", "/two"):
        host.route(path)(lambda: host.app.response_class(b"x", mimetype="application/json"))
    for path in ("/one", "/two", "/one", "/two"):
        host.ask(path)
    assert len([r for r in caplog.records if r.name == "afterware"]) == 2


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"null", None),
        (b"\xef\xbb\xbf" + JSON, {"id": 1}),
        ('{"name": "zoë"}'.encode(), {"name": "zoë"}),
        ('{"name": "zoë"}'.encode("utf-16"), {"name": "zoë"}),
    ],
)
def test_json_in_every_form_that_json_has_is_wrapped(
    host: Any, bind: Any, data: bytes, value: Any
) -> None:
    bind(host, JsonEnvelope())
    host.route("/")(lambda: host.app.response_class(data, mimetype="application/json"))
    assert host.ask().json == {"data": value, "error": None}


def test_before_compress_what_is_wrapped_is_compressed(host: Any, bind: Any) -> None:
    bind(host, JsonEnvelope(), Compress())
    host.route("/")(lambda: {"text": "text " * 1000})
    answer = host.ask(headers={"Accept-Encoding": "gzip"})
    assert json.loads(gzip.decompress(answer.body))["data"] == {"text": "text " * 1000}


HEAD = "<head><title>No</title><style>p {}</style></head>"
SCRIPT = "<script>x()</script>"


def detail(host: Any, error: Exception | None = None, answer: Any = None, status: int = 400) -> Any:
    """What the envelope says of an error that a view raises, or gives."""

    @host.route("/error")
    def view() -> Any:
        if error is not None:
            raise error
        return answer, status

    return host.ask("/error").json["error"]["detail"]


@pytest.mark.parametrize(
    "description",
    [
        "name is missing",
        "a < b & c > d",
        '<b>"quoted"</b> &amp; escaped',
        "two\nlines",
        "zoë 日本",
    ],
)
def test_a_description_comes_through_to_the_letter(host: Any, bind: Any, description: str) -> None:
    bind(host, JsonEnvelope())
    assert detail(host, BadRequest(description)) == description


def test_a_description_in_html_comes_without_its_markup(host: Any, bind: Any) -> None:
    bind(host, JsonEnvelope())
    description = Markup("The <b>name</b> is <em>missing</em>.<br>Give one &amp; go on.")
    assert detail(host, BadRequest(description)) == "The name is missing.\nGive one & go on."


@pytest.mark.parametrize(
    "error", [BadRequest(), NotFound(), MethodNotAllowed(), RequestedRangeNotSatisfiable(5)]
)
def test_what_a_host_says_of_each_such_status_is_no_detail(
    host: Any, bind: Any, error: Exception
) -> None:
    bind(host, JsonEnvelope())
    assert detail(host, error) is None


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ({"field": "name"}, {"field": "name"}),
        ("name is missing", "name is missing"),
        ("<h1>Sorry</h1><p>The <i>name</i> is missing</p>", "Sorry\nThe name is missing"),
        (
            f"<!doctype html><html>{HEAD}<body>{SCRIPT}<p>name is missing</p></body></html>",
            "name is missing",
        ),
        ("<p>" + "long " * 400, None),
        ("", None),
    ],
)
def test_an_error_handlers_own_answer_is_told_too(
    host: Any, bind: Any, made: Any, expected: Any
) -> None:
    bind(host, JsonEnvelope())
    handled: list[Any] = []

    def handler(error: Any) -> Any:
        handled.append(error.description)
        return made, 400

    host.app.register_error_handler(400, host.colour(handler))
    assert detail(host, BadRequest("name is missing")) == expected
    assert handled == ["name is missing"]


def test_plain_text_is_told_in_its_charset_and_other_kinds_are_not(host: Any, bind: Any) -> None:
    bind(host, JsonEnvelope())
    kinds = {
        "/latin": ("text/plain; charset=latin-1", "zo\xeb".encode("latin-1"), "zoë"),
        "/broken": ("text/plain", b"zo\xeb", None),
        "/unknown": ("text/plain; charset=klingon", b"text", None),
        "/xml": ("application/xml", b"<error/>", None),
    }
    for path, (kind, data, _) in kinds.items():
        host.route(path)(
            lambda kind=kind, data=data: host.app.response_class(
                data, status=400, content_type=kind
            )
        )
    for path, (_, _, expected) in kinds.items():
        assert host.ask(path).json["error"]["detail"] == expected, path


def test_head_says_no_length_but_that_of_get(host: Any, bind: Any) -> None:
    bind(host, JsonEnvelope())
    host.route("/note")(lambda: {"id": 1})
    host.route("/error")(lambda: ({"field": "name"}, 400))
    for path in ("/note", "/error", "/missing"):
        got, asked = host.ask(path), host.ask(path, "HEAD")
        assert asked.status == got.status
        assert asked.headers["Content-Type"] == got.headers["Content-Type"]
        assert asked.headers.get("Content-Length") in (None, got.headers["Content-Length"]), path
