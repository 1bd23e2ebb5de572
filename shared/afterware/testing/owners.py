"""Which fixture or test made an app, since the app ends with it.

An app that a module makes when it is imported is nobody's, and ends with the session.
"""

from __future__ import annotations

from typing import Any
from weakref import ref

from . import lifespan

__all__ = ["Owners"]


class Owners:
    """The fixtures and the test that are being run, the innermost last, and the apps of each."""

    def __init__(self) -> None:
        self._stack: list[list[ref[Any]]] = []

    def begin(self) -> list[ref[Any]]:
        """A fixture or a test begins; the list gets the apps that it makes."""
        apps: list[ref[Any]] = []
        self._stack.append(apps)
        return apps

    def end(self) -> None:
        """The innermost one has run; a fixture's apps live until it is torn down."""
        self._stack.pop()

    def note(self, app: Any) -> None:
        """An app has been made."""
        if self._stack:
            self._stack[-1].append(ref(app))


def close_all(apps: list[ref[Any]]) -> None:
    """End every app of a list, the last one first.

    :raises BaseException: what an after_serving function raised.
    """
    while apps:
        app = apps.pop()()
        if app is not None:
            lifespan.close(app)
