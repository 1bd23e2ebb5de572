"""Which origins and header names a CORS policy names: exact, by wildcard, by pattern."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from ._options import listed, refuse

__all__ = ["Matcher", "header_names", "origins"]

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Matcher:
    """A set of exact strings, compared without regard to case, and of patterns.

    :param exact: strings.
    :param patterns: of which one must match the whole of a text; their own flags say how.
    """

    def __init__(self, exact: Iterable[str], patterns: Iterable[re.Pattern[str]]) -> None:
        self.exact = frozenset(text.lower() for text in exact)
        self.patterns = tuple(patterns)

    def __contains__(self, text: str) -> bool:
        if text in self.exact:
            return True
        if text.lower() in self.exact:
            return True
        return any(pattern.fullmatch(text) for pattern in self.patterns)


def origins(hook: str, given: Any) -> tuple[list[str], list[re.Pattern[str]], bool]:
    """The exact origins, the patterns, and whether every origin is meant.

    :raises HookConfigurationError: something is no origin (RFC 6454, section 6.2).
    """
    exact: list[str] = []
    patterns: list[re.Pattern[str]] = []
    each_and_every = False
    for each in listed(hook, "origins", given):
        if isinstance(each, re.Pattern):
            patterns.append(each)
        elif each == "*":
            each_and_every = True
        elif each == "null":
            exact.append(each)
        elif "*" in each:
            patterns.append(_subdomains(hook, each))
        else:
            exact.append(_serialized(hook, each))
    if each_and_every and (exact or patterns):
        refuse(hook, "origins", given, "'*' is every origin: name it alone, or leave it out.")
    return exact, patterns, each_and_every


def _serialized(hook: str, origin: str) -> str:
    """An origin as a browser writes it: lower case, without the port that goes without saying."""
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError as error:
        refuse(hook, "origins", origin, f"{error}.")
    if not parts.scheme or not parts.hostname or parts.username is not None:
        refuse(hook, "origins", origin, "Write it as scheme://host or scheme://host:port.")
    if parts.path or parts.query or parts.fragment:
        refuse(hook, "origins", origin, "An origin ends with its host or port, with nothing after.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    plain = f"{parts.scheme}://{host}".lower()
    return plain if port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f"{plain}:{port}"


def _subdomains(hook: str, origin: str) -> re.Pattern[str]:
    scheme, separator, rest = origin.partition("://*.")
    if not separator or "*" in scheme + rest:
        refuse(
            hook,
            "origins",
            origin,
            "A wildcard stands for subdomains, as in 'https://*.example.com'; for anything else,"
            " give a compiled pattern, which must match the whole origin.",
        )
    tail = _serialized(hook, f"{scheme}://{rest}").partition("://")[2]
    return re.compile(rf"{re.escape(scheme.lower())}://(?:[a-z0-9_-]+\.)+{re.escape(tail)}", re.I)


def header_names(hook: str, option: str, given: Any) -> tuple[list[str], list[re.Pattern[str]]]:
    """Exact header names, and patterns for others; `X-*` is such a pattern.

    :raises HookConfigurationError: something is neither.
    """
    exact: list[str] = []
    patterns: list[re.Pattern[str]] = []
    for each in listed(hook, option, given):
        if isinstance(each, re.Pattern):
            patterns.append(each)
        elif not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", each):
            refuse(hook, option, given, f"{each!r} is not a header name.")
        elif "*" in each:
            patterns.append(re.compile(".*".join(map(re.escape, each.split("*"))), re.I))
        else:
            exact.append(each)
    return exact, patterns
