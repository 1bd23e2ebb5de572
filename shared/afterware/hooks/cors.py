"""CORS: which other origins' scripts may read a response (the Fetch standard's CORS protocol)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import Headers

from .. import body
from ..context import current_app, current_request, current_websocket
from ..head import RequestHeader, Static, add_vary, append
from ._edge import from_asgi, to_asgi
from ._options import ReadyMade, integer, one_of, path_pattern, refuse, refuse_unknown, strings
from ._origins import Matcher, header_names, origins
from ._surround import NOTHING, ASGIHeaders, Constant, WSGIHeaders, surround_with
from ._views import PerView, View, served_by

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.sansio.response import Response

    from ..context import Request

__all__ = ["CORS"]

Patterns = str | re.Pattern[str] | Iterable[str | re.Pattern[str]]

_USUAL = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_ORIGIN = RequestHeader("Origin")
_METHOD = RequestHeader("Access-Control-Request-Method")
_HEADERS = RequestHeader("Access-Control-Request-Headers")
_PRIVATE_NETWORK = RequestHeader("Access-Control-Request-Private-Network")
_ALLOW_ORIGIN = "Access-Control-Allow-Origin"
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class CORS(ReadyMade):
    """Cross-origin sharing, by path.

    Every response to a path that is shared carries what the Fetch standard asks for, error pages
    and unhandled exceptions among them. Bound to an app, this is done where the response leaves it,
    so that other hooks do not see it, while after_response does; bound to a blueprint, in an
    after_request hook. A preflight is answered with 204 where the app would not
    answer it with success itself: 401 from a check of credentials (a preflight never has any),
    404, 405, a redirect. Its policy is that of the view which would serve the method that it asks
    about: the view's own (`override`, `exempt`), also where a redirect that routing makes leads to
    it; with no such view, the path's. A response that has Access-Control-Allow-Origin already is
    left alone.

    :param origins: "*", exact origins ("https://example.com"), subdomains
        ("https://*.example.com"), compiled patterns, which must match the whole origin, or "null".
    :param resources: the paths that are shared: one or several, where `*` stands for anything, or
        compiled patterns; or a mapping of paths to options of this class that are different there.
        The first that matches the whole path counts. By default all paths.
    :param methods: methods that scripts may use; "*" for any.
    :param allow_headers: request headers that scripts may set: names, wildcards ("X-*"), compiled
        patterns, or "*" for any.
    :param expose_headers: response headers that scripts may read beyond the safelisted ones.
    :param credentials: whether requests may carry cookies and other credentials.
    :param max_age: for how long browsers may keep a preflight's answer, in seconds or as a
        timedelta; browsers take two hours to a day at most.
    :param private_network: let pages of public sites reach this server on a private network.
    :param websockets: on Quart, refuse websockets that pages of other origins open, with 403,
        unless the policy of the path or the websocket's own (`override`) names the origin. CORS
        does not cover websockets: a browser sends cookies along and lets any page open one. This
        covers the whole app, also where the hooks are bound to a blueprint; a websocket that is
        marked `exempt` is left alone, and opens to every page.
    :raises HookConfigurationError: an option is wrong, or credentials are allowed together with a
        "*", which browsers refuse.
    """

    def __init__(
        self,
        origins: Patterns = "*",
        *,
        resources: Patterns | Mapping[Any, Mapping[str, Any]] | None = None,
        methods: str | Iterable[str] = _METHODS,
        allow_headers: Patterns = "*",
        expose_headers: str | Iterable[str] = (),
        credentials: bool = False,
        max_age: int | timedelta | None = None,
        private_network: bool = False,
        websockets: bool = False,
    ) -> None:
        hook = type(self).__name__
        self._options = {
            "origins": origins,
            "methods": methods,
            "allow_headers": allow_headers,
            "expose_headers": expose_headers,
            "credentials": credentials,
            "max_age": max_age,
            "private_network": private_network,
        }
        self.views: PerView[_Policy | None] = PerView(asked=_asked_about)
        self._everywhere: _Policy | None = None
        self._resources: list[tuple[Callable[[str], object], _Policy]] = []
        self._websockets = one_of(hook, "websockets", websockets, (True, False))
        if resources is None:
            self._everywhere = _Policy(hook, self._options)
            return
        if not isinstance(resources, Mapping):
            if isinstance(resources, (str, re.Pattern)):
                resources = (resources,)
            resources = {path: {} for path in resources}
        for path, options in resources.items():
            where = f"{hook}(resources={{{path!r}: ...}})"
            if not isinstance(options, Mapping):
                refuse(hook, "resources", resources, f"The options of {path!r} are no mapping.")
            refuse_unknown(where, options, tuple(self._options))
            policy = _Policy(where, {**self._options, **options})
            self._resources.append((path_pattern(hook, "resources", path).fullmatch, policy))

    def override(self, **options: Any) -> Callable[[View], View]:
        """A decorator, below the route, for a view with other options, whatever its path.

        :param options: those of CORS, but for `resources`.
        :raises HookConfigurationError: an option is wrong.
        """
        where = f"{type(self).__name__}.override()"
        refuse_unknown(where, options, tuple(self._options))
        return self.views.decorator(_Policy(where, {**self._options, **options}))

    def exempt(self, view: View) -> View:
        """A decorator, below the route, for a view that is not shared, and is left alone."""
        return self.views.decorator(None)(view)

    def after_request(self, response: Response) -> Response:
        """Add the headers, and make a preflight's answer a success."""
        request = current_request()
        policy = self._everywhere or self._for_path(request.path)
        asked = _asked_about(request)
        if asked is not None and not self._serves(request, asked):
            return response
        if self.views.used:
            policy = self.views.current(policy)
        if policy is not None:
            headers, status = response.headers, response.status_code
            if policy.apply(headers, request.method, lambda each: each.of(request), status):
                response.status_code = 204
                body.replace(response, b"")
                _describe_nothing(headers)
        return response

    def surround(self, app: Any) -> Callable[[], bool]:
        """Surround the app, in place of an after_request hook."""
        return surround_with(app, self)

    def add_wsgi(self, environ: WSGIEnvironment, headers: WSGIHeaders) -> None:
        """Do, around the app, what after_request does."""
        policy = self._everywhere or self._for_path(_path(environ))
        if policy is not None:
            usual = policy.usual(_ORIGIN.of_exchange(environ))
            if usual is not None and _TOUCHED.isdisjoint([name.lower() for name, _ in headers]):
                headers.extend(usual.pairs)
            else:
                changed = Headers(headers)
                self.decide(environ, 0, changed, policy)
                headers[:] = changed.to_wsgi_list()

    def add_asgi(self, scope: Any, headers: ASGIHeaders) -> None:
        """Do, around the app, what after_request does."""
        policy = self._everywhere or self._for_path(_path(scope))
        if policy is not None:
            usual = policy.usual(_ORIGIN.of_exchange(scope))
            if usual is not None and _TOUCHED_RAW.isdisjoint([name for name, _ in headers]):
                headers.extend(usual.raw)
            else:
                changed = from_asgi(headers)
                self.decide(scope, 0, changed, policy)
                headers[:] = to_asgi(changed)

    def decide(self, exchange: Any, status: int, headers: Headers, noted: Any) -> bool:
        """Do, around the app, what after_request does, a preflight's answer included."""
        policy = noted
        if noted is NOTHING:
            policy = self._everywhere or self._for_path(_path(exchange))
        if policy is None:
            return False
        method = exchange.get("REQUEST_METHOD") or exchange["method"]
        emptied: bool = policy.apply(
            headers, method, lambda each: each.of_exchange(exchange), status
        )
        if emptied:
            _describe_nothing(headers)
        return emptied

    def init_app(self, app: Any) -> None:
        """Have websockets checked, where the host has any and the option is on."""
        before_websocket = getattr(app, "before_websocket", None)
        if self._websockets and before_websocket is not None:
            before_websocket(self._refuse_foreign)

    async def _refuse_foreign(self) -> tuple[str, int] | None:
        websocket = current_websocket()
        policy = self._everywhere or self._for_path(websocket.path)
        if self.views.used:
            app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - so
            policy = self.views.of_view(app, websocket.endpoint, policy)
        origin = websocket.headers.get("Origin")
        # Only browsers say where a page is from, and only browsers carry somebody else's cookies.
        if policy is None or origin is None or policy.shares_with(origin):
            return None
        # A proxy may have taken the TLS away, so the scheme tells nothing.
        if origin.partition("://")[2].lower() == websocket.host.lower():
            return None
        return "This origin may not open a websocket here.", 403

    def _serves(self, request: Request, method: str) -> bool:
        """Whether, on a blueprint, a view of the same one would serve what a preflight asks about.

        Another blueprint's views, or the app's, have a policy of their own, or none. Of blueprints
        in one another, those inside of the one that answers the preflight are of it.
        """
        app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - werkzeug documents it
        endpoint = served_by(app, request, method)
        if endpoint is None or request.blueprint is None:
            return True
        return endpoint.startswith(f"{request.blueprint}.")

    def _for_path(self, path: str) -> _Policy | None:
        for matches, policy in self._resources:
            if matches(path):
                return policy
        return None


class _Policy:
    """One set of options, computed."""

    def __init__(self, hook: str, options: Mapping[str, Any]) -> None:
        exact, patterns, self._any = origins(hook, options["origins"])
        self._origins = Matcher(exact, patterns)
        credentials = one_of(hook, "credentials", options["credentials"], (True, False))
        if credentials and self._any:
            refuse(
                hook,
                "credentials",
                True,
                "Browsers refuse credentials with origins='*'. Name the origins; if it really is"
                " every one of them, say so with origins=re.compile('.+').",
            )
        private = one_of(hook, "private_network", options["private_network"], (True, False))
        self._private_network = private
        self._methods = _methods(hook, options["methods"])
        names, patterns_of_names = header_names(hook, "allow_headers", options["allow_headers"])
        self._allow_headers = Matcher(names, patterns_of_names)
        # What every preflight that is allowed is told.
        preflight = []
        if self._methods:
            preflight.append(("Access-Control-Allow-Methods", ", ".join(sorted(self._methods))))
        if names and not patterns_of_names:
            preflight.append(("Access-Control-Allow-Headers", ", ".join(names)))
        if options["max_age"] is not None:
            preflight.append(("Access-Control-Max-Age", _seconds(hook, options["max_age"])))
        self._preflight = Static(preflight).pairs
        shared = [("Access-Control-Allow-Credentials", "true")] if credentials else []
        exposed = strings(hook, "expose_headers", options["expose_headers"])
        if exposed:
            if "*" in exposed and credentials:
                refuse(hook, "expose_headers", exposed, "With credentials, '*' is no wildcard.")
            for name in exposed:
                if not _TOKEN.fullmatch(name):
                    refuse(hook, "expose_headers", exposed, f"{name!r} is not a header name.")
            shared.append(("Access-Control-Expose-Headers", ", ".join(exposed)))
        self._shared = Static(shared).pairs
        self._usual: dict[str | None, Constant] = {
            each: Constant([*_VARY, (_ALLOW_ORIGIN, each), *self._shared]) for each in exact
        }
        self._usual[None] = Constant(_VARY)
        # The same for everybody, so that caches may keep one response for all ("CORS protocol and
        # HTTP caches" in the Fetch standard). A page of another origin sees that it is not meant.
        self._always: Constant | None = None
        if self._any or (len(exact) == 1 and not patterns and exact != ["null"]):
            constant = "*" if self._any else exact[0]
            self._always = Constant([(_ALLOW_ORIGIN, constant), *self._shared])

    def shares_with(self, origin: str) -> bool:
        """Whether scripts of *origin* may read what this policy covers."""
        return self._any or origin in self._origins

    def usual(self, origin: str | None) -> Constant | None:
        """All that a response needs that is no preflight's and has no such headers; None: unknown.

        :param origin: of the page that asks.
        """
        return self._usual.get(origin) if self._always is None else self._always

    def apply(
        self,
        headers: Headers,
        method: str,
        asked: Callable[[RequestHeader], str | None],
        status: int,
    ) -> bool:
        """Say in a response's *headers* what this policy says of a request.

        :param method: the request's.
        :param asked: gives a header of the request.
        :param status: the response's.
        :returns: whether it answers a preflight that the app would not answer with success.
        """
        varies = False
        for name, _ in headers:
            lower = name.lower()
            if lower == _NAME:
                return False
            varies = varies or lower == "vary"
        origin = asked(_ORIGIN)
        if self._always is not None:
            append(headers, self._always.pairs)
        else:
            if varies:
                add_vary(headers, "Origin")
            else:
                append(headers, _VARY)
            if origin is None or origin not in self._origins:
                return False
            headers.add(_ALLOW_ORIGIN, origin)  # it came from outside, so it is checked
            append(headers, self._shared)
        if method == "OPTIONS" and origin is not None and self.shares_with(origin):
            return self._answer(headers, asked, status)
        return False

    def _answer(
        self, headers: Headers, asked: Callable[[RequestHeader], str | None], status: int
    ) -> bool:
        """Answer a preflight, if it is one and its method is allowed."""
        method = asked(_METHOD)
        if method is None:
            return False
        # It asks whether it may, not for the thing: it has no credentials, and must not be
        # redirected. What is wrong with the request itself, the request will be told.
        unsuccessful = 300 <= status < 500
        if self._methods is not None and method not in self._methods:
            return unsuccessful
        append(headers, self._preflight)
        if self._methods is None:
            # Sent by name: with credentials, "*" would be a method of that name.
            headers.add("Access-Control-Allow-Methods", method)
        if self._allow_headers.patterns:
            allowed = self._of_these(asked(_HEADERS))
            if allowed:
                headers.add("Access-Control-Allow-Headers", allowed)
        if self._private_network and asked(_PRIVATE_NETWORK) == "true":
            append(headers, _MAY_REACH)
        return unsuccessful

    def _of_these(self, asked: str | None) -> str:
        wanted = [name.strip() for name in (asked or "").split(",")]
        return ", ".join(
            name for name in wanted if _TOKEN.fullmatch(name) and name in self._allow_headers
        )


_NAME = _ALLOW_ORIGIN.lower()
_VARY = [("Vary", "Origin")]
_MAY_REACH = [("Access-Control-Allow-Private-Network", "true")]
# Where a response has one of these, what is added depends on it.
_TOUCHED = frozenset({_NAME, "vary"})
_TOUCHED_RAW = frozenset(name.encode() for name in _TOUCHED)


def _asked_about(request: Request) -> str | None:
    """The method that a preflight asks about (Fetch, "CORS-preflight request"), or None."""
    if request.method != "OPTIONS" or _ORIGIN.of(request) is None:
        return None
    return _METHOD.of(request)


def _describe_nothing(headers: Headers) -> None:
    """Take away what describes the answer that a preflight is not given."""
    for name in ("Content-Type", "Content-Length", "Location", "WWW-Authenticate"):
        headers.pop(name, None)


def _path(exchange: Any) -> str:
    """The path as both hosts' requests have it (PEP 3333 keeps its bytes in latin-1)."""
    if "path" in exchange:
        path: str = exchange["path"].removeprefix(exchange.get("root_path", ""))
    else:
        path = exchange.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
    return "/" + path.lstrip("/")


def _methods(hook: str, given: Any) -> frozenset[str] | None:
    """The methods; None for any. Case counts (RFC 9110, section 9.1); the usual ones are mended."""
    methods = strings(hook, "methods", given)
    if "*" in methods:
        return None
    for method in methods:
        if not _TOKEN.fullmatch(method):
            refuse(hook, "methods", given, f"{method!r} is not a method.")
    return frozenset(each.upper() if each.upper() in _USUAL else each for each in methods)


def _seconds(hook: str, given: Any) -> str:
    if isinstance(given, timedelta):
        given = int(given.total_seconds())
    return str(integer(hook, "max_age", given, unit="seconds"))
