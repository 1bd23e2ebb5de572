"""Read and add headers on a hot path, in the same way on both hosts.

Werkzeug's Headers is a list of pairs with a careful, case-insensitive face: a miss costs an
exception, and every value that is added is searched for line breaks. What is added here was
checked when the hook was made, so it is appended as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import Headers

if TYPE_CHECKING:
    from .context import Request

__all__ = [
    "RequestHeader",
    "Static",
    "add_vary",
    "append",
    "checked",
    "drop_nonced_policies",
    "names",
]

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BAD_IN_VALUE = re.compile(r"[^\t\x20-\x7e\x80-\xff]")


def checked(name: str, value: str) -> tuple[str, str]:
    """A header that may be appended unseen.

    :raises ValueError: the name is no token, or the value has a line break or another character
        that a header cannot carry (RFC 9110, sections 5.1 and 5.5).
    """
    if not _TOKEN.fullmatch(name):
        raise ValueError(f"{name!r} is not a header name")
    if bad := _BAD_IN_VALUE.search(value):
        raise ValueError(f"{name} has {bad.group()!r} in its value {value!r}")
    return name, value.strip()


class Static:
    """Headers that are the same on every response, put together once.

    :param pairs: names and values, each name once.
    :raises ValueError: a header cannot be sent.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.pairs = [checked(*pair) for pair in pairs]
        self.names = frozenset(name.lower() for name, _ in self.pairs)

    def add_missing(self, headers: Headers) -> None:
        """Add those that are not there; one that is there is left as somebody meant it."""
        ours = self.names
        for name, _ in headers:
            if name.lower() in ours:
                present = names(headers)
                append(headers, [pair for pair in self.pairs if pair[0].lower() not in present])
                return
        append(headers, self.pairs)


def names(headers: Headers) -> set[str]:
    """The names of all headers, lower case."""
    return {name.lower() for name, _ in headers}


def _append_to_list(headers: Headers, pairs: Sequence[tuple[str, str]]) -> None:
    headers._list.extend(pairs)  # noqa: SLF001 - six microseconds for eight headers otherwise


def _append_publicly(headers: Headers, pairs: Sequence[tuple[str, str]]) -> None:
    headers.extend(pairs)


def _way_to_append(kind: Any) -> Any:
    """The quick way, where Headers keeps its pairs as it does now; else `extend`."""
    try:
        headers = kind([("A", "b")])
        _append_to_list(headers, [("C", "d")])
        if list(headers) == [("A", "b"), ("C", "d")] and headers["c"] == "d":
            return _append_to_list
    except (AttributeError, KeyError, TypeError):
        pass
    return _append_publicly


append = _way_to_append(Headers)
"""`append(headers, pairs)` adds checked pairs, beside any of the same name."""


def add_vary(headers: Headers, *fields: str) -> None:
    """Say that the response depends on these request headers (RFC 9110, section 12.5.5).

    One Vary header is left, with every field once; `*` stays alone.
    """
    values = [value for name, value in headers if name.lower() == "vary"]
    if not values:
        append(headers, [("Vary", ", ".join(fields))])
        return
    listed = [field.strip() for value in values for field in value.split(",") if field.strip()]
    known = {field.lower() for field in listed}
    if "*" in known:
        return
    missing = [field for field in fields if field.lower() not in known]
    if missing or len(values) > 1:
        headers["Vary"] = ", ".join([*listed, *missing])


_POLICIES = ("content-security-policy", "content-security-policy-report-only")


def drop_nonced_policies(headers: Headers) -> None:
    """Take out every Content-Security-Policy with a nonce, for a 304.

    Its headers replace those of the page that the client keeps (RFC 9111, section 3.2), whose
    scripts have the nonce that they were sent with (CSP Level 3, section 7.1).
    """
    kept = [(n, v) for n, v in headers if n.lower() not in _POLICIES or "'nonce-" not in v]
    if len(kept) < len(headers):
        headers[:] = kept


class RequestHeader:
    """One request header, ready to be looked up by many requests.

    :param name: as it is usually written.
    """

    def __init__(self, name: str) -> None:
        self._name = name.lower()
        self._length = len(name)
        self._environ_key = "HTTP_" + name.upper().replace("-", "_")
        self._raw = self._name.encode("latin-1")

    def of(self, request: Request) -> str | None:
        """The header's value, the first where it came several times; None where it did not."""
        environ = getattr(request, "environ", None)
        if environ is not None:
            return environ.get(self._environ_key)  # type: ignore[no-any-return]
        for name, value in request.headers:
            if len(name) == self._length and name.lower() == self._name:
                return value
        return None

    def of_exchange(self, exchange: Mapping[str, Any]) -> str | None:
        """The same before there is a request, of a WSGI environ or an ASGI scope."""
        if "headers" not in exchange:
            return exchange.get(self._environ_key)
        for name, value in exchange["headers"]:
            if name == self._raw:  # names come in lower case
                return str(value.decode("latin-1"))
        return None
