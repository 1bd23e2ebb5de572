"""Quart's session, made to say that it was read, so that a shared cache keeps users apart.

Flask 3.1.3 moved the noting of access from the session to its own request context. Quart before
0.23 takes the session class from Flask and has no such context: a page that only reads the session
is sent without `Vary: Cookie`, and a cache serves it to the next user.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any

import quart
from quart.sessions import SecureCookieSession, SecureCookieSessionInterface

__all__ = ["mend"]


def _noting(name: str) -> Callable[..., Any]:
    read = getattr(SecureCookieSession, name)

    @wraps(read)
    def noting(self: Any, *args: Any, **kwargs: Any) -> Any:
        self.accessed = True
        return read(self, *args, **kwargs)

    return noting


# Every way of reading a dict; `in` and len() tell of a user as well.
_READS = (
    *("__getitem__", "__contains__", "__iter__", "__len__", "__reversed__"),
    *("__eq__", "__ne__", "__or__", "__ror__"),
    *("get", "setdefault", "keys", "items", "values", "copy", "pop", "popitem"),
)

_members: dict[str, Any] = {name: _noting(name) for name in _READS}
_members["__doc__"] = "A session that sets `accessed` when anything in it is looked at."
_members["__module__"] = __name__
_members["__hash__"] = None
NotedSession: type[SecureCookieSession] = type("NotedSession", (SecureCookieSession,), _members)


def mend(app: quart.Quart) -> None:
    """Have *app* note that a session was read, if its sessions are Quart's and do not.

    An app with a session interface of another class is left alone: what its sessions note is its
    own affair. So is one whose session class notes access itself.
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
    """Whether somebody else notes it: the session itself, or the context it is reached through."""
    session = SecureCookieSession({"user": "probe"})
    session.get("user")
    context = getattr(quart.ctx, "AppContext", None)
    return session.accessed or hasattr(context, "session")
