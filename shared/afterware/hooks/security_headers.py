"""SecurityHeaders: what a browser is told about how far to trust a page."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from werkzeug.datastructures import Headers

from ..context import current_app, current_request, exchange
from ..head import RequestHeader, append, names
from ._edge import over_https, says_https
from ._https import redirect_to_https
from ._not_modified import drop_nonces_from_304
from ._options import ReadyMade, one_of, refuse_unknown
from ._policies import Policies, Policy, Tokens, build
from ._surround import NOTHING, ASGIHeaders, Constant, WSGIHeaders, surround_with
from ._views import PerView, View

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.sansio.response import Response

    from ..context import Request

__all__ = ["SecurityHeaders"]

_FORWARDED_PROTO = RequestHeader("X-Forwarded-Proto")
_NONCE = "afterware.csp_nonce"
# Of the whole app, so no view can have them otherwise.
_OF_THE_APP = ("session_cookie_secure", "session_cookie_http_only", "session_cookie_samesite")


class SecurityHeaders(ReadyMade):
    """Security headers on every response, and a redirect to https.

    Policies and presets are those of the package `secure`; everything is computed when the hook is
    made. An option left at "preset" sends what the preset sends, None or False sends nothing. A
    header that a view or another hook sets is left alone. Bound to an app, and without a nonce, the
    headers are added where the response leaves it: other hooks do not see them, after_response
    does. Bound to a blueprint, or with a nonce, they are added in an after_request hook.

    A policy is a text, a mapping (`{"default-src": "'self'", "img-src": ["'self'", "data:"]}`), or
    one of secure's builders.

    :param preset: "basic", "balanced", "strict", None for nothing that is not asked for, or a
        `secure.Secure`. Its `Server` header is left out: servers send their own beside it.
    :param content_security_policy: what a page may load and run (CSP Level 3).
    :param content_security_policy_report_only: have violations reported, not prevented.
    :param content_security_policy_report_uri: where browsers report violations to.
    :param content_security_policy_nonce_in: directives that get a nonce, new for every request. A
        template writes it as `<script nonce="{{ csp_nonce() }}">`, a view asks `nonce()` for it.
    :param permissions_policy: features and who may use them:
        `{"camera": (), "fullscreen": "self"}`.
    :param document_policy: features and their settings, as RFC 9651 writes them.
    :param frame_options: "DENY" or "SAMEORIGIN" (RFC 7034).
    :param referrer_policy: one policy, or several of which a browser takes the last it knows.
    :param content_type_options: send `X-Content-Type-Options: nosniff`.
    :param strict_transport_security: have browsers use https only from now on (RFC 6797). It is
        sent over https alone, as that asks.
    :param strict_transport_security_max_age: for how long, in seconds; None is as the preset,
        or a year.
    :param strict_transport_security_include_subdomains: for all subdomains too; None is as True.
    :param strict_transport_security_preload: allow browsers to ship with it; hard to take back.
    :param cross_origin_opener_policy: "same-origin", "same-origin-allow-popups",
        "noopener-allow-popups" or "unsafe-none".
    :param cross_origin_embedder_policy: "require-corp", "credentialless" or "unsafe-none".
    :param cross_origin_resource_policy: "same-origin", "same-site" or "cross-origin".
    :param extra: any further headers, such as `{"Feature-Policy": "vibrate 'none'"}`.
    :param force_https: redirect requests over http, except in debug mode. A request counts as
        https if the server says so, or a proxy does in X-Forwarded-Proto.
    :param force_https_permanent: redirect with 308 instead of 307.
    :param session_cookie_secure: SESSION_COOKIE_SECURE of the app, except in debug mode.
    :param session_cookie_http_only: SESSION_COOKIE_HTTPONLY of the app.
    :param session_cookie_samesite: SESSION_COOKIE_SAMESITE of the app; None leaves it as it is.
        For all other cookies, see `Cookies`.
    :raises HookConfigurationError: an option is wrong, or `secure` is not installed.
    """

    before_request: Callable[[], Any] | None

    def __init__(
        self,
        preset: Any = "balanced",
        *,
        content_security_policy: Policy | None = "preset",
        content_security_policy_report_only: bool = False,
        content_security_policy_report_uri: str | None = None,
        content_security_policy_nonce_in: Tokens = (),
        permissions_policy: Policy | None = "preset",
        document_policy: Policy | None = None,
        frame_options: str | None = "preset",
        referrer_policy: Tokens | None = "preset",
        content_type_options: bool | str = "preset",
        strict_transport_security: bool | str = "preset",
        strict_transport_security_max_age: int | None = None,
        strict_transport_security_include_subdomains: bool | None = None,
        strict_transport_security_preload: bool = False,
        cross_origin_opener_policy: str | None = "preset",
        cross_origin_embedder_policy: str | None = "preset",
        cross_origin_resource_policy: str | None = "preset",
        extra: Mapping[str, str] | None = None,
        force_https: bool = True,
        force_https_permanent: bool = False,
        session_cookie_secure: bool = True,
        session_cookie_http_only: bool = True,
        session_cookie_samesite: str | None = "Lax",
    ) -> None:
        self._options = {
            name: value for name, value in locals().items() if name not in ("self", "__class__")
        }
        self._options["extra"] = dict(extra or {}) if isinstance(extra, Mapping | None) else extra
        hook = type(self).__name__
        samesite = ("Lax", "Strict", "None", None)
        one_of(hook, "session_cookie_samesite", session_cookie_samesite, samesite)
        self._policies = build(self._options)
        self.views: PerView[Policies] = PerView(self._with_nonce)
        self.before_request = self._to_https if force_https else None
        # Whether any policy has a nonce, and the apps whose 304s are then kept from having one.
        self._nonced = self._policies.nonced is not None
        self._guarded: WeakSet[Any] = WeakSet()
        if self._policies.nonced is not None:
            # It is needed within the request, so the hook runs there.
            self.surround = None  # type: ignore[assignment,method-assign]  # looked up by instance

    def override(self, **options: Any) -> Callable[[View], View]:
        """A decorator, below the route, for a view with other policies.

        :param options: options of SecurityHeaders that are different for this view; `force_https`
            can only be turned off. Those of the session cookie are the whole app's.
        :raises HookConfigurationError: an option is wrong.
        """
        possible = [name for name in self.OPTIONS if name not in _OF_THE_APP]
        refuse_unknown(f"{type(self).__name__}.override()", options, possible)
        if options.get("force_https") and not self._options["force_https"]:
            self.refuse("force_https", False, "A view cannot turn on what the hook does not do.")
        extra = {**self._options["extra"], **options.pop("extra", {})}
        policies = build({**self._options, **options, "extra": extra})
        if policies.nonced is not None and not self._nonced:
            self._nonced = True
            for app in self._guarded:
                drop_nonces_from_304(app)
        return self.views.decorator(policies)

    def nonce(self) -> str:
        """The nonce of the request that is being served, the same whenever it is asked for.

        :raises RuntimeError: no request is being served.
        """
        kept = exchange(current_request())
        nonce: str | None = kept.get(_NONCE)
        if nonce is None:
            # 144 bits; CSP Level 3, section 7.1, asks for 128.
            nonce = kept[_NONCE] = secrets.token_urlsafe(18)
        return nonce

    def init_app(self, app: Any) -> None:
        """Give templates `csp_nonce()`, and the session cookie its attributes."""
        _add_template_global(app, "csp_nonce", self.nonce)
        self._guarded.add(app)
        if self._nonced:
            drop_nonces_from_304(app)
        if self._options["session_cookie_samesite"] is not None:
            app.config["SESSION_COOKIE_SAMESITE"] = self._options["session_cookie_samesite"]
        if self._options["session_cookie_http_only"]:
            app.config["SESSION_COOKIE_HTTPONLY"] = True
        if self._options["session_cookie_secure"] and not app.debug:
            app.config["SESSION_COOKIE_SECURE"] = True

    def _to_https(self) -> Any:
        request = current_request()
        if _is_secure(request):
            return None
        redirect = self._of_view().redirect
        if redirect is None or current_app.debug:
            return None
        return redirect_to_https(request, redirect)

    def after_request(self, response: Response) -> Response:
        """Add what is missing."""
        policies = self._of_view()
        request = current_request()
        secure = policies.differ and _is_secure(request)
        (policies.over_tls if secure else policies.plain).add_missing(response.headers)
        if (
            policies.nonced is not None
            and response.status_code != 304
            and policies.nonced[0].lower() not in names(response.headers)
        ):
            append(response.headers, policies.with_nonce(self.nonce()))
        return response

    def surround(self, app: Any) -> Callable[[], bool]:
        """Surround the app, in place of an after_request hook."""
        return surround_with(app, self)

    def add_wsgi(self, environ: WSGIEnvironment, headers: WSGIHeaders) -> None:
        """Add what is missing, around the app."""
        policies = self._policies
        constant = policies.over_tls if policies.differ and over_https(environ) else policies.plain
        present = constant.names
        for name, _ in headers:
            if name.lower() in present:
                constant.add_wsgi(headers)
                return
        headers.extend(constant.pairs)

    def add_asgi(self, scope: Any, headers: ASGIHeaders) -> None:
        """Add what is missing, around the app."""
        # Written out: in the middle of a request, calling a function costs more than what it does.
        policies = self._policies
        constant = policies.plain
        if policies.differ:
            if scope["scheme"] == "https":
                constant = policies.over_tls
            else:
                for name, value in scope["headers"]:
                    if name == b"x-forwarded-proto":
                        if value == b"https" or says_https(value.decode("latin-1")):
                            constant = policies.over_tls
                        break
        present = constant.raw_names
        for name, _ in headers:
            if name in present:
                constant.add_asgi(headers)
                return
        headers.extend(constant.raw)

    def decide(self, exchange: Any, status: int, headers: Headers, noted: Any) -> bool:
        """Add what is missing and what the view wants otherwise, around the app."""
        policies, nonced = (self._policies, None) if noted is NOTHING else noted
        secure = policies.differ and over_https(exchange)
        (policies.over_tls if secure else policies.plain).add_missing(headers)
        if nonced is not None and status != 304:
            nonced.add_missing(headers)
        return False

    def _with_nonce(self, policies: Policies) -> tuple[Policies, Constant | None]:
        """The settings of a view, with the header that has the nonce of the request served."""
        nonced = None if policies.nonced is None else Constant(policies.with_nonce(self.nonce()))
        return policies, nonced

    def _of_view(self) -> Policies:
        return self.views.current(self._policies) if self.views.used else self._policies


def _add_template_global(app: Any, name: str, function: Callable[..., Any]) -> None:
    """Have templates know a function, in macros too that are imported without their context.

    `app.add_template_global` makes the Jinja environment at once, and what is configured of it
    afterwards, TEMPLATES_AUTO_RELOAD or jinja_options, is not heeded.
    """
    if "jinja_env" in vars(app):
        app.jinja_env.globals[name] = function
        return
    create = app.create_jinja_environment

    def create_with_global() -> Any:
        environment = create()
        environment.globals[name] = function
        return environment

    app.create_jinja_environment = create_with_global


def _is_secure(request: Request) -> bool:
    return request.scheme == "https" or says_https(_FORWARDED_PROTO.of(request))
