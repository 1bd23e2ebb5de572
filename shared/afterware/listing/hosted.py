"""What each host does with the functions that it is given: which phases, in which order, how run.

Both hosts keep functions as they were registered, in public dicts and lists, and decide on each
request how to run them, with their public `ensure_sync` and `ensure_async`. These are asked here
what they would do, and nothing is run.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from types import ModuleType
from typing import Any, Literal

from ..colour import is_async
from ..context import HostName
from ..hosts import name_of

__all__ = ["HostPhase", "HostedApp", "Runs", "host_of"]

Runs = Literal[
    "inline",
    "loop",
    "driven",
    "worker thread",
    "new loop",
    "lasting loop",
    "misread",
    "fails",
    "app's own way",
]
"""How a hook is run; the documentation tells what each means."""


@dataclass(frozen=True, slots=True)
class HostPhase:
    """One kind of function that a host is given.

    :param name: as the decorator is called that registers it.
    :param attribute: where the app keeps those functions.
    :param about: when they run, for a heading.
    :param scoped: whether blueprints have their own, kept in a dict by name.
    :param backwards: whether the last registered runs first, and the innermost blueprint's.
    :param direct: whether they are called as they are, whatever their colour.
    """

    name: str
    attribute: str
    about: str
    scoped: bool = True
    backwards: bool = False
    direct: bool = False


_REQUEST = (
    HostPhase(
        "url_value_preprocessor",
        "url_value_preprocessors",
        "before the hooks of the request",
        direct=True,
    ),
    HostPhase("before_request", "before_request_funcs", "before the view"),
    HostPhase("after_request", "after_request_funcs", "on each response", backwards=True),
    HostPhase(
        "teardown_request", "teardown_request_funcs", "when the request is over", backwards=True
    ),
)
_APP_CONTEXT = "when the app context is left"
_WEBSOCKET = (
    HostPhase("before_websocket", "before_websocket_funcs", "before a websocket's view"),
    HostPhase(
        "after_websocket", "after_websocket_funcs", "after a websocket's view", backwards=True
    ),
    HostPhase(
        "teardown_websocket",
        "teardown_websocket_funcs",
        "when a websocket is over",
        backwards=True,
    ),
)
_SERVING = (
    HostPhase("before_serving", "before_serving_funcs", "once, before serving", scoped=False),
    HostPhase(
        "while_serving",
        "while_serving_gens",
        "once, around serving",
        scoped=False,
        direct=True,
    ),
    HostPhase("after_serving", "after_serving_funcs", "once, after serving", scoped=False),
)


class HostedApp(ABC):
    """An app's host.

    :param module: the host itself.
    :param app: the app.
    """

    name: HostName
    phases: tuple[HostPhase, ...]
    # The methods that decide how functions are run, and those that run them.
    _deciding: tuple[str, ...]
    _dispatching = (
        "full_dispatch_request",
        "preprocess_request",
        "finalize_request",
        "process_response",
        "do_teardown_request",
        "do_teardown_appcontext",
    )

    def __init__(self, module: ModuleType, app: Any) -> None:
        self.module = module
        self.app = app
        self.version = version(self.name)

    @abstractmethod
    def runs(self, function: Callable[..., Any], phase: HostPhase) -> Runs:
        """How the host runs *function*, which it was given as it is."""

    @abstractmethod
    def runs_bound(self, *, asynchronous: bool, blocking: bool, suspends: bool) -> Runs:
        """How a hook is run that is bound through Afterware."""

    def overridden(self) -> list[str]:
        """The methods that run hooks and that this app has made its own."""
        return [name for name in self._dispatching if self._overrides(name)]

    def _overrides(self, name: str) -> bool:
        stock = getattr(self._stock(), name, None)
        return name in vars(self.app) or getattr(type(self.app), name, None) is not stock

    @abstractmethod
    def _stock(self) -> type:
        """The host's own class of apps."""

    def _own_way(self, usual: Runs) -> Runs:
        return "app's own way" if any(map(self._overrides, self._deciding)) else usual


class FlaskApp(HostedApp):
    """Flask: a `def` is called, an `async def` gets a new thread and event loop each time."""

    name = "flask"
    phases = (
        *_REQUEST,
        HostPhase(
            "teardown_appcontext",
            "teardown_appcontext_funcs",
            _APP_CONTEXT,
            scoped=False,
            backwards=True,
        ),
    )
    _deciding = ("ensure_sync", "async_to_sync")

    def runs(self, function: Callable[..., Any], phase: HostPhase) -> Runs:
        if not phase.direct:
            try:
                called = self.app.ensure_sync(function)
            except RuntimeError:
                return "fails"  # Flask's words when asgiref is not installed
            if called is not function:
                return self._own_way("new loop")
        if async_to_sync(function) is not None:
            return "new loop"
        return "misread" if is_async(function) else "inline"

    def runs_bound(self, *, asynchronous: bool, blocking: bool, suspends: bool) -> Runs:  # noqa: ARG002 - inline, as any def
        if suspends:
            return "lasting loop"
        return "driven" if asynchronous else "inline"

    def _stock(self) -> type:
        return self.module.Flask  # type: ignore[no-any-return]


class QuartApp(HostedApp):
    """Quart: an `async def` is awaited, a `def` goes to a worker thread each time."""

    name = "quart"
    phases = (
        *_REQUEST,
        # In the order of registration, unlike Flask's.
        HostPhase("teardown_appcontext", "teardown_appcontext_funcs", _APP_CONTEXT, scoped=False),
        *_WEBSOCKET,
        *_SERVING,
    )
    _deciding = ("ensure_async", "sync_to_async")

    def runs(self, function: Callable[..., Any], phase: HostPhase) -> Runs:
        if phase.name == "while_serving":
            return "loop"
        if phase.direct:
            return "misread" if is_async(function) else "inline"
        if self.app.ensure_async(function) is function:
            return "loop" if self.threaded(function) is None else "worker thread"
        return "misread" if is_async(function) else self._own_way("worker thread")

    def runs_bound(self, *, asynchronous: bool, blocking: bool, suspends: bool) -> Runs:  # noqa: ARG002 - awaited, as any async def
        if blocking:
            return "worker thread"
        return "loop" if asynchronous else "inline"

    def threaded(self, function: Callable[..., Any]) -> Callable[..., Any] | None:
        """The `def` inside a function that was wrapped to run in a worker thread; None in others.

        Quart's `run_sync` makes each wrapper of the same code; asgiref's has a class.
        """
        wrapper = self.module.utils.run_sync(lambda: None)
        if getattr(function, "__code__", None) is wrapper.__code__:
            return getattr(function, "__wrapped__", None)
        return _inside_asgiref(function, "SyncToAsync", "func")

    def _stock(self) -> type:
        return self.module.Quart  # type: ignore[no-any-return]


def async_to_sync(function: Callable[..., Any]) -> Callable[..., Any] | None:
    """The `async def` inside asgiref's `async_to_sync`, which runs it on a new loop; else None."""
    return _inside_asgiref(function, "AsyncToSync", "awaitable")


def _inside_asgiref(function: Any, name: str, attribute: str) -> Callable[..., Any] | None:
    # Whoever has wrapped something with asgiref has imported it.
    kind = getattr(sys.modules.get("asgiref.sync"), name, None)
    return getattr(function, attribute, None) if kind and isinstance(function, kind) else None


def host_of(app: Any) -> HostedApp:
    """The host of *app*. Neither host is imported: whoever has an app has imported its own.

    :raises TypeError: it is no app of Flask or Quart.
    """
    name = name_of(app)
    if name is not None and not hasattr(app, "record"):
        kind = QuartApp if name == "quart" else FlaskApp
        return kind(sys.modules[name], app)
    raise TypeError(f"hooks are listed of a Flask or Quart app, not of {app!r}")
