"""after_this_request: a hook for the request that is being served, on either host."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar, overload

from .colour import OnError, make_hook
from .context import host

if TYPE_CHECKING:
    from werkzeug.sansio.response import Response

__all__ = ["after_this_request"]

AfterRequest = TypeVar("AfterRequest", bound="Callable[[Any], Response | Awaitable[Response]]")


@overload
def after_this_request(function: AfterRequest, /) -> AfterRequest: ...
@overload
def after_this_request(
    *, blocking: bool = ..., suspends: bool = ..., on_error: OnError = ...
) -> Callable[[AfterRequest], AfterRequest]: ...
def after_this_request(function: Any = None, /, **options: Any) -> Any:
    """Run a hook on the response of the current request only: `hook(response)`.

    As with the hosts' own, these run before all other after_request hooks, first come first
    served. Options are those of `Hooks.before_request`.

    :raises HookRegistrationError: the function cannot be an after_request hook.
    :raises RuntimeError: no request is being served.
    """
    if function is None:
        return lambda decorated: after_this_request(decorated, **options)
    hook = make_hook("after_request", function, **options)
    # The adapters import a host each, so they are imported where that host is known to be there.
    if host().__name__ == "quart":
        from . import quart

        quart.after_this_request(hook)
    else:
        from . import flask

        flask.after_this_request(hook)
    return function
