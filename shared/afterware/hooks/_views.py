"""Settings that a hook has for single views."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from ..context import current_app, current_request

__all__ = ["PerView", "noting"]

T = TypeVar("T")
View = TypeVar("View", bound=Callable[..., object])

# Kept on the view itself, as both hosts keep what they know of a view: functools.wraps carries it
# through other decorators, so their order does not matter.
_ATTRIBUTE = "afterware_settings"

# What was noted inside of the app for whoever surrounds it, by hook and app. A scope or environ
# would not do: what stands between the two may have made a copy of it.
_notes: ContextVar[dict[Any, Any] | None] = ContextVar("afterware.notes", default=None)


@contextmanager
def noting() -> Iterator[dict[Any, Any]]:
    """Have the settings of views noted while a request is served; the notes, shared by all."""
    notes = _notes.get()
    if notes is None:
        notes = {}
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)


class PerView(Generic[T]):
    """What one hook does otherwise for single views.

    Until a view has settings of its own, `used` is False and nothing is looked up.

    :param note: what to note of a view's settings, within the request, where the hook
        surrounds the app; by default the settings.
    """

    def __init__(self, note: Callable[[T], object] | None = None) -> None:
        self.used = False
        self._what = note
        self._apps: WeakSet[Any] = WeakSet()

    def decorator(self, settings: T) -> Callable[[View], View]:
        """A decorator for a view, below the route."""

        def decorate(view: View) -> View:
            settings_by_hook = dict(getattr(view, _ATTRIBUTE, {}))
            settings_by_hook[self] = settings
            setattr(view, _ATTRIBUTE, settings_by_hook)
            if not self.used:
                self.used = True
                for app in self._apps:
                    app.url_value_preprocessor(self._note)
            return view

        return decorate

    def follow(self, app: Any) -> None:
        """Note, for whoever surrounds *app*, the settings of the view that serves a request."""
        self._apps.add(app)
        if self.used:
            app.url_value_preprocessor(self._note)

    def current(self, default: T) -> T:
        """The settings of the view that serves this request, or *default*."""
        endpoint = current_request().endpoint
        view = current_app.view_functions.get(endpoint) if endpoint is not None else None
        settings: T = getattr(view, _ATTRIBUTE, {}).get(self, default)
        return settings

    def key(self, app: Any) -> object:
        """What the settings of a view of *app* are noted under."""
        return self, id(app)

    def _note(self, endpoint: str | None, _: Any) -> None:
        notes = _notes.get()
        app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - so
        view = app.view_functions.get(endpoint) if endpoint is not None else None
        settings = getattr(view, _ATTRIBUTE, {})
        if notes is not None and self in settings:
            what = self._what
            notes[self.key(app)] = what(settings[self]) if what else settings[self]
