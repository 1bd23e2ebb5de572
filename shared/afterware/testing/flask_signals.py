"""Flask's signals in tests of a Quart app: what Quart sends reaches those whom a test connects.

Tests say `from flask import template_rendered`, and go on saying so after the app has moved. Only
tests are served: an app that still connects to Flask's signals hears nothing, as in production.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import blinker

from . import flask_names
from .contexts import has_request
from .flask_view import FlaskView
from .of_quart import live_contexts

__all__ = ["forwarded"]

# A part of a module's dotted name that says it is of tests: tests, test_login, conftest.
_OF_TESTS = re.compile(r"conftest|tests?|testing|tests?_.*|.*_(tests?|testing)")

# Modules that connect in the name of others.
_BETWEEN = ("blinker", "contextlib")


def forwarded() -> ExitStack:
    """Let what tests connect to Flask's signals hear Quart's. Closing the stack ends it."""
    import flask.signals
    import quart.signals

    undo = ExitStack()
    for name, signal in vars(flask.signals).items():
        quarts = getattr(quart.signals, name, None)
        if isinstance(signal, blinker.Signal) and isinstance(quarts, blinker.Signal):
            _forward(undo, quarts, signal)
    return undo


def _forward(undo: ExitStack, quarts: blinker.Signal, flasks: blinker.Signal) -> None:
    of_tests = blinker.Signal()
    connect, disconnect = flasks.connect, flasks.disconnect

    async def forward(sender: Any, **sent: Any) -> None:
        sent.pop("_async_wrapper", None)  # which Quart 0.23 sends where it means to give it
        await of_tests.send_async(sender, _sync_wrapper=_inline, **sent)

    def connect_both(receiver: Any, *args: Any, **kwargs: Any) -> Any:
        if _is_called_by_a_test():
            quarts.connect(forward, weak=False)
            of_tests.connect(receiver, *args, **kwargs)
        return connect(receiver, *args, **kwargs)

    def disconnect_both(receiver: Any, *args: Any, **kwargs: Any) -> None:
        of_tests.disconnect(receiver, *args, **kwargs)
        disconnect(receiver, *args, **kwargs)

    undo.callback(quarts.disconnect, forward)
    for name, function in (("connect", connect_both), ("disconnect", disconnect_both)):
        before = vars(flasks).get(name)
        if before is None:
            undo.callback(delattr, flasks, name)
        else:
            undo.callback(setattr, flasks, name, before)
        setattr(flasks, name, function)


def _inline(receiver: Callable[..., Any]) -> Callable[..., Any]:
    """A plain receiver as one to be awaited, run in the test's thread as on Flask."""

    async def received(*args: Any, **kwargs: Any) -> Any:
        with _flasks_names():
            return receiver(*args, **kwargs)

    return received


@contextmanager
def _flasks_names() -> Iterator[None]:
    """While this lasts, `flask.g` and the rest give what is in the contexts of the request."""
    contexts = live_contexts()
    shown = 0
    if contexts:
        shown = flask_names.show(FlaskView(contexts, None), request=any(map(has_request, contexts)))
    try:
        yield
    finally:
        flask_names.hide(shown)


def _is_called_by_a_test() -> bool:
    frame = inspect.currentframe()
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module != __name__ and module.partition(".")[0] not in _BETWEEN:
            return any(map(_OF_TESTS.fullmatch, module.split(".")))
        frame = frame.f_back
    return False
