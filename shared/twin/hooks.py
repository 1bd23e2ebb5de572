"""The one set of hooks of both twins, in the order in which they run.

None says which host it is on. The `async def` ones await the data access: on Quart that suspends;
on Flask it blocks and never does, so they are driven in the request's own thread.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import default_exceptions
from werkzeug.http import HTTP_STATUS_CODES, remove_entity_headers

from afterware import Hooks, Sent, body, request, session
from afterware.hooks import (
    CORS,
    AccessLog,
    Compress,
    Conditional,
    Cookies,
    JsonEnvelope,
    RequestId,
    SecurityHeaders,
    ServerTiming,
    request_id,
)

from .database import database, either
from .statements import add_audit

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

__all__ = ["hooks"]

hooks = Hooks()

logger = logging.getLogger("twin")

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})

_PROBLEM = "application/problem+json"


@hooks.after_request(shield=True)
async def settle(response: Response) -> Response:
    """End the request's transaction, with an audit row for a request that writes.

    The row is kept together with what it is about. What a failed request did is undone, and the
    attempt is recorded. It comes first: if it fails, the answer is 500, and no other hook has run.
    Once begun it comes to its end, though the client leaves.
    """
    if response.status_code >= 400:
        await either(database().rollback())
    audit = []
    if request.method in _WRITES and request.endpoint is not None:
        audit.append(
            add_audit(
                method=request.method,
                path=request.path,
                status=response.status_code,
                request_id=request_id(),
            )
        )
    await either(database().commit(*audit))
    return response


@hooks.after_request
def count_written(response: Response) -> Response:
    """Count in the session the notes that its owner has written."""
    if request.method == "POST" and response.status_code == 201:
        session["written"] = session.get("written", 0) + 1
    return response


@hooks.after_request
def notice(response: Response) -> Response:
    """Leave a short-lived cookie from which a page can tell its reader what has been done."""
    done = {("POST", 201): "added", ("DELETE", 204): "deleted"}
    if said := done.get((request.method, response.status_code)):
        response.set_cookie("notice", said, max_age=30, samesite="Lax")
    return response


# Its 412 is worded below.
hooks.add(Conditional())


@hooks.after_request
async def problem(response: Response) -> Response:
    """Make every error a problem document (RFC 9457), unless the client would rather have HTML."""
    if response.status_code < 400:
        return response
    response.vary.add("Accept")
    accepted = [_PROBLEM, "application/json", "text/html"]
    if not response.is_json and request.accept_mimetypes.best_match(accepted) == "text/html":
        return response
    said = await body.read_json(response, silent=True)
    document = _problem(response.status_code, said)
    body.replace(response, json.dumps(document) + "\n", content_type=_PROBLEM)
    return response


@hooks.after_request
def even_out(response: Response) -> Response:
    """Take away what the hosts put into the same answer differently."""
    headers = response.headers
    if "Allow" in headers:
        # A set, whose order changes from one start to the next.
        headers["Allow"] = ", ".join(sorted(response.allow))
    if "Last-Modified" in headers and response.status_code == 200:
        # Both send ranges of a file; only Flask says so.
        headers["Accept-Ranges"] = "bytes"
    # Only Flask names a file that is shown in the page.
    if headers.get("Content-Disposition", "").startswith("inline"):
        del headers["Content-Disposition"]
    # Flask dates a file, which its server dates as well; Cache-Control says what Expires says.
    headers.pop("Date", None)
    headers.pop("Expires", None)
    if response.status_code in (204, 304):
        # Quart describes the body that these do not have. On 204 a length is forbidden, on 304 it
        # would have to be that of the 200 (RFC 9110, sections 8.6 and 15.4.5).
        remove_entity_headers(headers)
        headers.pop("Accept-Ranges", None)
    return response


@hooks.after_request
def name_version(response: Response) -> Response:
    """Name the version of the interface."""
    response.headers["X-Api-Version"] = "1"
    return response


# The other ready-made ones. Those that see to the body come after the hooks that change it.
hooks.add(
    RequestId("X-Request-Id", log_records=False),
    AccessLog("json", logger="twin.access", level=logging.DEBUG),
    ServerTiming(),
    Cookies(script_readable=["notice"]),
    JsonEnvelope(paths="/enveloped/*"),
    SecurityHeaders(
        None,
        content_security_policy="default-src 'none'; frame-ancestors 'none'",
        content_type_options=True,
        referrer_policy="no-referrer",
        force_https=False,
        session_cookie_secure=False,
    ),
    CORS("*", resources=["/json/*", "/stream"], methods="GET"),
    Compress(),
)


@hooks.teardown_request
async def release(_: BaseException | None) -> None:
    """Give the database connection back, whatever happened; what is not settled is undone."""
    await either(database().release())


@hooks.after_response
def log_status(sent: Sent) -> None:
    """Log the status of each response, with what was really sent. It is both twins' access log."""
    logger.info(
        "%s %r %s %d bytes %.1f ms request_id=%s%s",
        sent.method,
        sent.path,
        sent.status,
        sent.bytes_sent,
        sent.seconds * 1000,
        sent.headers.get("X-Request-Id", "-"),
        "" if sent.completed else " cut short",
    )


def _problem(status: int, said: Any) -> dict[str, Any]:
    standard = default_exceptions.get(status)
    detail = said.get("detail") if isinstance(said, dict) else None
    return {
        "type": "about:blank",
        "title": HTTP_STATUS_CODES.get(status, "Unknown Error"),
        "status": status,
        "detail": detail or (standard.description if standard is not None else None),
    }
