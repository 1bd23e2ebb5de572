"""What the routes answer with, where both twins must answer with the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .refusal import Refusal

__all__ = ["FILES", "GREETING", "json_of", "lines", "note_text"]

GREETING = {"message": "Hello, world!"}

FILES = Path(__file__).parent / "files"

_HEAD, _TAIL = '{"data":"', '"}\n'
_SMALLEST = len(_HEAD + _TAIL)
_LARGEST = 1024 * 1024
_LINES = 10
_LONGEST_NOTE = 1000


def json_of(size: int) -> str:
    """A JSON document of exactly *size* bytes.

    :raises Refusal: 400, *size* is too small for a document or larger than 1 MiB.
    """
    if not _SMALLEST <= size <= _LARGEST:
        raise Refusal(400, f"Ask for {_SMALLEST} to {_LARGEST} bytes, not {size}.")
    return _HEAD + "x" * (size - _SMALLEST) + _TAIL


def lines() -> Iterator[str]:
    """Ten lines of NDJSON: a JSON document each."""
    for number in range(_LINES):
        yield json.dumps({"line": number}, separators=(",", ":")) + "\n"


def note_text(document: Any) -> str:
    """The text of a note, out of what a client has sent.

    :param document: the parsed body, or None where it did not parse.
    :raises Refusal: 400, it is no note.
    """
    text = document.get("text") if isinstance(document, dict) else None
    if not isinstance(text, str):
        raise Refusal(400, 'Send a JSON object with a text: {"text": "Buy milk"}.')
    if not text.strip() or len(text) > _LONGEST_NOTE:
        raise Refusal(400, f"A text has 1 to {_LONGEST_NOTE} characters, and not only spaces.")
    # PostgreSQL stores no NUL, and nothing encodes half of a surrogate pair as UTF-8.
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
        raise Refusal(400, "A text has no NUL and no half of a surrogate pair.")
    return text
