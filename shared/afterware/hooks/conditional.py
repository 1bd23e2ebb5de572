"""Conditional: ETags, and 304 for what the client has already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import body
from ..context import current_request
from ._options import ReadyMade, one_of

if TYPE_CHECKING:
    from werkzeug.sansio.response import Response

__all__ = ["Conditional"]


class Conditional(ReadyMade):
    """Give responses an ETag and answer 304 or 412 where the request's conditions say so.

    Only answers of 200 to GET and HEAD are looked at (RFC 9110, section 13). The ETag is a hash of
    the body, the same on both hosts; one that a view or `send_file` has set is kept. A stream has
    one only if its view gives it, since nobody has seen its body; with that, or with a
    Last-Modified, it is answered with 304 as well, and is not made. Add it after hooks that change
    the body and before `Compress`.

    :param weak: mark the ETags that are made here as weak, good for comparing and not for ranges.
    :param etags: whether to make any.
    :raises HookConfigurationError: an option is wrong.
    """

    def __init__(self, *, weak: bool = False, etags: bool = True) -> None:
        hook = type(self).__name__
        self._weak = one_of(hook, "weak", weak, (True, False))
        self._etags = one_of(hook, "etags", etags, (True, False))

    async def after_request(self, response: Response) -> Response:
        """Add the ETag and hold the request's conditions against it."""
        if current_request().method in ("GET", "HEAD") and response.status_code == 200:
            if self._etags:
                await body.add_etag(response, weak=self._weak)
            await body.make_conditional(response)
        return response
