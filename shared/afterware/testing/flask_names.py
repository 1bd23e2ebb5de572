"""`flask.g`, `flask.session` and the rest, in a test whose context is Quart's.

Tests say `from flask import g, session`, and go on saying so after the app has moved. While a test
has a context of Quart pushed, Flask's own proxies give what is in it. Only tests see that: the app
is called with those names hidden, since in production nothing would stand behind them.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import Any

__all__ = ["hidden", "hide", "show"]


class _Shown:
    def __init__(self, var: ContextVar[Any], value: Any) -> None:
        self.var = var
        self.value = value
        self.token: Token[Any] = var.set(value)


class _Stack(threading.local):
    def __init__(self) -> None:
        self.shown: list[_Shown] = []


_stack = _Stack()


def variables() -> tuple[ContextVar[Any] | None, ContextVar[Any] | None]:
    """What Flask's proxies look at: the ContextVars of its app context and its request context.

    Private names of Flask, in this one place. Where they are gone, (None, None): then `flask.g` and
    the like say "working outside of application context" in a test, and `quart.g` is what to use.
    A Flask with one kind of context, as 3.2 is to be, has the first alone.
    """
    module = sys.modules.get("flask.globals")
    found = [getattr(module, name, None) for name in ("_cv_app", "_cv_request")]
    app, request = (each if isinstance(each, ContextVar) else None for each in found)
    return app, request


def show(view: Any, *, request: bool) -> int:
    """Let Flask's proxies see a context.

    :param view: what they are to see: a context of Quart in the shape of Flask's.
    :param request: whether there is a request in it.
    :returns: how many names are shown, for `hide`.
    """
    app_var, request_var = variables()
    wanted = [app_var, request_var if request else None]
    shown = [_Shown(var, view) for var in wanted if var is not None]
    _stack.shown.extend(shown)
    return len(shown)


def hide(count: int) -> None:
    """Take back the last *count* names that `show` showed."""
    for _ in range(count):
        _unset(_stack.shown.pop())


@contextmanager
def hidden() -> Iterator[None]:
    """While this lasts, Flask's proxies give what they would without any of this."""
    # Where a context of Flask has been pushed since, that one is seen, and stays.
    ours = {id(each.value) for each in _stack.shown}
    here = [each for each in _stack.shown if id(each.var.get(None)) in ours]
    for each in reversed(here):
        _unset(each)
    try:
        yield
    finally:
        for each in here:
            each.token = each.var.set(each.value)


def showing() -> bool:
    """Whether this thread has a context of Quart that Flask's proxies see."""
    return bool(_stack.shown)


def _unset(each: _Shown) -> None:
    try:
        each.var.reset(each.token)
    except (ValueError, RuntimeError):
        # Shown in another Context (a fixture that ran elsewhere): what is shown there stays there.
        if each.var.get(None) is each.value:
            each.var.set(None)
