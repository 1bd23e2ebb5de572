"""Read, replace and transform the body of a response, with the same meaning on both hosts.

Every function takes flask.Response, quart.Response and the werkzeug.Response that Quart makes for
errors. A body is one of two kinds. One is held in memory: text, bytes, JSON, a rendered template,
a list of parts, an error page. The other is streamed: a generator, a file. A streamed body is not
read into memory unless the caller says `buffer=True`.

Functions that read are coroutine functions, because Quart reads so; on Flask they never suspend.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeGuard

from werkzeug.http import generate_etag, remove_entity_headers
from werkzeug.wrappers import Response as WSGIResponse
from werkzeug.wsgi import ClosingIterator

from .conditions import Validators, precondition
from .context import current_app, current_request, request
from .errors import BodyStreamedError
from .head import drop_nonced_policies

if TYPE_CHECKING:
    from werkzeug.sansio.response import Response

__all__ = [
    "add_etag",
    "instead_of",
    "is_streaming",
    "make_conditional",
    "read",
    "read_json",
    "replace",
    "replace_json",
    "sends_file",
    "transform",
]

# An error page comes to Flask's hooks in an iterator, though it is held in memory: Flask runs the
# HTTPException as a WSGI app of its own. Up to this many declared bytes such an iterator is taken
# for what it nearly always is; if it is a stream after all, no more than this is held.
_SMALL = 64 * 1024

# Headers that describe the very bytes of the body, and lie when it changes (RFC 9110, section
# 8.8.3; RFC 9530 for the digests; RFC 1864 for Content-MD5).
_ABOUT_THE_BYTES = frozenset(
    ("etag", "accept-ranges", "content-md5", "digest", "content-digest", "repr-digest")
)


def is_streaming(response: Response) -> bool:
    """Whether the body is made while it is sent (a generator, a file), not held in memory.

    A response that has no body by its status, 204 or 304, is not streaming.
    """
    if _has_no_body(response):
        return False
    return _streams(response) if _is_wsgi(response) else _held(response) is None


async def read(response: Response, *, buffer: bool = False) -> bytes:
    """The body, without content coding undone.

    On HEAD this is what GET would send; only an error page that Flask has made itself comes without
    its body then. For status 204 and 304 it is empty.

    :param buffer: read a streamed body too; it is then held in memory, and sent from there with a
        Content-Length.
    :raises BodyStreamedError: the body is streamed, and *buffer* was not said.
    """
    if _has_no_body(response):
        return b""
    if _is_wsgi(response):
        if not _streams(response):
            return response.get_data()
    elif (held := _held(response)) is not None:
        return held
    if not buffer:
        raise BodyStreamedError(
            "The body is streamed, a generator or a file, and is not held in memory. Ask"
            " body.is_streaming(response) first and leave it alone, change it chunk by chunk"
            " with body.transform, or have all of it read with buffer=True."
        )
    return await _buffered(response)


async def read_json(
    response: Response, *, force: bool = False, silent: bool = False, buffer: bool = False
) -> Any:
    """The body parsed as JSON, by the app's own JSON provider; None where it is not JSON.

    :param force: parse it whatever its Content-Type says.
    :param silent: give None for a body that does not parse.
    :param buffer: as for `read`.
    :raises ValueError: the body does not parse, and *silent* was not said.
    :raises BodyStreamedError: as for `read`.
    """
    if not (force or response.is_json) or _has_no_body(response):
        return None
    data = await read(response, buffer=buffer)
    if not data and request and request.method == "HEAD":
        return None
    try:
        return current_app.json.loads(data) if current_app else json.loads(data)
    except ValueError:
        if silent:
            return None
        raise


def replace(response: Response, data: str | bytes, *, content_type: str | None = None) -> None:
    """Send *data* instead. Content-Length follows; headers that describe the old bytes go.

    Those are ETag, Accept-Ranges, Content-MD5, Digest, Content-Digest and Repr-Digest.
    Content-Encoding stays: whoever replaces an encoded body encodes the new one, or removes it.

    :param data: text is sent as UTF-8.
    :param content_type: a new Content-Type, or None to leave it.
    """
    _drop_descriptions(response)
    if _is_wsgi(response):
        _close_iterable(response)
        response.direct_passthrough = False
    response.set_data(data)  # type: ignore[attr-defined]  # both hosts' classes have it, sansio's not
    if content_type is not None:
        response.headers["Content-Type"] = content_type


def replace_json(response: Response, value: Any) -> None:
    """Send *value* as JSON instead, formatted by the app's own JSON provider, as jsonify would.

    :param value: what the app's provider can serialize.
    :raises TypeError: it cannot be serialized.
    """
    if current_app:
        made: Any = current_app.json.response(value)
        data = made.get_data() if _is_wsgi(made) else _held(made)
        replace(response, data or b"", content_type=made.content_type)
    else:
        replace(response, json.dumps(value), content_type="application/json")


def transform(
    response: Response,
    each: Callable[[bytes], bytes],
    *,
    last: Callable[[], bytes] | None = None,
    off_loop_above: int | None = None,
) -> None:
    """Put every chunk of the body through *each* as it is sent; nothing is gathered.

    A body in memory is one chunk and is transformed at once. For a stream, Content-Length goes,
    since nobody knows it. Headers that describe the old bytes go in both cases.

    :param each: given a chunk, what to send for it; empty bytes send nothing.
    :param last: called once after the last chunk, for what *each* still holds back.
    :param off_loop_above: on Quart, chunks of more than this many bytes are transformed in a worker
        thread, so that the event loop goes on meanwhile. A body in memory that is as large becomes
        a stream of one chunk, without a Content-Length.
    """
    if _has_no_body(response):
        return
    threaded = off_loop_above is not None and not _is_wsgi(response)
    if not is_streaming(response) and not (threaded and _is_larger(response, off_loop_above)):
        data = response.get_data() if _is_wsgi(response) else _held(response)
        replace(response, each(data or b"") + (last() if last is not None else b""))
        return
    _drop_descriptions(response)
    response.headers.pop("Content-Length", None)
    if _is_wsgi(response):
        inner = response.response
        response.direct_passthrough = False
        chunks = _transformed(response.iter_encoded(), each, last)
        response.response = ClosingIterator(chunks, getattr(inner, "close", None))
    else:
        body: Any = response
        body.response = _TransformedBody(body.response, each, last, off_loop_above)


async def add_etag(response: Response, *, overwrite: bool = False, weak: bool = False) -> bool:
    """Set the ETag to a hash of the body, the same on both hosts; a stream is left without.

    :param overwrite: replace an ETag that is there.
    :param weak: mark it as weak: good for comparing, not for ranges (RFC 9110, section 8.8.1).
    :return: whether the response has an ETag now.
    """
    if "ETag" in response.headers and not overwrite:
        return True
    if is_streaming(response) or _has_no_body(response):
        return False
    response.set_etag(generate_etag(await read(response)), weak)
    return True


async def make_conditional(response: Response) -> None:
    """Answer 304 or 412 instead, where the request's conditions say so (RFC 9110, section 13).

    The conditions are held against the response's ETag and Last-Modified, in the order of section
    13.2.2, and entity tags are compared as section 8.8.3.2 has it. Only GET and HEAD are looked at:
    when another method is answered, it has been performed. What a host has concluded about a file
    by rules of its own is put right: its 304, its 412, and its 206, which comes after the
    conditions. A 304 keeps what section 15.4.5 names, Vary among it.

    :raises RuntimeError: no request is being served.
    """
    asking = current_request()
    status = response.status_code
    if asking.method not in ("GET", "HEAD") or not (200 <= status < 300 or status in (304, 412)):
        return
    current = Validators.of(response.headers)
    verdict = precondition(asking.method, asking.headers, current)
    if status in (304, 412) and not sends_file(response) and (status == 412 or verdict == 200):
        return  # it is the view's own, or its body is gone
    if verdict == 200:
        if status in (304, 412):
            response.status_code = 200
        return
    headers = response.headers
    found = {name.lower(): value for name, value in headers}
    replace(response, b"")
    response.status_code = verdict
    # What is left is about this answer; what was is kept for whoever needs to know of the 200.
    setattr(response, _INSTEAD_OF, found)
    remove_entity_headers(headers)
    drop_nonced_policies(headers)
    for name in ("etag", "last-modified") if verdict == 412 else ("etag",):
        if name in found:
            headers[_WRITTEN[name]] = found[name]
    if verdict == 412:
        headers["Content-Length"] = "0"


def instead_of(response: Response) -> Mapping[str, str] | None:
    """The headers of the answer that `make_conditional` has replaced, by their lower-case names."""
    return getattr(response, _INSTEAD_OF, None)


_INSTEAD_OF = "_afterware_instead_of"
_WRITTEN = {"etag": "ETag", "last-modified": "Last-Modified"}


def sends_file(response: Response) -> bool:
    """Whether a response has a file for its body, as the hosts' `send_file` makes them."""
    if _is_wsgi(response):
        return response.direct_passthrough
    held: Any = response.response  # type: ignore[attr-defined]  # Quart's has it
    return hasattr(held, "make_conditional") and hasattr(held, "size")


def _is_wsgi(response: object) -> TypeGuard[WSGIResponse]:
    """Whether it is Flask's or Werkzeug's; Quart's is built on the class below theirs."""
    return isinstance(response, WSGIResponse)


def _has_no_body(response: Response) -> bool:
    status = response.status_code
    return status in (204, 304) or 100 <= status < 200


def _streams(response: WSGIResponse) -> bool:
    return response.direct_passthrough or (response.is_streamed and not _is_small(response))


def _is_small(response: WSGIResponse) -> bool:
    length = response.content_length
    return (
        isinstance(response.response, ClosingIterator) and length is not None and length <= _SMALL
    )


def _is_larger(response: Any, size: int | None) -> bool:
    data = _held(response)
    return data is not None and size is not None and len(data) > size


def _held(response: Any) -> bytes | None:
    """The bytes that a Quart response holds in memory, or None where it streams.

    Quart's DataBody has them, with the range that is to be sent; an iterable body has them only
    where it was made of a list or a tuple.
    """
    held = response.response
    data = getattr(held, "data", None)
    if isinstance(data, bytes):
        whole = held.begin == 0 and held.end == len(data)
        return data if whole else data[held.begin : held.end]
    parts = _list_behind(held)
    if parts is None:
        return None
    data = b"".join(part.encode() if isinstance(part, str) else bytes(part) for part in parts)
    response.set_data(data)
    return data


def _list_behind(held: Any) -> list[Any] | None:
    """The parts of a Quart iterable body that was made of a list or a tuple, None otherwise.

    Quart keeps only an asynchronous iterator over them, whose frame still knows the list's own
    iterator. Where it does not (another Quart, a running iterator), the body counts as a stream:
    that is never wrong, it only refuses more.
    """
    frame = getattr(getattr(held, "iter", None), "ag_frame", None)
    parts: Any = frame.f_locals.get("iterable") if frame is not None else None
    return list(parts) if type(parts) in _OVER_PARTS else None


_OVER_PARTS: tuple[type, ...] = (type(iter([])), type(iter(())))


async def _buffered(response: Any) -> bytes:
    if not _is_wsgi(response):
        data: bytes = await response.get_data()
        response.set_data(data)
        return data
    response.direct_passthrough = False
    data = b"".join(response.iter_encoded())
    _close_iterable(response)
    response.set_data(data)
    return data


def _close_iterable(response: WSGIResponse) -> None:
    # Only what is being dropped: response.close() would also run what call_on_close has gathered.
    close = getattr(response.response, "close", None)
    if close is not None:
        close()


def _drop_descriptions(response: Response) -> None:
    # A look at the few names that are there. To take out each of the six, of which most responses
    # have none, costs Werkzeug an exception each: thrice as much as the rest of a replacement.
    headers = response.headers
    for name in [name for name, _ in headers if name.lower() in _ABOUT_THE_BYTES]:
        headers.remove(name)


def _transformed(
    chunks: Iterator[bytes], each: Callable[[bytes], bytes], last: Callable[[], bytes] | None
) -> Iterator[bytes]:
    for chunk in chunks:
        if changed := each(chunk):
            yield changed
    if last is not None and (rest := last()):
        yield rest


class _TransformedBody:
    """The body of a Quart response that sends another one, transformed.

    Quart enters a body as an asynchronous context manager and iterates over what it gets.
    """

    def __init__(
        self,
        inner: Any,
        each: Callable[[bytes], bytes],
        last: Callable[[], bytes] | None,
        off_loop_above: int | None,
    ) -> None:
        self._inner = inner
        self._each = each
        self._last = last
        self._off_loop_above = off_loop_above

    async def __aenter__(self) -> AsyncIterator[bytes]:
        self._entered = await self._inner.__aenter__()
        return self._chunks()

    async def __aexit__(self, *exc_info: Any) -> None:
        await self._inner.__aexit__(*exc_info)

    async def _chunks(self) -> AsyncIterator[bytes]:
        async for chunk in self._entered:
            data = chunk.encode() if isinstance(chunk, str) else chunk
            if self._off_loop_above is not None and len(data) > self._off_loop_above:
                changed = await asyncio.to_thread(self._each, data)
            else:
                changed = self._each(data)
            if changed:
                yield changed
        if self._last is not None and (rest := self._last()):
            yield rest
