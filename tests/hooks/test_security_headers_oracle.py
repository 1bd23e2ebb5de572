"""SecurityHeaders against Flask-Talisman: the same policies, the same meaning in the answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import flask_talisman
import pytest
from hosting import Answer, Host

from afterware import Hooks
from afterware.hooks import SecurityHeaders

CSP = {"default-src": "'self'", "object-src": "'none'"}
# What Flask-Talisman sends unless it is told otherwise, said to ours.
DEFAULTS: dict[str, Any] = {
    "preset": None,
    "content_security_policy": CSP,
    "frame_options": "SAMEORIGIN",
    "referrer_policy": "strict-origin-when-cross-origin",
    "permissions_policy": {"browsing-topics": ()},
    "content_type_options": True,
    "strict_transport_security": True,
    "strict_transport_security_max_age": 31556926,
}


@dataclass(frozen=True)
class Config:
    """The same policy, as Flask-Talisman and, beyond its defaults, as Afterware take it."""

    peer: dict[str, Any]
    ours: dict[str, Any]


def same(**options: Any) -> Config:
    return Config(options, options)


CONFIGS = {
    "defaults": same(),
    "no csp": same(content_security_policy=None),
    "csp as a text": same(content_security_policy="default-src 'self'; img-src *"),
    "csp with lists": same(
        content_security_policy={"default-src": ["'self'", "a.test"], "img-src": "*"}
    ),
    "csp report only": same(
        content_security_policy_report_only=True, content_security_policy_report_uri="/reports"
    ),
    "csp with reports": same(content_security_policy_report_uri="/reports"),
    "nonce": same(
        content_security_policy={"default-src": "'self'", "script-src": "'self'"},
        content_security_policy_nonce_in=["script-src"],
    ),
    "nonce in two": same(
        content_security_policy={"script-src": "'self'", "style-src": "'self'"},
        content_security_policy_nonce_in=["script-src", "style-src"],
    ),
    "no redirect": same(force_https=False),
    "permanent redirect": same(force_https_permanent=True),
    "no frames": same(frame_options="DENY"),
    "any frames": same(frame_options=None),
    "no hsts": same(strict_transport_security=False),
    "short hsts": same(
        strict_transport_security_max_age=600,
        strict_transport_security_include_subdomains=False,
    ),
    "hsts preload": same(
        strict_transport_security_preload=True, strict_transport_security_max_age=31536000
    ),
    "referrer": same(referrer_policy="no-referrer"),
    "permissions": same(permissions_policy={"geolocation": "()", "fullscreen": "(self)"}),
    "no permissions": same(permissions_policy=None),
    "document policy": same(document_policy={"oversized-images": "?0"}),
    "feature policy": Config(
        {"feature_policy": {"vibrate": "'none'"}}, {"extra": {"Feature-Policy": "vibrate 'none'"}}
    ),
    "sniffing": Config({"x_content_type_options": False}, {"content_type_options": False}),
    "file save": Config({"force_file_save": True}, {"extra": {"X-Download-Options": "noopen"}}),
    "xss protection": Config(
        {"x_xss_protection": True}, {"extra": {"X-XSS-Protection": "1; mode=block"}}
    ),
    "open session cookie": same(
        session_cookie_secure=False, session_cookie_http_only=False, session_cookie_samesite="None"
    ),
    "strict session cookie": same(session_cookie_samesite="Strict"),
}

# Path, over https, method, further headers.
ASKS: dict[str, tuple[str, bool, str, dict[str, str]]] = {
    "page": ("/", True, "GET", {}),
    "page over http": ("/?a=b", False, "GET", {}),
    "post over http": ("/", False, "POST", {}),
    "behind a proxy": ("/", False, "GET", {"X-Forwarded-Proto": "https"}),
    "behind a proxy over http": ("/", False, "GET", {"X-Forwarded-Proto": "http"}),
    "embeddable view": ("/embed", True, "GET", {}),
    "view with its own policy": ("/policy", True, "GET", {}),
    "view over http on purpose": ("/plain", False, "GET", {}),
    "session": ("/session", True, "GET", {}),
    "not found": ("/missing", True, "GET", {}),
    "unhandled exception": ("/boom", True, "GET", {}),
    "own header": ("/own", True, "GET", {}),
    "template": ("/template", True, "GET", {}),
}

METHOD_KEPT = (
    "Flask-Talisman redirects with 302 or 301, after which a browser asks with GET; 307 and 308"
    " keep the method (RFC 9110, section 15.4)."
)
# Differences on purpose, by request, with the reason.
DEPARTURES = {
    "post over http": METHOD_KEPT,
    "own header": "Flask-Talisman writes over what the view has set.",
}

# What means something to a browser; the others are not Flask-Talisman's to set.
HEADERS = [
    "Content-Security-Policy",
    "Content-Security-Policy-Report-Only",
    "Document-Policy",
    "Feature-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Download-Options",
    "X-Frame-Options",
    "X-XSS-Protection",
    "Location",
]


def views(host: Host, override: Any) -> None:
    host.app.config["PROPAGATE_EXCEPTIONS"] = False
    host.quiet()
    host.route("/", methods=["GET", "POST"])(lambda: "page")
    host.route("/embed")(override(frame_options=None)(lambda: "embed"))
    host.route("/policy")(
        override(content_security_policy={"default-src": "*", "script-src": "'self'"})(
            lambda: "policy"
        )
    )
    host.route("/plain")(override(force_https=False)(lambda: "plain"))
    host.route("/own")(lambda: ("own", {"X-Frame-Options": "DENY", "Referrer-Policy": "origin"}))

    @host.route("/session")
    def session() -> str:
        host.module.session["user"] = 1
        return "session"

    @host.route("/boom")
    def boom() -> None:
        raise ArithmeticError

    template = "{{ csp_nonce() }}"
    if host.name == "flask":
        host.app.add_url_rule(
            "/template", "template", lambda: host.module.render_template_string(template)
        )
    else:

        async def view() -> Any:
            return await host.module.render_template_string(template)

        host.app.add_url_rule("/template", "template", view)


@pytest.fixture(scope="module")
def asked() -> Iterator[Any]:
    """Ask an app of a kind ("peer", "flask" or "quart") with a configuration; apps are kept."""
    hosts: list[Host] = []

    @cache
    def app_for(kind: str, config: str) -> Host:
        host = Host("quart" if kind == "quart" else "flask")
        hosts.append(host)
        if kind == "peer":
            talisman = flask_talisman.Talisman(host.app, **CONFIGS[config].peer)
            views(host, talisman)
        else:
            security = SecurityHeaders(**{**DEFAULTS, **CONFIGS[config].ours})
            hooks = Hooks()
            hooks.add(security)
            hooks.init_app(host.app)
            views(host, _applicable(security, CONFIGS[config].ours))
        return host

    @cache
    def ask(kind: str, config: str, name: str) -> Answer:
        path, https, method, headers = ASKS[name]
        host = app_for(kind, config)
        scheme = "https" if https else "http"
        if host.name == "flask":
            return host.ask(path, method, headers=headers, base_url=f"{scheme}://localhost")
        return host.ask(path, method, headers=headers, scheme=scheme)

    yield ask
    for host in hosts:
        host.close()


def _applicable(security: SecurityHeaders, ours: dict[str, Any]) -> Any:
    """Talisman's decorator keeps a nonce's directives that the view's policy does not have."""

    def override(**options: Any) -> Any:
        if "content_security_policy" in options:
            nonce_in = ours.get("content_security_policy_nonce_in", [])
            options["content_security_policy_nonce_in"] = [
                name for name in nonce_in if name in options["content_security_policy"]
            ]
        return security.override(**options)

    return override


def policy(value: str) -> Any:
    """A policy without its nonce and without regard to the order of directives."""
    value = re.sub(r"'nonce-[\w-]{16,}'", "'nonce'", value)
    return frozenset(" ".join(part.split()) for part in re.split("[;,]", value) if part.strip())


def meaning(answer: Answer) -> dict[str, Any]:
    told: dict[str, Any] = {
        name: policy(value) if "://" not in value else value
        for name in HEADERS
        if (value := answer.headers.get(name)) is not None
    }
    cookies = answer.headers.getlist("Set-Cookie")
    told["cookies"] = {
        cookie.partition("=")[0]: frozenset(part.strip().lower() for part in cookie.split(";")[1:])
        for cookie in cookies
    }
    if "Location" in told and "Content-Security-Policy" in told:
        # Flask-Talisman makes no nonce for a redirect, of which a browser runs nothing anyway.
        told["Content-Security-Policy"] = frozenset(
            part.replace(" 'nonce'", "") for part in told["Content-Security-Policy"]
        )
    told["status"] = {301: 308, 302: 307}.get(answer.status, answer.status)
    return told


ROWS = [(config, name) for config in CONFIGS for name in ASKS]
assert len(ROWS) >= 40


@pytest.mark.parametrize("kind", ["flask", "quart"])
@pytest.mark.parametrize(("config", "name"), ROWS)
def test_a_browser_makes_the_same_of_ours_and_of_flask_talisman(
    asked: Any, kind: str, config: str, name: str
) -> None:
    ours, peer = asked(kind, config, name), asked("peer", config, name)
    if name not in DEPARTURES:
        assert meaning(ours) == meaning(peer)
    elif name == "own header":
        assert ours.headers["X-Frame-Options"] == "DENY"
        assert ours.headers["Referrer-Policy"] == "origin"
        assert ours.headers.getlist("X-Frame-Options") == ["DENY"]
    elif peer.status in (301, 302):
        assert ours.status in (307, 308)
        assert ours.headers["Location"] == peer.headers["Location"]
    else:
        assert meaning(ours) == meaning(peer)


@pytest.mark.parametrize("kind", ["flask", "quart"])
def test_every_departure_is_one(asked: Any, kind: str) -> None:
    assert (
        asked(kind, "defaults", "post over http").status
        != asked("peer", "defaults", "post over http").status
    )
    assert meaning(asked(kind, "defaults", "own header")) != meaning(
        asked("peer", "defaults", "own header")
    )


@pytest.mark.parametrize("kind", ["peer", "flask", "quart"])
def test_the_nonce_of_the_template_is_that_of_the_header(asked: Any, kind: str) -> None:
    answer = asked(kind, "nonce in two", "template")
    assert answer.headers["Content-Security-Policy"].count(f"'nonce-{answer.body.decode()}'") == 2
