"""The statistics, held against data whose truth is known."""

from __future__ import annotations

import random
from math import inf
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.estimates import Line, Resampler, student_quantile

finite = st.floats(-1e6, 1e6, allow_subnormal=False)
points = st.lists(
    st.tuples(st.integers(0, 100), st.floats(0.01, 100)),
    min_size=2,
    max_size=8,
    unique_by=lambda each: each[0],
)


@settings(deadline=None)  # other work may hold the machine up
@given(points, finite, finite)
def test_a_straight_line_is_found_again_whatever_the_weights(xs_and_weights, slope, intercept):
    xs = [x for x, _ in xs_and_weights]
    line = Line(xs, [weight for _, weight in xs_and_weights])
    ys = [intercept + slope * x for x in xs]
    scale = max(1, abs(slope), abs(intercept))
    assert line.slope(ys) == pytest.approx(slope, rel=1e-6, abs=1e-6 * scale)
    assert line.intercept(ys) == pytest.approx(intercept, rel=1e-6, abs=1e-4 * scale)


def test_least_squares_by_hand():
    line = Line([0, 1, 2])
    assert line.slope([0, 3, 3]) == pytest.approx(1.5)
    assert line.intercept([0, 3, 3]) == pytest.approx(0.5)


def test_a_point_that_counts_for_nothing_changes_nothing():
    line = Line([0, 1, 2], [1, 1, 1e-12])
    assert line.slope([1, 3, 500]) == pytest.approx(2)
    assert line.intercept([1, 3, 500]) == pytest.approx(1)


@settings(deadline=None)  # other work may hold the machine up
@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=4).flatmap(
        lambda shape: st.tuples(
            st.just(shape), st.lists(finite, min_size=sum(shape), max_size=sum(shape))
        )
    )
)
def test_an_interval_holds_values_that_occurred_and_is_the_same_every_time(shape_and_values):
    shape, values = shape_and_values
    estimate = Resampler(shape, draws=40).estimate(values)
    assert estimate.value == median(values)
    assert min(values) <= estimate.low <= estimate.high <= max(values)
    assert Resampler(shape, draws=40).estimate(values) == estimate


def simulated(rng, *, truth, processes, rounds, between, within):
    values = []
    for _ in range(processes):
        own = rng.gauss(truth, between)
        values += [rng.gauss(own, within) for _ in range(rounds)]
    return values


@pytest.mark.parametrize(
    ("between", "within"), [(0.0, 1.0), (0.3, 1.0), (1.0, 0.3)], ids=["rounds", "both", "processes"]
)
def test_intervals_hold_the_truth_about_as_often_as_they_say(between, within):
    """Five processes are few: where only they vary, 95% come out as somewhat less."""
    rng = random.Random(1)
    hits, trials = 0, 100
    resampler = Resampler([20] * 5, draws=120)
    for _ in range(trials):
        values = simulated(rng, truth=7, processes=5, rounds=20, between=between, within=within)
        estimate = resampler.estimate(values)
        hits += estimate.low <= 7 <= estimate.high
    assert hits / trials >= 0.85


def test_an_interval_is_too_narrow_if_processes_are_taken_for_rounds():
    """Why processes are a level of their own."""
    rng = random.Random(2)
    apart, pooled, trials = 0, 0, 100
    by_process, as_one = Resampler([30] * 5, draws=120), Resampler([150], draws=120)
    for _ in range(trials):
        values = simulated(rng, truth=0, processes=5, rounds=30, between=1, within=1)
        for resampler in (by_process, as_one):
            estimate = resampler.estimate(values)
            held = estimate.low <= 0 <= estimate.high
            apart += held and resampler is by_process
            pooled += held and resampler is as_one
    assert apart / trials >= 0.8
    assert pooled / trials <= 0.6


def test_a_ratio_is_not_moved_by_a_machine_that_changes_its_speed():
    rng = random.Random(3)
    speeds = [rng.choice([1, 2, 3]) for _ in range(120)]
    upper = [6 * speed * rng.gauss(1, 0.01) for speed in speeds]
    lower = [2 * speed * rng.gauss(1, 0.01) for speed in speeds]
    ratio = Resampler([40] * 3).ratio(upper, lower)
    assert ratio.low <= 3 <= ratio.high
    assert ratio.high - ratio.low < 0.05


def test_a_ratio_to_nothing_has_no_upper_end():
    assert Resampler([4]).ratio([1, 1, 1, 1], [0, -1, 0, -2]).high == inf


# Student's t, from the tables.
@pytest.mark.parametrize(
    ("probability", "freedom", "value"),
    [
        (0.975, 4, 2.776),
        (0.975, 8, 2.306),
        (0.975, 30, 2.042),
        (0.995, 4, 4.604),
        (0.995, 8, 3.355),
        (0.9995, 8, 5.041),
        (0.9995, 30, 3.646),
        (0.5, 5, 0.0),
    ],
)
def test_quantiles_of_students_t(probability, freedom, value):
    assert student_quantile(probability, freedom) == pytest.approx(value, rel=0.01, abs=1e-9)
