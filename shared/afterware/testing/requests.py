"""A request of Quart, made of what Flask's tests say of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from werkzeug.datastructures import Headers
from werkzeug.wsgi import get_input_stream

from .scope import ENVIRON, header_pairs, http_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed.wsgi import WSGIEnvironment

__all__ = ["environ_of", "quart_request_context"]

# What stands in a query string as it is.
_ASCII = "".join(map(chr, range(0x21, 0x7F)))

# What of a scope Quart's test_request_context does not make itself, or makes otherwise.
_OF_THE_SCOPE = ("client", "server", "path", "raw_path", ENVIRON)


def environ_of(app: Any, *args: Any, **kwargs: Any) -> WSGIEnvironment:
    """The environ that Flask's `test_request_context` would make of these arguments."""
    if args and isinstance(args[0], dict):
        return args[0]
    from flask.testing import EnvironBuilder

    builder = EnvironBuilder(app, *args, **kwargs)
    try:
        return builder.get_environ()
    finally:
        builder.close()


def quart_request_context(app: Any, native: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Quart's own request context for a request that is told as Flask's tests tell it.

    :param app: a Quart app.
    :param native: the app's own `test_request_context`.
    :param args: as for Flask's.
    :param kwargs: as for Flask's.
    """
    environ = environ_of(app, *args, **kwargs)
    scope = http_scope(environ)
    headers = Headers(
        [(name.decode("latin-1").title(), value.decode("latin-1"))
         for name, value in header_pairs(environ)]
    )  # fmt: skip
    # As Quart makes it of a request that a server brings.
    headers["Remote-Addr"] = (scope["client"] or ["<local>"])[0]
    # Quart takes the path that is left after the app's root.
    path = scope["path"].removeprefix(scope["root_path"]) or "/"
    query = quote(scope["query_string"], safe=_ASCII)
    context = native(
        quote(path, safe="/") + (f"?{query}" if query else ""),
        method=scope["method"],
        headers=headers,
        scheme=scope["scheme"],
        data=get_input_stream(environ).read(),
        root_path=scope["root_path"],
        http_version=scope["http_version"],
        scope_base={name: scope[name] for name in _OF_THE_SCOPE},
    )
    if "HTTP_USER_AGENT" not in environ:
        context.request.headers.pop("User-Agent", None)  # Quart adds one of its own
    return context
