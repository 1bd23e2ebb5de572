"""The twins for tests: in process over the `host` fixture, or as real servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from in_process import serving
from postgres import NoPostgresError, postgres
from running import TWINS, Running, running
from sqlalchemy import Executable, create_engine, text

from twin import statements
from twin.urls import parse_database_url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with ExitStack() as stack:
        try:
            url = stack.enter_context(postgres())
        except NoPostgresError as error:
            pytest.skip(str(error))
        yield url


class Stored:
    """What is in the database, read past the twins."""

    def __init__(self, url: str) -> None:
        self.url = url
        sync = parse_database_url(url)
        driver = "+psycopg" if sync.drivername == "postgresql" else ""
        self._engine = create_engine(sync.set(drivername=sync.drivername + driver))

    def rows(self, statement: Executable) -> list[dict[str, Any]]:
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    @property
    def notes(self) -> list[str]:
        """The texts of all notes, newest first."""
        return [row["text"] for row in self.rows(statements.notes())]

    @property
    def audit(self) -> list[tuple[str, str, int]]:
        """Method, path and status of what was audited, oldest first."""
        rows = self.rows(statements.audited())
        return [(row["method"], row["path"], row["status"]) for row in rows]

    def drop(self) -> None:
        with self._engine.begin() as connection:
            for table in statements.metadata.sorted_tables:
                connection.execute(text(f"DROP TABLE IF EXISTS {table.name}"))

    def close(self) -> None:
        self._engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def stored(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Stored]:
    """An empty database, a SQLite file or PostgreSQL."""
    if request.param == "sqlite":
        stored = Stored(f"sqlite:///{tmp_path}/twin.sqlite3")
    else:
        stored = Stored(request.getfixturevalue("postgres_url"))
        stored.drop()
    yield stored
    stored.close()


@pytest.fixture
def twin(host: Any, stored: Stored) -> Iterator[Any]:
    """A twin in this process: `host.ask` asks it."""
    with serving(host, stored.url):
        yield host


@pytest.fixture
def serve(stored: Stored) -> Iterator[Callable[..., Running]]:
    """Starts a twin on `stored`, as a real server; several may be started."""
    with ExitStack() as stack:
        yield lambda twin, *options: stack.enter_context(running(twin, stored.url, *options))


@pytest.fixture(params=TWINS)
def twin_name(request: pytest.FixtureRequest) -> str:
    return request.param
