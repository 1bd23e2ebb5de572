"""DATABASE_URL: what it may be, and which driver each colour of engine takes for it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

__all__ = ["SettingsError", "parse_database_url", "shown"]

_BACKENDS = {"sqlite": "sqlite", "postgresql": "postgresql", "postgres": "postgresql"}
_DRIVERS = {"sqlite": {"", "pysqlite", "aiosqlite"}, "postgresql": {"", "psycopg", "asyncpg"}}

_EXAMPLES = (
    "Write sqlite:///notes.sqlite3 for a file, or postgresql://user:password@host:5432/database."
)


class SettingsError(Exception):
    """A setting cannot be used; the message says which one, why, and what to write instead."""


def parse_database_url(text: str) -> URL:
    """DATABASE_URL as a URL that names its database and no driver.

    A driver that the twins use is dropped, since each twin takes its own; `postgres://` is taken
    for `postgresql://`; the path of a SQLite file is made absolute.

    :raises SettingsError: it is no URL, or of a database, driver or kind that the twins lack.
    """
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        # Not quoted back: a text that cannot be parsed may have a password anywhere.
        raise SettingsError(f"DATABASE_URL is not a database URL. {_EXAMPLES}") from None
    scheme, _, driver = url.drivername.partition("+")
    backend = _BACKENDS.get(scheme)
    if backend is None:
        raise SettingsError(
            f"DATABASE_URL asks for {scheme!r}; the twins know SQLite and PostgreSQL. {_EXAMPLES}"
        )
    if driver not in _DRIVERS[backend]:
        raise SettingsError(
            f"DATABASE_URL asks for the driver {driver!r}. Leave it out: write {backend}:// and"
            " each twin takes the driver of its own colour."
        )
    url = url.set(drivername=backend)
    return _sqlite(url) if backend == "sqlite" else _postgresql(url)


def shown(url: URL) -> str:
    """*url* as it may be printed: without its password."""
    return url.render_as_string(hide_password=True)


def _sqlite(url: URL) -> URL:
    if url.host:
        raise SettingsError(
            f"DATABASE_URL {shown(url)} has a host where SQLite has none. A path begins after three"
            " slashes, an absolute one has four: sqlite:////var/lib/notes.sqlite3"
        )
    if url.query:
        raise SettingsError(
            f"DATABASE_URL {shown(url)} has options after '?', and the twins take none for SQLite."
        )
    if not url.database or url.database == ":memory:":
        raise SettingsError(
            f"DATABASE_URL {shown(url)} names no file. A database in memory would be another one in"
            " every thread and worker. Write sqlite:///notes.sqlite3"
        )
    return url.set(database=str(Path(url.database).absolute()))


def _postgresql(url: URL) -> URL:
    if not url.database:
        raise SettingsError(
            f"DATABASE_URL {shown(url)} names no database. Write its name after the host:"
            " postgresql://user:password@host:5432/database"
        )
    return url
