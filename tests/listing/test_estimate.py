"""The median of paired differences, and how certain it is."""

from __future__ import annotations

from math import comb
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterware.listing.estimate import FEWEST, estimate

differences = st.lists(st.floats(-1, 1), min_size=FEWEST, max_size=200)


@given(differences)
def test_the_interval_holds_the_median(values):
    told = estimate(values)
    assert told.median == median(values)
    assert told.low <= told.median <= told.high


@given(differences)
def test_it_does_not_depend_on_the_order_of_the_samples(values):
    assert estimate(values) == estimate(sorted(values))


@pytest.mark.parametrize("count", [FEWEST, 7, 10, 25, 100, 500, 1001])
def test_the_interval_is_the_narrowest_of_at_least_95_percent(count):
    told = estimate([float(number) for number in range(count)])
    left_out = int(told.low)
    assert told.high == count - 1 - left_out

    def outside(ends):
        """How often a fair coin, thrown *count* times, shows heads at most so often, or tails."""
        return 2 * sum(comb(count, heads) for heads in range(ends + 1)) / 2**count

    assert outside(left_out) <= 0.05 < outside(left_out + 1)


@pytest.mark.parametrize(
    ("values", "certain"),
    [([1.0] * 6, True), ([-1.0] * 6, True), ([-1.0, *[1.0] * 5], False), ([0.0] * 6, False)],
)
def test_it_is_certain_where_the_interval_leaves_out_nothing_at_all(values, certain):
    assert estimate(values).certain is certain
