"""The WSGI faces of apps, which Werkzeug's client calls.

An ASGI app is run on the loop of the calling thread. A WSGI app is called as it is; its answer is
closed at its end, as a server does it and Werkzeug's client does not.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from werkzeug.wsgi import get_input_stream

from . import loops
from .exchange import Exchange
from .kinds import kind_of, quart_of
from .lifespan import started
from .scope import http_scope, status_line, wsgi_headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["ASGIFace", "WSGIFace", "face_of"]

# Redirects after which a client sends the same body again (RFC 9110, 15.4.8 and 15.4.9).
_SAME_BODY = frozenset({HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT})

# Where Flask's client asks, in the environ, for the contexts of a request (Werkzeug's own name).
_PRESERVE = "werkzeug.debug.preserve_context"


def face_of(app: Any, *, def_inline: bool = False) -> WSGIApplication:
    """A WSGI app that stands for *app*, of whichever kind it is."""
    if kind_of(app) in ("flask", "wsgi"):
        return WSGIFace(app)
    return ASGIFace(app, def_inline=def_inline)


class WSGIFace:
    """A WSGI app whose answers are over when they can be.

    An answer whose length is known is read to its end and closed before the call returns, so that
    what waits for its end (after_response, `call_on_close`) has run. Any other is a stream: it is
    read as the test reads it, and closed at its end.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        known = environ["REQUEST_METHOD"] == "HEAD"

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            nonlocal known
            known |= any(name.lower() == "content-length" for name, _ in headers)
            known |= status[:1] == "1" or status[:3] in ("204", "304")
            if exc_info is None:
                return start_response(status, headers)
            return start_response(status, headers, exc_info)

        chunks = self.app(environ, start)
        if not known:
            return _ClosedAtItsEnd(chunks)
        try:
            return list(chunks)
        finally:
            _close(chunks)


def _close(chunks: Iterable[bytes]) -> None:
    close = getattr(chunks, "close", None)
    if close is not None:
        close()


class _ClosedAtItsEnd:
    """The iterable of a stream, closed once: by the test, or when it is at its end."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks: Iterable[bytes] | None = chunks
        self._next = iter(chunks).__next__

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._chunks is None:
            raise StopIteration
        try:
            return self._next()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        chunks, self._chunks = self._chunks, None
        if chunks is not None:
            _close(chunks)


class ASGIFace:
    """An ASGI app as a WSGI app, run on the loop of the thread that calls it.

    :param app: the ASGI app.
    :param def_inline: run what is `def` in the calling thread instead of a worker thread.
    """

    def __init__(self, app: Any, *, def_inline: bool = False) -> None:
        self.app = app
        self.def_inline = def_inline

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        loops.refuse_in_a_loop(
            "The client of afterware.testing",
            "use the client of the app's own host, `await app.test_client().get(...)`, or call this"
            " one with `await asyncio.to_thread(client.get, ...)`",
        )
        thread = loops.this_thread()
        quart = quart_of(self.app)
        if quart is not None:
            from . import of_quart

            of_quart.prepare(self.app)
        lifespan = started(thread, self.app)
        scope = http_scope(environ)
        scope["state"] = lifespan.state.copy()
        rewind = _rewinder(environ["wsgi.input"])
        exchange = Exchange(
            thread,
            self.app,
            scope,
            get_input_stream(environ),
            def_inline=self.def_inline,
            keep=_keeper(environ),
        )
        exchange.begin()
        assert exchange.status is not None
        if exchange.status in _SAME_BODY:
            rewind()
        start_response(status_line(exchange.status), wsgi_headers(exchange.headers))
        return _Pieces(exchange)


def _rewinder(body: Any) -> Callable[[], None]:
    """What sets *body* back to where it is now; nothing, where it cannot be read twice.

    Quart reads a body whether the view asks for it or not. Werkzeug's client sends what is left of
    it after such a redirect, and Flask leaves all that the view did not ask for.
    """
    try:
        start = body.tell()
    except (AttributeError, OSError, ValueError):  # a pipe, a generator, a closed file
        return lambda: None

    def rewind() -> None:
        with contextlib.suppress(AttributeError, OSError, ValueError):
            body.seek(start)

    return rewind


def _keeper(environ: WSGIEnvironment) -> Callable[[list[Any]], None] | None:
    preserve = environ.get(_PRESERVE)
    if preserve is None:
        return None

    def keep(native: list[Any]) -> None:
        from .contexts import SyncContext

        preserve(SyncContext(native))

    return keep


class _Pieces:
    """The body of an answer, piece by piece as the app sends it."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = self._exchange.next()
        if piece is None:
            raise StopIteration
        return piece

    def close(self) -> None:
        self._exchange.close()

    def __del__(self) -> None:
        # Not at the interpreter's end, when there is no loop to tell.
        if not sys.is_finalizing():
            self._exchange.abandon()
