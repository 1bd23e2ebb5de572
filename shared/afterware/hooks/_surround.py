"""Headers added where the response leaves the app, instead of in a hook.

What a hook adds, both hosts copy once more and look at again on the way to the server, and running
any hook at all costs as much as adding a header. A hook that only adds headers, whatever the
response, therefore surrounds the whole app where it is bound to one, and adds them to what the
server is given. Whatever hook or host sets such a header itself, before or after, has its way.
Bound to a blueprint, it is an ordinary after_request hook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

from werkzeug.datastructures import Headers

from ..head import Static
from ._edge import from_asgi, to_asgi
from ._views import PerView, notes_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["NOTHING", "ASGIHeaders", "Constant", "Surrounding", "WSGIHeaders", "surround_with"]

WSGIHeaders = list[tuple[str, str]]
ASGIHeaders = list[tuple[bytes, bytes]]

NOTHING: Any = object()


class Surrounding(Protocol):
    """What a hook that surrounds an app does, to headers that it may change in place.

    `add_wsgi` and `add_asgi` are for most requests and have nothing to spare. `decide` is for the
    others: OPTIONS, and every request to an app that has views with settings of their own.
    """

    views: PerView[Any]

    def add_wsgi(self, environ: WSGIEnvironment, headers: WSGIHeaders) -> object:
        """Add to what a WSGI server is given."""

    def add_asgi(self, scope: Any, headers: ASGIHeaders) -> object:
        """Add to what an ASGI server is given; names are in lower case."""

    def decide(self, exchange: Any, status: int, headers: Headers, noted: Any) -> bool:
        """Add to the headers of a response.

        :param exchange: the WSGI environ or ASGI scope.
        :param noted: what `views` noted of the view that answered, or `NOTHING`.
        :returns: whether the answer becomes an empty 204, which may be asked for on OPTIONS only.
        """


class Constant(Static):
    """Headers that are the same on every response; each is sent unless there is one of its name.

    :param pairs: names and values; `raw` is the same for ASGI.
    :raises ValueError: a header cannot be sent.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        super().__init__(pairs)
        self.raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in self.pairs]
        self.raw_names = frozenset(name for name, _ in self.raw)

    def add_wsgi(self, headers: WSGIHeaders) -> None:
        """Add those that are missing to what a WSGI server is given."""
        present = {name.lower() for name, _ in headers}
        headers.extend(pair for pair in self.pairs if pair[0].lower() not in present)

    def add_asgi(self, headers: ASGIHeaders) -> None:
        """Add those that are missing to what an ASGI server is given."""
        present = {name for name, _ in headers}
        headers.extend(pair for pair in self.raw if pair[0] not in present)


def surround_with(app: Any, hook: Surrounding) -> Callable[[], bool]:
    """Have *hook* surround a Flask or Quart app.

    :param app: `wsgi_app` and `asgi_app` are where both document that middleware goes.
    :returns: tells whether the app has served a request.
    """
    surround: _SurroundASGI | _SurroundWSGI
    if hasattr(app, "asgi_app"):
        surround = app.asgi_app = _SurroundASGI(app.asgi_app, hook, hook.views.key(app))
    else:
        surround = app.wsgi_app = _SurroundWSGI(app.wsgi_app, hook, hook.views.key(app))
    hook.views.follow(app)
    return lambda: surround.served


class _SurroundWSGI:
    __slots__ = ("_add", "_app", "_decide", "_key", "_views", "served")

    def __init__(self, app: WSGIApplication, hook: Surrounding, key: object) -> None:
        self._app = app
        self._add = hook.add_wsgi
        self._decide = hook.decide
        self._views = hook.views
        self._key = key
        self.served = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.served = True
        if self._views.used or environ["REQUEST_METHOD"] == "OPTIONS":
            return self._with_care(environ, start_response)
        add = self._add

        def start(status: str, headers: WSGIHeaders, exc_info: Any = None) -> Any:
            add(environ, headers)
            return start_response(status, headers, exc_info)

        return self._app(environ, start)

    def _with_care(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        emptied = False

        def start(status: str, headers: WSGIHeaders, exc_info: Any = None) -> Any:
            nonlocal emptied
            changed = Headers(headers)
            noted = notes.settings.get(self._key, NOTHING)
            if self._decide(environ, int(status[:3]), changed, noted):
                emptied, status = True, "204 NO CONTENT"
            return start_response(status, changed.to_wsgi_list(), exc_info)

        notes = notes_of(environ, self._key)
        return _Unless(self._app(environ, start), lambda: emptied)


class _Unless:
    """The iterable of a response, which may turn out to have no body (PEP 3333)."""

    def __init__(self, chunks: Iterable[bytes], emptied: Callable[[], bool]) -> None:
        self._chunks = chunks
        self._emptied = emptied

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            yield b"" if self._emptied() else chunk

    def close(self) -> None:
        close = getattr(self._chunks, "close", None)
        if close is not None:
            close()


class _SurroundASGI:
    __slots__ = ("_add", "_app", "_decide", "_key", "_views", "served")

    def __init__(self, app: Any, hook: Surrounding, key: object) -> None:
        self._app = app
        self._add = hook.add_asgi
        self._decide = hook.decide
        self._views = hook.views
        self._key = key
        self.served = False

    def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        # A plain function that hands on the app's own coroutine: one frame fewer to go through.
        if scope["type"] != "http":
            return self._app(scope, receive, send)
        self.served = True
        if self._views.used or scope["method"] == "OPTIONS":
            return self._with_care(scope, receive, send)
        add = self._add

        def adding_send(message: Any) -> Any:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                add(scope, headers)
                message = {**message, "headers": headers}
            return send(message)

        return self._app(scope, receive, adding_send)

    async def _with_care(self, scope: Any, receive: Any, send: Any) -> None:
        emptied = False

        async def deciding_send(message: Any) -> None:
            nonlocal emptied
            if message["type"] == "http.response.start":
                status, headers = message["status"], from_asgi(message.get("headers", ()))
                noted = notes.settings.get(self._key, NOTHING)
                if self._decide(scope, status, headers, noted):
                    emptied, status = True, 204
                message = {**message, "status": status, "headers": to_asgi(headers)}
            elif emptied:
                message = {**message, "body": b""}
            await send(message)

        notes = notes_of(scope, self._key)
        await self._app(scope, receive, deciding_send)
