"""Costs are recovered from samples in which they were planted, and said as they are."""

from __future__ import annotations

import pytest
from planted_costs import COSTS, GROWTH, REQUEST, measured
from rich.console import Console

from benchmarks.analysis import Analysis
from benchmarks.estimates import Estimate
from benchmarks.expectations import Expectation, expectations
from benchmarks.report import report, sentences
from benchmarks.results import from_suite
from benchmarks.scenarios import HOOKS

# A machine whose speed varies by 0 to 20% is 10% slower than its best, on average.
DRIFT = 1.1


def straight(hooks):
    """What the growth alone adds to the slope over these numbers of hooks."""
    mean = sum(hooks) / len(hooks)
    grown = [GROWTH * n * (n - 1) / 2 for n in hooks]
    return sum((n - mean) * y for n, y in zip(hooks, grown, strict=True)) / sum(
        (n - mean) ** 2 for n in hooks
    )


def holds(estimate, truth, slack=0.05):
    """Whether the interval holds the truth, give or take a share of it."""
    return estimate.low - slack * abs(truth) <= truth <= estimate.high + slack * abs(truth)


@pytest.fixture(scope="module")
def analysis():
    return Analysis(from_suite(measured()))


@pytest.mark.parametrize("style", COSTS)
def test_the_planted_slope_is_recovered(analysis, style):
    group = analysis.group("flask", "28B")
    for most in (16, 64):
        hooks = [number for number in group.hooks(style) if number <= most]
        planted = (COSTS[style][1] + straight(hooks)) * DRIFT
        # A native style without hooks has none bound, which bends its line a little.
        assert holds(group.slope(style, hooks), planted)


@pytest.mark.parametrize("style", ["portable-def", "portable-async"])
def test_the_planted_intercept_is_recovered_in_spite_of_the_growth(analysis, style):
    group = analysis.group("quart", "28B")
    assert holds(group.intercept(style), COSTS[style][0] * DRIFT)
    assert holds(group.intercept_share(style), COSTS[style][0] / REQUEST)
    assert group.intercept(style).low > 0


def test_the_request_without_hooks_and_what_was_added_are_recovered(analysis):
    group = analysis.group("flask", "28B")
    assert holds(group.request, REQUEST * DRIFT, 0.01)
    bound, hook = COSTS["portable-def"]
    planted = bound + 16 * hook + GROWTH * 16 * 15 / 2
    assert holds(group.added("portable-def", 16), planted * DRIFT)
    assert group.share("portable-def", 16) == pytest.approx(planted / REQUEST, rel=0.1)


def test_where_nothing_was_added_the_interval_holds_zero(analysis):
    added = analysis.group("flask", "28B").added("inline", 0)
    assert added.low < 0 < added.high


def test_a_ratio_of_slopes_is_recovered(analysis):
    group = analysis.group("quart", "28B")
    over = straight(HOOKS)
    planted = (COSTS["portable-def"][1] + over) / (COSTS["inline"][1] + over)
    assert holds(group.slope_ratio("portable-def", "inline"), planted, 0.01)


def test_slopes_are_compared_over_the_numbers_that_both_have(planted):
    short = planted(processes=2, rounds=5, hosts=("quart",), hooks=(0, 1, 4))
    group = Analysis(short).group("quart", "28B")
    assert group.hooks("native-def", "portable-def") == (0, 1, 4)


def test_the_best_native_style_is_found_by_measuring(analysis, planted):
    assert analysis.group("flask", "28B").best_native() == "native-async"
    dearer = COSTS | {"native-async": (0.0, 9.0)}
    other = Analysis(planted(processes=2, rounds=10, costs=dearer))
    assert other.group("flask", "28B").best_native() == "native-def"


def test_without_inline_there_is_no_intercept_and_one_number_gives_no_slope(planted):
    few = {"portable-def": COSTS["portable-def"]}
    group = Analysis(planted(processes=1, rounds=3, costs=few, hooks=(4,))).group("flask", "28B")
    assert group.intercept("portable-def") is None
    assert group.slope("portable-def", group.hooks("portable-def")) is None
    assert group.best_native() is None
    assert Analysis(planted(hosts=("flask",), rounds=2)).group("quart", "28B") is None


def test_promises_are_held_against_what_was_measured(planted):
    costs = COSTS | {"native-def": (0.0, 150.0), "native-async": (0.0, 600.0)}
    promised = expectations(Analysis(planted(costs=costs, rounds=20)), "28B")
    told = {each.what: each for each in promised}
    quart = told["quart: slope of native-def over portable-def, 0 to 16 hooks"]
    assert quart.met
    assert quart.certain
    assert quart.measured.value == pytest.approx(
        (150 + straight(HOOKS[:4])) / (2.2 + straight(HOOKS[:4])), rel=0.05
    )
    bound = told["flask: intercept of portable-async, of a request"]
    assert (bound.bound, bound.at_least, bound.share) == (0.03, False, True)
    floor = told["flask: slope of portable-def over inline, 0 to 16 hooks"]
    grown = straight(HOOKS[:4])
    assert floor.measured.value == pytest.approx((2.2 + grown) / (2.0 + grown), rel=0.03)
    single = told["flask: one hook, portable-async less native-def, of a request"]
    assert (single.bound, single.met, single.certain) == (0.0, True, True)
    assert single.measured.value == pytest.approx((4.9 - 150) / REQUEST, rel=0.05)
    assert len(promised) == len(told) == 20


@pytest.mark.parametrize(
    ("value", "low", "high", "at_least", "met", "certain"),
    [
        (1.0, 0.9, 1.05, False, True, True),
        (1.0, 0.9, 1.2, False, True, False),
        (1.2, 1.0, 1.3, False, False, False),
        (1.2, 1.15, 1.3, False, False, True),
        (1.2, 1.15, 1.3, True, True, True),
        (1.0, 0.9, 1.05, True, False, True),
    ],
)
def test_a_promise_is_met_by_its_figure_and_certain_by_its_interval(
    value, low, high, at_least, met, certain
):
    promise = Expectation("x", 1.1, at_least=at_least, measured=Estimate(value, low, high))
    assert promise.met is met
    assert promise.certain is certain


def test_a_promise_that_was_not_measured_is_neither():
    promise = Expectation("x", 1.1, at_least=False, measured=None)
    assert promise.met is None
    assert not promise.certain


def printed(results):
    console = Console(width=130, highlight=False, color_system=None)
    with console.capture() as capture:
        console.print(report(results))
    return capture.get()


def test_the_three_sentences_name_both_ways_and_their_ratio(planted):
    costs = COSTS | {"native-def": (0.0, 150.0), "native-async": (0.0, 600.0)}
    told = list(sentences(Analysis(planted(costs=costs, rounds=10)), "28B"))
    assert len(told) == 3
    assert told[0].startswith("A def hook on Quart costs 16")
    assert "natively (a worker thread for each)" in told[0]
    assert told[1].startswith("An async def hook on Flask costs 66")
    assert told[2].startswith("At best a hook costs")
    assert "on Flask natively (native-def)" in told[2]
    assert "on Quart natively (native-def)" in told[2]


def test_a_report_has_styles_down_and_hooks_across_with_spread_and_share(planted):
    text = printed(planted(rounds=5))
    assert "flask, 28B: a request without hooks takes" in text
    header = next(line for line in text.splitlines() if line.startswith("hooks"))
    assert header.split()[:6] == ["hooks", "0", "1", "4", "16", "64"]
    rows = text.splitlines()
    row = next(i for i, line in enumerate(rows) if line.startswith("portable-def"))
    assert len(rows[row].split()) == 9  # name, five costs, two slopes, the intercept
    assert rows[row + 1].count("…") == 8
    assert rows[row + 2].count("%") == 6
    assert "slope of portable-def over inline" in text
    assert "at most 1.1" in text
    assert "A def hook on Quart costs" in text


def test_a_report_says_not_met_where_a_promise_is_broken(planted):
    text = printed(planted(rounds=10, noise=0.005, layout=0, hosts=("quart",)))
    line = next(line for line in text.splitlines() if "native-def over portable-def" in line)
    assert "at least 25" in line
    assert line.rstrip().endswith("not met")


def test_a_report_of_a_few_scenarios_says_what_it_can(planted):
    few = {"portable-def": COSTS["portable-def"]}
    text = printed(planted(processes=1, rounds=3, costs=few, hooks=(0, 16), hosts=("quart",)))
    assert "quart, 28B" in text
    assert "flask, 28B" not in text
    assert "expected" not in text
    assert "1 process of 3 rounds" in text
    assert printed(planted(processes=1, rounds=1, costs={}, hosts=("flask",)))
