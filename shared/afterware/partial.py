"""A part of a body, for a Range, on both hosts (RFC 9110, section 14), and the whole again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response as WSGIResponse

from .body import sends_file
from .conditions import Unsatisfiable, Validators, byte_range, range_applies
from .context import current_app, request

if TYPE_CHECKING:
    from werkzeug.datastructures import Headers
    from werkzeug.sansio.response import Response

__all__ = ["make_partial", "make_whole"]


async def make_partial(response: Response, method: str, asked: Headers) -> None:
    """Send the part of a file that a request's Range asks for, as 206, where the Range is heeded.

    A body that is no file, and one of unknown length, is left whole, which a server always may.

    :param response: a 200; other answers have no ranges.
    :param method: the request's.
    :param asked: the request's headers.
    :raises Unsatisfiable: for 416. With an If-Range the whole is sent instead (section 13.2.2).
    """
    length = _length(response)
    if response.status_code != 200 or length is None:
        return
    if not range_applies(method, asked, Validators.of(response.headers)):
        return
    try:
        found = byte_range(", ".join(asked.getlist("Range")), length)
    except Unsatisfiable:
        if "If-Range" in asked:
            return
        raise
    if found is not None:
        await _cut(response, *found, length)


async def make_whole(response: Response) -> None:
    """Send all of a file after all, as 200, where a host's `send_file` has made a 206 of it.

    A 206 that a view has made itself is left: only the view has the rest of it.
    """
    held: Any = response.response  # type: ignore[attr-defined]  # both hosts' classes have it
    whole = response.content_range.length
    if response.status_code != 206 or whole is None:
        return
    if not isinstance(response, WSGIResponse):
        if not sends_file(response):
            return
        await held.make_conditional(0, None)
    elif (inner := _behind_range(held)) is not None:
        response.response = inner
    else:
        return
    response.status_code = 200
    response.content_length = whole
    del response.headers["Content-Range"]


def _behind_range(held: Any) -> Any:
    """What Werkzeug cuts a part out of; None where it cuts nothing.

    Its wrapper is no public class. Where it is another than now, the view is asked again, without
    the Range: a GET may be.
    """
    inner = getattr(held, "iterable", None)
    if inner is not None or _KNOWS_INNER or not request:
        return inner
    environ = request.environ  # type: ignore[attr-defined]  # Flask's has it
    range_ = environ.pop("HTTP_RANGE", None)
    try:
        view = current_app.view_functions[request.endpoint]  # type: ignore[index]  # it answered
        app: Any = current_app
        made = app.make_response(app.ensure_sync(view)(**(request.view_args or {})))
    finally:
        if range_ is not None:
            environ["HTTP_RANGE"] = range_
    return made.response if made.status_code == 200 else None


def _length(response: Response) -> int | None:
    """The bytes of a whole file; None where that is not known."""
    if not sends_file(response):
        return None
    if isinstance(response, WSGIResponse):
        # Flask's send_file says so where it is conditional, and ours.
        return response.content_length if response.accept_ranges == "bytes" else None
    size: int = response.response.size  # type: ignore[attr-defined]  # sends_file has seen it
    return size


async def _cut(response: Any, begin: int, end: int, length: int) -> None:
    if isinstance(response, WSGIResponse):
        had_date = "Date" in response.headers
        asked = {"REQUEST_METHOD": "GET", "HTTP_RANGE": f"bytes={begin}-{end - 1}"}
        response.make_conditional(asked, accept_ranges=True, complete_length=length)
        if not had_date:
            response.headers.pop("Date", None)  # the server's
        return
    await response.response.make_conditional(begin, end)
    response.status_code = 206
    response.content_length = end - begin
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Range"] = f"bytes {begin}-{end - 1}/{length}"


def _knows_inner() -> bool:
    """Whether a part that Werkzeug cuts knows what it was cut out of."""
    probe = WSGIResponse(["whole"])
    asked = {"REQUEST_METHOD": "GET", "HTTP_RANGE": "bytes=1-1"}
    probe.make_conditional(asked, accept_ranges=True, complete_length=5)
    return getattr(probe.response, "iterable", None) == ["whole"]


_KNOWS_INNER = _knows_inner()
