"""The methods of `quart.Quart` that the pytest plugin replaces, and puts back at its end.

Called where no event loop is running, that is, by a plain test, they do what Flask's do. Called by
asynchronous code, by Quart itself above all, they are Quart's own.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from . import flask_names, flask_signals, loops
from .clients import client
from .contexts import app_context, request_context
from .kinds import NATIVE
from .runner import cli_runner

__all__ = ["replaced"]

# Coroutine functions of Quart that are plain methods of Flask, and that tests call.
_AWAITED = (
    "dispatch_request",
    "do_teardown_appcontext",
    "do_teardown_request",
    "finalize_request",
    "full_dispatch_request",
    "handle_exception",
    "handle_http_exception",
    "handle_user_exception",
    "make_default_options_response",
    "make_response",
    "preprocess_request",
    "process_response",
    "update_template_context",
)

# Names of Flask's that are coroutine functions of Quart's, as `from flask import ...` has them.
_HELPERS = (
    "flash",
    "make_response",
    "render_template",
    "render_template_string",
    "send_file",
    "send_from_directory",
)


def replaced(note_new_app: Callable[[Any], None]) -> ExitStack:
    """Replace the methods. Closing the stack puts every one of them back.

    :param note_new_app: called with each Quart app that is made.
    """
    import flask
    import quart

    undo = ExitStack()
    makers = {
        "test_client": client,
        "test_cli_runner": cli_runner,
        "app_context": app_context,
        "test_request_context": request_context,
    }
    for name, maker in makers.items():
        _replace(undo, quart.Quart, name, _outside_a_loop(getattr(quart.Quart, name), maker))
    _replace(undo, quart.Quart, "request_context", _of_an_environ(quart.Quart.request_context))
    for name in _AWAITED:
        method = getattr(quart.Quart, name, None)
        if method is not None:
            _replace(undo, quart.Quart, name, _run_outside_a_loop(method))
    _replace(undo, quart.Quart, "__init__", _noted(quart.Quart.__init__, note_new_app))
    for name in _HELPERS:
        _replace(undo, flask, name, _helper(getattr(flask, name), getattr(quart, name)))
    undo.enter_context(flask_signals.forwarded())
    return undo


def _replace(undo: ExitStack, owner: Any, name: str, function: Any) -> None:
    original = vars(owner).get(name)
    setattr(function, NATIVE, getattr(owner, name))
    setattr(owner, name, function)
    if original is None:
        undo.callback(delattr, owner, name)
    else:
        undo.callback(setattr, owner, name, original)


def _outside_a_loop(native: Callable[..., Any], ours: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(native)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return (native if loops.in_running_loop() else ours)(self, *args, **kwargs)

    return method


def _of_an_environ(native: Callable[..., Any]) -> Callable[..., Any]:
    # Flask's takes an environ, Quart's a request.
    @functools.wraps(native)
    def method(self: Any, request: Any) -> Any:
        if isinstance(request, dict) and not loops.in_running_loop():
            return request_context(self, request)
        return native(self, request)

    return method


def _run_outside_a_loop(native: Callable[..., Any]) -> Callable[..., Any]:
    parameters = inspect.signature(native).parameters
    takes_context = "ctx" in parameters

    @functools.wraps(native)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if loops.in_running_loop():
            return native(self, *args, **kwargs)
        # From 0.23 on the first argument is the context, which Flask 3.1 does not have.
        if takes_context and "ctx" not in kwargs and not (args and _is_context(args[0])):
            args = (_current(), *args)
        return loops.run(native(self, *args, **kwargs))

    return method


def _is_context(value: Any) -> bool:
    import quart.ctx

    return isinstance(value, quart.ctx.AppContext)


def _current() -> Any:
    from .of_quart import live_contexts

    return live_contexts()[-1]


def _noted(native: Callable[..., None], note: Callable[[Any], None]) -> Callable[..., None]:
    @functools.wraps(native)
    def method(self: Any, *args: Any, **kwargs: Any) -> None:
        native(self, *args, **kwargs)
        note(self)

    return method


def _helper(flasks: Callable[..., Any], quarts: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(flasks)
    def helper(*args: Any, **kwargs: Any) -> Any:
        # In a test whose context is Quart's. An app that still calls Flask's gets Flask's.
        if flask_names.showing() and not loops.in_running_loop():
            return loops.run(quarts(*args, **kwargs))
        return flasks(*args, **kwargs)

    return helper
