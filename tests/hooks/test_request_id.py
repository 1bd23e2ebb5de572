"""RequestId: where an id comes from, and everywhere that it is known."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest

from afterware import HookConfigurationError, Hooks
from afterware.hooks import RequestId, request_id

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture(autouse=True)
def _own_record_factory() -> Any:
    before = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(before)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"header": "X Request"}, "Give the name of a header"),
        ({"trust_incoming": "no"}, "Choose True or False"),
        ({"log_record": True}, "Did you mean log_records"),
    ],
)
def test_a_wrong_option_is_named_with_what_it_may_be(options: Any, says: str) -> None:
    with pytest.raises(HookConfigurationError, match=says):
        RequestId(**options)


def test_the_id_is_known_everywhere_and_in_every_log_record(
    host: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """In before_request, the view, hooks of both colours, worker threads, streams, teardown."""
    caplog.set_level(logging.INFO)
    log = logging.getLogger("everywhere")
    hooks = Hooks()
    hooks.before_request(lambda: log.info("before"))
    hooks.add(RequestId())

    @hooks.after_request
    def plain(response: Any) -> Any:
        log.info("plain")
        return response

    @hooks.after_request(blocking=True)
    def blocking(response: Any) -> Any:
        log.info("blocking")
        return response

    @hooks.after_request
    async def awaited(response: Any) -> Any:
        log.info("awaited")
        return response

    hooks.teardown_request(lambda _: log.info("teardown"))
    hooks.after_response(lambda _: log.info("after"))
    hooks.init_app(host.app)

    def chunks() -> Any:
        log.info("stream")
        yield request_id() or "none"

    host.route("/")(lambda: host.app.response_class(chunks()))
    answer = host.ask(headers={"X-Request-ID": "mine-1"})
    assert answer.body == b"mine-1"
    ids = {r.getMessage(): r.request_id for r in caplog.records if r.name == "everywhere"}
    assert ids.pop("after") in ("mine-1", "-")
    assert ids == dict.fromkeys(
        ["before", "plain", "blocking", "awaited", "teardown", "stream"], "mine-1"
    )
    log.info("outside")
    assert caplog.records[-1].request_id == "-"


def test_an_id_is_not_left_behind_for_the_next_request_of_the_thread(host: Any, bind: Any) -> None:
    bind(host, RequestId())
    host.route("/")(lambda: request_id())
    assert host.ask(headers={"X-Request-ID": "first"}).body == b"first"
    second = host.ask().body.decode()
    assert re.fullmatch("[0-9a-f]{32}", second)
    assert request_id() is None


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({"X-Request-ID": "a.b_c~1:/+=@-"}, "a.b_c~1:/+=@-"),
        ({"X-Request-ID": "x" * 128}, "x" * 128),
        ({"X-Request-ID": "x" * 129}, None),
        ({"X-Request-ID": "with space"}, None),
        ({"X-Request-ID": ""}, None),
        ({"X-Request-ID": 'quo"te'}, None),
        ({"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}, TRACE),
        ({"traceparent": f"01-{TRACE}-b7ad6b7169203331-01-more"}, TRACE),
        ({"traceparent": f"ff-{TRACE}-b7ad6b7169203331-01"}, None),
        ({"traceparent": f"00-{'0' * 32}-b7ad6b7169203331-01"}, None),
        ({"traceparent": f"00-{TRACE}-{'0' * 16}-01"}, None),
        ({"traceparent": f"00-{TRACE.upper()}-b7ad6b7169203331-01"}, None),
        ({"X-Request-ID": "id", "traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}, "id"),
    ],
)
def test_an_id_that_comes_in_is_kept_only_if_it_is_well_formed(
    host: Any, bind: Any, headers: Any, kept: str | None
) -> None:
    bind(host, RequestId())
    host.route("/")(lambda: "")
    got = host.ask(headers=headers).headers["X-Request-ID"]
    assert got == kept if kept else re.fullmatch("[0-9a-f]{32}", got)


def test_an_id_that_comes_in_is_not_kept_where_it_is_not_trusted(host: Any, bind: Any) -> None:
    bind(host, RequestId("X-Correlation-ID", trust_incoming=False))
    host.route("/")(lambda: "")
    answer = host.ask(headers={"X-Correlation-ID": "theirs"})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Correlation-ID"])


def test_a_response_to_an_unhandled_exception_has_the_id(host: Any, bind: Any) -> None:
    bind(host, RequestId())
    host.app.config["PROPAGATE_EXCEPTIONS"] = False

    @host.route("/")
    def fail() -> None:
        raise ArithmeticError

    answer = host.ask(headers={"X-Request-ID": "failed"})
    assert (answer.status, answer.headers["X-Request-ID"]) == (500, "failed")


def test_the_log_record_factory_is_set_once_and_keeps_the_one_before(host: Any, bind: Any) -> None:
    def before(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = logging.LogRecord(*args, **kwargs)
        record.before = True
        return record

    logging.setLogRecordFactory(before)
    bind(host, RequestId())
    factory = logging.getLogRecordFactory()
    other = host.new_app()
    hooks = Hooks()
    hooks.add(RequestId())
    hooks.init_app(other)
    assert logging.getLogRecordFactory() is factory
    record = logging.getLogger("x").makeRecord("x", logging.INFO, "", 0, "", (), None)
    assert (record.before, record.request_id) == (True, "-")
