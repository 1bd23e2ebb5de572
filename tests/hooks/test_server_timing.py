"""ServerTiming: what it measures, and how it is written."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from afterware import HookConfigurationError, Hooks
from afterware.hooks import ServerTiming, span


def timings(answer: Any) -> dict[str, float]:
    metrics = [part.split(";") for part in answer.headers["Server-Timing"].split(", ")]
    return {metric[0]: float(metric[1].removeprefix("dur=")) for metric in metrics}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"metrics": ("total", "db")}, "Choose 'total', 'hooks' or 'spans'"),
        ({"timing_allow_origin": "a\nb"}, "Give origins"),
        ({"metric": ()}, "Did you mean metrics"),
    ],
)
def test_a_wrong_option_is_named_with_what_it_may_be(options: Any, says: str) -> None:
    with pytest.raises(HookConfigurationError, match=says):
        ServerTiming(**options)


def test_total_holds_hooks_and_spans_and_spans_of_one_name_are_added_up(host: Any) -> None:
    clock = iter(range(1000))
    hooks = Hooks()

    @hooks.after_request
    def plain(response: Any) -> Any:
        return response

    @hooks.after_request
    async def awaited(response: Any) -> Any:
        return response

    hooks.add(ServerTiming())
    hooks.init_app(host.app)

    @host.route("/")
    def view() -> str:
        for _ in range(2):
            with span("db", 'queries "all"'):
                pass
        with span("render"):
            pass
        return ""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("afterware.hooks.server_timing.perf_counter", lambda: next(clock))
        answer = host.ask()
    # Each look at the clock is a second later: two spans of db, one of render, two hooks.
    assert timings(answer) == {"total": 11000.0, "hooks": 2000.0, "db": 2000.0, "render": 1000.0}
    assert 'db;dur=2000.000;desc="queries \\"all\\""' in answer.headers["Server-Timing"]


def test_a_span_around_an_await_counts_the_waiting(quart_host: Any, bind: Any) -> None:
    bind(quart_host, ServerTiming())

    async def view() -> str:
        with span("wait"):
            await asyncio.sleep(0.02)
        return ""

    quart_host.app.add_url_rule("/", "home", view)
    assert timings(quart_host.ask())["wait"] >= 15


def test_what_is_sent_can_be_chosen_and_shared_with_other_origins(host: Any, bind: Any) -> None:
    bind(host, ServerTiming(metrics=("spans",), timing_allow_origin="https://a.test"))

    @host.route("/")
    def view() -> str:
        with span("db"):
            return ""

    host.route("/none")(lambda: "")
    answer = host.ask()
    assert list(timings(answer)) == ["db"]
    assert answer.headers["Timing-Allow-Origin"] == "https://a.test"
    assert "Server-Timing" not in host.ask("/none").headers


def test_a_metric_that_a_view_has_sent_itself_stays(host: Any, bind: Any) -> None:
    bind(host, ServerTiming())
    host.route("/")(lambda: ("", {"Server-Timing": "cache;desc=hit"}))
    sent = host.ask().headers.getlist("Server-Timing")
    assert sent[0] == "cache;desc=hit"
    assert re.fullmatch(r"total;dur=[\d.]+, hooks;dur=[\d.]+", sent[1])


@pytest.mark.parametrize(("name", "description"), [("a b", ""), ("", ""), ("a", "line\nbreak")])
def test_a_span_that_cannot_be_written_is_refused(name: str, description: str) -> None:
    with pytest.raises(ValueError, match=r"no|not"), span(name, description):
        pass


def test_a_span_without_the_hook_only_runs(host: Any) -> None:
    @host.route("/")
    def view() -> str:
        with span("db"):
            return "ran"

    answer = host.ask()
    assert answer.body == b"ran"
    assert "Server-Timing" not in answer.headers


def test_a_hook_that_raises_is_measured_and_its_error_goes_on(host: Any) -> None:
    hooks = Hooks()

    @hooks.before_request
    async def fail() -> None:
        raise ArithmeticError

    hooks.add(ServerTiming())
    hooks.init_app(host.app)
    host.app.config["PROPAGATE_EXCEPTIONS"] = False
    host.quiet()
    answer = host.ask()
    assert answer.status == 500
    assert timings(answer)["hooks"] > 0
