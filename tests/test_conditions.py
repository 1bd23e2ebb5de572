"""Conditions and ranges against tables made by hand from RFC 9110; no host is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import rfc9110
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import Headers
from werkzeug.http import http_date as written
from werkzeug.http import parse_date

from afterware.conditions import (
    Unsatisfiable,
    Validators,
    byte_range,
    http_date,
    precondition,
    range_applies,
)


def validators(kind: rfc9110.Kind) -> Validators:
    return Validators(kind.etag, parse_date(kind.modified))


@pytest.mark.slow
def test_every_combination_of_conditions_comes_to_what_section_13_2_2_says() -> None:
    count = 0
    for kind, headers, reading, changing in rfc9110.combinations():
        asked, current = Headers(headers), validators(kind)
        for method in ("GET", "HEAD"):
            assert precondition(method, asked, current) == reading, (kind, headers, method)
        for method in ("PUT", "POST", "DELETE", "PATCH"):
            assert precondition(method, asked, current) == changing, (kind, headers, method)
        for method in ("OPTIONS", "CONNECT", "TRACE"):
            assert precondition(method, asked, current) == 200
        count += 1
    assert count == 5 * 7 * 13 * 7 * 13


def test_of_what_does_not_exist_a_star_says_the_opposite() -> None:
    """`If-None-Match: *` lets a PUT create, `If-Match: *` does not (13.1.1 and 13.1.2)."""
    nothing = Validators(None, None)
    for value, if_match, if_none_match in (("*", 412, 200), ('"abc"', 412, 200)):
        for name, expected in (("If-Match", if_match), ("If-None-Match", if_none_match)):
            assert precondition("PUT", Headers({name: value}), nothing, exists=False) == expected


def test_a_field_on_several_lines_is_one_list() -> None:
    asked = Headers([("If-None-Match", '"x"'), ("If-None-Match", '"abc"')])
    assert precondition("GET", asked, validators(rfc9110.STRONG)) == 304
    dates = Headers([("If-Modified-Since", rfc9110.LATER)] * 2)
    assert precondition("GET", dates, validators(rfc9110.DATED)) == 200


@pytest.mark.parametrize("value", ['"a,b"', '"a", "a,b"', 'W/"a,b",', ',, "a,b"'])
def test_a_comma_inside_of_a_tag_does_not_end_it(value: str) -> None:
    assert precondition("GET", Headers({"If-None-Match": value}), Validators('"a,b"', None)) == 304
    assert precondition("GET", Headers({"If-None-Match": value}), Validators('"b"', None)) == 200


def test_a_tag_that_is_sent_without_quotes_is_known_again_and_is_not_the_one_with_quotes() -> None:
    bare = Validators("abc", None)
    assert precondition("GET", Headers({"If-None-Match": "abc"}), bare) == 304
    assert precondition("GET", Headers({"If-None-Match": '"abc"'}), bare) == 200
    assert precondition("GET", Headers({"If-None-Match": "abc"}), Validators('"abc"', None)) == 200


def test_a_range_is_heeded_where_its_if_range_holds_and_by_get_alone() -> None:
    for value, truths in rfc9110.IF_RANGE.items():
        for kind, expected in zip(rfc9110.KINDS, truths, strict=True):
            asked = Headers({"Range": "bytes=0-1", "If-Range": value})
            assert range_applies("GET", asked, validators(kind)) is expected, (value, kind)
            for method in ("HEAD", "POST", "PUT"):
                assert range_applies(method, asked, validators(kind)) is False
            assert range_applies("GET", Headers({"If-Range": value}), validators(kind)) is False
    for kind in rfc9110.KINDS:
        assert range_applies("GET", Headers({"Range": "bytes=0-1"}), validators(kind)) is True


@pytest.mark.parametrize(("value", "part"), rfc9110.RANGES.items())
def test_a_range_is_read_as_section_14_says(value: str, part: object) -> None:
    if part == 416:
        with pytest.raises(Unsatisfiable):
            byte_range(value, 10)
    else:
        assert byte_range(value, 10) == part


def test_an_empty_body_has_no_ranges() -> None:
    assert byte_range("bytes=-5", 0) is None


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2068, 1, 1)))
def test_a_date_is_understood_in_each_of_its_three_forms(when: datetime) -> None:
    when = when.replace(microsecond=0, tzinfo=UTC)
    assert http_date(written(when)) == when
    assert (
        http_date(when.strftime("%a %b ") + f"{when.day:2} " + when.strftime("%H:%M:%S %Y")) == when
    )
    assert http_date(when.strftime("%A, %d-%b-%y %H:%M:%S GMT")) == when


def test_a_leap_second_is_a_date_and_the_hour_25_is_none() -> None:
    assert http_date("Sat, 31 Dec 2016 23:59:60 GMT") == datetime(
        2016, 12, 31, 23, 59, 59, tzinfo=UTC
    )
    assert http_date("Sat, 31 Dec 2016 25:00:00 GMT") is None


def test_two_digits_of_a_year_more_than_50_years_ahead_are_of_the_last_century() -> None:
    year = (datetime.now(UTC) + timedelta(days=55 * 365.25)).year
    parsed = http_date(f"Monday, 01-Jan-{year % 100:02} 00:00:00 GMT")
    assert parsed is not None
    assert parsed.year == year - 100
