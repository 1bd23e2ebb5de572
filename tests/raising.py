"""What a call raises, whatever group a host puts it in: Quart 0.23 groups what teardown raises."""

from __future__ import annotations

import pytest


def raised_by(function):
    """The exceptions that *function* raises, out of the groups that some hosts put them in."""
    with pytest.raises(Exception) as caught:  # noqa: PT011  # one, or a group of them
        function()
    return leaves(caught.value)


def leaves(error):
    if isinstance(error, BaseExceptionGroup):
        return [leaf for each in error.exceptions for leaf in leaves(each)]
    return [error]
