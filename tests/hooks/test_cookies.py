"""Cookies: attributes on every Set-Cookie, and Vary: Cookie where the session was read."""

from __future__ import annotations

from typing import Any

import pytest
from fetch_standard import vary
from werkzeug.datastructures import Headers

from afterware import HookConfigurationError
from afterware.hooks import Cookies


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"same_site": "lax"}, "Choose 'Lax', 'Strict', 'None' or None"),
        ({"secure": "always"}, "Choose True, False or 'https'"),
        ({"http_only": "yes"}, "Choose True or False"),
        ({"samesite": "Lax"}, "Did you mean same_site"),
        ({"script_readable": 1}, "list of strings"),
    ],
)
def test_a_wrong_option_is_named_with_what_it_may_be(options: Any, says: str) -> None:
    with pytest.raises(HookConfigurationError, match=says):
        Cookies(**options)


def attributes(cookie: str) -> set[str]:
    return {part.strip().lower() for part in cookie.split(";")[1:]}


@pytest.mark.parametrize(
    ("scheme", "headers", "secure"),
    [
        ("http", {}, False),
        ("https", {}, True),
        ("http", {"X-Forwarded-Proto": "https, http"}, True),
        ("http", {"X-Forwarded-Proto": "http"}, False),
    ],
)
def test_a_views_and_the_sessions_cookie_get_all_that_is_missing(
    host: Any, bind: Any, scheme: str, headers: Any, secure: bool
) -> None:
    bind(host, Cookies())

    @host.route("/")
    def view() -> Any:
        host.module.session["user"] = 1
        response = host.app.response_class("")
        response.set_cookie("theme", "dark")
        return response

    options = {"base_url": f"{scheme}://localhost"} if host.name == "flask" else {"scheme": scheme}
    cookies = host.ask(headers=headers, **options).headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"theme", "session"}
    for cookie in cookies:
        assert {"samesite=lax", "httponly"} <= attributes(cookie)
        assert ("secure" in attributes(cookie)) is secure


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("a=b; SameSite=Strict; HttpOnly", "a=b; SameSite=Strict; HttpOnly"),
        ("a=b; samesite = none", "a=b; samesite = none; Secure; HttpOnly"),
        ("__Host-a=b; Path=/", "__Host-a=b; Path=/; SameSite=Lax; Secure; HttpOnly"),
        ("csrf=b", "csrf=b; SameSite=Lax"),
        ("a=httponly; Path=/samesite", "a=httponly; Path=/samesite; SameSite=Lax; HttpOnly"),
    ],
)
def test_what_a_cookie_says_is_kept_and_secure_is_added_where_browsers_insist(
    given: str, sent: str
) -> None:
    headers = Headers([("Set-Cookie", given)])
    Cookies(script_readable=["csrf"]).starting({"scheme": "http", "headers": []}, headers)
    assert headers.getlist("Set-Cookie") == [sent]


def test_defaults_can_be_turned_off_and_none_brings_secure() -> None:
    def sent(**options: Any) -> str:
        headers = Headers([("Set-Cookie", "a=b")])
        Cookies(**options).starting({"scheme": "http", "headers": []}, headers)
        return headers["Set-Cookie"]

    assert sent(same_site=None, http_only=False) == "a=b"
    assert sent(same_site="None", http_only=False) == "a=b; SameSite=None; Secure"
    assert sent(same_site=None, http_only=False, secure=True) == "a=b; Secure"


READINGS = {
    "get": lambda session: session.get("user"),
    "item": lambda session: session["user"],
    "in": lambda session: "user" in session,
    "iter": list,
    "keys": lambda session: list(session.keys()),
    "values": lambda session: list(session.values()),
    "items": lambda session: list(session.items()),
    "setdefault": lambda session: session.setdefault("user", 1),
}


@pytest.mark.parametrize("reading", READINGS)
def test_what_read_the_session_varies_by_cookie(host: Any, bind: Any, reading: str) -> None:
    bind(host, Cookies())

    @host.route("/sign-in")
    def sign_in() -> str:
        host.module.session["user"] = 1
        return ""

    host.route("/read")(lambda: str(READINGS[reading](host.module.session)))
    host.route("/plain")(lambda: "")
    host.ask("/sign-in")
    read = host.ask("/read")
    assert vary(read.headers) == {"cookie"}
    assert "1" in read.body.decode() or reading in ("in", "iter", "keys")
    assert vary(host.ask("/plain").headers) == set()
