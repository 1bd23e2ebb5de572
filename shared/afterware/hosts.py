"""Which host it is, of an app and of a request: nowhere else is one chosen.

The adapters import a host each, so each is imported when that host is known to be there.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any, overload

from .binding import Binding, HooksInOrder
from .colour import make_hook
from .context import HostName, host
from .contract import AfterRequest
from .errors import UnknownHostError
from .hook import OnError

__all__ = ["adapter", "after_this_request", "bind", "name_of"]


def name_of(target: Any) -> HostName | None:
    """The host of an app or a blueprint; None for anything else.

    Neither host is imported: whoever has an app has imported its host.
    """
    # Quart first: its blueprints may be a kind of Flask's.
    quart, flask = sys.modules.get("quart"), sys.modules.get("flask")
    if quart is not None and isinstance(target, (quart.Quart, quart.Blueprint)):
        return "quart"
    if flask is not None and isinstance(target, (flask.Flask, flask.Blueprint)):
        return "flask"
    return None


def adapter(name: HostName) -> Any:
    """The module of Afterware that binds to the host *name*: `afterware.flask` or `.quart`."""
    if name == "quart":
        from . import quart

        return quart
    from . import flask

    return flask


def bind(hooks: HooksInOrder, target: Any) -> Binding:
    """A binding of *hooks* to an app or a blueprint.

    :raises UnknownHostError: it is something else.
    """
    name = name_of(target)
    if name is None:
        kind = "the class " if inspect.isclass(target) else ""
        raise UnknownHostError(
            f"init_app takes a Flask or Quart app, or a blueprint of either, not {kind}{target!r}."
        )
    if name == "quart":
        from .quart import QuartBinding

        return QuartBinding(hooks, target)
    from .flask import FlaskBinding

    return FlaskBinding(hooks, target)


@overload
def after_this_request(function: AfterRequest, /) -> AfterRequest: ...
@overload
def after_this_request(
    *, blocking: bool = ..., suspends: bool = ..., shield: bool = ..., on_error: OnError = ...
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
    adapter("quart" if host().__name__ == "quart" else "flask").after_this_request(hook)
    return function
