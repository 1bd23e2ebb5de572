"""No policy with a nonce on a 304, whoever has made one of the response, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import Headers

from ..head import drop_nonced_policies
from ._edge import from_asgi, to_asgi

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["drop_nonces_from_304"]


def drop_nonces_from_304(app: Any) -> None:
    """Surround a Flask or Quart app, and take such policies out of its 304s.

    A hook cannot: another hook, or the view, may answer 304 after it.
    """
    if hasattr(app, "asgi_app"):
        app.asgi_app = _around_asgi(app.asgi_app)
    else:
        app.wsgi_app = _around_wsgi(app.wsgi_app)


def _around_wsgi(app: WSGIApplication) -> WSGIApplication:
    def without_nonces(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            if status.startswith("304"):
                kept = Headers(headers)
                drop_nonced_policies(kept)
                headers = kept.to_wsgi_list()
            return start_response(status, headers, exc_info)

        return app(environ, start)

    return without_nonces


def _around_asgi(app: Callable[..., Any]) -> Callable[..., Any]:
    def without_nonces(scope: Any, receive: Any, send: Any) -> Any:
        if scope["type"] != "http":
            return app(scope, receive, send)

        def watched_send(message: Any) -> Any:
            if message["type"] == "http.response.start" and message["status"] == 304:
                headers = from_asgi(message.get("headers", ()))
                drop_nonced_policies(headers)
                message = {**message, "headers": to_asgi(headers)}
            return send(message)

        return app(scope, receive, watched_send)

    return without_nonces
