"""The templates of this package."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

__all__ = ["TEMPLATES", "source"]

_FOLDER: Final = Path(__file__).with_name("templates")

TEMPLATES: Final = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    keep_trailing_newline=True,
)


def source(name: str) -> str:
    """The text of a file that is not filled in."""
    return (_FOLDER / name).read_text("utf-8")
