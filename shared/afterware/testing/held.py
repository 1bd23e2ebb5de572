"""`--loop-held 50ms`: which test held the event loop, for how long, and in which line."""

from __future__ import annotations

import asyncio
import re
import sys
import sysconfig
import threading
from collections.abc import Callable
from contextvars import Context
from pathlib import Path
from time import perf_counter
from types import FrameType
from typing import Any, NamedTuple

__all__ = ["Held", "Watch", "seconds"]

_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "": 1e-3}
_INSTALLED = tuple(
    str(Path(sysconfig.get_path(name)).resolve()) for name in ("stdlib", "purelib", "platlib")
)


def seconds(text: str) -> float:
    """A duration as it is written on a command line: `50ms`, `0.2s`, `50` (milliseconds).

    :raises ValueError: it is none.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(us|ms|s|)\s*", text)
    if match is None or not float(match.group(1)):
        raise ValueError(f"{text!r} is no duration: write 50ms or 0.2s")
    return float(match.group(1)) * _UNITS[match.group(2)]


class Held(NamedTuple):
    """One time that the loop was held.

    :param seconds: for how long.
    :param where: the line that ran meanwhile, as `file:line in function`; empty if it is not known.
    """

    seconds: float
    where: str

    def __str__(self) -> str:
        return f"{self.seconds * 1000:.0f} ms{' in ' if self.where else ''}{self.where}"


class Watch:
    """Measures every turn of the loops that it makes.

    :param limit: how long one turn may take, in seconds, before it is noted.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.held: list[Held] = []
        self._current: tuple[int, float] | None = None
        self._sampled: tuple[float, str] | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, name="afterware-held", daemon=True)
        self._thread.start()

    def new_loop(self) -> asyncio.AbstractEventLoop:
        """An event loop that is watched."""
        return _WatchedLoop(self)

    def taken(self) -> list[Held]:
        """What has been noted since this was last asked for."""
        held, self.held = self.held, []
        return held

    def close(self) -> None:
        """End the watching thread."""
        self._stop.set()
        self._thread.join()

    def turn(self, callback: Callable[..., Any], *args: Any) -> None:
        """Run one callback of the loop, and note it if it took too long."""
        outer = self._current
        started = perf_counter()
        self._current = (threading.get_ident(), started)
        try:
            callback(*args)
        finally:
            self._current = outer
            took = perf_counter() - started
            if took > self.limit:
                sampled = self._sampled
                where = sampled[1] if sampled is not None and sampled[0] == started else ""
                self.held.append(Held(took, where))

    def _sample(self) -> None:
        # Where a turn that is too long stands is seen from outside of it, while it lasts.
        while not self._stop.wait(self.limit / 2):
            current = self._current
            if current is None or perf_counter() - current[1] < self.limit / 2:
                continue
            frame = sys._current_frames().get(current[0])  # noqa: SLF001  # its documented name
            if frame is not None and self._current == current:
                self._sampled = (current[1], _place(frame))


def _place(frame: FrameType) -> str:
    """The innermost line that is of neither the standard library nor an installed package."""
    innermost: FrameType | None = frame
    while innermost is not None:
        file = innermost.f_code.co_filename
        if not file.startswith(_INSTALLED) and not file.startswith(_OURS):
            break
        innermost = innermost.f_back
    chosen = innermost or frame
    code = chosen.f_code
    return f"{code.co_filename}:{chosen.f_lineno} in {code.co_qualname}"


_OURS = str(Path(__file__).parent)


class _WatchedLoop(asyncio.SelectorEventLoop):
    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    # Tasks take each of their steps in a callback that they hand over here.
    def call_soon(  # type: ignore[override]  # wider than the parent's type of *args
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        return super().call_soon(self._watch.turn, callback, *args, context=context)
