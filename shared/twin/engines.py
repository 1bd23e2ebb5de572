"""The engines of both twins: one that reads, statement by statement, and one that writes.

SQLite is used as its documentation advises for servers. The write-ahead log lets readers and the
writer work at the same time (https://sqlite.org/wal.html). With it, `synchronous=NORMAL` keeps the
database whole whatever happens; after a power cut, not after a crash of the process, the last
transactions may be missing (https://sqlite.org/pragma.html#pragma_synchronous). A transaction that
writes says so when it begins, and waits for its turn there: one that read first and writes later
may be refused at once, however long it would wait (https://sqlite.org/lang_transaction.html).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

__all__ = ["BUSY_SECONDS", "READERS", "async_engines", "sync_engines"]

# How long, in seconds, a write waits for those before it, here and in other processes.
BUSY_SECONDS = 15

# How many connections of one process read a SQLite file at the same time.
READERS = 4


def sync_engines(url: URL) -> tuple[Engine, Engine]:
    """An engine that reads and one that writes, for the calling thread to wait for.

    :param url: as `parse_database_url` gives it.
    """
    if url.drivername == "sqlite":
        return _sqlite_reader(url), _sqlite_writer(url)
    engine = create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    # Each statement that reads is a transaction of its own, and needs no end.
    return engine.execution_options(isolation_level="AUTOCOMMIT"), engine


def async_engines(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    """The same for PostgreSQL, to be awaited.

    :param url: as `parse_database_url` gives it.
    """
    # asyncpg reads the URL itself: it knows libpq's options, such as sslmode, by their own names,
    # all but this one.
    timeout = url.query.get("connect_timeout")
    options = {"timeout": float(str(timeout))} if timeout else {}
    dsn = url.difference_update_query(["connect_timeout"]).render_as_string(hide_password=False)

    async def connect() -> Any:
        # Here, since only PostgreSQL needs it, and only on this side.
        import asyncpg  # type: ignore[import-untyped]  # it has no types

        return await asyncpg.connect(dsn, **options)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, pool_pre_ping=True)
    return engine.execution_options(isolation_level="AUTOCOMMIT"), engine


def _sqlite(url: URL, **options: Any) -> Engine:
    return create_engine(
        url.set(drivername="sqlite+pysqlite"), connect_args={"timeout": BUSY_SECONDS}, **options
    )


def _sqlite_reader(url: URL) -> Engine:
    engine = _sqlite(url, isolation_level="AUTOCOMMIT", pool_size=READERS, max_overflow=0)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA query_only=ON").close()

    return engine


def _sqlite_writer(url: URL) -> Engine:
    engine = _sqlite(url, pool_size=1, max_overflow=0)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # sqlite3 itself would begin in another way, and later
        connection.execute("PRAGMA journal_mode=WAL").close()
        connection.execute("PRAGMA synchronous=NORMAL").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
