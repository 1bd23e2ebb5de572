"""ServerTiming: where the time of a request went, for a browser's developer tools."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from werkzeug.datastructures import Headers

from ..context import current_request, exchange
from ..hook import Hook
from ._edge import surround
from ._options import ReadyMade, one_of, strings

__all__ = ["ServerTiming", "span"]

_KEPT = "afterware.server_timing"
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNQUOTABLE = re.compile(r"[^\x20-\x7e]")


class _Timings:
    """What was measured in one request: when it began, and seconds by name."""

    __slots__ = ("began", "descriptions", "hooks", "spans")

    def __init__(self) -> None:
        self.began = perf_counter()
        self.hooks = 0.0
        self.spans: dict[str, float] = {}
        self.descriptions: dict[str, str] = {}

    def __deepcopy__(self, _: object) -> _Timings:
        # A middleware may work on a deep copy of the scope. The request is the same.
        return self


@contextmanager
def span(name: str, description: str = "") -> Iterator[None]:
    """Measure what is done in a `with` block, in a view or a hook; waiting counts.

    Spans of one name are added up. Without a ServerTiming hook nothing is sent.

    :param name: a token, such as `db` or `render.list` (RFC 9110, section 5.6.2).
    :param description: what to show for it, in printable ASCII.
    :raises ValueError: the name is no token, or the description cannot be sent.
    :raises RuntimeError: no request is being served.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a name for a span: letters, digits and !#$%&'*+-.^_`|~")
    if _UNQUOTABLE.search(description):
        raise ValueError(f"the description {description!r} is not printable ASCII")
    timings: _Timings | None = exchange(current_request()).get(_KEPT)
    began = perf_counter()
    try:
        yield
    finally:
        if timings is not None:
            timings.spans[name] = timings.spans.get(name, 0.0) + perf_counter() - began
            if description:
                timings.descriptions[name] = description


class ServerTiming(ReadyMade):
    """Send `Server-Timing` (W3C Server Timing) with the time until the response begins.

    `total` is all of it, `hooks` is what the hooks of the same Hooks object took, and each `span`
    stands under its own name, in milliseconds. A stream or a file is made later and not counted.
    Anybody who can read the response can read the header: say what is not for everybody with
    *metrics*. It covers the whole app, also where the hooks are bound to a blueprint.

    :param metrics: what to send: "total", "hooks" and "spans", or some of them.
    :param timing_allow_origin: origins whose pages may read it too, or "*", sent as
        Timing-Allow-Origin.
    :raises HookConfigurationError: an option is wrong.
    """

    def __init__(
        self,
        *,
        metrics: str | Sequence[str] = ("total", "hooks", "spans"),
        timing_allow_origin: str | Sequence[str] = (),
    ) -> None:
        hook = type(self).__name__
        self._metrics = frozenset(
            one_of(hook, "metrics", metric, ("total", "hooks", "spans"))
            for metric in strings(hook, "metrics", metrics)
        )
        origins = strings(hook, "timing_allow_origin", timing_allow_origin)
        self._allowed = ", ".join(origins)
        if _UNQUOTABLE.search(self._allowed):
            self.refuse("timing_allow_origin", timing_allow_origin, "Give origins, or '*'.")

    def init_app(self, app: Any) -> None:
        """Surround the app."""
        surround(app, self)

    def around(self, hook: Hook) -> Callable[..., Any]:
        """Measure each hook."""
        function = hook.function
        if hook.phase == "after_response" or "hooks" not in self._metrics:
            return function
        if hook.is_async:

            async def awaited(*args: Any) -> Any:
                began = perf_counter()
                try:
                    return await _awaitable(function, args)
                finally:
                    _add(perf_counter() - began)

            return awaited

        def called(*args: Any) -> Any:
            began = perf_counter()
            try:
                return function(*args)
            finally:
                _add(perf_counter() - began)

        return called

    def began(self, exchange: Any) -> _Timings:
        """Start the clock."""
        timings = exchange[_KEPT] = _Timings()
        return timings

    def starting(self, _: Any, headers: Headers, timings: _Timings) -> None:
        """Send what was measured, beside what a view has sent of its own."""
        parts = []
        if "total" in self._metrics:
            parts.append(_metric("total", perf_counter() - timings.began))
        if "hooks" in self._metrics:
            parts.append(_metric("hooks", timings.hooks))
        if "spans" in self._metrics:
            for name, seconds in timings.spans.items():
                parts.append(_metric(name, seconds, timings.descriptions.get(name)))
        if parts:
            headers.add("Server-Timing", ", ".join(parts))
            if self._allowed:
                headers["Timing-Allow-Origin"] = self._allowed


def _awaitable(function: Callable[..., Any], args: tuple[Any, ...]) -> Awaitable[Any]:
    awaitable: Awaitable[Any] = function(*args)
    return awaitable


def _add(seconds: float) -> None:
    timings: _Timings | None = exchange(current_request()).get(_KEPT)
    if timings is not None:
        timings.hooks += seconds


def _metric(name: str, seconds: float, description: str | None = None) -> str:
    metric = f"{name};dur={seconds * 1000:.3f}"
    if description:
        escaped = description.replace("\\", "\\\\").replace('"', '\\"')
        metric += f';desc="{escaped}"'
    return metric
