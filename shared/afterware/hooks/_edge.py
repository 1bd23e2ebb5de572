"""What surrounds the app: what happens before the first hook and after the last.

The hosts save the session after all after_request hooks, and write its cookie then. What must see
every cookie, or cover all of a request, stands here, as WSGI and ASGI middleware do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

from werkzeug.datastructures import Headers

from ..head import RequestHeader

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["Edge", "from_asgi", "over_https", "says_https", "surround", "to_asgi"]

_FORWARDED_PROTO = RequestHeader("X-Forwarded-Proto")


class Edge(Protocol):
    """What a hook does at the edge; the exchange is a WSGI environ or an ASGI scope.

    It may also have `began(exchange)`, called when a request comes in, before the host looks at it,
    and `ended(exchange)`, called when the last byte has gone, or the client.
    """

    def starting(self, exchange: Any, headers: Headers) -> None:
        """The response is about to begin; its headers can still be changed."""


def _nothing(_: Any) -> None: ...


def surround(app: Any, edge: Edge) -> None:
    """Surround a Flask or Quart app with *edge*; the app's own tests see it too.

    :param app: `wsgi_app` and `asgi_app` are where both document that middleware goes.
    """
    if hasattr(app, "asgi_app"):
        app.asgi_app = _AsgiEdge(app.asgi_app, edge)
    else:
        app.wsgi_app = _WsgiEdge(app.wsgi_app, edge)


def from_asgi(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The headers of an ASGI message."""
    return Headers([(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers])


def to_asgi(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Headers for an ASGI message."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def over_https(exchange: Any) -> bool:
    """Whether a request came over https, as its server or a proxy before it says."""
    scheme = exchange.get("wsgi.url_scheme") or exchange.get("scheme")
    return scheme == "https" or says_https(_FORWARDED_PROTO.of_exchange(exchange))


def says_https(forwarded: str | None) -> bool:
    """Whether X-Forwarded-Proto says https; of several proxies, the first counts."""
    return forwarded == "https" or (
        forwarded is not None and forwarded.partition(",")[0].strip().lower() == "https"
    )


class _WsgiEdge:
    def __init__(self, app: WSGIApplication, edge: Edge) -> None:
        self._app = app
        self._starting = edge.starting
        self._began = getattr(edge, "began", _nothing)
        self._ended = getattr(edge, "ended", None)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self._began(environ)
        ended = self._ended

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            changed = Headers(headers)
            self._starting(environ, changed)
            return start_response(status, changed.to_wsgi_list(), exc_info)

        if ended is None:
            return self._app(environ, start)
        try:
            chunks = self._app(environ, start)
        except BaseException:
            ended(environ)
            raise
        return _Chunks(chunks, lambda: ended(environ))


class _Chunks:
    """The iterable of a response, with something to do when it is closed (PEP 3333)."""

    def __init__(self, chunks: Iterable[bytes], closed: Callable[[], None]) -> None:
        self._chunks = chunks
        self._closed: Callable[[], None] | None = closed

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._chunks)

    def close(self) -> None:
        closed, self._closed = self._closed, None
        try:
            close = getattr(self._chunks, "close", None)
            if close is not None:
                close()
        finally:
            if closed is not None:
                closed()


class _AsgiEdge:
    def __init__(self, app: Callable[..., Any], edge: Edge) -> None:
        self._app = app
        self._starting = edge.starting
        self._began = getattr(edge, "began", _nothing)
        self._ended = getattr(edge, "ended", _nothing)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._began(scope)

        async def watched_send(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = from_asgi(message.get("headers", ()))
                self._starting(scope, headers)
                message = {**message, "headers": to_asgi(headers)}
            await send(message)

        try:
            await self._app(scope, receive, watched_send)
        finally:
            self._ended(scope)
