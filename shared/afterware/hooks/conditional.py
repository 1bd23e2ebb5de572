"""Conditional: ETags, and 304 for what the client has already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import body
from ..conditions import Validators, range_applies
from ..context import current_request
from ..partial import make_partial, make_whole
from ._options import ReadyMade, one_of

if TYPE_CHECKING:
    from werkzeug.sansio.response import Response

    from ..context import Request

__all__ = ["Conditional"]


class Conditional(ReadyMade):
    """Give responses an ETag and answer 304 or 412 where the request's conditions say so.

    Successes of GET and HEAD are looked at (RFC 9110, section 13); a view that changes something
    asks `received.check_preconditions` before it does. The ETag is a hash of the body, the same on
    both hosts; one that a view or `send_file` has set is kept. A stream has one only if its view
    gives it, since nobody has seen its body; with that, or a Last-Modified, it is answered with 304
    as well, and is not made. Of a file, the part that a Range asks for is sent where its If-Range
    holds, and else the whole. Add it after hooks that change the body and before `Compress`.

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
        request = current_request()
        if request.method in ("GET", "HEAD"):
            if self._etags and response.status_code == 200:
                await body.add_etag(response, weak=self._weak)
            await body.make_conditional(response)
            if "Range" in request.headers:
                await _heed_range(response, request)
        return response


async def _heed_range(response: Response, request: Request) -> None:
    """Put right what a host has made of a Range: its If-Range is held against the answer."""
    if response.status_code == 206:
        current = Validators.of(response.headers)
        if not range_applies(request.method, request.headers, current):
            await make_whole(response)
    elif "If-Range" in request.headers:
        await make_partial(response, request.method, request.headers)
