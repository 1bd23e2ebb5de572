"""Conditional and range requests, as RFC 9110 has them (sections 8.8, 13 and 14). Imports no host.

Werkzeug and Quart evaluate a part of it, each in its own way; here all of it is evaluated alike.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from werkzeug.http import parse_date

if TYPE_CHECKING:
    from werkzeug.datastructures import Headers

__all__ = [
    "Unsatisfiable",
    "Validators",
    "byte_range",
    "http_date",
    "precondition",
    "range_applies",
]

_ENTITY_TAG = re.compile(r'(W/)?("[^"]*")')
_ELEMENT = re.compile(r'\s*(?:(W/)?("[^"]*")|([^",\s]+))\s*(?:,|$)|\s*,')
_BYTES_SPEC = re.compile(r"(\d+)-(\d*)|-(\d+)", re.ASCII)

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_LONG_DAY = "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
# Section 5.6.7: the form that is sent, and the two old ones that are to be understood.
_DATES: Final = (
    re.compile(rf"{_DAY}, (?P<day>\d\d) {_MONTH} (?P<year>\d{{4}}) {_TIME} GMT", re.ASCII),
    re.compile(rf"{_LONG_DAY}, (?P<day>\d\d)-{_MONTH}-(?P<year>\d\d) {_TIME} GMT", re.ASCII),
    re.compile(rf"{_DAY} {_MONTH} (?P<day>[\d ]\d) {_TIME} (?P<year>\d{{4}})", re.ASCII),
)


class _Tag(NamedTuple):
    """An entity tag (section 8.8.3).

    :param opaque: with its quotes; a tag that was sent without quotes is compared as it is.
    """

    opaque: str
    weak: bool


class Validators(NamedTuple):
    """What tells one state of a resource from another (section 8.8).

    :param etag: the ETag as it is sent, or None.
    :param last_modified: to the second, or None.
    """

    etag: str | None
    last_modified: datetime | None

    @classmethod
    def of(cls, headers: Headers) -> Validators:
        """Those of a response."""
        modified = headers.get("Last-Modified")
        return cls(headers.get("ETag"), None if modified is None else parse_date(modified))

    def _tag(self) -> _Tag | None:
        if self.etag is None:
            return None
        found = _ENTITY_TAG.fullmatch(self.etag)
        return _Tag(self.etag, False) if found is None else _Tag(found[2], bool(found[1]))


class Unsatisfiable(Exception):  # noqa: N818  # a state of a Range, named as one
    """A Range asks for what is not there, or says nothing that can be understood."""


def precondition(
    method: str, asked: Headers, current: Validators, *, exists: bool = True
) -> Literal[200, 304, 412]:
    """What a request's preconditions come to, evaluated in the order of section 13.2.2.

    Only a request that would otherwise succeed is to be asked about (section 13.2.1).

    :param method: the request's.
    :param asked: the request's headers.
    :param current: the validators of what the resource is now.
    :param exists: whether it has any representation now; False for what a PUT would create.
    :returns: 200 to go on, 304 for Not Modified, 412 for Precondition Failed.
    """
    if method in ("CONNECT", "OPTIONS", "TRACE"):
        return 200
    reads = method in ("GET", "HEAD")
    tag = current._tag()  # noqa: SLF001 - of this module
    if_match = _value(asked, "If-Match")
    if if_match is not None:
        if not _names(if_match, tag, exists, strong=True):
            return 412
    else:
        unmodified_since = http_date(_value(asked, "If-Unmodified-Since"))
        modified = current.last_modified
        if None not in (unmodified_since, modified) and modified > unmodified_since:  # type: ignore[operator]  # neither is None
            return 412
    if_none_match = _value(asked, "If-None-Match")
    if if_none_match is not None:
        if _names(if_none_match, tag, exists, strong=False):
            return 304 if reads else 412
    elif reads:
        modified_since = http_date(_value(asked, "If-Modified-Since"))
        modified = current.last_modified
        if None not in (modified_since, modified) and modified <= modified_since:  # type: ignore[operator]  # neither is None
            return 304
    return 200


def range_applies(method: str, asked: Headers, current: Validators) -> bool:
    """Whether a request's Range is to be heeded at all (sections 13.1.5 and 14.2).

    GET alone has ranges. An If-Range holds only where its tag and the current one are both strong
    and the same, or where its date is the very Last-Modified. That date is taken to be a strong
    validator: who changes a file twice in a second should give it an ETag.
    """
    if method != "GET" or "Range" not in asked:
        return False
    if_range = _value(asked, "If-Range")
    if if_range is None:
        return True
    if found := _ENTITY_TAG.fullmatch(if_range):
        return not found[1] and current._tag() == _Tag(found[2], False)  # noqa: SLF001 - ours
    date = http_date(if_range)
    return date is not None and date == current.last_modified


def byte_range(value: str, length: int) -> tuple[int, int] | None:
    """The first byte that a Range asks for, and the one after the last; None to ignore it.

    A unit other than bytes is ignored (section 14.2). One range is served; of several, and of what
    cannot be read, Unsatisfiable is raised, as Flask does. A suffix that is longer than the body is
    all of it (section 14.1.2).

    :param length: of the whole body, in bytes. An empty one has no ranges.
    :raises Unsatisfiable: for 416.
    """
    unit, separator, ranges = value.partition("=")
    if length == 0 or (separator and unit.strip().lower() != "bytes"):
        return None
    found = _BYTES_SPEC.fullmatch(ranges.strip())
    if found is None:
        raise Unsatisfiable
    first, last, suffix = found.groups()
    if suffix is not None:
        if int(suffix) == 0:
            raise Unsatisfiable
        return max(length - int(suffix), 0), length
    begin = int(first)
    end = int(last) + 1 if last else length
    if begin >= length or begin >= end:
        raise Unsatisfiable
    return begin, min(end, length)


def http_date(value: str | None) -> datetime | None:
    """A date in one of the three forms of section 5.6.7; None for anything else, a list as well."""
    if value is None:
        return None
    for form in _DATES:
        if found := form.fullmatch(value):
            parts = found.groupdict()
            break
    else:
        return None
    year, second = int(parts["year"]), int(parts["second"])
    if len(parts["year"]) == 2:
        year = _with_century(year)
    try:
        return datetime(
            year,
            _MONTHS.index(parts["month"]) + 1,
            int(parts["day"]),
            int(parts["hour"]),
            int(parts["minute"]),
            min(second, 59) if second == 60 else second,  # a leap second
            tzinfo=UTC,
        )
    except ValueError:
        return None


def _with_century(year: int) -> int:
    """Two digits that seem more than 50 years ahead are of the last century (section 5.6.7)."""
    limit = (datetime.now(UTC) + timedelta(days=50 * 365.25)).year
    year += limit - limit % 100
    return year if year <= limit else year - 100


def _value(headers: Headers, name: str) -> str | None:
    """All lines of a field, as one (section 5.3)."""
    if headers.get(name) is None:
        return None
    lines = headers.getlist(name)
    return ", ".join(lines).strip()


def _names(value: str, tag: _Tag | None, exists: bool, *, strong: bool) -> bool:
    """Whether `*` or one of a list of entity tags is the current one (section 8.8.3.2)."""
    if value == "*":
        return exists
    if tag is None or not exists or (strong and tag.weak):
        return False
    for found in _ELEMENT.finditer(value):
        weak, opaque, bare = found.groups()
        if (opaque or bare) == tag.opaque and not (strong and weak):
            return True
    return False
