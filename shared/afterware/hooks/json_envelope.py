"""JsonEnvelope: every JSON answer in one shape, errors too."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from .. import body
from ..context import current_request
from ._options import ReadyMade, integer, listed, path_pattern

if TYPE_CHECKING:
    from werkzeug.sansio.response import Response

__all__ = ["JsonEnvelope"]


class JsonEnvelope(ReadyMade):
    """Wrap JSON bodies, and say errors in JSON too.

    `{"id": 1}` becomes `{"data": {"id": 1}, "error": null}`. An error becomes
    `{"data": null, "error": {"status": 404, "title": "Not Found", "detail": ...}}`, where detail is
    the JSON that the view gave, or null for the host's own HTML page. Streams, files, redirects and
    successes that are not JSON are left alone.

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

    async def after_request(self, response: Response) -> Response:
        """Wrap the body."""
        status = response.status_code
        failed = status >= 400
        if not (failed or (status < 300 and response.is_json)) or body.is_streaming(response):
            return response
        path = current_request().path
        if not any(pattern.fullmatch(path) for pattern in self._paths):
            return response
        told = await body.read_json(response, silent=True)
        if failed:
            title = HTTPStatus(status).phrase if status in _KNOWN else "Error"
            wrapped = {
                self._data: None,
                self._error: {"status": status, "title": title, "detail": told},
            }
            if self._error_status is not None:
                response.status_code = self._error_status
        elif status == 204:
            return response
        else:
            wrapped = {self._data: told, self._error: None}
        body.replace_json(response, wrapped)
        return response


_KNOWN = frozenset(HTTPStatus)
