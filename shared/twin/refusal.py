"""A request that a view refuses."""

from __future__ import annotations

__all__ = ["Refusal"]


class Refusal(Exception):  # noqa: N818  # a view refuses; that is no error of the program
    """Raised by a view, or by what it calls; each twin has a handler that makes it JSON.

    :param status: the status code, 4xx.
    :param detail: what was wrong and what to do, for the person who wrote the client.
    """

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
