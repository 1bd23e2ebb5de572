"""A twin in the test's own process, with no socket."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from running import KEY

import async_app
import sync_app
from twin.settings import Settings
from twin.urls import parse_database_url


@contextlib.contextmanager
def serving(host: Any, database_url: str) -> Iterator[None]:
    """Have *host* serve the twin of its kind, and close its database at the end."""
    create_app = sync_app.create_app if host.name == "flask" else async_app.create_app
    host.app = create_app(Settings(KEY, parse_database_url(database_url)))
    try:
        yield
    finally:
        database = host.app.extensions["database"]
        if host.name == "flask":
            database.close()
        else:
            host.run(database.close())
