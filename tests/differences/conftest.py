"""The servers that probes ask over a socket: started once for all of these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from afterware.differences.servers import Servers


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    with Servers() as servers:
        yield servers
