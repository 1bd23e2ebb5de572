"""The https URL of a request that came over http, to the byte."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, unquote_to_bytes

from werkzeug.exceptions import BadRequest

from ..context import current_app, exchange

if TYPE_CHECKING:
    from ..context import Request

__all__ = ["https_url", "redirect_to_https"]

# What a path may hold unquoted (RFC 3986, section 3.3), and the separator of its segments.
_PATH = "/:@!$&'()*+,;=~-._"
# What is left of a target as it came: all that is printable in ASCII. The rest is no part of a URL.
_AS_IT_CAME = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"<>')


class _ToTheByte:
    """A WSGI response that sends its Location as it is; Werkzeug quotes a `[` in it, for one."""

    def get_wsgi_headers(self, environ: Any) -> Any:
        made: Any = super()
        headers = made.get_wsgi_headers(environ)
        headers["Location"] = self.headers["Location"]  # type: ignore[attr-defined]  # a response's
        return headers


@cache
def _to_the_byte(kind: Any) -> type:
    return type(kind.__name__, (_ToTheByte, kind), {"__module__": kind.__module__})


def redirect_to_https(request: Request, code: int) -> Any:
    """A redirect to the https URL of a request, in a response of the host.

    :param code: 307, or 308 for good.
    :raises werkzeug.exceptions.BadRequest: it names no host, or one that is not trusted.
    """
    response: Any = current_app.redirect(https_url(request), code)
    if hasattr(request, "environ"):
        kind: Any = type(response)
        response.__class__ = _to_the_byte(kind)
    return response


def https_url(request: Request) -> str:
    """Where to redirect a request to, with the target that it named, as it named it.

    What is decoded and encoded again is another URL: `/a%2541` is not `/aA`, nor `/a%2Fb` `/a/b`.

    :raises werkzeug.exceptions.BadRequest: it names no host, or one that is not trusted.
    """
    if not request.host:
        raise BadRequest("The request names no host.")
    kept = exchange(request)
    target = _of_scope(kept) if "raw_path" in kept or "path" in kept else _of_environ(kept)
    return f"https://{request.host}{target}"


def _of_environ(environ: Any) -> str:
    """PEP 3333 has the path decoded; gunicorn and others say beside it how it came."""
    script, path = environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", "")
    query = environ.get("QUERY_STRING", "")
    raw, mark, raw_query = (environ.get("RAW_URI") or environ.get("REQUEST_URI") or "").partition(
        "?"
    )
    raw = _without_origin(raw)
    decoded = unquote_to_bytes(raw.encode("latin-1", "replace")).decode("latin-1")
    if raw_query != query:
        mark = "?" if query else ""
    # A middleware may have moved a prefix to SCRIPT_NAME, or taken one away that a proxy added.
    if raw and decoded == script + path:
        begin = raw
    elif raw and decoded == path:
        begin = _quoted(script) + raw
    else:
        begin = _quoted(script + path)
    return _rooted(_printable(begin + mark + query))


def _of_scope(scope: Any) -> str:
    """ASGI has the path both decoded and as it came; the latter may be missing."""
    path, root = scope["path"], scope.get("root_path", "")
    raw = _without_origin((scope.get("raw_path") or b"").decode("latin-1").partition("?")[0])
    query = scope.get("query_string", b"").decode("latin-1")
    if not raw or unquote(raw) not in (_without_origin(path), root + path):
        raw = quote(path, safe=_PATH)
    return _rooted(_printable(raw + ("?" if query else "") + query))


def _quoted(text: str) -> str:
    return quote(text.encode("latin-1", "replace"), safe=_PATH)


def _printable(target: str) -> str:
    return quote(target.encode("latin-1", "replace"), safe=_AS_IT_CAME)


def _without_origin(target: str) -> str:
    """The path of a target, which may be a whole URL, as in a proxy's request (RFC 9112, 3.2.2)."""
    if target.startswith("/") or "://" not in target:
        return target
    return "/" + target.partition("://")[2].partition("/")[2]


def _rooted(target: str) -> str:
    return target if target.startswith("/") else f"/{target}"
