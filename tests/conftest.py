"""The `host` fixture: one body of test, run on Flask and on Quart."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hosting import Host
from hypothesis import settings

# Where a change is judged, the same examples each time; everywhere else new ones are tried.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(params=["flask", "quart"])
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
    host = Host(request.param)
    yield host
    host.close()


@pytest.fixture
def flask_host() -> Iterator[Host]:
    host = Host("flask")
    yield host
    host.close()


@pytest.fixture
def quart_host() -> Iterator[Host]:
    host = Host("quart")
    yield host
    host.close()
