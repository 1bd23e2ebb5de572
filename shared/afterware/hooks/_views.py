"""Settings that a hook has for single views, and which view it is that serves."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import unquote, urlsplit
from weakref import WeakSet

from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from ..context import current_app, current_request, exchange

if TYPE_CHECKING:
    from ..context import Request

__all__ = ["Notes", "PerView", "notes_of", "served_by"]

T = TypeVar("T")
View = TypeVar("View", bound=Callable[..., object])

# Kept on the view itself, as both hosts keep what they know of a view: functools.wraps carries it
# through other decorators, so their order does not matter.
_ATTRIBUTE = "afterware_settings"

# Where a WSGI environ or ASGI scope has the notes of its request.
_KEPT = "afterware.notes"


class Notes:
    """What is noted inside of the app of one request, for whoever surrounds it.

    :param settings: by hook and app.
    :param entered: whose notes these are: who surrounds the app, by hook and app.
    """

    __slots__ = ("entered", "settings")

    def __init__(self) -> None:
        self.settings: dict[object, Any] = {}
        self.entered: set[object] = set()

    def __deepcopy__(self, _: object) -> Notes:
        # A middleware may work on a copy of the scope, a deep one too. The request is the same.
        return self


def notes_of(exchange: Any, key: object) -> Notes:
    """The notes of the request that comes in here, shared by all who surround its app.

    A request that a view makes in turn has an exchange, and notes, of its own. One that is sent
    through the same app again, in the same environ or a copy, is known by having been here.
    """
    notes: Notes | None = exchange.get(_KEPT)
    if notes is None or key in notes.entered:
        notes = exchange[_KEPT] = Notes()
    notes.entered.add(key)
    return notes


def served_by(app: Any, request: Request, method: str | None = None) -> str | None:
    """The endpoint that serves a request, or would if it came with another *method*.

    Where routing itself answers with a redirect, to the URL with a slash at its end for one, it is
    the endpoint that this leads to. Where it answers 404 or 405, there is none.
    """
    if method is None:
        if request.endpoint is not None:
            return request.endpoint
        error: Any = request.routing_exception
        if not isinstance(error, RequestRedirect):
            return None
        method = request.method
    # As the host finds its views: by host name and subdomain too, where they count.
    adapter = app.create_url_adapter(request)
    try:
        return adapter.match(method=method)[0]  # type: ignore[no-any-return]
    except RequestRedirect as redirect:
        path = unquote(urlsplit(redirect.new_url).path)
        below = path.removeprefix(adapter.script_name.rstrip("/"))
        try:
            return adapter.match(below, method=method)[0]  # type: ignore[no-any-return]
        except HTTPException:
            return None
    except HTTPException:
        return None


def _methods_of(view: Any, method: str | None) -> tuple[Any, ...]:
    """What of a class-based view serves a request with this *method*, the innermost first.

    Both hosts' `as_view` keep the class as `view_class`. Both serve HEAD by `get` where there is no
    `head`, and give all methods to `dispatch_request`.
    """
    view_class = getattr(view, "view_class", None)
    if view_class is None:
        return ()
    served = getattr(view_class, method.lower(), None) if method is not None else None
    if served is None and method == "HEAD":
        served = getattr(view_class, "get", None)
    return served, getattr(view_class, "dispatch_request", None)


class PerView(Generic[T]):
    """What one hook does otherwise for single views.

    Until a view has settings of its own, `used` is False and nothing is looked up.

    :param note: what to note of a view's settings, within the request, where the hook surrounds the
        app; by default the settings.
    :param asked: tells which method a request asks about, if it asks whether another request may
        come: a preflight. It has the settings of the view that would serve that one.
    """

    def __init__(
        self,
        note: Callable[[T], object] | None = None,
        asked: Callable[[Request], str | None] | None = None,
    ) -> None:
        self.used = False
        self._what = note
        self._asked = asked
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
                    self._listen(app)
            return view

        return decorate

    def follow(self, app: Any) -> None:
        """Note, for whoever surrounds *app*, the settings of the view that serves a request."""
        self._apps.add(app)
        if self.used:
            self._listen(app)

    def current(self, default: T) -> T:
        """The settings of the view that serves this request, or *default*."""
        app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - werkzeug documents it
        request = current_request()
        return self._for_request(app, request, default)

    def of_view(self, app: Any, endpoint: str | None, default: T, method: str | None = None) -> T:
        """The settings of a view of *app*, or *default*.

        :param method: of the request, where it is an HTTP one. A method of a class-based view may
            have settings of its own, which come before those of its class.
        """
        view = app.view_functions.get(endpoint) if endpoint is not None else None
        for function in (*_methods_of(view, method), view):
            settings_by_hook = getattr(function, _ATTRIBUTE, {})
            if self in settings_by_hook:
                settings: T = settings_by_hook[self]
                return settings
        return default

    def key(self, app: Any) -> object:
        """What the settings of a view of *app* are noted under."""
        return self, id(app)

    def _for_request(self, app: Any, request: Request, default: T) -> T:
        asked = self._asked(request) if self._asked else None
        endpoint = served_by(app, request, asked)
        return self.of_view(app, endpoint, default, asked or request.method)

    def _listen(self, app: Any) -> None:
        """Take a note where a request begins, before any hook can end it.

        Not among the url_value_preprocessors: Quart 0.22 calls those for websockets too, and looks
        for a request then.
        """
        asynchronous = hasattr(app, "asgi_app")
        host: Any = sys.modules["quart" if asynchronous else "flask"]

        def note(app: Any, **_: Any) -> None:
            self._note(app, host.request._get_current_object())  # noqa: SLF001 - so

        async def note_async(app: Any, **_: Any) -> None:
            note(app)

        host.request_started.connect(note_async if asynchronous else note, app, weak=False)

    def _note(self, app: Any, request: Request) -> None:
        notes: Notes | None = exchange(request).get(_KEPT)
        if notes is not None:
            settings = self._for_request(app, request, _NONE)
            if settings is not _NONE:
                what = self._what
                notes.settings[self.key(app)] = what(settings) if what else settings


_NONE: Any = object()
