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

    It may also have `began(exchange)`, called when a request comes in, before the host looks at it;
    what that returns is handed on to the others. And `enter(began)` with `leave(entered)`, called
    before and after the app works on the request: once on ASGI, and on WSGI each time that the
    server asks it for something. What `enter` returns is given to `leave`. With `websockets`, the
    handshake of a websocket counts as a request and a response.
    """

    def starting(self, exchange: Any, headers: Headers, began: Any) -> None:
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
    return scheme in ("https", "wss") or says_https(_FORWARDED_PROTO.of_exchange(exchange))


def says_https(forwarded: str | None) -> bool:
    """Whether X-Forwarded-Proto says https; of several proxies, the first counts."""
    return forwarded == "https" or (
        forwarded is not None and forwarded.partition(",")[0].strip().lower() == "https"
    )


class _WsgiEdge:
    def __init__(self, app: WSGIApplication, edge: Edge) -> None:
        self._app = app
        self._starting = edge.starting
        self._began: Callable[[Any], Any] = getattr(edge, "began", _nothing)
        self._enter: Callable[[Any], Any] | None = getattr(edge, "enter", None)
        self._leave: Callable[[Any], None] = getattr(edge, "leave", _nothing)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = self._began(environ)

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            changed = Headers(headers)
            self._starting(environ, changed, began)
            return start_response(status, changed.to_wsgi_list(), exc_info)

        if self._enter is None:
            return self._app(environ, start)
        entered = self._enter(began)
        try:
            return _Chunks(self._app(environ, start), self._enter, began, self._leave)
        finally:
            self._leave(entered)


class _Chunks:
    """The iterable of a response, entered each time that it is worked on (PEP 3333).

    In between, and before it is closed, the thread may do something else: a view that has asked
    another app goes on.
    """

    def __init__(
        self,
        chunks: Iterable[bytes],
        enter: Callable[[Any], Any],
        began: Any,
        leave: Callable[[Any], None],
    ) -> None:
        self._chunks = chunks
        self._next = iter(chunks).__next__
        self._enter = enter
        self._began = began
        self._leave = leave

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        entered = self._enter(self._began)
        try:
            return self._next()
        finally:
            self._leave(entered)

    def close(self) -> None:
        entered = self._enter(self._began)
        try:
            close = getattr(self._chunks, "close", None)
            if close is not None:
                close()
        finally:
            self._leave(entered)


# What begins a response on ASGI, by the type of the scope.
_BEGINNINGS = {
    "http": ("http.response.start",),
    "websocket": ("websocket.accept", "websocket.http.response.start"),
}


class _AsgiEdge:
    def __init__(self, app: Callable[..., Any], edge: Edge) -> None:
        self._app = app
        self._starting = edge.starting
        self._began: Callable[[Any], Any] = getattr(edge, "began", _nothing)
        self._enter: Callable[[Any], Any] = getattr(edge, "enter", _nothing)
        self._leave: Callable[[Any], None] = getattr(edge, "leave", _nothing)
        self._types = ("http", "websocket") if getattr(edge, "websockets", False) else ("http",)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] not in self._types:
            await self._app(scope, receive, send)
            return
        began = self._began(scope)
        beginnings = _BEGINNINGS[scope["type"]]

        async def watched_send(message: Any) -> None:
            if message["type"] in beginnings:
                headers = from_asgi(message.get("headers", ()))
                self._starting(scope, headers, began)
                message = {**message, "headers": to_asgi(headers)}
            await send(message)

        entered = self._enter(began)
        try:
            await self._app(scope, receive, watched_send)
        finally:
            self._leave(entered)
