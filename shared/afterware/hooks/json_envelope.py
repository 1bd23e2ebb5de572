"""JsonEnvelope: every JSON answer in one shape, errors too."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from .. import body
from ..context import current_request
from ._error_text import error_text
from ._options import ReadyMade, integer, listed, path_pattern

if TYPE_CHECKING:
    from werkzeug.sansio.response import Response

__all__ = ["JsonEnvelope"]

_logger = logging.getLogger("afterware")


class JsonEnvelope(ReadyMade):
    """Wrap JSON bodies, and say errors in JSON too.

    `{"id": 1}` becomes `{"data": {"id": 1}, "error": null}`. An error becomes
    `{"data": null, "error": {"status": 404, "title": "Not Found", "detail": ...}}`, where detail is
    the JSON that the view gave, or the text of its answer without markup: what `abort(400, "name is
    missing")` says. It is null where the host says only what it says of each such status, and for
    pages of more than 1,000 characters.

    Streams, files, redirects and successes that are not JSON are left alone. So are answers that
    claim to be JSON and cannot be wrapped: encoded ones (Content-Encoding), parts (206), those
    without a body by their status (204, 205), in another charset than UTF-8, and what does not
    parse. Each kind is logged once for a view, as a warning. Add it before `Compress`.

    It is the worked example of a hook that reads and replaces a body and changes the status: one
    `async def` for both hosts, the error pages of both, and no word of either framework.

    :param data: the key of what the view answered.
    :param error: the key of what went wrong.
    :param paths: where it applies: one path or several, `*` standing for anything.
    :param error_status: a status for all errors, 200 say, for clients that look at the body alone;
        None to leave each as it is.
    :raises HookConfigurationError: an option is wrong.
    """

    def __init__(
        self,
        *,
        data: str = "data",
        error: str = "error",
        paths: Any = "*",
        error_status: int | None = None,
    ) -> None:
        hook = type(self).__name__
        for option, key in (("data", data), ("error", error)):
            if not isinstance(key, str) or not key:
                self.refuse(option, key, "Give the name of a key.")
        if data == error:
            self.refuse("error", error, "It needs a key of its own.")
        self._data, self._error = data, error
        self._paths = [path_pattern(hook, "paths", each) for each in listed(hook, "paths", paths)]
        self._error_status = error_status
        if error_status is not None:
            integer(hook, "error_status", error_status, least=200, most=599, unit="a status")

        self._warned: dict[tuple[str | None, str], object] = {}

    async def after_request(self, response: Response) -> Response:
        """Wrap the body."""
        status = response.status_code
        failed = status >= 400
        if not (failed or (status < 300 and response.is_json)) or body.is_streaming(response):
            return response
        request = current_request()
        if not any(pattern.fullmatch(request.path) for pattern in self._paths):
            return response
        hindrance = _hindrance(response)
        if hindrance is not None:
            return self._left(response, hindrance)
        data = await body.read(response)
        # A host sends the head of an error page without what GET would get.
        headless = not data and request.method == "HEAD"
        told = None
        if response.is_json:
            if headless and not failed:
                return response
            try:
                told = None if headless else await body.read_json(response)
            except ValueError:
                return self._left(response, "it does not parse as JSON")
        elif failed:
            told = error_text(data, response.mimetype or "", _charset(response), status)
        if failed:
            title = HTTPStatus(status).phrase if status in _KNOWN else "Error"
            error = {"status": status, "title": title, "detail": told}
            body.replace_json(response, {self._data: None, self._error: error})
            if self._error_status is not None:
                response.status_code = self._error_status
        else:
            body.replace_json(response, {self._data: told, self._error: None})
        if headless:
            # That of GET is not known, and another would be wrong (RFC 9110, section 8.6).
            response.automatically_set_content_length = False  # type: ignore[attr-defined]  # both hosts' have it
            response.headers.pop("Content-Length", None)
        return response

    def _left(self, response: Response, hindrance: str) -> Response:
        request = current_request()
        key, token = (request.endpoint, hindrance), object()
        if self._warned.setdefault(key, token) is token:
            _logger.warning(
                "JsonEnvelope left the answer to %s %s as it is: %s. This is said once for each"
                " view.",
                request.method,
                request.path,
                hindrance,
            )
        return response


def _hindrance(response: Response) -> str | None:
    """Why an answer cannot be wrapped, whatever its body holds; None where it can."""
    status = response.status_code
    if status in (204, 205):
        return f"a {status} has no body"
    if status == 206:
        return "it is a part of a body (206)"
    coding = response.headers.get("Content-Encoding", "identity")
    if coding.strip().lower() not in ("identity", ""):
        return f"it is encoded (Content-Encoding: {coding})"
    charset = _charset(response)
    if response.is_json and charset.lower() not in ("utf-8", "utf8", "us-ascii", "ascii"):
        return f"its charset is {charset}"
    return None


def _charset(response: Response) -> str:
    return response.mimetype_params.get("charset", "utf-8").strip("\"' ")


_KNOWN = frozenset(HTTPStatus)
