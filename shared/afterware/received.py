"""The body of the request, read with the same meaning on both hosts.

Every function is a coroutine function, because Quart reads so; on Flask they never suspend. What
the view has read is read again from memory, as on the hosts.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import CombinedMultiDict

from .context import request

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage, MultiDict

__all__ = ["data", "files", "form", "json", "values"]

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


def _request() -> Any:
    return request


async def _now(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value
