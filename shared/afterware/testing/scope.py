"""What a server tells an app: a WSGI environ, said as an ASGI scope, and headers the other way.

PEP 3333 for the environ, the HTTP & WebSocket ASGI specification for the scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from werkzeug.http import HTTP_STATUS_CODES

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

__all__ = ["ENVIRON", "header_pairs", "http_scope", "path_of", "status_line", "wsgi_headers"]

# Where, in the scope, the environ is kept that it was made of.
ENVIRON = "afterware.testing.environ"

# Names that are not spelt as `title()` would; ASGI sends all of them in lower case.
_SPELT = {
    "etag": "ETag",
    "te": "TE",
    "www-authenticate": "WWW-Authenticate",
    "content-md5": "Content-MD5",
    "dnt": "DNT",
    "sourcemap": "SourceMap",
    "x-request-id": "X-Request-ID",
    "x-ua-compatible": "X-UA-Compatible",
    "x-xss-protection": "X-XSS-Protection",
}


def http_scope(environ: WSGIEnvironment) -> dict[str, Any]:
    """The ASGI scope of a request that is told as a WSGI environ."""
    root_path, path = path_of(environ)
    protocol = environ.get("SERVER_PROTOCOL", "HTTP/1.1")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": protocol.partition("/")[2] or "1.1",
        "method": environ["REQUEST_METHOD"].upper(),
        "scheme": environ.get("wsgi.url_scheme", "http"),
        "path": path,
        "raw_path": quote(path, safe="/:@!$&'()*+,;=~%").encode("ascii"),
        "query_string": environ.get("QUERY_STRING", "").encode("latin-1"),
        "root_path": root_path,
        "headers": list(header_pairs(environ)),
        "client": _client(environ),
        "server": _server(environ),
        "extensions": {},
        ENVIRON: environ,
    }


def path_of(environ: WSGIEnvironment) -> tuple[str, str]:
    """The path that the app is mounted at, and the whole path, which begins with it; decoded."""
    root_path = _decoded(environ.get("SCRIPT_NAME", "")).rstrip("/")
    return root_path, f"{root_path}/{_decoded(environ.get('PATH_INFO', '')).lstrip('/')}"


def _decoded(text: str) -> str:
    # PEP 3333 carries bytes in latin-1; paths are UTF-8 in practice.
    return text.encode("latin-1").decode("utf-8", "replace")


def _client(environ: WSGIEnvironment) -> tuple[str, int] | None:
    address = environ.get("REMOTE_ADDR")
    return (address, _port(environ.get("REMOTE_PORT"), 0)) if address else None


def _server(environ: WSGIEnvironment) -> tuple[str, int | None]:
    secure = environ.get("wsgi.url_scheme") == "https"
    port = _port(environ.get("SERVER_PORT"), 443 if secure else 80)
    return environ.get("SERVER_NAME", "localhost"), port


def _port(text: Any, default: int) -> int:
    try:
        return int(text)
    except (TypeError, ValueError):
        return default


def header_pairs(environ: WSGIEnvironment) -> Iterator[tuple[bytes, bytes]]:
    """The request's headers, as ASGI has them."""
    for key, value in environ.items():
        if key.startswith("HTTP_") and key not in ("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"):
            yield _name(key[5:]), _value(value)
        elif key in ("CONTENT_TYPE", "CONTENT_LENGTH") and value:
            yield _name(key), _value(value)


def _name(key: str) -> bytes:
    return key.replace("_", "-").lower().encode("latin-1")


def _value(value: Any) -> bytes:
    text = str(value)
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()


def wsgi_headers(pairs: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    """The answer's headers, as WSGI has them and as Flask spells them."""
    headers = []
    for raw_name, raw_value in pairs:
        name = raw_name.decode("latin-1")
        if name.islower():
            name = _SPELT.get(name) or name.title()
        headers.append((name, raw_value.decode("latin-1")))
    return headers


def status_line(code: int) -> str:
    """The status line of WSGI: ASGI has the number alone, the words are the registered ones."""
    return f"{code} {HTTP_STATUS_CODES.get(code, 'Unknown').upper()}"
