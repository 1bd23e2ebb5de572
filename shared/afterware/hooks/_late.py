"""Constant headers, decided on in a hook and delivered where the response leaves the app.

Between a hook and the server both hosts copy the headers once more and look at each again, which
costs several times what it takes to decide on them. So a hook leaves them with the exchange, and
they are appended to what goes out. It also means that whatever hook or host sets such a header
itself, before or after, has its way.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..context import exchange
from ..head import Static

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from werkzeug.sansio.response import Response

    from ..context import Request

__all__ = ["LateHeaders", "deliver_late"]

_KEPT = "afterware.late_headers"


class LateHeaders(Static):
    """Headers that are the same on every response; each is sent unless there is one of its name.

    :param pairs: names and values.
    :raises ValueError: a header cannot be sent.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        super().__init__(pairs)
        self._raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in self.pairs]
        self._raw_names = frozenset(name for name, _ in self._raw)

    def add(self, request: Request, response: Response) -> None:
        """Have them sent with *response*, added at once where nothing at the edge waits for them.

        :param request: the request that it answers.
        """
        late = exchange(request).get(_KEPT)
        if late is None:
            self.add_missing(response.headers)
        else:
            late.append(self)

    def add_wsgi(self, headers: list[tuple[str, str]]) -> None:
        """Add them to what a WSGI server is given."""
        for name, _ in headers:
            if name.lower() in self.names:
                present = {name.lower() for name, _ in headers}
                headers.extend(pair for pair in self.pairs if pair[0].lower() not in present)
                return
        headers.extend(self.pairs)

    def add_asgi(self, headers: list[tuple[bytes, bytes]]) -> None:
        """Add them to what an ASGI server is given, whose names are in lower case."""
        for name, _ in headers:
            if name in self._raw_names:
                present = {name for name, _ in headers}
                headers.extend(pair for pair in self._raw if pair[0] not in present)
                return
        headers.extend(self._raw)


def deliver_late(app: Any) -> None:
    """Have late headers sent by a Flask or Quart app.

    :param app: two hooks may both ask for it.
    """
    if hasattr(app, "asgi_app"):
        app.asgi_app = _LateASGI(app.asgi_app)
    else:
        app.wsgi_app = _LateWSGI(app.wsgi_app)


class _LateWSGI:
    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if _KEPT in environ:
            return self._app(environ, start_response)
        late: list[LateHeaders] = []
        environ[_KEPT] = late

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            for each in late:
                each.add_wsgi(headers)
            return start_response(status, headers, exc_info)

        return self._app(environ, start)


class _LateASGI:
    def __init__(self, app: Any) -> None:
        self._app = app

    def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        # A plain function that hands on the app's own coroutine: one frame fewer to go through.
        if scope["type"] != "http" or _KEPT in scope:
            return self._app(scope, receive, send)
        late: list[LateHeaders] = []
        scope[_KEPT] = late

        def late_send(message: Any) -> Any:
            if late and message["type"] == "http.response.start":
                headers = message["headers"] = list(message.get("headers", ()))
                for each in late:
                    each.add_asgi(headers)
            return send(message)

        return self._app(scope, receive, late_send)
