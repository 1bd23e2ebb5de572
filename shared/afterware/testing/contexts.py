"""Contexts for plain tests: `with app_context(app):`, `with request_context(app, ...):`.

Quart's contexts are entered with `async with`. Here they are pushed and popped on the loop of the
calling thread, and what they set is set for the test.
"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

from . import flask_names, loops
from .carry import Carried
from .flask_view import FlaskView
from .kinds import flask_of, native, quart_of
from .requests import quart_request_context

__all__ = ["SyncContext", "app_context", "has_request", "request_context", "sync"]

# What only Quart's own test_request_context takes.
_QUARTS = frozenset(
    {"form", "http_version", "root_path", "scheme", "scope_base", "send_push_promise"}
)


def app_context(app: Any) -> Any:
    """An app context, to be entered with `with`, or pushed and popped by hand.

    :param app: a Flask or a Quart app.
    :raises TypeError: it is another kind of app, which has none.
    """
    if flask_of(app) is not None:
        return app.app_context()
    _want_quart(app, "app_context")
    return sync(native(app, "app_context")())


def request_context(app: Any, *args: Any, **kwargs: Any) -> Any:
    """A request context for a test, as Flask's `test_request_context`, with the same parameters.

    :param app: a Flask or a Quart app.
    :param args: as for Flask: a path (by default `/`), a base_url; or an environ.
    :param kwargs: as for Flask: method, data, json, headers, query_string and the rest.
    :raises TypeError: it is another kind of app, which has none.
    """
    if flask_of(app) is not None:
        if args and isinstance(args[0], dict):
            return app.request_context(args[0])
        return app.test_request_context(*args, **kwargs)
    _want_quart(app, "request_context")
    make = native(app, "test_request_context")
    if _QUARTS & kwargs.keys():
        return sync(make(*(args or ("/",)), **kwargs))
    return sync(quart_request_context(app, make, *args, **kwargs))


def _want_quart(app: Any, what: str) -> None:
    if quart_of(app) is None:
        raise TypeError(f"testing.{what}() is for Flask and Quart apps: {app!r} is neither")


def sync(context: Any) -> SyncContext:
    """A context of Quart for plain code; what is one already stays as it is."""
    return context if isinstance(context, SyncContext) else SyncContext([context])


class SyncContext:
    """Contexts of Quart that plain code enters with `with`, or pushes and pops by hand.

    What a context has (`g`, `app`, `request`, `session`) is read through it. `async with` works as
    it does on Quart's own.

    :param native: the contexts of Quart, the outer one first.
    """

    def __init__(self, native: list[Any]) -> None:
        self._native = native
        self._pushed: list[tuple[Carried, int]] = []

    def push(self) -> None:
        """Make this the context that `g`, `request` and the others look at.

        :raises RuntimeError: an event loop is running in this thread.
        """
        loops.refuse_in_a_loop("push()", "use `async with app.app_context():`")
        carried = Carried()
        loops.this_thread().run(self._push(), carried.context)
        carried.take_back()
        from .of_quart import live_contexts  # here, where there is a Quart

        live = carried.context.run(live_contexts) or self._native
        shown = flask_names.show(FlaskView(live, self), request=any(map(has_request, live)))
        self._pushed.append((carried, shown))

    def pop(self, exc: BaseException | None = None) -> None:
        """Tear down what was pushed last, with teardown functions, and go back to what was before.

        :param exc: the exception that ended it, for the teardown functions; by default, the one
            that is being handled.
        :raises RuntimeError: it is not pushed, or an event loop is running in this thread.
        """
        loops.refuse_in_a_loop("pop()", "use `async with app.app_context():`")
        if not self._pushed:
            raise RuntimeError(f"Cannot pop this context ({self!r}), it is not pushed.")
        carried, shown = self._pushed.pop()
        flask_names.hide(shown)
        carried.bring()
        try:
            loops.this_thread().run(self._pop(exc or sys.exc_info()[1]), carried.context)
        finally:
            carried.take_back()

    async def _push(self) -> None:
        for context in self._native:
            await context.push()

    async def _pop(self, exc: BaseException | None) -> None:
        for context in reversed(self._native):
            await context.pop(exc)

    def __enter__(self) -> SyncContext:
        self.push()
        return self

    def __exit__(
        self, _: type[BaseException] | None, exc: BaseException | None, __: TracebackType | None
    ) -> None:
        self.pop(exc)

    async def __aenter__(self) -> Any:
        await self._push()
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, exc: BaseException | None, __: TracebackType | None
    ) -> None:
        await self._pop(exc)

    def __getattr__(self, name: str) -> Any:
        for context in reversed(self._native):
            if hasattr(context, name):
                return getattr(context, name)
        return getattr(self._native[-1], name)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {', '.join(map(repr, self._native))}>"


def has_request(context: Any) -> bool:
    """Whether a context of Quart is one of a request."""
    # Quart 0.22's request contexts always have one and do not say so.
    return bool(getattr(context, "has_request", hasattr(context, "request_websocket")))
