"""Requests on Quart that are served where their context is known, for after_response to run in.

Quart makes a task for each request in its `asgi_http_class`, which an app may choose, and runs
`handle_request` of that class in it. A class made of the app's own does so here and, before Python
3.12, where no task tells its context, in a context that was made for it.
"""

from __future__ import annotations

from typing import Any

from .tokens import HOME, at_home

__all__ = ["serve_at_home"]


class _AtHome:
    """What is put before an app's own class."""

    scope: Any

    async def handle_request(self, *args: Any) -> Any:
        serve = super().handle_request  # type: ignore[misc]  # of the class that comes after this
        home = self.scope.get(HOME)
        if home is None:
            return await serve(*args)
        return await at_home(home, serve(*args))


def serve_at_home(app: Any) -> None:
    """Have *app* serve requests in a context that is known, whatever its class is by now.

    A class that handles requests otherwise is left alone; tokens then hold from Python 3.12 on.

    :param app: a Quart app.
    """
    kind = app.asgi_http_class
    if not isinstance(kind, type) or issubclass(kind, _AtHome):
        return
    if hasattr(kind, "handle_request"):
        names = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
        app.asgi_http_class = type(kind.__name__, (_AtHome, kind), names)
