"""Headers on a hot path: appending, Vary, and looking one up in a request."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import Headers

from afterware import head
from afterware.context import current_request


class Renamed(Headers):
    """A Headers of another make, that keeps its pairs elsewhere."""

    @property
    def _list(self) -> Any:
        raise AttributeError("_list")

    def __init__(self, pairs: Any = ()) -> None:
        self.pairs = list(pairs)

    def __iter__(self) -> Any:
        return iter(self.pairs)

    def extend(self, pairs: Any) -> None:  # type: ignore[override]
        self.pairs += pairs


def test_append_goes_past_the_checks_only_where_headers_are_as_they_are_now() -> None:
    assert head._way_to_append(Headers) is head._append_to_list
    assert head._way_to_append(Renamed) is head._append_publicly


@pytest.mark.parametrize("way", [head._append_to_list, head._append_publicly])
def test_both_ways_to_append_keep_what_is_there(way: Any) -> None:
    headers = Headers([("A", "1")])
    way(headers, [("B", "2"), ("A", "3")])
    assert list(headers) == [("A", "1"), ("B", "2"), ("A", "3")]


@pytest.mark.parametrize(
    ("there", "added", "left"),
    [
        ([], ["Origin"], ["Origin"]),
        (["Cookie"], ["Origin"], ["Cookie, Origin"]),
        (["cookie, ORIGIN"], ["Origin"], ["cookie, ORIGIN"]),
        (["Cookie", "Accept"], ["Origin"], ["Cookie, Accept, Origin"]),
        (["*"], ["Origin"], ["*"]),
        (["Accept-Encoding"], ["Origin", "Accept-Encoding"], ["Accept-Encoding, Origin"]),
    ],
)
def test_vary_lists_every_field_once(there: Any, added: Any, left: Any) -> None:
    headers = Headers([("vary", value) for value in there])
    head.add_vary(headers, *added)
    assert headers.getlist("Vary") == left


def test_static_headers_leave_one_that_is_there_as_it_is() -> None:
    static = head.Static([("X-A", "ours"), ("X-B", "ours")])
    headers = Headers([("x-a", "theirs")])
    static.add_missing(headers)
    assert list(headers) == [("x-a", "theirs"), ("X-B", "ours")]


@pytest.mark.parametrize(
    ("name", "value"), [("X A", "b"), ("X-A", "b\r\nc"), ("", "b"), ("é", "b")]
)
def test_a_header_that_cannot_be_sent_is_refused_when_it_is_made(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"header name|in its value"):
        head.Static([(name, value)])


def test_a_request_header_is_found_whatever_its_case_and_none_is_none(host: Any) -> None:
    origin, other = head.RequestHeader("Origin"), head.RequestHeader("X-Other")

    @host.route("/")
    def view() -> Any:
        return [origin.of(current_request()), other.of(current_request())]

    assert host.ask(headers={"ORIGIN": "https://a.test"}).json == ["https://a.test", None]
