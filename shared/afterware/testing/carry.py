"""ContextVars, carried from the test into the app and back.

A coroutine runs in a Context that is a copy of the test's. What was set in it is set for the test
afterwards, as it would be on Flask, where views run in the test's own Context.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from contextvars import Context, ContextVar, Token, copy_context
from typing import Any

from . import flask_names

__all__ = ["Carried", "adopt", "copied", "stays"]

_MISSING: Any = object()
# What the ContextVars of the hosts are called.
_HOSTS = ("flask.", "quart.")
_STAY: set[ContextVar[Any]] = set()


def stays(var: ContextVar[Any]) -> ContextVar[Any]:
    """A ContextVar that is never carried back to the test."""
    _STAY.add(var)
    return var


def copied() -> Context:
    """A copy of the calling Context, as the app is to see it: without what only tests see."""
    with flask_names.hidden():
        return copy_context()


def adopt(context: Mapping[ContextVar[Any], Any]) -> None:
    """Set here what was set there. What was unset there stays: a Context cannot be told to forget.

    The hosts' own contexts are none of it: a stream that is half read has them pushed.

    :param context: a Context, or a snapshot of one.
    """
    for var, value in context.items():
        carried = var not in _STAY and not var.name.startswith(_HOSTS)
        if carried and var.get(_MISSING) is not value:
            var.set(value)


class Carried:
    """A Context in which one thing is pushed and, later, popped: Quart's tokens belong to it.

    `bring` and `take_back` keep it in step with the Context of the test.
    """

    def __init__(self) -> None:
        self.context = copied()
        self._tokens: dict[ContextVar[Any], Token[Any]] = {}

    def bring(self) -> None:
        """Set there what the test has set since."""
        for var, value in copied().items():
            if self.context.get(var, _MISSING) is not value:
                self.context.run(var.set, value)

    def take_back(self) -> None:
        """Set here what was set there, and unset what was unset."""
        for var, token in list(self._tokens.items()):
            if self.context.get(var, Token.MISSING) is token.old_value:
                del self._tokens[var]
                _reset(var, token)
        for var, value in self.context.items():
            if var.get(_MISSING) is not value and var not in _STAY:
                self._tokens.setdefault(var, var.set(value))


def _reset(var: ContextVar[Any], token: Token[Any]) -> None:
    # A token is good in the Context that made it: pushed in one and popped in another, the old
    # value is set where there was one.
    try:
        var.reset(token)
    except ValueError:
        with contextlib.suppress(LookupError):
            var.set(None if token.old_value is Token.MISSING else token.old_value)
