"""RequestId: one name for a request, in the response and in every log record."""

from __future__ import annotations

import logging
import os
import random
import re
from contextvars import ContextVar
from typing import Any

from werkzeug.datastructures import Headers

from ..head import RequestHeader
from ._edge import surround
from ._options import ReadyMade, one_of

__all__ = ["RequestId", "request_id"]

_current: ContextVar[str | None] = ContextVar("afterware.request_id", default=None)

# An id is no secret, and asking the system for each would cost more than the rest of the hook.
_ids = random.Random()  # noqa: S311 - so
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_ids.seed)

# What may go into a header and a log line unchanged: no spaces, quotes or control characters.
_VALID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~:+/=@-]{0,127}")
# W3C Trace Context, section 3.2: the version ff and ids of zeros only are invalid.
_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?"
)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TRACEPARENT_HEADER = RequestHeader("traceparent")
_KEPT = "afterware.request_id"


def request_id() -> str | None:
    """The id of the request that is being served here, or None outside of one.

    It is known in views, hooks, streams and worker threads that the hosts or asyncio start.
    """
    return _current.get()


class RequestId(ReadyMade):
    """Give each request an id, send it back, and put it into log records as `request_id`.

    An id that comes in with the request is kept if it is well formed: 1 to 128 letters, digits and
    `._~:+/=@-`. Failing that, the trace-id of a valid W3C traceparent is taken. Otherwise a new one
    is made, of 32 hexadecimal digits. It covers the whole app from before the first hook to the
    last byte, also where the hooks are bound to a blueprint. In a log record outside of a request,
    `request_id` is "-", so that a format may name it always.

    :param header: where the id comes in and goes out.
    :param trust_incoming: whether to keep ids that come in; say False where anybody can send them
        and they must not choose how their requests are found.
    :param log_records: whether every log record gets the attribute `request_id`. This sets
        `logging.setLogRecordFactory`, for the whole process, once.
    :raises HookConfigurationError: an option is wrong.
    """

    def __init__(
        self,
        header: str = "X-Request-ID",
        *,
        trust_incoming: bool = True,
        log_records: bool = True,
    ) -> None:
        hook = type(self).__name__
        if not isinstance(header, str) or not _TOKEN.fullmatch(header):
            self.refuse("header", header, "Give the name of a header.")
        self._header = header
        self._incoming = RequestHeader(header)
        self._trust_incoming = one_of(hook, "trust_incoming", trust_incoming, (True, False))
        self._log_records = one_of(hook, "log_records", log_records, (True, False))

    def init_app(self, app: Any) -> None:
        """Surround the app."""
        surround(app, self)
        if self._log_records:
            _name_in_log_records()

    def began(self, exchange: Any) -> None:
        """Find or make the id."""
        found = self._given(exchange) if self._trust_incoming else None
        exchange[_KEPT] = found or f"{_ids.getrandbits(128):032x}"
        _current.set(exchange[_KEPT])

    def starting(self, exchange: Any, headers: Headers) -> None:
        """Send the id back, unless the response names one."""
        if self._header not in headers:
            headers[self._header] = exchange[_KEPT]

    def ended(self, _: Any) -> None:
        """Forget the id: on Flask the thread goes on to other requests."""
        _current.set(None)

    def _given(self, exchange: Any) -> str | None:
        given = self._incoming.of_exchange(exchange)
        if given is not None and _VALID.fullmatch(given):
            return given
        traceparent = _TRACEPARENT.fullmatch(_TRACEPARENT_HEADER.of_exchange(exchange) or "")
        return traceparent.group(1) if traceparent else None


def _name_in_log_records() -> None:
    before = logging.getLogRecordFactory()
    if getattr(before, "names_requests", False):
        return

    def record(*args: Any, **kwargs: Any) -> logging.LogRecord:
        made = before(*args, **kwargs)
        made.request_id = _current.get() or "-"
        return made

    record.names_requests = True  # type: ignore[attr-defined]  # known again by the next app
    logging.setLogRecordFactory(record)
