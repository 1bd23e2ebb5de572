"""CORS: which other origins' scripts may read a response (the Fetch standard's CORS protocol)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .. import body
from ..context import current_request, current_websocket
from ..head import RequestHeader, Static, add_vary, append
from ._options import ReadyMade, integer, one_of, path_pattern, refuse, refuse_unknown, strings
from ._origins import Matcher, header_names, origins
from ._views import PerView, View

if TYPE_CHECKING:
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
    and unhandled exceptions among them. A preflight is answered with 204 where the app would not
    answer it with success itself: 401 from a check of credentials (a preflight never has any),
    404, 405, a redirect. A response that has Access-Control-Allow-Origin already is left alone.

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
    :param websockets: on Quart, refuse websockets that pages of other origins open, with 403. CORS
        does not cover them: a browser sends cookies along and lets any page open one. Like all of
        an app, this covers the whole app, also where the hooks are bound to a blueprint.
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
        self._views: PerView[_Policy | None] = PerView()
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
        return self._views.decorator(_Policy(where, {**self._options, **options}))

    def exempt(self, view: View) -> View:
        """A decorator, below the route, for a view that is not shared."""
        return self._views.decorator(None)(view)

    def after_request(self, response: Response) -> Response:
        """Add the headers, and make a preflight's answer a success."""
        request = current_request()
        policy = self._everywhere or self._for_path(request.path)
        if self._views.used:
            policy = self._views.current(policy)
        if policy is not None:
            policy.apply(request, response)
        return response

    def init_app(self, app: Any) -> None:
        """Have websockets checked, where the host has any and the option is on."""
        before_websocket = getattr(app, "before_websocket", None)
        if self._websockets and before_websocket is not None:
            before_websocket(self._refuse_foreign)

    async def _refuse_foreign(self) -> tuple[str, int] | None:
        websocket = current_websocket()
        policy = self._everywhere or self._for_path(websocket.path)
        origin = websocket.headers.get("Origin")
        # Only browsers say where a page is from, and only browsers carry somebody else's cookies.
        if policy is None or origin is None or policy.shares_with(origin):
            return None
        return "This origin may not open a websocket here.", 403

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
        self._by_origin = {each: [(_ALLOW_ORIGIN, each), *self._shared] for each in exact}
        # The same for everybody, so that caches may keep one response for all ("CORS protocol and
        # HTTP caches" in the Fetch standard). A page of another origin sees that it is not meant.
        self._always: list[tuple[str, str]] | None = None
        if self._any or (len(exact) == 1 and not patterns and exact != ["null"]):
            constant = "*" if self._any else exact[0]
            self._always = [(_ALLOW_ORIGIN, constant), *self._shared]

    def shares_with(self, origin: str) -> bool:
        """Whether scripts of *origin* may read what this policy covers."""
        return self._any or origin in self._origins

    def apply(self, request: Request, response: Response) -> None:
        """Say in *response* what this policy says of *request*."""
        headers = response.headers
        varies = False
        for name, _ in headers:
            lower = name.lower()
            if lower == _NAME:
                return
            varies = varies or lower == "vary"
        always = self._always
        if always is not None:
            append(headers, always)
            if request.method == "OPTIONS":
                origin = _ORIGIN.of(request)
                if origin is not None and self.shares_with(origin):
                    self._answer(request, response)
            return
        if varies:
            add_vary(headers, "Origin")
        else:
            append(headers, _VARY)
        origin = _ORIGIN.of(request)
        if origin is None:
            return
        known = self._by_origin.get(origin)
        if known is not None:
            append(headers, known)
        elif origin in self._origins:
            headers.add(_ALLOW_ORIGIN, origin)  # it came from outside, so it is checked
            append(headers, self._shared)
        else:
            return
        if request.method == "OPTIONS":
            self._answer(request, response)

    def _answer(self, request: Request, response: Response) -> None:
        """Answer a preflight, if it is one and its method is allowed."""
        method = _METHOD.of(request)
        if method is None:
            return
        if 300 <= response.status_code < 500:
            # It asks whether it may, not for the thing: it has no credentials, and must not be
            # redirected. What is wrong with the request itself, the request will be told.
            response.status_code = 204
            body.replace(response, b"")
            for name in ("Content-Type", "Content-Length", "Location", "WWW-Authenticate"):
                response.headers.pop(name, None)
        if self._methods is not None and method not in self._methods:
            return
        append(response.headers, self._preflight)
        if self._methods is None:
            # Sent by name: with credentials, "*" would be a method of that name.
            response.headers.add("Access-Control-Allow-Methods", method)
        if self._allow_headers.patterns:
            allowed = self._of_these(_HEADERS.of(request))
            if allowed:
                response.headers.add("Access-Control-Allow-Headers", allowed)
        if self._private_network and _PRIVATE_NETWORK.of(request) == "true":
            append(response.headers, _MAY_REACH)

    def _of_these(self, asked: str | None) -> str:
        wanted = [name.strip() for name in (asked or "").split(",")]
        return ", ".join(
            name for name in wanted if _TOKEN.fullmatch(name) and name in self._allow_headers
        )


_NAME = _ALLOW_ORIGIN.lower()
_VARY = [("Vary", "Origin")]
_MAY_REACH = [("Access-Control-Allow-Private-Network", "true")]


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
