"""Responses that send a file, with the same headers on both hosts; see `helpers.send_file`.

Flask leaves it to Werkzeug to describe a file. Quart describes it in a way of its own: other
Cache-Control, no Content-Encoding, no name that is not ASCII. So Werkzeug describes it for both.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from werkzeug import utils
from werkzeug.exceptions import NotFound, RequestedRangeNotSatisfiable
from werkzeug.security import safe_join

from . import body
from .conditions import Unsatisfiable
from .context import current_app, current_request, host
from .partial import make_partial

if TYPE_CHECKING:
    from werkzeug.sansio.response import Response

__all__ = ["below", "conditional", "describe"]

_CHUNK = 64 * 1024
_MAX_AGE = "SEND_FILE_MAX_AGE_DEFAULT"


def below(directory: str | PathLike[str], name: str | PathLike[str]) -> str:
    """The path of the file *name* below *directory*, itself below the app's `root_path`.

    :raises werkzeug.exceptions.NotFound: there is no such file below it.
    """
    path = safe_join(os.fspath(directory), os.fspath(name))
    if path is None:
        raise NotFound
    path = _in_root(path)
    if not Path(path).is_file():
        raise NotFound
    return path


async def describe(source: str | PathLike[str] | IO[bytes], **options: Any) -> Response:
    """A response of the host that sends all of a file.

    :param source: as for `helpers.send_file`, and so are the *options*.
    """
    if host().__name__ == "flask":
        return host().send_file(source, conditional=False, **options)  # type: ignore[no-any-return]
    path = None
    if isinstance(source, (str, PathLike)):
        path = _in_root(source)
    app: Any = current_app
    if options["max_age"] is None and not _is_left_to_quart(app):
        options["max_age"] = app.get_send_file_max_age
    described = utils.send_file(path or source, {}, conditional=False, **options)
    kind = app.response_class
    if path is not None:
        described.close()  # it has been opened, so whoever may not read it is told now
        sent = kind.file_body_class(path)
    elif isinstance(source, io.BytesIO):
        sent = kind.io_body_class(source)
    else:
        sent = kind.iterable_body_class(_chunks(source))
    return kind(sent, headers=described.headers)  # type: ignore[no-any-return]


def _is_left_to_quart(app: Any) -> bool:
    """Whether an app says nothing of how long files may be kept; Quart's default is twelve hours.

    Flask's is to say nothing. Who has configured twelve hours has another object there.
    """
    default = app.default_config.get(_MAX_AGE)
    own = getattr(app.get_send_file_max_age, "__func__", None)
    untouched = own is host().Quart.get_send_file_max_age and default is not None
    return untouched and app.config.get(_MAX_AGE) is default


def _in_root(path: str | PathLike[str]) -> str:
    # Joined as Flask does it, to the letter: the ETag is made of the path.
    return os.path.join(current_app.root_path, path)  # noqa: PTH118 - so


async def conditional(response: Response) -> Response:
    """That response, or what the request's conditions and its Range make of it.

    :raises werkzeug.exceptions.RequestedRangeNotSatisfiable: the Range asks for what is not there.
    """
    request = current_request()
    length = response.content_length
    response.accept_ranges = "bytes"
    await body.make_conditional(response)
    if response.status_code != 200:
        if response.status_code == 304:
            response.accept_ranges = "bytes"
        return response
    try:
        await make_partial(response, request.method, request.headers)
    except Unsatisfiable:
        body.replace(response, b"")  # closes the file
        raise RequestedRangeNotSatisfiable(length) from None
    return response


def _chunks(file: Any) -> Iterator[bytes]:
    try:
        while chunk := file.read(_CHUNK):
            yield chunk
    finally:
        file.close()
