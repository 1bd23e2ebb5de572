"""Quart's ranges, made to serve what a client may ask for.

Quart answers `Range: bytes=-5`, the last five bytes, with 500, and a 416 does not say how long the
file is. Its classes of bodies are public attributes of its response class, so an app can have ones
that count from the end and say the length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import RequestedRangeNotSatisfiable

if TYPE_CHECKING:
    import quart

__all__ = ["mend"]


def mend(app: quart.Quart) -> None:
    """Have *app* make responses that serve suffix ranges, of any response class that it has."""
    base: Any = app.response_class
    if not issubclass(base, _Ranges):
        bodies = {
            name: type(body.__name__, (_Body, body), {"__module__": body.__module__})
            for name in ("data_body_class", "file_body_class", "io_body_class")
            if (body := getattr(base, name, None)) is not None
        }
        named = {"__module__": base.__module__, "__doc__": base.__doc__}
        app.response_class = type(  # type: ignore[assignment]  # of that class
            base.__name__, (_Ranges, base), {**bodies, **named}
        )


class _Ranges:
    """A response that says in a 416 how long the body is (RFC 9110, section 15.5.17)."""

    async def make_conditional(
        self, request: Any, accept_ranges: bool | str = False, complete_length: int | None = None
    ) -> Any:
        made: Any = super()
        try:
            return await made.make_conditional(request, accept_ranges, complete_length)
        except RequestedRangeNotSatisfiable as error:
            if error.length is None:
                error.length = complete_length
            raise


class _Body:
    """A body whose range may begin at so many bytes before its end (section 14.1.2)."""

    async def make_conditional(self, begin: int, end: int | None) -> int:
        whole: Any = super()
        if begin < 0:
            data: bytes | None = getattr(self, "data", None)
            size: int = self.size if data is None else len(data)  # type: ignore[attr-defined]  # so
            begin = max(size + begin, 0)
        length: int = await whole.make_conditional(begin, end)
        return length
