"""The shapes of what users give: the function of each phase, and objects for `Hooks.add`.

An object has at least one of the methods below, and may have all. Three of them are no phases:
`init_app` sets up an app, `around` wraps one hook, and `surround` surrounds an app.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar, runtime_checkable

from .hook import Hook

if TYPE_CHECKING:
    from werkzeug.sansio.response import Response

    from .sent import Sent

__all__ = [
    "AfterRequest",
    "AfterResponse",
    "BeforeRequest",
    "HookObject",
    "SupportsAfterRequest",
    "SupportsAfterResponse",
    "SupportsAround",
    "SupportsBeforeRequest",
    "SupportsInitApp",
    "SupportsSurround",
    "SupportsTeardownAppcontext",
    "SupportsTeardownRequest",
    "Teardown",
]

BeforeRequest = TypeVar("BeforeRequest", bound=Callable[[], Any])
AfterRequest = TypeVar("AfterRequest", bound="Callable[[Any], Response | Awaitable[Response]]")
Teardown = TypeVar("Teardown", bound="Callable[[Any], Awaitable[None] | None]")
AfterResponse = TypeVar("AfterResponse", bound="Callable[[Sent], Awaitable[None] | None]")


@runtime_checkable
class SupportsBeforeRequest(Protocol):
    """An object with a before_request hook, `def` or `async def`."""

    def before_request(self) -> Any:
        """Run before the view; anything but None is the answer, as from `Hooks.before_request`."""


@runtime_checkable
class SupportsAfterRequest(Protocol):
    """An object with an after_request hook, `def` or `async def`."""

    def after_request(self, response: Any, /) -> Response | Awaitable[Response]:
        """Return a response: the one that it is given, or another."""


@runtime_checkable
class SupportsTeardownRequest(Protocol):
    """An object with a teardown_request hook, `def` or `async def`."""

    def teardown_request(self, exc: Any, /) -> Awaitable[None] | None:
        """Run when the request is over.

        :param exc: the exception that no error handler took, or None.
        """


@runtime_checkable
class SupportsTeardownAppcontext(Protocol):
    """An object with a teardown_appcontext hook, `def` or `async def`."""

    def teardown_appcontext(self, exc: Any, /) -> Awaitable[None] | None:
        """Run when an app context is left.

        :param exc: the exception that no error handler took or that left the context, or None.
        """


@runtime_checkable
class SupportsAfterResponse(Protocol):
    """An object with an after_response hook, `def` or `async def`."""

    def after_response(self, sent: Sent, /) -> Awaitable[None] | None:
        """Run when the last byte was sent, or the client has gone."""


@runtime_checkable
class SupportsInitApp(Protocol):
    """An object that sets up each app that the hooks are bound to."""

    def init_app(self, app: Any, /) -> object:
        """Set up an app, once; what it returns is ignored.

        :param app: a Flask or Quart app. The app of a blueprint comes when that is registered.
        """


@runtime_checkable
class SupportsAround(Protocol):
    """An object that wraps each hook of the same `Hooks`."""

    def around(self, hook: Hook, /) -> Callable[..., Any]:
        """Return the function to run in place of a hook's, of the same colour.

        It is called once for each hook of each app or blueprint, before the first request.
        """


@runtime_checkable
class SupportsSurround(SupportsAfterRequest, Protocol):
    """An object that does the work of its after_request hook around the app, where it can.

    On a blueprint, its after_request runs; both must come to the same.
    """

    def surround(self, app: Any, /) -> Callable[[], bool]:
        """Put middleware around an app, in place of registering after_request.

        :param app: a Flask or Quart app; `wsgi_app` or `asgi_app` is where middleware goes.
        :returns: a function that tells whether the middleware has seen a request.
        """


HookObject: TypeAlias = (
    SupportsBeforeRequest
    | SupportsAfterRequest
    | SupportsTeardownRequest
    | SupportsTeardownAppcontext
    | SupportsAfterResponse
    | SupportsInitApp
    | SupportsAround
)
"""What `Hooks.add` takes. `SupportsSurround` is among these, as it has an after_request."""
