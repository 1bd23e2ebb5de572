"""Which kind of app something is, without importing a host that it is not of."""

from __future__ import annotations

import inspect
import sys
from types import ModuleType
from typing import Any, Literal

__all__ = ["NATIVE", "Kind", "flask_of", "kind_of", "native", "quart_of"]

# Where a method that stands in for one of Quart's keeps that one.
NATIVE = "afterware_native"

Kind = Literal["flask", "quart", "asgi", "wsgi"]


def flask_of(app: Any) -> ModuleType | None:
    """The module `flask` if *app* is an app of it. Whoever has one has imported it."""
    flask = sys.modules.get("flask")
    return flask if flask is not None and isinstance(app, flask.Flask) else None


def quart_of(app: Any) -> ModuleType | None:
    """The module `quart` if *app* is an app of it."""
    quart = sys.modules.get("quart")
    return quart if quart is not None and isinstance(app, quart.Quart) else None


def kind_of(app: Any) -> Kind:
    """The kind of app that *app* is.

    :raises TypeError: it is none that can be called.
    """
    if flask_of(app) is not None:
        return "flask"
    if quart_of(app) is not None:
        return "quart"
    if callable(app) and not isinstance(app, type):
        call = getattr(app, "__call__", app)  # noqa: B004  # what is called, not whether it can be
        if inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(call):
            return "asgi"
        count = _required(app)
        if count in (2, 3):
            return "wsgi" if count == 2 else "asgi"
    raise TypeError(
        f"{app!r} is no app that can be called: hand over a Flask app, a Quart app, or an ASGI 3"
        " app, which is called with (scope, receive, send)"
    )


def _required(app: Any) -> int | None:
    try:
        parameters = inspect.signature(app).parameters.values()
    except (TypeError, ValueError):
        return None
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(each.kind in positional and each.default is each.empty for each in parameters)


def native(app: Any, name: str) -> Any:
    """The app's own method, though another stands in for it while the pytest plugin is active."""
    function = getattr(type(app), name)
    return getattr(function, NATIVE, function).__get__(app)
