"""Conditional and helpers.send_file against the tables of rfc9110.py, as whole requests."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from typing import Any

import pytest
import rfc9110
from rfc9110 import BARE, DATED, KINDS, STRONG, TAGGED, WEAK
from werkzeug.http import parse_date

from afterware import Hooks, helpers, received
from afterware.drive import drive
from afterware.hooks import Compress, Conditional

DATA = b"0123456789"


def described(response: Any, kind: rfc9110.Kind) -> Any:
    """A response with the validators of a kind, and a Vary of its own."""
    for name, value in (("ETag", kind.etag), ("Last-Modified", kind.modified)):
        if value is not None:
            response.headers[name] = value
        else:
            response.headers.pop(name, None)
    response.headers["Vary"] = "Accept"
    return response


def data_views(host: Any) -> None:
    for kind in KINDS:
        host.route(f"/{KINDS.index(kind)}")(
            lambda kind=kind: described(host.app.response_class(DATA), kind)
        )


def native_files(host: Any) -> None:
    """A view that does by the host's own means what its documentation shows."""

    def made(kind: rfc9110.Kind) -> Callable[[], Any]:
        options = {"mimetype": "image/png", "conditional": False}
        ranges = {"accept_ranges": True, "complete_length": len(DATA)}
        if host.name == "flask":

            def view() -> Any:
                response = host.module.send_file(io.BytesIO(DATA), **options)
                return described(response, kind).make_conditional(host.module.request, **ranges)

            return view

        async def asynchronous() -> Any:
            response = await host.module.send_file(io.BytesIO(DATA), **options)
            return await described(response, kind).make_conditional(host.module.request, **ranges)

        return asynchronous

    for kind in KINDS:
        host.route(f"/{KINDS.index(kind)}")(made(kind))


def helped_files(host: Any) -> None:
    """helpers.send_file alone, with no hook; it makes no weak tags."""
    Hooks().init_app(host.app)

    async def made(kind: rfc9110.Kind) -> Any:
        response = await helpers.send_file(
            io.BytesIO(DATA),
            mimetype="image/png",
            etag=kind.etag.strip('"') if kind.etag else False,
            last_modified=parse_date(kind.modified),
        )
        response.headers["Vary"] = "Accept"
        return response

    for kind in (STRONG, DATED, TAGGED, BARE):

        async def asynchronous(kind: rfc9110.Kind = kind) -> Any:
            return await made(kind)

        view = asynchronous
        if host.name == "flask":
            view = lambda kind=kind: drive(made(kind))  # noqa: E731 - of the host's colour
        host.route(f"/{KINDS.index(kind)}")(view)


def check(host: Any, kind: rfc9110.Kind, headers: dict[str, str], expected: int) -> None:
    method = "GET"
    answer = host.ask(f"/{KINDS.index(kind)}", method, headers=headers)
    told = (kind.name, headers, answer.status)
    assert answer.status == expected, told
    if expected == 200:
        assert answer.body == DATA, told
        assert answer.headers["Content-Length"] == "10", told
    else:
        assert answer.body == b"", told
    if expected != 412:
        # Section 15.4.5: what the 200 would have had of these.
        assert answer.headers["Vary"] == "Accept", told
    assert answer.headers.get("ETag") == kind.etag, told
    if expected == 304:
        for name in ("Content-Length", "Content-Type", "Content-Encoding"):
            assert name not in answer.headers, told


def test_data_is_answered_as_the_table_says(host: Any, bind: Any) -> None:
    bind(host, Conditional(etags=False))
    data_views(host)
    for kind, headers, expected in rfc9110.served():
        check(host, kind, headers, expected)


@pytest.mark.slow
def test_a_file_is_answered_as_the_table_says_whatever_the_host_makes_of_it(
    host: Any, bind: Any
) -> None:
    """But for one thing that cannot be put right: a 304 of Quart has lost its body."""
    bind(host, Conditional(etags=False))
    native_files(host)
    for kind, headers, expected in rfc9110.served():
        if host.name == "quart" and "If-None-Match" in headers and kind in (DATED, BARE):
            continue
        check(host, kind, headers, expected)


@pytest.mark.slow
def test_a_file_of_the_helper_is_answered_as_the_table_says(host: Any) -> None:
    helped_files(host)
    for kind, headers, expected in rfc9110.served():
        if kind is not WEAK:
            check(host, kind, headers, expected)


@pytest.mark.parametrize("views", [native_files, helped_files])
def test_a_range_is_answered_as_the_tables_say(
    host: Any, bind: Any, views: Callable[[Any], None]
) -> None:
    if views is native_files:
        bind(host, Conditional(etags=False))
    views(host)
    for position, kind in enumerate(KINDS):
        if views is helped_files and kind is WEAK:
            continue
        for if_range, if_none_match in itertools.product(
            (None, *rfc9110.IF_RANGE), (None, '"other"', '"abc"')
        ):
            headers = {"Range": "bytes=2-4"}
            holds = True
            if if_range is not None:
                headers["If-Range"] = if_range
                holds = rfc9110.IF_RANGE[if_range][position]
            expected = 206 if holds else 200
            if if_none_match is not None:
                headers["If-None-Match"] = if_none_match
                if not rfc9110.IF_NONE_MATCH[if_none_match][position]:
                    expected = 304
            answer = host.ask(f"/{position}", headers=headers)
            told = (kind.name, headers, answer.status)
            assert answer.status == expected, told
            assert answer.body == {200: DATA, 206: DATA[2:5], 304: b""}[expected], told
            part = "bytes 2-4/10" if expected == 206 else None
            assert answer.headers.get("Content-Range") == part, told
            assert answer.headers["Vary"] == "Accept", told
            if expected == 206:
                assert answer.headers["Content-Length"] == "3", told
        # Step 1 comes before step 5; HEAD has no ranges (14.2).
        assert (
            host.ask(f"/{position}", headers={"Range": "bytes=2-4", "If-Match": '"x"'}).status
            == 412
        )
        assert host.ask(f"/{position}", "HEAD", headers={"Range": "bytes=2-4"}).status == 200


def test_a_range_that_cannot_be_served_says_how_long_the_file_is(host: Any) -> None:
    helped_files(host)
    for value, part in rfc9110.RANGES.items():
        answer = host.ask("/0", headers={"Range": value})
        if part == 416:
            assert (answer.status, answer.headers["Content-Range"]) == (416, "bytes */10"), value
        elif part is None:
            assert (answer.status, answer.body) == (200, DATA), value
        else:
            begin, end = part
            assert (answer.status, answer.body) == (206, DATA[begin:end]), value
            assert answer.headers["Content-Range"] == f"bytes {begin}-{end - 1}/10", value


def test_an_if_range_with_a_range_that_cannot_be_served_gets_the_whole(host: Any) -> None:
    """Section 13.2.2, step 5."""
    helped_files(host)
    answer = host.ask("/0", headers={"Range": "bytes=90-", "If-Range": STRONG.etag})
    assert (answer.status, answer.body) == (200, DATA)


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_a_view_refuses_before_it_changes_anything(host: Any, bind: Any, method: str) -> None:
    bind(host, Conditional())
    changed = []

    @host.route("/", methods=[method])
    def view() -> Any:
        received.check_preconditions(etag="abc", last_modified=parse_date(rfc9110.MODIFIED))
        changed.append(1)
        return "changed"

    for (name, table), position in itertools.product(rfc9110.FIELDS.items(), [0]):
        for value, truths in table.items():
            expected = 200
            if truths[position] is False and name != "If-Modified-Since":
                expected = 412
            before = len(changed)
            answer = host.ask("/", method, headers={name: value})
            assert answer.status == expected, (name, value)
            assert len(changed) - before == (expected == 200)


def test_what_a_method_has_done_is_not_taken_back(host: Any, bind: Any) -> None:
    """The hook sees the answer of a PUT, when it is too late to refuse it."""
    bind(host, Conditional(etags=False))
    host.route("/", methods=["PUT", "DELETE"])(
        lambda: described(host.app.response_class(DATA), STRONG)
    )
    for method, headers in itertools.product(
        ("PUT", "DELETE"), ({"If-Match": '"x"'}, {"If-None-Match": "*"})
    ):
        assert host.ask("/", method, headers=headers).status == 200


def test_a_412_of_a_views_own_is_left_as_it_is(host: Any, bind: Any) -> None:
    bind(host, Conditional())
    host.route("/")(lambda: ("no", 412, {"ETag": '"abc"'}))
    answer = host.ask(headers={"If-Match": "*"})
    assert (answer.status, answer.body) == (412, b"no")


TEXT = b"text " * 1000
GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def downloads(host: Any, bind: Any, tmp_path: Any) -> Any:
    """A host that serves a text file by its own send_file, and compresses; and what it serves."""

    def made(*hooks: object) -> Any:
        bind(host, *hooks)
        for name in ("text.txt", "picture.png"):
            path = tmp_path / name
            path.write_bytes(TEXT)
            if host.name == "flask":
                host.route(f"/{name}")(lambda path=path: host.module.send_file(path))
            else:

                async def view(path: Any = path) -> Any:
                    return await host.module.send_file(path, conditional=True)

                host.route(f"/{name}")(view)
        return host

    return made


@pytest.mark.parametrize("hooks", [(Compress,), (Conditional, Compress)])
def test_a_compressed_download_is_not_resumed_with_bytes_of_the_other_form(
    downloads: Any, hooks: Any
) -> None:
    host = downloads(*(hook() for hook in hooks))
    first = host.ask("/text.txt", headers=GZIP)
    assert first.headers["Content-Encoding"] == "gzip"
    assert first.headers["ETag"].startswith("W/")
    for validator in (first.headers["ETag"], first.headers["Last-Modified"]):
        again = host.ask("/text.txt", headers={**GZIP, "Range": "bytes=10-", "If-Range": validator})
        assert (again.status, again.headers["Content-Encoding"]) == (200, "gzip"), validator
        assert again.body == first.body
        assert "Content-Range" not in again.headers
    # A strong tag is that of the form without coding, and so is a part of it.
    strong = first.headers["ETag"].removeprefix("W/")
    part = host.ask("/text.txt", headers={**GZIP, "Range": "bytes=10-", "If-Range": strong})
    assert (part.status, part.body) == (206, TEXT[10:])
    assert "Content-Encoding" not in part.headers


def test_without_a_coding_a_date_is_good_enough_to_resume_by(downloads: Any) -> None:
    host = downloads(Compress())
    for path, accepted in (("/text.txt", {}), ("/picture.png", GZIP)):
        modified = host.ask(path, headers=accepted).headers["Last-Modified"]
        asked = {**accepted, "Range": "bytes=10-", "If-Range": modified}
        answer = host.ask(path, headers=asked)
        assert (answer.status, answer.body) == (206, TEXT[10:])
        # A weak tag never is (section 13.1.5).
        weak = f"W/{answer.headers['ETag']}"
        assert host.ask(path, headers={**asked, "If-Range": weak}).body == TEXT


@pytest.mark.parametrize("hooks", [(Compress,), (Conditional, Compress)])
@pytest.mark.parametrize("accepted", [{}, GZIP])
def test_a_206_and_a_304_have_the_vary_and_the_etag_of_the_200(
    downloads: Any, hooks: Any, accepted: dict[str, str]
) -> None:
    host = downloads(*(hook() for hook in hooks))
    for path in ("/text.txt", "/picture.png"):
        whole = host.ask(path, headers=accepted).headers
        part = host.ask(path, headers={**accepted, "Range": "bytes=0-4"})
        same = host.ask(path, headers={**accepted, "If-None-Match": whole["ETag"]})
        assert (part.status, same.status) == (206, 304)
        assert part.headers.get("Vary") == whole.get("Vary"), path
        assert same.headers.get("Vary") == whole.get("Vary"), path
        assert same.headers["ETag"] == whole["ETag"]
        assert ("Vary" in whole) == (path == "/text.txt")


def test_where_werkzeug_hides_what_it_cuts_the_view_is_asked_again(
    flask_host: Any, bind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The public way, for a Werkzeug whose wrapper is another."""
    from werkzeug import wrappers
    from werkzeug.wsgi import _RangeWrapper

    class Hidden:
        def __init__(self, *args: Any) -> None:
            self._inner = _RangeWrapper(*args)

        def __iter__(self) -> Any:
            return iter(self._inner)

        def close(self) -> None:
            self._inner.close()

    monkeypatch.setattr(wrappers.response, "_RangeWrapper", Hidden)
    monkeypatch.setattr("afterware.partial._KNOWS_INNER", False)
    bind(flask_host, Conditional(etags=False))
    native_files(flask_host)
    headers = {"Range": "bytes=2-4", "If-Range": 'W/"abc"'}
    answer = flask_host.ask(f"/{KINDS.index(STRONG)}", headers=headers)
    assert (answer.status, answer.body) == (200, DATA)
    assert flask_host.ask("/0", headers={"Range": "bytes=2-4"}).status == 206
