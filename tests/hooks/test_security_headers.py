"""SecurityHeaders beyond what the peer does: presets, refusals, nonces, per-view policies."""

from __future__ import annotations

from typing import Any

import pytest
import secure

from afterware import HookConfigurationError, Hooks
from afterware.hooks import SecurityHeaders


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"frame_option": "DENY"}, "no option 'frame_option'. Did you mean frame_options?"),
        ({"preset": "strickt"}, "Choose 'basic', 'balanced', 'strict' or None"),
        ({"frame_options": "deny"}, "Choose 'preset', 'DENY', 'SAMEORIGIN' or None"),
        ({"frame_options": "ALLOW-FROM https://a.test"}, "frame-ancestors"),
        ({"referrer_policy": "never"}, "Choose 'no-referrer'"),
        ({"cross_origin_opener_policy": "same-site"}, "Choose 'preset', 'same-origin'"),
        ({"cross_origin_embedder_policy": "x"}, "require-corp"),
        ({"cross_origin_resource_policy": "x"}, "same-site"),
        ({"content_security_policy": {"a b": "x"}}, "invalid characters"),
        ({"content_security_policy": {"img-src": "a;b"}}, "invalid characters"),
        ({"content_security_policy": 7}, "content_security_policy=7"),
        ({"content_security_policy_nonce_in": "script"}, "no directive 'script'"),
        ({"content_security_policy_report_only": True}, "Nobody would hear of it"),
        ({"permissions_policy": {}}, "empty"),
        ({"permissions_policy": {"camera": ["* self"]}}, "Wildcard"),
        ({"strict_transport_security": "yes"}, "True or False"),
        ({"strict_transport_security_max_age": "1 year"}, "whole number of seconds"),
        (
            {
                "strict_transport_security_preload": True,
                "strict_transport_security_include_subdomains": False,
            },
            "preload lists",
        ),
        (
            {"strict_transport_security_preload": True, "strict_transport_security_max_age": 60},
            "31536000 or more",
        ),
        ({"extra": {"X A": "b"}}, "not a header name"),
        ({"extra": {"X-A": "b\nc"}}, "in its value"),
        ({"extra": "X-A: b"}, "mapping of header names"),
        ({"force_https": "no"}, "Choose True or False"),
        ({"session_cookie_samesite": "lax"}, "Choose 'Lax', 'Strict', 'None' or None"),
    ],
)
def test_a_wrong_option_is_named_with_what_it_may_be(options: Any, says: str) -> None:
    with pytest.raises(HookConfigurationError, match=says):
        SecurityHeaders(**options)


def test_without_the_package_secure_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "secure", None)
    with pytest.raises(HookConfigurationError, match=r"afterware\[secure\]"):
        SecurityHeaders()


def sent(host: Any, path: str = "/") -> Any:
    return host.ask(path, headers={"X-Forwarded-Proto": "https"}).headers


@pytest.mark.parametrize("preset", ["basic", "balanced", "strict"])
def test_a_preset_is_what_secure_says_but_for_the_server(host: Any, bind: Any, preset: str) -> None:
    bind(host, SecurityHeaders(preset))
    host.route("/")(lambda: "")
    headers = sent(host)
    wanted = dict(secure.Secure.from_preset(secure.Preset(preset)).header_items())
    wanted.pop("Server", None)
    assert {name: headers.get(name) for name in wanted} == wanted
    assert "Server" not in headers


def test_policies_may_be_secures_own(host: Any, bind: Any) -> None:
    policies = secure.Secure(
        csp=secure.ContentSecurityPolicy()
        .default_src("'self'")
        .report_only()
        .custom("report-uri", "/r"),
        xdfc=secure.XDnsPrefetchControl().disable(),
    )
    bind(
        host,
        SecurityHeaders(policies, permissions_policy=secure.PermissionsPolicy().camera("self")),
    )
    host.route("/")(lambda: "")
    headers = sent(host)
    assert headers["Content-Security-Policy-Report-Only"] == "default-src 'self'; report-uri /r"
    assert headers["X-DNS-Prefetch-Control"] == "off"
    assert headers["Permissions-Policy"] == "camera=(self)"
    assert "Content-Security-Policy" not in headers


def test_one_option_of_a_preset_can_be_changed_or_left_out(host: Any, bind: Any) -> None:
    bind(
        host,
        SecurityHeaders(
            "strict",
            frame_options="SAMEORIGIN",
            cross_origin_embedder_policy=None,
            strict_transport_security_max_age=600,
            extra={"Cache-Control": "no-cache"},
        ),
    )
    host.route("/")(lambda: "")
    headers = sent(host)
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Strict-Transport-Security"] == "max-age=600; includeSubDomains"
    assert headers["Cache-Control"] == "no-cache"
    assert "Cross-Origin-Embedder-Policy" not in headers
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_hsts_is_not_sent_over_http(host: Any, bind: Any) -> None:
    """RFC 6797, section 7.2."""
    bind(host, SecurityHeaders(force_https=False))
    host.route("/")(lambda: "")
    assert "Strict-Transport-Security" not in host.ask().headers
    assert "Strict-Transport-Security" in sent(host)


def test_a_header_that_a_view_has_set_is_kept_whatever_its_case(host: Any, bind: Any) -> None:
    bind(host, SecurityHeaders(content_security_policy_nonce_in="script-src"))
    own = {"content-security-policy": "default-src *", "x-frame-options": "DENY"}
    host.route("/")(lambda: ("", own))
    headers = sent(host)
    assert headers.getlist("Content-Security-Policy") == ["default-src *"]
    assert headers.getlist("X-Frame-Options") == ["DENY"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_in_debug_mode_nothing_is_redirected_and_the_cookie_works_over_http(
    host: Any, bind: Any
) -> None:
    host.app.debug = True
    bind(host, SecurityHeaders())
    host.route("/")(lambda: "page")
    assert host.ask().body == b"page"
    assert not host.app.config["SESSION_COOKIE_SECURE"]


def test_a_nonce_is_new_for_every_request_and_the_same_within_one(host: Any, bind: Any) -> None:
    security = SecurityHeaders(content_security_policy_nonce_in="script-src")
    bind(host, security)
    host.route("/")(lambda: f"{security.nonce()} {security.nonce()}")
    bodies = [
        host.ask(headers={"X-Forwarded-Proto": "https"}).body.decode().split() for _ in range(3)
    ]
    assert all(first == second and len(first) == 24 for first, second in bodies)
    assert len({first for first, _ in bodies}) == 3


def test_a_stream_that_asks_for_its_nonce_late_is_told_that_of_its_header(
    host: Any, bind: Any
) -> None:
    security = SecurityHeaders(content_security_policy_nonce_in="script-src")
    bind(host, security)

    def chunks() -> Any:
        yield security.nonce()

    if host.name == "flask":
        host.route("/")(lambda: host.app.response_class(host.module.stream_with_context(chunks())))
    else:

        async def view() -> Any:
            @host.module.stream_with_context
            async def late() -> Any:
                for chunk in chunks():
                    yield chunk

            return host.app.response_class(late())

        host.app.add_url_rule("/", "home", view)
    answer = host.ask(headers={"X-Forwarded-Proto": "https"})
    assert f"'nonce-{answer.body.decode()}'" in answer.headers["Content-Security-Policy"]


def test_an_override_says_which_options_a_view_may_have() -> None:
    security = SecurityHeaders(force_https=False)
    with pytest.raises(HookConfigurationError, match="no option 'session_cookie_secure'"):
        security.override(session_cookie_secure=False)
    with pytest.raises(HookConfigurationError, match="cannot turn on"):
        security.override(force_https=True)
    with pytest.raises(HookConfigurationError, match="Choose 'preset'"):
        security.override(frame_options="x")


def test_an_override_goes_through_other_decorators_and_binds_to_its_own_hook(
    host: Any, bind: Any
) -> None:
    import functools

    first, second = SecurityHeaders(None, extra={"X-A": "1"}), SecurityHeaders(None)
    bind(host, first, second)

    def decorated(view: Any) -> Any:
        return functools.wraps(view)(lambda: view())

    view = decorated(
        first.override(extra={"X-B": "2"})(second.override(extra={"X-C": "3"})(lambda: ""))
    )
    host.route("/")(view)
    host.route("/plain")(lambda: "")
    assert [sent(host).get(f"X-{letter}") for letter in "ABC"] == ["1", "2", "3"]
    assert [sent(host, "/plain").get(f"X-{letter}") for letter in "ABC"] == ["1", None, None]


def test_a_hook_that_runs_later_has_its_way_with_a_header(host: Any, bind: Any) -> None:
    hooks = bind(host, SecurityHeaders())

    @hooks.after_request
    def own(response: Any) -> Any:
        response.headers["x-frame-options"] = "DENY"
        return response

    host.route("/")(lambda: "")
    assert sent(host).getlist("X-Frame-Options") == ["DENY"]


def test_after_response_hooks_see_what_was_added(host: Any, bind: Any) -> None:
    hooks = bind(host, SecurityHeaders())
    seen = []
    hooks.after_response(lambda sent: seen.append(sent.headers.get("X-Frame-Options")))
    host.route("/")(lambda: "")
    sent(host)
    assert seen == ["SAMEORIGIN"]


def test_bound_to_a_blueprint_only_its_responses_get_headers_and_each_once(host: Any) -> None:
    hooks = Hooks()
    hooks.add(SecurityHeaders(), SecurityHeaders("strict"))
    blueprint = host.new_blueprint("pages")
    hooks.init_app(blueprint)
    host.route("/in", blueprint, endpoint="in_pages")(lambda: "")
    host.app.register_blueprint(blueprint)
    host.route("/out")(lambda: "")
    assert sent(host, "/pages/in").getlist("X-Frame-Options") == ["SAMEORIGIN"]
    assert "X-Frame-Options" not in sent(host, "/out")


def test_where_nothing_waits_at_the_edge_headers_are_added_at_once(host: Any, bind: Any) -> None:
    security = SecurityHeaders()
    bind(host, security)

    def made() -> Any:
        response = security.after_request(host.app.response_class(""))
        return response.headers["X-Frame-Options"]

    assert host.in_request(made) == "SAMEORIGIN"
