"""Quart's session, made to say truly whether it was read, so that a shared cache keeps users apart.

Flask 3.1.3 moved the noting of access from the session to its own request context. Quart takes the
session class from Flask. Before 0.23 it has no such context: a page that only reads the session is
sent without `Vary: Cookie`, and a cache serves it to the next user. Quart 0.23 has one, and marks
every session as accessed when it saves it: every page varies, and a cache keeps none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any

import quart
from quart.sessions import SecureCookieSession, SecureCookieSessionInterface

__all__ = ["mend"]


class NotedSession(SecureCookieSession):
    """A session that notes when anything in it is looked at.

    What a host with a context of its own assigns to `accessed` is not taken, since it assigns it
    whatever was done; elsewhere it is.
    """

    _looked_at = False

    @property
    def accessed(self) -> bool:
        """Whether anything in it was looked at; the host then sends `Vary: Cookie`."""
        return self._looked_at

    @accessed.setter
    def accessed(self, accessed: bool) -> None:
        if not _HOST_MARKS:
            self._looked_at = accessed


# Quart from 0.23 on; the name is that of its documented context class.
_HOST_MARKS = hasattr(getattr(quart.ctx, "AppContext", None), "session")

# Every way of reading a dict; `in` and len() tell of a user as well.
_READS = (
    *("__getitem__", "__contains__", "__iter__", "__len__", "__reversed__"),
    *("__eq__", "__ne__", "__or__", "__ror__"),
    *("get", "setdefault", "keys", "items", "values", "copy", "pop", "popitem"),
)


def _noting(name: str) -> Callable[..., Any]:
    read = getattr(SecureCookieSession, name)

    @wraps(read)
    def noting(self: Any, *args: Any, **kwargs: Any) -> Any:
        self._looked_at = True
        return read(self, *args, **kwargs)

    return noting


for _name in _READS:
    setattr(NotedSession, _name, _noting(_name))


def mend(app: quart.Quart) -> None:
    """Have *app* note truly whether a session was read, if its sessions are Quart's own.

    An app with a session interface or a session class of its own is left alone, as is one whose
    session class notes access by itself: Flask's before 3.1.3.
    """
    interface = app.session_interface
    if (
        type(interface) is SecureCookieSessionInterface
        and interface.session_class is SecureCookieSession
        and not _notes_access()
    ):
        mended = copy(interface)  # the app's is shared by all apps
        mended.session_class = NotedSession
        app.session_interface = mended


def _notes_access() -> bool:
    session = SecureCookieSession({"user": "probe"})
    session.get("user")
    return session.accessed
