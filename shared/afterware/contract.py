"""The shapes of what users give: the function of each phase."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from werkzeug.sansio.response import Response

    from .sent import Sent

__all__ = ["AfterRequest", "AfterResponse", "BeforeRequest", "Teardown"]

BeforeRequest = TypeVar("BeforeRequest", bound=Callable[[], Any])
AfterRequest = TypeVar("AfterRequest", bound="Callable[[Any], Response | Awaitable[Response]]")
Teardown = TypeVar("Teardown", bound="Callable[[Any], Awaitable[None] | None]")
AfterResponse = TypeVar("AfterResponse", bound="Callable[[Sent], Awaitable[None] | None]")
