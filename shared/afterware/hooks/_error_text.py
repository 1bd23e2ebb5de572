"""The text that an error answer tells, out of the page that it stands in."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from werkzeug.exceptions import default_exceptions

__all__ = ["error_text"]

# The page that Werkzeug makes of an HTTPException, on both hosts.
_PAGE = re.compile(
    r"<!doctype html>\s*<html lang=en>\s*<title>[^<]*</title>\s*<h1>[^<]*</h1>\s*(.*)", re.DOTALL
)
# A longer page is made for people, with more around the message than a message.
_LONGEST = 1000
_UNREAD = frozenset({"head", "script", "style", "template", "noscript", "svg"})
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "cite",
        "code",
        "em",
        "i",
        "kbd",
        "mark",
        "q",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "u",
    ]
)


def error_text(data: bytes, mimetype: str, charset: str, status: int) -> str | None:
    """What an error answer of text or HTML says, without markup; None where that is nothing.

    The description that a host gives to each status by itself says nothing, nor does a page of more
    than 1,000 characters.

    :param data: the body.
    :param charset: as the Content-Type names it.
    """
    try:
        text = data.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return None
    if mimetype == "text/html":
        page = _PAGE.fullmatch(text)
        text = _without_markup(text if page is None else page[1])
        if page is not None and text == _usual(status):
            return None
    elif mimetype != "text/plain":
        return None
    text = text.strip()
    return text if 0 < len(text) <= _LONGEST else None


def _usual(status: int) -> str | None:
    kind = default_exceptions.get(status)
    description = None if kind is None else kind.description
    return description if description is None else _without_markup(description)


def _without_markup(html: str) -> str:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = "".join(reader.parts).split("\n")
    return "\n".join(line.strip() for line in lines).strip()


class _Reader(HTMLParser):
    """Gathers the text of HTML; what is not inline begins a line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, _: object) -> None:
        self._unread += tag in _UNREAD
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in _UNREAD and self._unread > 0
        if tag != "br":
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.parts.append(data)

    def _break(self, tag: str) -> None:
        at_start = not self.parts or self.parts[-1].endswith("\n")
        if tag == "br" or (tag not in _INLINE and not at_start):
            self.parts.append("\n")
