"""Streams: bodies that are made while they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from .record import Difference, difference
from .stage import At, Facts, yes_no

__all__ = ["DIFFERENCES"]


@difference(
    "AW051",
    "a generator in a werkzeug.Response is read to its end first",
    flask="read: 1 of 6 parts",
    quart="read: 6 of 6 parts",
    bound="read: 6 of 6 parts",
    bound_on_flask="read: 1 of 6 parts",
    later={"quart 0.23": {"quart": "read: 1 of 6 parts", "bound": "read: 1 of 6 parts"}},
    bites="silently",
    whom="views and libraries that answer with Werkzeug's own Response: it is read to its end "
    "though the client left after the first part",
    remedy="make it with `app.response_class`, or return the generator itself",
    about="view",
    why="Quart makes a response of its own of what the view returned; how it reads Werkzeug's "
    "is its affair.",
)
def of_werkzeug(at: At) -> Facts:
    from werkzeug import Response

    given: list[str] = []

    def parts() -> Iterator[str]:
        for part in "abcdef":
            given.append(part)
            yield part

    stage = at.stage(lambda: Response(parts()))
    stage.ask(leave_after=1)
    return {"read": f"{len(given)} of 6 parts"}


@difference(
    "AW052",
    "a range of the last bytes of a file",
    flask="the answer: 206, Content-Range bytes 3-4/5",
    quart="the answer: 500, Content-Range none",
    bound="the answer: 206, Content-Range bytes 3-4/5",
    bites="loudly",
    whom="views that send files to clients which ask for the last bytes: players and download "
    "managers",
    remedy="bind the app's hooks through Afterware, or answer with `helpers.send_file`",
    about="view",
    defect="Quart to 0.23",
    see=("https://www.rfc-editor.org/rfc/rfc9110#name-byte-ranges",),
)
def last_bytes(at: At) -> Facts:
    return _part(at, "bytes=-2", "the answer")


@difference(
    "AW053",
    "416 is answered without Content-Range",
    flask="the answer: 416, Content-Range bytes */5",
    quart="the answer: 416, Content-Range none",
    bound="the answer: 416, Content-Range bytes */5",
    bites="silently",
    whom="clients that go on with a download and do not learn how long the file is",
    remedy="bind the app's hooks through Afterware, or answer with `helpers.send_file`",
    about="view",
    see=("https://www.rfc-editor.org/rfc/rfc9110#name-416-range-not-satisfiable",),
)
def beyond(at: At) -> Facts:
    return _part(at, "bytes=9-12", "the answer")


def _part(at: At, asked: str, name: str) -> Facts:
    """What a view of a file answers to a Range."""

    async def awaiting() -> Any:
        return await at.host.send_file(BytesIO(b"Hello"), mimetype="text/plain", conditional=True)

    def view() -> Any:
        return at.host.send_file(BytesIO(b"Hello"), mimetype="text/plain", conditional=True)

    stage = at.stage()
    stage.view(awaiting if at.asynchronous else view, "/file")
    answer = stage.ask("/file", headers={"Range": asked})
    return {name: f"{answer.outcome}, Content-Range {answer.header('Content-Range') or 'none'}"}


@difference(
    "AW054",
    "304 keeps Last-Modified",
    flask="the answer: 304, Last-Modified no",
    quart="the answer: 304, Last-Modified yes",
    bound="the answer: 304, Last-Modified yes",
    bound_on_flask="the answer: 304, Last-Modified no",
    bites="silently",
    whom="tests and caches that compare the headers of a 304",
    remedy="take it off in a hook if it matters: both are allowed where there is an ETag",
    about="view",
    why="It does no harm: a sender should leave it out where it sends an ETag, and need not.",
    see=("https://www.rfc-editor.org/rfc/rfc9110#name-304-not-modified",),
)
def last_modified(at: At) -> Facts:
    async def awaiting() -> Any:
        response = stage.app.response_class("Hello")
        return await _dated(response).make_conditional(at.host.request)

    def view() -> Any:
        return _dated(stage.app.response_class("Hello")).make_conditional(at.host.request)

    stage = at.stage()
    stage.view(awaiting if at.asynchronous else view, "/dated")
    answer = stage.ask("/dated", headers={"If-None-Match": '"a"'})
    return {
        "the answer": f"{answer.outcome}, Last-Modified {yes_no(bool(answer.all('Last-Modified')))}"
    }


def _dated(response: Any) -> Any:
    response.set_etag("a")
    response.last_modified = datetime(2026, 1, 1, tzinfo=UTC)
    return response


DIFFERENCES = tuple(each for each in list(globals().values()) if isinstance(each, Difference))
