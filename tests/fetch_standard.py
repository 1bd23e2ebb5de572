"""What a browser makes of a response, after the Fetch standard's CORS protocol.

Two servers may say the same in different words: "*" or the origin's own name, a list of methods in
another order. They are held against each other by what a browser would do.
https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import Headers

SAFELISTED_METHODS = {"GET", "HEAD", "POST"}


@dataclass(frozen=True)
class Meaning:
    """What a script of the asking origin may do, without and with credentials."""

    readable: tuple[bool, bool]
    exposed: tuple[frozenset[str], frozenset[str]]
    proceeds: tuple[bool, bool] | None  # None: no preflight
    max_age: str | None
    reaches_private_network: bool


def names(value: str | None) -> list[str]:
    return [name.strip() for name in (value or "").split(",") if name.strip()]


def cors_check(origin: str, headers: Headers, credentials: bool) -> bool:
    """https://fetch.spec.whatwg.org/#concept-cors-check"""
    allowed = headers.getlist("Access-Control-Allow-Origin")
    if len(allowed) != 1:
        return False
    if not credentials and allowed[0] == "*":
        return True
    if allowed[0] != origin:
        return False
    return not credentials or headers.get("Access-Control-Allow-Credentials") == "true"


def preflight(asked: Mapping[str, str], status: int, headers: Headers, credentials: bool) -> bool:
    """https://fetch.spec.whatwg.org/#cors-preflight-fetch, from step 7"""
    if not cors_check(asked["Origin"], headers, credentials) or not 200 <= status <= 299:
        return False
    methods = names(headers.get("Access-Control-Allow-Methods"))
    allowed = {name.lower() for name in names(headers.get("Access-Control-Allow-Headers"))}
    method = asked["Access-Control-Request-Method"]
    wildcard = "*" in methods and not credentials
    if method not in methods and method not in SAFELISTED_METHODS and not wildcard:
        return False
    for name in names(asked.get("Access-Control-Request-Headers")):
        any_name = "*" in allowed and not credentials and name.lower() != "authorization"
        if name.lower() not in allowed and not any_name:
            return False
    return True


def meaning(method: str, asked: Mapping[str, str], status: int, headers: Headers) -> Meaning:
    """What *headers* mean for the request that was *asked*."""
    origin = asked.get("Origin")
    if origin is None:
        return Meaning((False, False), (frozenset(), frozenset()), None, None, False)
    plain, with_credentials = (cors_check(origin, headers, each) for each in (False, True))
    exposed = frozenset(n.lower() for n in names(headers.get("Access-Control-Expose-Headers")))
    proceeds, max_age, private = None, None, False
    if method == "OPTIONS" and "Access-Control-Request-Method" in asked:
        proceeds = (
            preflight(asked, status, headers, False),
            preflight(asked, status, headers, True),
        )
        if any(proceeds):
            max_age = headers.get("Access-Control-Max-Age")
            private = headers.get("Access-Control-Allow-Private-Network") == "true"
    return Meaning(
        (plain, with_credentials),
        (exposed if plain else frozenset(), exposed if with_credentials else frozenset()),
        proceeds,
        max_age,
        private,
    )


def vary(headers: Headers) -> set[str]:
    return {name.lower() for value in headers.getlist("Vary") for name in names(value)}


def same_for_all(answers: Any) -> bool:
    """Whether Access-Control-Allow-Origin does not depend on who asks."""
    return (
        len({tuple(each.headers.getlist("Access-Control-Allow-Origin")) for each in answers}) == 1
    )
