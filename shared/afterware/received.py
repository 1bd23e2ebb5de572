"""The body of the request and its preconditions, with the same meaning on both hosts.

What reads the body is a coroutine function, because Quart reads so; on Flask it never suspends.
What the view has read is read again from memory, as on the hosts.
"""

from __future__ import annotations

import inspect
from datetime import UTC
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import PreconditionFailed
from werkzeug.http import quote_etag

from .conditions import Validators, precondition
from .context import request

if TYPE_CHECKING:
    from datetime import datetime

    from werkzeug.datastructures import FileStorage, MultiDict

__all__ = ["check_preconditions", "data", "files", "form", "json", "values"]

# Whose form counts among `values`, as in Werkzeug's own.
_WITH_FORM = ("POST", "PUT", "PATCH")


async def data() -> bytes:
    """The body as bytes; empty where the body has been parsed as a form."""
    return await _now(_request().get_data())  # type: ignore[no-any-return]


async def json(*, force: bool = False, silent: bool = False) -> Any:
    """The body parsed as JSON; None where its Content-Type is another.

    :param force: parse it whatever its Content-Type says.
    :param silent: give None for a body that does not parse.
    :raises werkzeug.exceptions.BadRequest: the body does not parse, and *silent* was not said.
    """
    current = _request()
    if not (force or current.is_json):
        return None
    return await _now(current.get_json(force=force, silent=silent))


async def form() -> MultiDict[str, str]:
    """The fields of a form; none where the body is no form."""
    return await _now(_request().form)  # type: ignore[no-any-return]


async def files() -> MultiDict[str, FileStorage]:
    """The files of a form; none where the body is no form. Quart has a FileStorage of its own."""
    return await _now(_request().files)  # type: ignore[no-any-return]


async def values() -> CombinedMultiDict[str, str]:
    """The query's fields, then those of a form sent by POST, PUT or PATCH."""
    current = _request()
    sources = [current.args]
    if current.method in _WITH_FORM:
        sources.append(await form())
    return CombinedMultiDict(sources)


def check_preconditions(
    *, etag: str | None = None, last_modified: datetime | None = None, exists: bool = True
) -> bool:
    """Refuse a request whose If-Match and the like do not hold, before anything is changed.

    A view that changes a resource calls it with what the resource is now, so that no client writes
    over what another has written since (RFC 9110, section 13.1.1). `Conditional` cannot do that for
    it: a hook sees the answer, when the change is made.

    :param etag: the current entity tag, with its quotes or without; None where there is none.
    :param last_modified: when it was last changed; None where nobody knows.
    :param exists: False for what the request is to create: then `If-None-Match: *` holds.
    :returns: whether the client of a GET or HEAD has this state already, so that 304 is enough.
    :raises werkzeug.exceptions.PreconditionFailed: 412.
    """
    if etag is not None and not etag.startswith(('"', "W/")):
        etag = quote_etag(etag)
    if last_modified is not None:
        if last_modified.tzinfo is None:
            last_modified = last_modified.replace(tzinfo=UTC)  # as the hosts take it
        last_modified = last_modified.replace(microsecond=0)
    current = Validators(etag, last_modified)
    verdict = precondition(request.method, request.headers, current, exists=exists)
    if verdict == 412:
        raise PreconditionFailed
    return verdict == 304


def _request() -> Any:
    return request


async def _now(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value
