"""RequestId: one name for a request, in the response and in every log record."""

from __future__ import annotations

import logging
import os
import random
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import Headers

from ..context import current_exchange
from ..head import RequestHeader
from ._edge import surround
from ._options import ReadyMade, one_of

if TYPE_CHECKING:
    from ..hook import Hook
    from ..sent import Sent

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
    """The id of the request or websocket that is being served here, or None outside of one.

    It is known in views, hooks, streams, tasks, worker threads that the hosts or asyncio start, and
    wherever a copy of the host's context is used, under `copy_current_request_context` for one.
    """
    exchange = current_exchange()
    found: str | None = None if exchange is None else exchange.get(_KEPT)
    return _current.get() if found is None else found


class RequestId(ReadyMade):
    """Give each request an id, send it back, and put it into log records as `request_id`.

    An id that comes in with the request is kept if it is well formed: 1 to 128 letters, digits and
    `._~:+/=@-`. Failing that, the trace-id of a valid W3C traceparent is taken. Otherwise a new one
    is made, of 32 hexadecimal digits. It covers the whole app from before the first hook to the
    last byte, websockets too, also where the hooks are bound to a blueprint. A request that a view
    makes to an app in the same process has an id of its own. In a log record outside of a request,
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

    websockets = True

    def around(self, hook: Hook) -> Callable[..., Any]:
        """Have after_response hooks know the id, which on Flask run when the app is left."""
        function = hook.function
        if hook.phase != "after_response":
            return function
        if hook.is_async:

            async def awaited(sent: Sent) -> Any:
                before = self._enter_again(sent)
                try:
                    return await function(sent)
                finally:
                    self.leave(before)

            return awaited

        def called(sent: Sent) -> Any:
            before = self._enter_again(sent)
            try:
                return function(sent)
            finally:
                self.leave(before)

        return called

    def _enter_again(self, sent: Sent) -> str | None:
        before = _current.get()
        if before is None:
            _current.set(sent.headers.get(self._header))
        return before

    def began(self, exchange: Any) -> str:
        """Find or make the id."""
        found = self._given(exchange) if self._trust_incoming else None
        made = exchange[_KEPT] = found or f"{_ids.getrandbits(128):032x}"
        return made

    def starting(self, _: Any, headers: Headers, began: str) -> None:
        """Send the id back, unless the response names one."""
        if self._header not in headers:
            headers[self._header] = began

    def enter(self, began: str) -> str | None:
        """Make it the id here, and say which one was before."""
        before = _current.get()
        _current.set(began)
        return before

    def leave(self, entered: str | None) -> None:
        """Go back to the id that was: on Flask the thread goes on to other requests."""
        _current.set(entered)

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
        made.request_id = request_id() or "-"
        return made

    record.names_requests = True  # type: ignore[attr-defined]  # known again by the next app
    logging.setLogRecordFactory(record)
