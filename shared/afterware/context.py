"""request, g, session and current_app of whichever host is serving.

A proxy looks at the host's own public `has_request_context`, so it works in views, in the hosts'
own hooks, in tests and in shells, wherever the host's own proxy would.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, MutableMapping
from contextvars import ContextVar
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, Protocol

from werkzeug.local import LocalProxy

__all__ = [
    "HostName",
    "current_app",
    "current_exchange",
    "current_request",
    "current_websocket",
    "exchange",
    "g",
    "host",
    "request",
    "serving",
    "session",
]

HostName = Literal["flask", "quart"]

# The host that last called a bound hook in this context. It is asked only where both hosts have a
# context at once, a Flask app called by a Quart app in the same thread, say.
serving: ContextVar[HostName] = ContextVar("afterware.serving", default="flask")

# Whether that can be Quart at all: False until hooks are bound to a Quart app. Until then Flask
# need not set it, which in the middle of a request is a quarter of what a bound function costs.
quart_may_serve = False

if TYPE_CHECKING:
    from flask.sansio.app import App
    from werkzeug.routing import Rule
    from werkzeug.sansio.request import Request as SansIORequest

    class Request(SansIORequest):
        """What the requests of both hosts have in common."""

        url_rule: Rule | None
        view_args: dict[str, Any] | None
        routing_exception: Exception | None

        @property
        def endpoint(self) -> str | None: ...
        @property
        def blueprint(self) -> str | None: ...
        @property
        def blueprints(self) -> list[str]: ...

    class Session(MutableMapping[str, Any]):
        """What the sessions of both hosts have in common."""

        permanent: bool
        modified: bool
        accessed: bool
        new: bool

    class Globals(Protocol):
        """`g`: any attribute, for as long as the request."""

        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...
        def __delattr__(self, name: str) -> None: ...
        def __contains__(self, name: str) -> bool: ...
        def get(self, name: str, default: Any = None) -> Any: ...
        def pop(self, name: str, default: Any = ...) -> Any: ...
        def setdefault(self, name: str, default: Any = None) -> Any: ...


def host(having: Callable[[ModuleType], bool] | None = None) -> ModuleType:
    """The module of the host that is serving a request here: `flask` or `quart`.

    :param having: what the host must say of itself to count; by default, that it has a request.
    :raises RuntimeError: neither host is serving.
    """
    having = having or _has_request
    # Quart imports Flask, so Flask is looked at in both cases, and Quart's answer is the rarer.
    quart = sys.modules.get("quart")
    flask = sys.modules.get("flask")
    on_flask = flask is not None and having(flask)
    if quart is not None and having(quart) and not (on_flask and serving.get() == "flask"):
        return quart
    if flask is not None and on_flask:
        return flask
    raise _outside()


def _has_request(module: ModuleType) -> bool:
    return bool(module.has_request_context())


def _has_session(module: ModuleType) -> bool:
    # Only Quart has websockets; they have a session too.
    has_websocket = getattr(module, "has_websocket_context", None)
    return _has_request(module) or (has_websocket is not None and bool(has_websocket()))


def _has_app(module: ModuleType) -> bool:
    return bool(module.has_app_context())


def _outside() -> RuntimeError:
    return RuntimeError(
        "Working outside of a context: neither Flask nor Quart is serving here. Use this in a view"
        " or a hook, or inside `with app.app_context():` (`async with` on Quart); for a request,"
        " inside `with app.test_request_context(...):`."
    )


def _proxy(name: str, having: Callable[[ModuleType], bool]) -> Any:
    def current() -> Any:
        proxy: LocalProxy[Any] = getattr(host(having), name)
        return proxy._get_current_object()  # noqa: SLF001  # how LocalProxy documents it

    return LocalProxy(current)


request: Request = _proxy("request", _has_request)
session: Session = _proxy("session", _has_session)
g: Globals = _proxy("g", _has_app)
current_app: App = _proxy("current_app", _has_app)

# What gives each host's request object, kept because looking it up costs more than a hook does.
_requests: dict[HostName, Callable[[], Any]] = {}


def current_request() -> Request:
    """The request object itself, for hooks on a hot path: `request` looks it up at every attribute.

    :raises RuntimeError: no request is being served.
    """
    name = serving.get()
    try:
        return _requests[name]()  # type: ignore[no-any-return]
    except KeyError:
        module = sys.modules.get(name)
        if module is not None:
            _requests[name] = module.request._get_current_object  # noqa: SLF001 - werkzeug documents it
    except RuntimeError:
        pass
    return host().request._get_current_object()  # type: ignore[no-any-return]  # noqa: SLF001 - so


def current_websocket() -> Any:
    """The websocket that Quart is opening or serving here; Flask has none.

    :raises RuntimeError: there is none.
    """
    quart = sys.modules.get("quart")
    if quart is None or not quart.has_websocket_context():
        raise RuntimeError("Working outside of a websocket context.")
    return quart.websocket._get_current_object()  # noqa: SLF001 - werkzeug documents it


def exchange(of: Request) -> MutableMapping[str, Any]:
    """The WSGI environ or ASGI scope of a request: what is kept there is seen at the app's edge.

    :param of: a request of either host; the proxy will do.
    """
    environ = getattr(of, "environ", None)
    return of.scope if environ is None else environ  # type: ignore[attr-defined, no-any-return]


def current_exchange() -> MutableMapping[str, Any] | None:
    """The WSGI environ or ASGI scope of the request or websocket served here, or None.

    It is found wherever the host's own proxies find theirs: in a copy of the context as well.
    """
    try:
        module = host(_has_session)
    except RuntimeError:
        return None
    if module.has_request_context():
        return exchange(module.request._get_current_object())  # noqa: SLF001 - werkzeug documents it
    scope: MutableMapping[str, Any] = module.websocket.scope
    return scope
