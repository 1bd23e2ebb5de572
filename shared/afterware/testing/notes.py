"""What to do about errors that a port brings, added to the error that reaches the test."""

from __future__ import annotations

import sqlite3

__all__ = ["explained"]

_THREADS = (
    "Quart runs what is `def` in a worker thread, in production too (AW201, AW208), and this"
    " connection was opened in another. Make the function async def; or open the connection in"
    " each request; or, to run what is `def` in the test's thread, as Flask does, use"
    " testing.client(app, def_inline=True) or pytest --def-inline: then the tests no longer say"
    " whether it works when it is served."
)
_AWAIT = (
    "If a test put a plain function in the place of an async def one: give it an async def, or use"
    " mock.patch(name, return_value=...), which makes one that can be awaited."
)


def explained(error: BaseException) -> BaseException:
    """The same error, with a note where it is one that tests of a ported app run into."""
    text = str(error)
    note = None
    if isinstance(error, sqlite3.ProgrammingError) and "thread" in text:
        note = _THREADS
    elif (
        isinstance(error, TypeError) and "await" in text and ("used in" in text or "can't" in text)
    ):
        note = _AWAIT
    if note is not None and note not in getattr(error, "__notes__", ()):
        error.add_note(note)
    return error
