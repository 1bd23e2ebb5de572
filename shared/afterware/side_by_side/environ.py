"""A WSGI environ (PEP 3333) out of an ASGI scope."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

__all__ = ["environ_of", "split_path"]

# Names that PEP 3333 gives a place of their own.
_APART = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}
_NAMES: dict[bytes, str] = {}
_MOST_NAMES = 1_000


def environ_of(scope: dict[str, Any], body: Any) -> WSGIEnvironment:
    """The environ of an HTTP request.

    Header names with an underscore are left out: in an environ `X_User` would stand under the same
    name as `X-User`, and so pass for a header that a proxy vouches for.

    :param scope: the ASGI scope.
    :param body: what `wsgi.input` is.
    """
    script_name, path = split_path(scope)
    server = scope.get("server") or ("localhost", None)
    client = scope.get("client") or ("", None)
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": script_name.decode("latin-1"),
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": scope.get("query_string", b"").decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": "" if server[1] is None else str(server[1]),
        "REMOTE_ADDR": str(client[0]),
        "REMOTE_PORT": "" if client[1] is None else str(client[1]),
        "RAW_URI": _raw_uri(scope),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    environ["REQUEST_URI"] = environ["RAW_URI"]
    for name, value in scope["headers"]:
        key = _NAMES.get(name) or _key(name)
        if not key:
            continue
        text = value.decode("latin-1")
        if key in environ:
            # RFC 9110, section 5.3; for cookies RFC 9113, section 8.2.3.
            separator = "; " if key == "HTTP_COOKIE" else ","
            text = f"{environ[key]}{separator}{text}"
        environ[key] = text
    return environ


def _key(name: bytes) -> str:
    lower = name.lower()
    if b"_" in lower:
        return ""
    key = _APART.get(lower) or "HTTP_" + lower.decode("latin-1").upper().replace("-", "_")
    if len(_NAMES) < _MOST_NAMES:  # clients may make up as many as they like
        _NAMES[name] = key
    return key


def split_path(scope: dict[str, Any]) -> tuple[bytes, bytes]:
    """What the app is mounted at, and the path below it, both without percent-encoding."""
    raw = scope.get("raw_path")
    if raw is None:
        path = scope["path"].encode("utf-8", "surrogateescape")
    else:
        path = unquote_to_bytes(raw.partition(b"?")[0])
    if not path.startswith(b"/") and b"://" in path:
        path = urlsplit(path).path or b"/"  # a request to a proxy names the whole URL
    root = scope.get("root_path", "").rstrip("/").encode("utf-8", "surrogateescape")
    if root and (path == root or path.startswith(root + b"/")):
        path = path[len(root) :]
    return root, path


def _raw_uri(scope: dict[str, Any]) -> str:
    raw = scope.get("raw_path")
    if raw is None:
        from urllib.parse import quote

        raw = quote(scope["path"], safe="/:@!$&'()*+,;=-._~").encode()
    query = scope.get("query_string", b"")
    whole: bytes = raw + b"?" + query if query and b"?" not in raw else raw
    return whole.decode("latin-1")
