"""What is asked of a Quart app while it is tested; imported when there is one.

Two things, in public places of Quart: what escapes from `handle_request`, and the contexts that a
request had, when it is torn down.
"""

from __future__ import annotations

import contextlib
import functools
import warnings
from typing import Any, cast
from weakref import WeakSet

import quart
import quart.globals
from werkzeug.wrappers import Response as WerkzeugResponse

from .exchange import IN_SCOPE, Exchange

__all__ = ["live_contexts", "prepare"]

_prepared: WeakSet[quart.Quart] = WeakSet()


def prepare(app: quart.Quart) -> None:
    """Make *app* say what escapes from it, and what contexts its requests have; once."""
    if app in _prepared:
        return
    _prepared.add(app)
    handle = app.handle_request

    @functools.wraps(handle)
    async def handle_request(request: quart.Request) -> Any:
        exchange: Exchange | None = cast("dict[str, Any]", request.scope).get(IN_SCOPE)
        try:
            response = await handle(request)
        except Exception as error:
            # Under TESTING and in debug mode Quart makes a page of it, where Flask raises it.
            if exchange is not None:
                exchange.error = error
                exchange.whole = True
            raise
        if exchange is not None and not _is_stream(response):
            exchange.whole = True
        return response

    app.handle_request = handle_request  # type: ignore[method-assign]  # documented to be replaced
    quart.request_tearing_down.connect(_keep_contexts, app)


def _is_stream(response: Any) -> bool:
    """Whether how long a response is going to be is not known yet."""
    # Error pages and redirects are Werkzeug's, and Quart sends them without a Content-Length.
    return not (isinstance(response, WerkzeugResponse) and response.is_sequence)


async def _keep_contexts(_: Any, **__: Any) -> None:
    exchange: Exchange | None = cast("dict[str, Any]", quart.request.scope).get(IN_SCOPE)
    if exchange is not None and exchange.keep is not None:
        exchange.keep(live_contexts())


def live_contexts() -> list[Any]:
    """The contexts that are pushed here, the outer one first: the objects themselves.

    They are pushed again for the test, with `g`, the session and the request that they hold. Quart
    0.22 has two kinds of context, later ones have one. Where a Quart has neither name, a new
    context is made of the request: then `g` is empty, messages that were flashed in the request are
    not to be read, and a warning says so.
    """
    found: list[Any] = []
    for name in _PROXIES:
        proxy = getattr(quart.globals, name, None)
        if proxy is not None:
            with contextlib.suppress(RuntimeError):  # no such context is pushed
                found.append(proxy._get_current_object())  # noqa: SLF001  # werkzeug documents it
    if found or not quart.has_request_context():
        return found
    warnings.warn(
        "this Quart does not say which contexts a request has (quart.globals.app_ctx): after a"
        " call in `with client:` g is empty; request and session are there",
        stacklevel=2,
    )
    request = quart.request._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  # so
    return [quart.current_app.request_context(request)]


# Proxies of Quart for the contexts themselves.
_PROXIES = ("app_ctx", "request_ctx")
