"""Which context of a request is the one that it began with, and which is a copy of it.

Both hosts run teardown functions whenever a context is left, a copy too: that of
`copy_current_request_context`, on Quart that of `stream_with_context`, and with quart-flask-patch
one for each use of `flask.request.form`. A copy that shares the request's `g` would so close, in
the middle of the request, what the request still uses. Here teardown hooks run once, when the
context ends that the request began with. A copy that has a `g` of its own, with something in it, is
torn down as well: nobody else would close what it opened. So is the context itself where it is
entered again after its end, as `stream_with_context` does on Flask, and something was put in `g`.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from contextlib import suppress
from contextvars import ContextVar
from itertools import count
from types import ModuleType
from typing import Any
from weakref import ReferenceType, WeakKeyDictionary, ref

__all__ = ["Contexts"]

# Where, in the WSGI environ or the ASGI scope, the first context of a request is found.
FIRST = "afterware.context"

# The first context of the request that is served here, as long as it has not ended. It is inherited
# where the host's own is, and so tells whether a copy shares the `g` of the request.
_inside: ContextVar[Any] = ContextVar("afterware.inside", default=None)

_numbers = count()


class Contexts:
    """What one host makes contexts of.

    :param module: the host.
    :param exchange: the WSGI environ or ASGI scope of a request.
    """

    def __init__(
        self, module: ModuleType, exchange: Callable[[Any], MutableMapping[str, Any]]
    ) -> None:
        kind: Any = module.ctx.AppContext
        # Quart 0.23 and Flask 3.2 have one kind of context for both, and each has its own `g`.
        self._apart = not hasattr(kind, "has_request")
        self._shares_g = self._apart and hasattr(kind, "copy")
        self._exchange = exchange
        # The objects behind the proxies, since each look through one costs half a hook.
        self._g = _behind(module.g)
        self._app = _behind(module.globals.app_ctx)
        self._current = _behind(module.globals.request_ctx) if self._apart else self._app
        # Who made each `g`, where a copy may share it.
        self._makers: WeakKeyDictionary[Any, ReferenceType[Any]] = WeakKeyDictionary()

    def note_requests(self, app: Any) -> None:
        """Note the context that each request of *app* begins with, from now on."""
        make, exchange = app.request_context, self._exchange

        def request_context(*args: Any, **kwargs: Any) -> Any:
            context = make(*args, **kwargs)
            first = exchange(context.request)[FIRST] = ref(context)
            _inside.set(first)
            return context

        app.request_context = request_context

    def note_app_contexts(self, app: Any) -> None:
        """Note who makes each `g` of *app*, from now on."""
        if not self._shares_g:
            return
        make = app.app_context

        def app_context() -> Any:
            context = make()
            with suppress(TypeError):  # a `g` of the app's own class that cannot be referred to
                self._makers[context.g] = ref(context)
            return context

        app.app_context = app_context

    def ends_request(self, left: str = "") -> bool:
        """Whether the context that is being left asks for the teardown of a request.

        :param left: under which `leave` notes what it left, where it may be entered again.
        """
        context = self._current()
        exchange = self._exchange(context.request)
        first = exchange.get(FIRST)
        if first is None:
            return True  # made by other means than the app's own
        if first() is context:
            _inside.set(None)
            before = exchange.get(left)
            return before is None or not before.issuperset(self._names())
        shared = self._apart and _inside.get() is first
        return not shared and bool(self._names())

    def leave(self, left: str) -> None:
        """Note what is in `g` when the teardown hooks of a request have run.

        :param left: under which it is noted, in the exchange.
        """
        self._exchange(self._current().request)[left] = self._names()

    def _names(self) -> frozenset[str]:
        """What is in `g`; something that is always new where it does not tell."""
        try:
            return frozenset(vars(self._g()))
        except TypeError:  # of the app's own class
            return frozenset({f"unknown {next(_numbers)}"})

    def ends_app_context(self) -> bool:
        """Whether the app context that is being left is the one that made its `g`."""
        if not self._shares_g:
            return True
        context = self._app()
        try:
            maker = self._makers.get(context.g)
        except TypeError:
            return True
        return maker is None or maker() is context


def _behind(proxy: Any) -> Callable[[], Any]:
    return proxy._get_current_object  # type: ignore[no-any-return]  # noqa: SLF001  # werkzeug documents it
