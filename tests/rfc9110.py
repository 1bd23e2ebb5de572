"""Conditional requests, written down by hand from RFC 9110: fields, precedence, ranges.

Nothing here is computed by the library. A field's truth stands for each kind of validator; what the
truths come to stands in `STEPS`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

MODIFIED = "Tue, 02 Jan 2024 10:00:00 GMT"
EARLIER = "Mon, 01 Jan 2024 10:00:00 GMT"
LATER = "Wed, 03 Jan 2024 10:00:00 GMT"
INVALID_DATES = (
    "yesterday",
    "0",
    "2024-01-02T10:00:00Z",
    "Tue, 02 Jan 2024 10:00:00 +0000",
    "Tue, 32 Jan 2024 10:00:00 GMT",
    f"{LATER}, {LATER}",
    f'"{LATER}"',
)


class Kind(NamedTuple):
    """A resource, by its validators."""

    name: str
    etag: str | None
    modified: str | None


STRONG = Kind("strong ETag", '"abc"', MODIFIED)
WEAK = Kind("weak ETag", 'W/"abc"', MODIFIED)
DATED = Kind("date alone", None, MODIFIED)
TAGGED = Kind("ETag alone", '"abc"', None)
BARE = Kind("no validator", None, None)
KINDS = (STRONG, WEAK, DATED, TAGGED, BARE)

T, F, IGNORED = True, False, None

# Section 13.1.1: `*` holds for whatever exists; else one tag must be the same, and both strong.
IF_MATCH = {
    # value: for STRONG, WEAK, DATED, TAGGED, BARE
    "*": (T, T, T, T, T),
    '"abc"': (T, F, F, T, F),
    'W/"abc"': (F, F, F, F, F),
    '"x", "abc"': (T, F, F, T, F),
    '"x", W/"abc"': (F, F, F, F, F),
    '"other"': (F, F, F, F, F),
}
# Section 13.1.2: false where it names the current tag, weak or strong, or `*` what exists.
IF_NONE_MATCH = {
    "*": (F, F, F, F, F),
    '"abc"': (F, F, T, F, T),
    'W/"abc"': (F, F, T, F, T),
    '"x", W/"abc", "y"': (F, F, T, F, T),
    '"other"': (T, T, T, T, T),
    'W/"other"': (T, T, T, T, T),
}
# Section 13.1.3: true where it was modified since; ignored without a date, or with an invalid one.
IF_MODIFIED_SINCE = {
    EARLIER: (T, T, T, IGNORED, IGNORED),
    MODIFIED: (F, F, F, IGNORED, IGNORED),
    LATER: (F, F, F, IGNORED, IGNORED),
    "Wednesday, 03-Jan-24 10:00:00 GMT": (F, F, F, IGNORED, IGNORED),
    "Wed Jan  3 10:00:00 2024": (F, F, F, IGNORED, IGNORED),
    **dict.fromkeys(INVALID_DATES, (IGNORED,) * 5),
}
# Section 13.1.4: true where it was not modified since; ignored likewise.
IF_UNMODIFIED_SINCE = {
    EARLIER: (F, F, F, IGNORED, IGNORED),
    MODIFIED: (T, T, T, IGNORED, IGNORED),
    LATER: (T, T, T, IGNORED, IGNORED),
    "Monday, 01-Jan-24 10:00:00 GMT": (F, F, F, IGNORED, IGNORED),
    "Mon Jan  1 10:00:00 2024": (F, F, F, IGNORED, IGNORED),
    **dict.fromkeys(INVALID_DATES, (IGNORED,) * 5),
}
# Section 13.1.5: strong comparison of tags, exact comparison of dates; what is neither is false.
IF_RANGE = {
    '"abc"': (T, F, F, T, F),
    'W/"abc"': (F, F, F, F, F),
    '"other"': (F, F, F, F, F),
    MODIFIED: (T, T, T, F, F),
    EARLIER: (F, F, F, F, F),
    LATER: (F, F, F, F, F),
    "yesterday": (F, F, F, F, F),
}

ANY = "any"
# Section 13.2.2, for If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since, each true,
# false, or IGNORED where it is not there or does not count. The first row that fits counts; for
# GET and HEAD, and for other methods.
STEPS = (
    # If-Match, If-Unmodified, If-None-Match, If-Modified -> reads, others
    (F, ANY, ANY, ANY, 412, 412),  # step 1
    (T, ANY, F, ANY, 304, 412),  # step 1, then 3
    (T, ANY, T, ANY, 200, 200),  # step 1, then 3
    (T, ANY, IGNORED, F, 304, 200),  # step 1, then 4
    (T, ANY, IGNORED, ANY, 200, 200),
    (IGNORED, F, ANY, ANY, 412, 412),  # step 2
    (IGNORED, ANY, F, ANY, 304, 412),  # step 3
    (IGNORED, ANY, T, ANY, 200, 200),  # step 3: If-Modified-Since does not count
    (IGNORED, ANY, IGNORED, F, 304, 200),  # step 4
    (IGNORED, ANY, IGNORED, ANY, 200, 200),
)


def outcome(
    if_match: bool | None,
    if_unmodified: bool | None,
    if_none_match: bool | None,
    if_modified: bool | None,
    *,
    reads: bool,
) -> int:
    """What the row of `STEPS` says."""
    found = (if_match, if_unmodified, if_none_match, if_modified)
    for *row, reading, changing in STEPS:
        if all(said is ANY or said is value for said, value in zip(row, found, strict=True)):
            return reading if reads else changing
    raise AssertionError(found)


FIELDS = {
    "If-Match": IF_MATCH,
    "If-Unmodified-Since": IF_UNMODIFIED_SINCE,
    "If-None-Match": IF_NONE_MATCH,
    "If-Modified-Since": IF_MODIFIED_SINCE,
}


def combinations() -> Iterator[tuple[Kind, dict[str, str], int, int]]:
    """Every kind, with every combination of values: the status for GET, and for other methods."""
    choices = [[None, *truths] for truths in FIELDS.values()]
    for position, kind in enumerate(KINDS):
        for values in itertools.product(*choices):
            headers, truths = {}, []
            for (name, table), value in zip(FIELDS.items(), values, strict=True):
                truths.append(IGNORED if value is None else table[value][position])
                if value is not None:
                    headers[name] = value
            yield kind, headers, outcome(*truths, reads=True), outcome(*truths, reads=False)


def served() -> Iterator[tuple[Kind, dict[str, str], int]]:
    """Fewer combinations, for whole requests: of each field one value that is as good as others."""
    chosen = {
        "If-Match": (None, "*", '"abc"', 'W/"abc"', '"other"'),
        "If-Unmodified-Since": (None, EARLIER, MODIFIED, "yesterday"),
        "If-None-Match": (None, "*", 'W/"abc"', '"other"'),
        "If-Modified-Since": (None, EARLIER, LATER, "yesterday"),
    }
    for position, kind in enumerate(KINDS):
        for values in itertools.product(*chosen.values()):
            headers = {n: v for n, v in zip(chosen, values, strict=True) if v is not None}
            truths = [
                FIELDS[name][headers[name]][position] if name in headers else IGNORED
                for name in chosen
            ]
            yield kind, headers, outcome(*truths, reads=True)


# Section 14.1.2 and 14.2, of a body of ten bytes: the part, None for all of it, or 416.
RANGES = {
    "bytes=0-3": (0, 4),
    "bytes=3-3": (3, 4),
    "bytes=4-": (4, 10),
    "bytes=9-": (9, 10),
    "bytes=-3": (7, 10),
    "bytes=-10": (0, 10),
    "bytes=-11": (0, 10),
    "bytes=-500": (0, 10),
    "bytes=2-500": (2, 10),
    "BYTES=0-3": (0, 4),
    "bytes=10-": 416,
    "bytes=10-20": 416,
    "bytes=-0": 416,
    "bytes=5-2": 416,
    "bytes=": 416,
    "bytes=a-b": 416,
    "bytes=0-1,3-4": 416,  # a server may refuse several; Flask does
    "bytes": 416,
    "items=0-3": None,  # a unit that is not understood is ignored
    "seconds=-5": None,
}
