"""Cookies: safe attributes on every cookie, the session's among them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from werkzeug.datastructures import Headers

from ._edge import over_https, surround
from ._options import ReadyMade, one_of, strings

__all__ = ["Cookies"]


class Cookies(ReadyMade):
    """Add SameSite, Secure and HttpOnly to cookies that do not have them.

    It surrounds the app, where every cookie passes by: a view's, a hook's, an extension's, and
    the session's, which the hosts write after all hooks. It covers the whole app, also where the
    hooks are bound to a blueprint. What a cookie says itself is kept, but that browsers refuse some
    cookies without Secure: those with `SameSite=None`, and those called `__Secure-` or `__Host-`
    (RFC 6265bis, sections 4.1.2.7 and 4.1.3). They get it always.

    :param same_site: "Lax", "Strict", "None", or None to leave it.
    :param secure: True, False, or "https" for requests that came over https only, as the server or
        X-Forwarded-Proto says. Browsers take Secure cookies from http://localhost too.
    :param http_only: whether scripts are kept from reading cookies.
    :param script_readable: names of cookies that scripts must read, such as a CSRF token's.
    :raises HookConfigurationError: an option is wrong.
    """

    def __init__(
        self,
        *,
        same_site: str | None = "Lax",
        secure: bool | str = "https",
        http_only: bool = True,
        script_readable: Collection[str] = (),
    ) -> None:
        hook = type(self).__name__
        one_of(hook, "same_site", same_site, ("Lax", "Strict", "None", None))
        self._same_site = None if same_site is None else f"SameSite={same_site}"
        self._secure = one_of(hook, "secure", secure, (True, False, "https"))
        self._http_only = one_of(hook, "http_only", http_only, (True, False))
        self._readable = frozenset(strings(hook, "script_readable", script_readable))

    def init_app(self, app: Any) -> None:
        """Surround the app."""
        surround(app, self)

    websockets = True  # their handshake may set cookies too

    def starting(self, exchange: Any, headers: Headers, _: Any = None) -> None:
        """Complete each Set-Cookie."""
        cookies = headers.getlist("Set-Cookie")
        if cookies:
            secure = self._secure is True or (self._secure == "https" and over_https(exchange))
            headers.setlist("Set-Cookie", [self._completed(each, secure) for each in cookies])

    def _completed(self, cookie: str, secure: bool) -> str:
        pair, *attributes = cookie.split(";")
        name = pair.partition("=")[0].strip()
        given = {each.partition("=")[0].strip().lower() for each in attributes}
        none = any(each.replace(" ", "").lower() == "samesite=none" for each in attributes)
        if self._same_site is not None and "samesite" not in given:
            cookie += f"; {self._same_site}"
            none = self._same_site == "SameSite=None"
        needed = none or name.startswith(("__Secure-", "__Host-"))
        if (secure or needed) and "secure" not in given:
            cookie += "; Secure"
        if self._http_only and "httponly" not in given and name not in self._readable:
            cookie += "; HttpOnly"
        return cookie
