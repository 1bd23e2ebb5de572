"""How cost grows with the body is recovered from samples in which it was planted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_costs import BODY_COSTS, COSTS, PER_KB, REQUEST_PER_KB, measured
from rich.console import Console

from benchmarks.analysis import Analysis
from benchmarks.expectations import expectations, growth_expectations
from benchmarks.growth import Growth
from benchmarks.report import report
from benchmarks.results import from_suite
from benchmarks.scenarios import PAYLOADS

# A machine whose speed varies by 0 to 20% is 10% slower than its best, on average.
DRIFT = 1.1
EVERYTHING = {"costs": COSTS | BODY_COSTS, "payloads": tuple(PAYLOADS)}
NO_NOISE = {"noise": 0, "drift": 0, "layout": 0, "processes": 2, "rounds": 2}


def grown(host="flask", **how):
    return Growth(Analysis(from_suite(measured(**EVERYTHING | how))), host)


@pytest.fixture(scope="module")
def growth():
    return grown()


def near(estimate, truth, rel=0.1):
    """Whether the figure is about the truth, and its interval reaches there or nearly so."""
    return (
        estimate.value == pytest.approx(truth, rel=rel)
        and estimate.low <= truth * (1 + rel / 2)
        and estimate.high >= truth * (1 - rel / 2)
    )


@pytest.mark.parametrize("hooks", [1, 4])
@pytest.mark.parametrize("style", BODY_COSTS)
def test_the_planted_cost_of_a_kb_is_recovered(growth, style, hooks):
    assert near(growth.per_kb(style, hooks), PER_KB[style] * hooks * DRIFT)


@settings(deadline=None, max_examples=10)  # other work may hold the machine up
@given(st.floats(0.001, 10), st.floats(0.001, 10))
def test_without_noise_cost_and_ratio_are_exact(portable, inline):
    per_kb = {"portable-async-read": portable, "inline-read": inline}
    growth = grown(per_kb=per_kb, hosts=("quart",), host="quart", **NO_NOISE)
    for style, planted in per_kb.items():
        found = growth.per_kb(style, 4)
        assert found.value == pytest.approx(4 * planted)
        assert (found.low, found.high) == pytest.approx((found.value, found.value))
    ratio = growth.per_kb_ratio("portable-async-read", "inline-read", 4)
    assert ratio.value == pytest.approx(portable / inline)


def test_hooks_that_set_headers_do_not_grow_with_the_body_and_the_request_does(growth):
    headers = growth.per_kb("portable-def", 16)
    assert headers.low < 0 < headers.high
    assert near(growth.request(), REQUEST_PER_KB * DRIFT)


def test_a_machine_that_changes_speed_leaves_the_ratio_alone():
    ratio = grown(drift=1.0, noise=0.001, layout=0).per_kb_ratio(
        "native-async-read", "portable-async-read", 4
    )
    assert ratio.value == pytest.approx(0.6 / 0.32, rel=0.02)


def test_one_payload_gives_no_slope_and_no_promise():
    growth = grown(payloads=("1KB",), **NO_NOISE)
    assert growth.per_kb("inline-read", 1) is None
    assert growth.per_kb_ratio("portable-async-read", "inline-read", 1) is None
    assert growth.request() is None
    assert growth.is_grown("read")
    assert not growth.is_grown("header")


def test_of_a_host_that_was_not_measured_there_is_nothing():
    growth = grown(hosts=("flask",), host="quart", **NO_NOISE)
    assert growth.styles("read") == []
    assert growth.request() is None
    assert not growth.is_grown("read")


def test_a_copy_too_many_of_the_body_breaks_the_promise():
    """A copy of a KB takes about 50 ns, and its checksum a third of a microsecond."""
    for copies, met in ((0, True), (1, False)):
        per_kb = PER_KB | {"portable-async-read": PER_KB["inline-read"] + copies * 0.05}
        how = EVERYTHING | {"per_kb": per_kb, "noise": 0.005}
        promised = growth_expectations(Analysis(from_suite(measured(**how))))
        told = {each.what: each for each in promised if each.measured}
        assert list(told) == [
            f"{host}: a KB more, portable-async-read over inline, {hooks}"
            for host in ("flask", "quart")
            for hooks in ("1 hook", "4 hooks")
        ]
        assert {each.met for each in told.values()} == {met}


def test_hooks_on_the_body_leave_the_other_promises_as_they_are():
    alone = Analysis(from_suite(measured(**NO_NOISE)))
    beside = Analysis(from_suite(measured(**EVERYTHING | NO_NOISE)))
    assert expectations(beside, "28B") == expectations(alone, "28B")
    assert growth_expectations(alone) == []


def printed(**how):
    console = Console(width=130, highlight=False, color_system=None)
    with console.capture() as capture:
        console.print(report(from_suite(measured(**how))))
    return capture.get()


def row(text, title, label):
    """The figures of a row of the table with that title, and those of the line below it."""
    lines = text[text.index(title) :].splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(label))
    return lines[at].removeprefix(label).split(), lines[at + 1].split()


def test_a_report_has_payloads_across_and_a_kb_more_in_ns():
    text = printed(**EVERYTHING | NO_NOISE)
    title = "flask, hooks that read the body: what they add, in µs a request, by payload"
    figures, spans = row(text, title, "portable-async-read, 4")
    planted = [
        f"{2.5 + 4 * (5 + size / 1024 * 0.32) + 0.05 * 6:.{digits}f}"
        for size, digits in zip(PAYLOADS.values(), (1, 1, 1, 0, 0), strict=True)
    ]
    assert figures == [*planted, "1280"]
    assert all("…" in each for each in spans)
    more, _ = row(text[text.index(title) :], "portable-async-read, 4", "  one hook more")
    assert more[-1] == f"{5 + 1024 * 0.32 + 0.05 * 2:.0f}"
    assert "hooks that set a header: what they add" in text
    assert "hooks that rewrite the body" not in text
    assert "What is expected of a body that grows" in text
    # Over the number of hooks, styles that work on the body have no row.
    assert "\ninline-read " not in text


def test_a_report_without_body_or_larger_payloads_is_as_it_was():
    text = printed(**NO_NOISE)
    assert "a KB more" not in text.lower()
    assert "flask, 28B: a request without hooks takes" in text


def test_what_tables_over_payloads_tell_is_not_told_twice():
    """Larger payloads with sixteen hooks alone have no table over the number of hooks."""
    text = printed(**EVERYTHING | NO_NOISE)
    for host in ("flask", "quart"):
        assert f"{host}, 28B: a request without hooks takes" in text
        assert f"{host}, 1MB: a request without hooks takes" not in text
    alone = printed(**NO_NOISE | {"payloads": ("1MB",)})
    assert "flask, 1MB: a request without hooks takes" in alone
