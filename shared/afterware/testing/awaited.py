"""Coroutines that were never awaited, noted while a test runs.

Python says so when such a coroutine is freed, as a RuntimeWarning that is nobody's. Here it belongs
to the test in which it happened.
"""

from __future__ import annotations

import gc
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["noted", "report", "taken"]

_MESSAGE = "coroutine .* was never awaited"
_NAME = re.compile(r"coroutine '(.+)' was never awaited")
_PLACE = re.compile(r'File "(.+)", line (\d+)')


@contextmanager
def noted() -> Iterator[list[str]]:
    """While this lasts, the list gets the message of each coroutine that was never awaited."""
    seen: list[str] = []
    depth = sys.get_coroutine_origin_tracking_depth()
    # Each message then says where the coroutine was made.
    sys.set_coroutine_origin_tracking_depth(max(depth, 1))
    with warnings.catch_warnings():
        warnings.filterwarnings("always", _MESSAGE, RuntimeWarning)
        show = warnings.showwarning

        def showwarning(message: Any, category: Any, *args: Any, **kwargs: Any) -> None:
            if issubclass(category, RuntimeWarning) and re.match(_MESSAGE, str(message)):
                seen.append(str(message))
            else:
                show(message, category, *args, **kwargs)

        warnings.showwarning = showwarning
        try:
            yield seen
        finally:
            sys.set_coroutine_origin_tracking_depth(depth)


def taken(seen: list[str]) -> list[str]:
    """What has been noted since this was last asked for."""
    gc.collect(1)  # a coroutine that is in a cycle is freed by the collector
    noted_so_far = seen.copy()
    seen.clear()
    return noted_so_far


def report(seen: list[str]) -> str:
    """What to say of the coroutines that were never awaited, and what to do."""
    lines = []
    for message in seen:
        name = _NAME.search(message)
        place = _PLACE.findall(message)
        where = f", made at {place[-1][0]}:{place[-1][1]}" if place else ""
        lines.append(f"  {name.group(1) if name else message}{where}")
    return (
        f"{len(seen)} coroutine(s) never awaited, so what they were to do was not done:\n"
        + "\n".join(lines)
        + "\nIn the app, add await. In a plain test, testing.run(coroutine) runs it."
    )
