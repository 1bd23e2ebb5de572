"""A request that a view refuses, in a form that both hosts know."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.exceptions import HTTPException

__all__ = ["Refusal"]


class Refusal(HTTPException):
    """An error whose body is JSON that says what was wrong; a hook makes it a problem document.

    :param status: the status code, 4xx.
    :param detail: what was wrong and what to do, for the person who wrote the client.
    """

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.code = status

    def get_headers(self, *_: Any, **__: Any) -> list[tuple[str, str]]:
        """The Content-Type of the body."""
        return [("Content-Type", "application/json")]

    def get_body(self, *_: Any, **__: Any) -> str:
        """The detail as JSON."""
        return json.dumps({"detail": self.description})
