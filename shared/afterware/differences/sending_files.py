"""The headers that are sent with a file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from ..exchange import Answer
from .record import Difference, difference
from .stage import At, Facts

__all__ = ["DIFFERENCES"]

_DISPOSITION = "https://www.rfc-editor.org/rfc/rfc6266#section-4.3"


def _sent(at: At, name: str, *, shown: str | None = None, **options: Any) -> Answer:
    """What a view answers that sends a file.

    :param name: of the file, which holds `Hello`.
    :param shown: the name that the client is to be told, in the word that each host has for it.
    :param options: for the host's own send_file, and for Afterware's.
    """
    from .. import helpers

    word = "attachment_filename" if at.asynchronous and not at.bound else "download_name"
    if shown is not None:
        options[word] = shown
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, name)
        path.write_text("Hello")

        async def portable() -> Any:
            return await helpers.send_file(path, **options)

        stage = at.stage(portable if at.bound else lambda: at.host.send_file(path, **options))
        stage.after_request(lambda response: response)
        return stage.ask()


@difference(
    "AW055",
    "the Content-Encoding of a file that is compressed already",
    flask="a.svgz: gzip; a.txt.gz: gzip",
    quart="a.svgz: none; a.txt.gz: none",
    bound="a.svgz: gzip; a.txt.gz: gzip",
    bites="silently",
    whom="views that send .svgz or .txt.gz: a browser shows noise, or no picture, since it is told"
    " the type of what was compressed and not that it is compressed",
    remedy="`await helpers.send_file(path)`, or set `response.content_encoding` in the view",
    needs=("await-helper",),
    see=("https://www.rfc-editor.org/rfc/rfc9110#name-content-encoding",),
)
def encoding(at: At) -> Facts:
    names = ("a.svgz", "a.txt.gz")
    return {name: _sent(at, name).header("Content-Encoding") for name in names}


@difference(
    "AW056",
    "the name of a file that is not ASCII",
    flask="Content-Disposition: attachment; filename=zoe.txt; filename*=UTF-8''zo%C3%AB.txt",
    quart='Content-Disposition: attachment; filename="zo\\xc3\\xab.txt"',
    bound="Content-Disposition: attachment; filename=zoe.txt; filename*=UTF-8''zo%C3%AB.txt",
    bites="silently",
    whom="downloads: clients save the file under a name that nobody gave it",
    remedy="`await helpers.send_file(path, as_attachment=True)`, which writes `filename*`",
    needs=("await-helper",),
    see=(_DISPOSITION, "https://www.rfc-editor.org/rfc/rfc8187"),
)
def not_ascii(at: At) -> Facts:
    sent = _sent(at, "zoë.txt", as_attachment=True).header("Content-Disposition")
    return {"Content-Disposition": sent.encode("latin-1").decode("ascii", "backslashreplace")}


@difference(
    "AW057",
    "a name for a file that is not an attachment",
    flask="Content-Disposition: inline; filename=report.txt",
    quart="Content-Disposition: none",
    bound="Content-Disposition: inline; filename=report.txt",
    bites="silently",
    whom="views that show a file and give it a name for when it is saved: it gets the URL's",
    remedy="`await helpers.send_file(path, download_name=...)`",
    needs=("await-helper",),
    see=(_DISPOSITION,),
)
def inline(at: At) -> Facts:
    answer = _sent(at, "a.txt", shown="report.txt")
    return {"Content-Disposition": answer.header("Content-Disposition")}


@difference(
    "AW058",
    "how long a file that a view sends may be kept",
    flask="Cache-Control: no-cache",
    quart="Cache-Control: public, max-age=43200",
    bound="Cache-Control: no-cache",
    bites="silently",
    whom="views that send files, also those for one user: shared caches keep them for half a day",
    remedy="`await helpers.send_file(path)`; for static files see SEND_FILE_MAX_AGE_DEFAULT, AW461",
    needs=("await-helper",),
    see=("https://www.rfc-editor.org/rfc/rfc9111#name-cache-control",),
)
def kept(at: At) -> Facts:
    return {"Cache-Control": _sent(at, "a.txt").header("Cache-Control")}


DIFFERENCES = tuple(each for each in list(globals().values()) if isinstance(each, Difference))
