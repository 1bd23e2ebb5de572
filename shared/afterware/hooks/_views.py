"""Settings that a hook has for single views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from ..context import current_app, current_request

__all__ = ["PerView"]

T = TypeVar("T")
View = TypeVar("View", bound=Callable[..., object])

# Kept on the view itself, as both hosts keep what they know of a view: functools.wraps carries it
# through other decorators, so their order does not matter.
_ATTRIBUTE = "afterware_settings"


class PerView(Generic[T]):
    """What one hook does otherwise for single views.

    Until a view has settings of its own, `used` is False and nothing is looked up.
    """

    def __init__(self) -> None:
        self.used = False

    def decorator(self, settings: T) -> Callable[[View], View]:
        """A decorator for a view, below the route."""

        def decorate(view: View) -> View:
            settings_by_hook = dict(getattr(view, _ATTRIBUTE, {}))
            settings_by_hook[self] = settings
            setattr(view, _ATTRIBUTE, settings_by_hook)
            self.used = True
            return view

        return decorate

    def current(self, default: T) -> T:
        """The settings of the view that serves this request, or *default*."""
        endpoint = current_request().endpoint
        view = current_app.view_functions.get(endpoint) if endpoint is not None else None
        settings: T = getattr(view, _ATTRIBUTE, {}).get(self, default)
        return settings
