"""The hosts' helpers that are coroutine functions on Quart and plain ones on Flask.

Here they are coroutine functions on both, which on Flask never suspend. The others are the same
on both, as methods of `current_app`: `url_for`, `redirect`, `json.response`, `response_class`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import datetime
from os import PathLike
from typing import IO, TYPE_CHECKING, Any

from . import files
from .context import host

if TYPE_CHECKING:
    from werkzeug.sansio.response import Response

__all__ = [
    "flash",
    "make_response",
    "render_template",
    "render_template_string",
    "send_file",
    "send_from_directory",
]


async def make_response(*parts: Any) -> Response:
    """A response, made of what a view may return; see the hosts' `make_response`."""
    return await _call("make_response", *parts)  # type: ignore[no-any-return]


async def render_template(name: str, /, **context: Any) -> str:
    """A template of the app, rendered.

    :param name: the template's name.
    :param context: the variables for it.
    """
    return await _call("render_template", name, **context)  # type: ignore[no-any-return]


async def render_template_string(source: str, /, **context: Any) -> str:
    """A template that is given as text, rendered.

    :param source: the template.
    :param context: the variables for it.
    """
    return await _call("render_template_string", source, **context)  # type: ignore[no-any-return]


async def flash(message: str, category: str = "message") -> None:
    """Keep a message in the session, to be shown with the next page.

    :param message: the message.
    :param category: a word that the page can choose by.
    """
    await _call("flash", message, category)


async def send_file(
    source: str | PathLike[str] | IO[bytes],
    *,
    mimetype: str | None = None,
    as_attachment: bool = False,
    download_name: str | None = None,
    conditional: bool = True,
    etag: bool | str = True,
    last_modified: datetime | float | None = None,
    max_age: int | Callable[[str | None], int | None] | None = None,
) -> Response:
    """A response that sends a file, the same on both hosts: as Flask's `send_file` makes it.

    Where it is *conditional*, conditions and ranges are evaluated as RFC 9110 has it (sections 13
    and 14), which the hosts do in part.

    :param source: a path, below the app's `root_path` if it is relative, or a file opened in binary
        mode. Only a path and an `io.BytesIO` have a length, and ranges.
    :param mimetype: guessed from the name by default; then a `.svgz`, say, gets its
        Content-Encoding too, unless it is an attachment.
    :param download_name: the name to save it by; RFC 8187 says how one that is not ASCII is sent.
    :param etag: whether to make one of a path's time, size and name; or the ETag itself.
    :param max_age: seconds for which clients may keep it, or a function from the path to these;
        None leaves it to the app.
    :raises werkzeug.exceptions.RequestedRangeNotSatisfiable: 416, with the length.
    """
    made = await files.describe(
        source,
        mimetype=mimetype,
        as_attachment=as_attachment,
        download_name=download_name,
        etag=etag,
        last_modified=last_modified,
        max_age=max_age,
    )
    return await files.conditional(made) if conditional else made


async def send_from_directory(
    directory: str | PathLike[str],
    name: str | PathLike[str],
    *,
    mimetype: str | None = None,
    as_attachment: bool = False,
    download_name: str | None = None,
    conditional: bool = True,
    etag: bool | str = True,
    last_modified: datetime | float | None = None,
    max_age: int | Callable[[str | None], int | None] | None = None,
) -> Response:
    """A response that sends the file *name* below *directory*, and no other.

    The other parameters are those of `send_file`.

    :raises werkzeug.exceptions.NotFound: there is no such file below it.
    """
    return await send_file(
        files.below(directory, name),
        mimetype=mimetype,
        as_attachment=as_attachment,
        download_name=download_name,
        conditional=conditional,
        etag=etag,
        last_modified=last_modified,
        max_age=max_age,
    )


async def _call(name: str, /, *args: Any, **kwargs: Any) -> Any:
    result = getattr(host(), name)(*args, **kwargs)
    return await result if inspect.isawaitable(result) else result
