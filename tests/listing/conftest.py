"""What the tests of the listing share."""

from __future__ import annotations

import pytest

from afterware.exchange import Request, client_for
from afterware.listing.collect import collect


@pytest.fixture
def listed(host):
    """The rows of the host's app, without what Quart itself brings."""

    def rows(app=None):
        return collect(app or host.app).rows

    return rows


@pytest.fixture
def asking():
    """Send an app one GET, as the timing does."""

    def ask(app, path="/", headers=()):
        with client_for(app) as client:
            return client.ask(Request(path, headers=headers))

    return ask
