"""Flask's own tests pass on Quart, all but those that the records name."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from testing import flask_suite


@pytest.mark.slow
def test_flasks_own_tests_that_go_through_a_client_pass_but_for_the_recorded_ones():
    try:
        found = flask_suite.run()
    except RuntimeError as error:
        if "pip did not download" not in str(error):
            raise
        pytest.skip(f"Flask's source is not to be had: {error}")
    assert len(found) > 200
    assert flask_suite.surprises(found, ".".join(version("quart").split(".")[:2])) == []
