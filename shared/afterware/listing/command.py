"""What `flask hooks` and `quart hooks` do, once they are called."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Sequence
from typing import Any

import click

from ..exchange import Request
from . import ROUNDS
from .collect import Listing, collect
from .document import document
from .quiet import quiet
from .render import render
from .timing import Timing, TimingError, measure

__all__ = ["run"]

# RFC 9110, sections 5.1 and 5.5: a token, and no line breaks or other controls.
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)")


def run(
    load_app: Callable[[], Any],
    *,
    timed: bool,
    path: str | None,
    headers: Sequence[str],
    rounds: int | None,
    form: str,
) -> None:
    """Print the hooks of an app, and what they cost.

    :param load_app: gives the app, or raises what the host says when there is none.
    :param timed: whether to measure.
    :param path: where to measure; "/" if None.
    :param headers: what to send, `Name: value`.
    :param rounds: how many rounds for each hook; `ROUNDS` if None.
    :param form: "text" or "json".
    :raises click.ClickException: the options are wrong, or the app cannot be timed.
    """
    asked = _asked(timed, path, headers, rounds)
    listing = collect(load_app())
    timing = _measured(listing, asked, rounds or ROUNDS) if timed else None
    if form == "json":
        click.echo(json.dumps(document(listing, timing), indent=1, ensure_ascii=False))
    else:
        click.echo(render(listing, timing, shutil.get_terminal_size().columns), nl=False)


def _asked(timed: bool, path: str | None, headers: Sequence[str], rounds: int | None) -> Request:
    if not timed and (path is not None or headers or rounds is not None):
        raise click.UsageError("--path, --header and -n are for measuring: add --time")
    path = "/" if path is None else path
    if not path.startswith("/") or path.startswith("//"):
        raise click.BadParameter(
            f"{path!r} is not the path of a page of this app, such as /notes?page=2",
            param_hint="--path",
        )
    pairs = []
    for header in headers:
        match = _HEADER.fullmatch(header)
        if match is None:
            raise click.BadParameter(
                f"{header!r} is no header, such as 'Cookie: session=abc'", param_hint="--header"
            )
        pairs.append((match[1], match[2]))
    return Request(path, headers=pairs)


def _measured(listing: Listing, asked: Request, rounds: int) -> Timing:
    with quiet() as terminal:
        try:
            if not terminal.isatty():
                return measure(listing, asked, rounds)
            with click.progressbar(length=100, label="timing", file=terminal) as progress:
                return measure(
                    listing,
                    asked,
                    rounds,
                    lambda done: progress.update(int(100 * done) - progress.pos),
                )
        except TimingError as error:
            raise click.ClickException(str(error)) from error
