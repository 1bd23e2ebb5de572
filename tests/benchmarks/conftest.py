"""What the tests of the benchmarks share: results with costs that are known."""

from __future__ import annotations

import pytest
from planted_costs import measured

from benchmarks.results import from_suite


@pytest.fixture
def planted():
    """`planted(**how)` gives results with known costs."""
    return lambda **how: from_suite(measured(**how))


@pytest.fixture
def planted_suite():
    """The same as a pyperf suite, to be saved."""
    return measured
