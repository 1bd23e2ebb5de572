"""Compress: bodies in zstd, br or gzip, as the request accepts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .. import body
from ..conditions import Validators, range_applies
from ..context import current_request
from ..drive import drive
from ..head import RequestHeader, add_vary, append
from ..partial import make_whole
from ._coding import CODINGS, Coding, make_codings, negotiator
from ._options import ReadyMade, integer, refuse, strings

if TYPE_CHECKING:
    from werkzeug.sansio.response import Response

__all__ = ["Compress"]

_ACCEPT_ENCODING = RequestHeader("Accept-Encoding")
_RANGE, _IF_RANGE = RequestHeader("Range"), RequestHeader("If-Range")
_MOST_TYPES_KEPT = 1024

# What shrinks: text in one dress or another. Images, films, archives and woff2 are compressed.
_TYPES = (
    "text/*",
    "*+json",
    "*+text",
    "*+xml",
    "application/javascript",
    "application/json",
    "application/manifest+json",
    "application/ndjson",
    "application/rtf",
    "application/toml",
    "application/vnd.ms-fontobject",
    "application/wasm",
    "application/x-javascript",
    "application/x-ndjson",
    "application/x-sh",
    "application/xml",
    "application/yaml",
    "font/otf",
    "font/ttf",
    "image/bmp",
    "image/svg+xml",
    "image/vnd.microsoft.icon",
    "image/x-icon",
)


class Compress(ReadyMade):
    """Compress bodies that are worth it, in the coding that the request likes best.

    A stream is compressed chunk by chunk, and each chunk is flushed, so that nothing waits. A
    strong ETag becomes weak, since the bytes are others (RFC 9110, section 8.8.1), Vary names
    Accept-Encoding, Accept-Ranges and digests go. Left alone are bodies with a Content-Encoding,
    parts of a body (206), bodies marked `Cache-Control: no-transform`, and short ones. Add it after
    hooks that read or change the body, or make its ETag.

    A page that shows both a secret and what the request sent should not be compressed, since its
    length then betrays the secret (the BREACH attack): mark it no-transform.

    :param codings: "zstd", "br" and "gzip" in the order you prefer; None for all that are
        installed, in this order. The extra `compress` installs the first two.
    :param levels: levels by coding: zstd 1 to 19 (3), br 0 to 11 (4), gzip 1 to 9 (6).
    :param minimum_size: the least bytes that are compressed. Streams of unknown length are.
    :param types: media types: whole, "text/*" or "*+json". By default what is text of some kind.
    :param off_loop_above: on Quart, chunks and bodies of more than this many bytes are compressed
        in a worker thread: gzip takes about 2 ms for 64 KiB, and no other request would be served
        meanwhile. Such a body is sent without a Content-Length.
    :raises HookConfigurationError: an option is wrong, or the package of a coding not installed.
    """

    def __init__(
        self,
        codings: Sequence[str] | None = None,
        *,
        levels: Mapping[str, int] | None = None,
        minimum_size: int = 500,
        types: str | Sequence[str] = _TYPES,
        off_loop_above: int = 65_536,
    ) -> None:
        hook = type(self).__name__
        chosen = None if codings is None else strings(hook, "codings", codings)
        if chosen == ():
            self.refuse("codings", codings, f"Choose from {', '.join(CODINGS)}.")
        self._choose = negotiator(make_codings(hook, chosen, levels or {}))
        self._minimum = integer(hook, "minimum_size", minimum_size, unit="bytes")
        self._off_loop_above = integer(hook, "off_loop_above", off_loop_above, unit="bytes")
        self._types = _Types(hook, strings(hook, "types", types))

    def after_request(self, response: Response) -> Response:
        """Compress the body, if it is to be."""
        found: dict[str, str] = {}
        for name, value in response.headers:
            found[name.lower()] = value
        status = response.status_code
        if status == 304:
            return self._as_not_modified(response, found)
        length = found.get("content-length")
        if status == 206:
            if self._continues_another_form(response, found):
                drive(make_whole(response))
                if response.status_code == 200:
                    return self.after_request(response)
            length = found.get("content-range", "").rpartition("/")[2]
        if length is not None and length.isdecimal() and int(length) < self._minimum:
            return response
        if status in (204, 205) or status < 200 or not self._is_kind(found):
            return response
        if status == 206 or "content-range" in found:
            if status == 206 and _RANGE.of(current_request()) is not None:
                # It is left, and says what the whole would say (RFC 9110, section 15.3.7).
                add_vary(response.headers, "Accept-Encoding")
            return response
        if length is None and self._is_short(response):
            return response
        coding = self._coding()
        if coding is None:
            add_vary(response.headers, "Accept-Encoding")
        else:
            self._compress(response, coding, found.get("etag"))
        return response

    def _coding(self) -> Coding | None:
        accepted = _ACCEPT_ENCODING.of(current_request())
        return self._choose(accepted) if accepted else None

    def _continues_another_form(self, response: Response, found: Mapping[str, str]) -> bool:
        """Whether a part is asked for of what is not known to be this form (section 13.1.5).

        A weak ETag, which compressed bodies have, never holds. A Last-Modified is the same for the
        compressed form and the other, and a part of the one does not continue the other.
        """
        request = current_request()
        if_range = _IF_RANGE.of(request)
        if if_range is None:
            return False
        if not range_applies(request.method, request.headers, Validators.of(response.headers)):
            return True
        return not if_range.startswith('"') and self._is_kind(found) and self._coding() is not None

    def _is_kind(self, found: Mapping[str, str]) -> bool:
        """Whether an answer with these headers is one to compress, whatever its length."""
        return (
            "content-encoding" not in found
            and found.get("content-type", "") in self._types
            and "no-transform" not in found.get("cache-control", "").lower()
        )

    def _is_short(self, response: Response) -> bool:
        """Whether a body of no declared length is held in memory, and not worth it."""
        # What is held in memory is read without suspending, on both hosts.
        return not body.is_streaming(response) and len(drive(body.read(response))) < self._minimum

    def _compress(self, response: Response, coding: Coding, etag: str | None) -> None:
        headers = response.headers
        if current_request().method == "HEAD":
            # As GET would be answered, but for the length, which nobody knows without compressing.
            # Werkzeug would write that of the body as it is.
            response.automatically_set_content_length = False  # type: ignore[attr-defined]
            for name in ("Content-Length", "Accept-Ranges"):
                headers.pop(name, None)
        elif body.is_streaming(response):
            each, last = coding.stream()
            body.transform(response, each, last=last, off_loop_above=self._off_loop_above)
        else:
            body.transform(response, coding.whole, off_loop_above=self._off_loop_above)
        append(headers, [("Content-Encoding", coding.name)])
        add_vary(headers, "Accept-Encoding")
        if etag is not None:
            headers["ETag"] = _weak(etag)

    def _as_not_modified(self, response: Response, found: Mapping[str, str]) -> Response:
        """A 304 has the ETag and Vary of the 200 that it stands for (RFC 9110, section 15.4.5).

        Where nobody knows any more what that was, both are as if it had been compressed: a weak
        ETag matches either.
        """
        whole = body.instead_of(response) or found
        if "content-type" in whole:
            length = whole.get("content-length", "")
            # The hosts leave a length of 0 where they take the body away.
            if length not in ("", "0") and int(length) < self._minimum:
                return response
            if not self._is_kind(whole):
                return response
        add_vary(response.headers, "Accept-Encoding")
        etag = found.get("etag")
        if etag is not None and self._coding() is not None:
            response.headers["ETag"] = _weak(etag)
        return response


def _weak(etag: str) -> str:
    return etag if etag.startswith("W/") else f"W/{etag}"


class _Types:
    """The Content-Types to compress, looked up as they come and remembered."""

    def __init__(self, hook: str, types: Sequence[str]) -> None:
        for each in types:
            family, slash, kind = each.partition("/")
            if not (each.startswith("*+") or (family and slash and kind)) or "*" in family[1:]:
                refuse(hook, "types", each, "Write it as 'text/html', 'text/*' or '*+json'.")
        self._whole = frozenset(each.lower() for each in types if "*" not in each)
        self._starts = tuple(each[:-1].lower() for each in types if each.endswith("/*"))
        self._ends = tuple(each[1:].lower() for each in types if each.startswith("*+"))
        self._known: dict[str, bool] = {}

    def __contains__(self, content_type: str) -> bool:
        known = self._known.get(content_type)
        if known is None:
            media_type = content_type.partition(";")[0].strip().lower()
            known = (
                media_type in self._whole
                or media_type.startswith(self._starts)
                or media_type.endswith(self._ends)
            )
            if len(self._known) < _MOST_TYPES_KEPT:
                self._known[content_type] = known
        return known
