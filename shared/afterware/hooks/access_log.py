"""AccessLog: one record for each request, when it is over."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote_plus

from ._options import ReadyMade, integer, one_of, strings
from .request_id import request_id

if TYPE_CHECKING:
    from ..sent import Sent

__all__ = ["AccessLog"]

SECRETS = (
    "access_token",
    "api_key",
    "apikey",
    "auth",
    "authorization",
    "client_secret",
    "code",
    "credentials",
    "id_token",
    "jwt",
    "key",
    "passphrase",
    "passwd",
    "password",
    "pwd",
    "refresh_token",
    "secret",
    "session",
    "sig",
    "signature",
    "token",
)
_MASK = "***"
_UNSAFE = re.compile(r"[^\x21\x23-\x5b\x5d-\x7e]")


class AccessLog(ReadyMade):
    """Log each request when the last byte was sent or the client has gone.

    A record says method, path, query, status, bytes (of the body, as really sent), seconds,
    request_id (of `RequestId`, or the response's header X-Request-ID), completed, and left: whether
    the client left before the end. With style "line" the message is
    `GET /notes?page=2 200 512 0.004 7f3a left`, its last word only if it was not completed: "left"
    or "failed"; with "json" it is one JSON object. Either way each field is an attribute of the
    record as well, which formatters and structlog's `ExtraAdder` read.

    :param style: "line" or "json".
    :param logger: the name of the logger.
    :param level: the level of the records, as logging numbers it.
    :param mask: names in the query string whose values are not logged, whatever their case. They
        are taken whole: "token" masks `token`, not `csrf_token`.
    :raises HookConfigurationError: an option is wrong.
    """

    def __init__(
        self,
        style: Literal["line", "json"] = "line",
        *,
        logger: str = "afterware.access",
        level: int = logging.INFO,
        mask: Collection[str] = SECRETS,
    ) -> None:
        hook = type(self).__name__
        self._json = one_of(hook, "style", style, ("line", "json")) == "json"
        if not isinstance(logger, str):
            self.refuse("logger", logger, "Give the name of a logger.")
        self._logger = logging.getLogger(logger)
        self._level = integer(hook, "level", level, unit="logging's levels")
        self._mask = frozenset(name.lower() for name in strings(hook, "mask", mask))

    def after_response(self, sent: Sent) -> None:
        """Log it."""
        if not self._logger.isEnabledFor(self._level):
            return
        fields: dict[str, Any] = {
            "method": sent.method,
            "path": sent.path,
            "query": masked(sent.query_string, self._mask),
            "status": sent.status,
            "bytes": sent.bytes_sent,
            "seconds": round(sent.seconds, 6),
            "request_id": request_id() or sent.headers.get("X-Request-ID"),
            "completed": sent.completed,
            "left": not sent.completed and sent.exception is None,
        }
        message = json.dumps(fields) if self._json else _line(fields)
        # Made by hand, since `extra` may not write over the request_id that is in every record.
        logger = self._logger
        record = logger.makeRecord(logger.name, self._level, "(afterware)", 0, message, (), None)
        record.__dict__.update(fields)
        logger.handle(record)


def masked(query: str, names: Collection[str]) -> str:
    """*query* with the values of the parameters called *names* taken out.

    :param names: lower case.
    """
    parts = []
    for part in query.split("&"):
        name, equals, _ = part.partition("=")
        hidden = equals and unquote_plus(name).strip().lower() in names
        parts.append(f"{name}={_MASK}" if hidden else part)
    return "&".join(parts)


def _line(fields: dict[str, Any]) -> str:
    target = _escaped(fields["path"]) + (f"?{_escaped(fields['query'])}" if fields["query"] else "")
    words = [
        _escaped(fields["method"]),
        target,
        "-" if fields["status"] is None else str(fields["status"]),
        str(fields["bytes"]),
        f"{fields['seconds']:.3f}",
        _escaped(fields["request_id"] or "-"),
    ]
    if not fields["completed"]:
        words.append("left" if fields["left"] else "failed")
    return " ".join(words)


def _escaped(text: str) -> str:
    """*text* as one word: whoever asks for a path with a line break in it writes no line here."""
    return _UNSAFE.sub(lambda found: "".join(f"\\x{b:02x}" for b in found.group().encode()), text)
