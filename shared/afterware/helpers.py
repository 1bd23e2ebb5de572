"""The hosts' helpers that are coroutine functions on Quart and plain ones on Flask.

Here they are coroutine functions on both, which on Flask never suspend. The others are the same
on both, as methods of `current_app`: `url_for`, `redirect`, `json.response`, `response_class`.
"""

from __future__ import annotations

import inspect
from datetime import datetime
from os import PathLike
from typing import TYPE_CHECKING, Any

from .context import host

if TYPE_CHECKING:
    from io import BytesIO

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
    source: str | PathLike[str] | BytesIO,
    *,
    mimetype: str | None = None,
    as_attachment: bool = False,
    download_name: str | None = None,
    conditional: bool = True,
    etag: bool = True,
    last_modified: datetime | None = None,
    max_age: int | None = None,
) -> Response:
    """A response that sends a file. Parameters and defaults are Flask's; Quart's have other names.

    :param max_age: seconds for which clients may keep it; None leaves it to the app.
    """
    return await _call(  # type: ignore[no-any-return]
        "send_file",
        source,
        **_options(
            mimetype, as_attachment, download_name, conditional, etag, last_modified, max_age
        ),
    )


async def send_from_directory(
    directory: str | PathLike[str],
    name: str,
    *,
    mimetype: str | None = None,
    as_attachment: bool = False,
    download_name: str | None = None,
    conditional: bool = True,
    etag: bool = True,
    last_modified: datetime | None = None,
    max_age: int | None = None,
) -> Response:
    """A response that sends the file *name* below *directory*, and no other.

    The other parameters are those of `send_file`.

    :raises werkzeug.exceptions.NotFound: there is no such file below it.
    """
    return await _call(  # type: ignore[no-any-return]
        "send_from_directory",
        directory,
        name,
        **_options(
            mimetype, as_attachment, download_name, conditional, etag, last_modified, max_age
        ),
    )


def _options(
    mimetype: str | None,
    as_attachment: bool,
    download_name: str | None,
    conditional: bool,
    etag: bool,
    last_modified: datetime | None,
    max_age: int | None,
) -> dict[str, Any]:
    quart = host().__name__ == "quart"
    return {
        "mimetype": mimetype,
        "as_attachment": as_attachment,
        "conditional": conditional,
        "last_modified": last_modified,
        "attachment_filename" if quart else "download_name": download_name,
        "add_etags" if quart else "etag": etag,
        "cache_timeout" if quart else "max_age": max_age,
    }


async def _call(name: str, /, *args: Any, **kwargs: Any) -> Any:
    result = getattr(host(), name)(*args, **kwargs)
    return await result if inspect.isawaitable(result) else result
