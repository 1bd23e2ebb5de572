"""AccessLog: what a record says, and what it does not give away."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import Headers

from afterware import HookConfigurationError, Sent
from afterware.hooks import AccessLog, RequestId
from afterware.hooks.access_log import SECRETS, masked


@pytest.fixture(autouse=True)
def _own_record_factory() -> Any:
    before = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(before)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"style": "xml"}, "Choose 'line' or 'json'"),
        ({"logger": 7}, "name of a logger"),
        ({"level": "INFO"}, "whole number"),
        ({"mask": 7}, "list of strings"),
        ({"masks": ()}, "Did you mean mask"),
    ],
)
def test_a_wrong_option_is_named_with_what_it_may_be(options: Any, says: str) -> None:
    with pytest.raises(HookConfigurationError, match=says):
        AccessLog(**options)


def of(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "afterware.access"]


def test_a_json_record_says_what_was_sent(
    host: Any, bind: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bind(host, AccessLog("json"), RequestId())
    host.route("/notes", methods=["POST"])(lambda: ("made", 201))
    host.ask("/notes?page=2&Token=abc", "POST", headers={"X-Request-ID": "id-1"})
    [record] = of(caplog)
    told = json.loads(record.getMessage())
    assert told.pop("seconds") > 0
    assert told == {
        "method": "POST",
        "path": "/notes",
        "query": "page=2&Token=***",
        "status": 201,
        "bytes": 4,
        "request_id": "id-1",
        "completed": True,
        "left": False,
    }
    assert (record.status, record.bytes, record.request_id) == (201, 4, "id-1")


def test_a_line_is_one_line_whatever_was_asked_for(
    host: Any, bind: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bind(host, AccessLog())
    host.ask("/a%0Ab%22%20c?d=1")
    [record] = of(caplog)
    words = record.getMessage().split(" ")
    assert words[:2] == ["GET", "/a\\x0ab\\x22\\x20c?d=1"]
    assert (words[2], words[-1]) == ("404", "-")


def test_nothing_is_put_together_where_nobody_listens(host: Any, bind: Any, caplog: Any) -> None:
    caplog.set_level(logging.WARNING)
    bind(host, AccessLog())
    host.ask()
    assert of(caplog) == []


@pytest.mark.parametrize(
    ("exception", "completed", "word", "left"),
    [(None, True, "-", False), (None, False, "left", True), (ValueError(), False, "failed", False)],
)
def test_a_client_that_left_is_told_from_an_app_that_failed(
    caplog: pytest.LogCaptureFixture, exception: Any, completed: bool, word: str, left: bool
) -> None:
    caplog.set_level(logging.INFO)
    sent = Sent("GET", "/", "", None, Headers(), 5, 0.25, completed, exception)
    AccessLog().after_response(sent)
    [record] = of(caplog)
    assert record.getMessage().startswith("GET / - 5 0.250 -")
    assert record.getMessage().split()[-1] == word
    assert record.left is left


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["page", "TOKEN", "pass%77ord", "csrf_token", "", "+key+"]),
            st.sampled_from(["=hidden", "", "="]),
        )
    )
)
def test_a_secret_is_masked_by_name_and_nothing_else_is_changed(pairs: Any) -> None:
    secret = {"TOKEN", "pass%77ord", "+key+"}
    query = "&".join(name + value for name, value in pairs)
    wanted = "&".join(
        f"{name}=***" if value and name in secret else name + value for name, value in pairs
    )
    assert masked(query, frozenset(SECRETS)) == wanted
