"""The twins' data access: the same statements, run by a sync engine and by an async engine.

A request has at most one connection. It is opened when the request first needs it, kept on `g`,
and given back by a teardown hook. What a request does is one transaction, ended by a hook.

The two classes differ in colour alone. Where a hook of both twins uses one, `either` awaits what
the asynchronous one gives and passes through what the other gives.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import URL, Connection, Engine, Executable, create_engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateTable

from afterware import current_app, g

from .statements import metadata
from .urls import SettingsError, shown

__all__ = ["AsyncDatabase", "Row", "SyncDatabase", "create_schema", "database", "either"]

T = TypeVar("T")
Row = dict[str, Any]

# Where a request's connection is kept on `g`.
_CONNECTION = "database_connection"

# How long, in seconds, a SQLite connection waits for another's write before it gives up.
_BUSY_SECONDS = 15

# Any number that nothing else in the same PostgreSQL database takes for an advisory lock.
_SCHEMA_LOCK = 0x7477696E


class SyncDatabase:
    """Data access that blocks the calling thread, as everything does on Flask.

    :param url: as `parse_database_url` gives it.
    """

    def __init__(self, url: URL) -> None:
        self.engine = _engine(url)

    def fetch_all(self, statement: Executable) -> list[Row]:
        """Run *statement* in the request's transaction; all rows."""
        result = self._connection().execute(statement)
        return [dict(row) for row in result.mappings()]

    def fetch_one(self, statement: Executable) -> Row | None:
        """Run *statement* in the request's transaction; its first row, or None."""
        rows = self.fetch_all(statement)
        return rows[0] if rows else None

    def commit(self) -> None:
        """Keep what the request has done; nothing, if it has not used the database."""
        if (connection := g.get(_CONNECTION)) is not None:
            connection.commit()

    def rollback(self) -> None:
        """Undo what the request has done since the last commit."""
        if (connection := g.get(_CONNECTION)) is not None:
            connection.rollback()

    def release(self) -> None:
        """Give the request's connection back; what was not committed is undone."""
        if (connection := g.pop(_CONNECTION, None)) is not None:
            connection.close()

    def close(self) -> None:
        """Close every connection, when the app stops."""
        self.engine.dispose()

    def _connection(self) -> Connection:
        connection: Connection | None = g.get(_CONNECTION)
        if connection is None:
            connection = self.engine.connect()
            setattr(g, _CONNECTION, connection)
        return connection


class AsyncDatabase:
    """Data access that awaits, as everything should on Quart.

    :param url: as `parse_database_url` gives it.
    """

    def __init__(self, url: URL) -> None:
        self.engine = _async_engine(url)

    async def fetch_all(self, statement: Executable) -> list[Row]:
        """Run *statement* in the request's transaction; all rows."""
        result = await (await self._connection()).execute(statement)
        return [dict(row) for row in result.mappings()]

    async def fetch_one(self, statement: Executable) -> Row | None:
        """Run *statement* in the request's transaction; its first row, or None."""
        rows = await self.fetch_all(statement)
        return rows[0] if rows else None

    async def commit(self) -> None:
        """Keep what the request has done; nothing, if it has not used the database."""
        if (connection := g.get(_CONNECTION)) is not None:
            await connection.commit()

    async def rollback(self) -> None:
        """Undo what the request has done since the last commit."""
        if (connection := g.get(_CONNECTION)) is not None:
            await connection.rollback()

    async def release(self) -> None:
        """Give the request's connection back; what was not committed is undone."""
        if (connection := g.pop(_CONNECTION, None)) is not None:
            await connection.close()

    async def close(self) -> None:
        """Close every connection, when the app stops."""
        await self.engine.dispose()

    async def _connection(self) -> AsyncConnection:
        connection: AsyncConnection | None = g.get(_CONNECTION)
        if connection is None:
            connection = await self.engine.connect()
            setattr(g, _CONNECTION, connection)
        return connection


class Database(Protocol):
    """What a hook of both twins may ask of either database, with `either`."""

    def fetch_one(self, statement: Executable, /) -> Row | Awaitable[Row | None] | None: ...
    def commit(self) -> Awaitable[None] | None: ...
    def rollback(self) -> Awaitable[None] | None: ...
    def release(self) -> Awaitable[None] | None: ...


def database() -> Database:
    """The data access of the app that is serving, where its `create_app` has put it."""
    return cast("Database", current_app.extensions["database"])


async def either(result: T | Awaitable[T]) -> T:
    """What a database of either colour gave: awaited if it is to be, or else as it is.

    Where it is not to be, a coroutine that awaits this does not suspend.
    """
    if inspect.isawaitable(result):
        return await result
    return result


def create_schema(url: URL) -> None:
    """Create the tables that are not there yet; many processes may do so at once.

    :raises SettingsError: the database cannot be reached or written to.
    """
    engine = _engine(url, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                # CREATE TABLE IF NOT EXISTS fails there when two run at the same moment.
                connection.execute(select(func.pg_advisory_xact_lock(_SCHEMA_LOCK)))
            for table in metadata.sorted_tables:
                connection.execute(CreateTable(table, if_not_exists=True))
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise SettingsError(
            f"The database at DATABASE_URL {shown(url)} cannot be used: {reason}"
        ) from error
    finally:
        engine.dispose()


def _engine(url: URL, **options: Any) -> Engine:
    if url.drivername == "sqlite":
        options["connect_args"] = {"timeout": _BUSY_SECONDS}
        return create_engine(url.set(drivername="sqlite+pysqlite"), **options)
    return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, **options)


def _async_engine(url: URL) -> AsyncEngine:
    if url.drivername == "sqlite":
        return create_async_engine(
            url.set(drivername="sqlite+aiosqlite"), connect_args={"timeout": _BUSY_SECONDS}
        )
    # asyncpg reads the URL itself: it knows libpq's options, such as sslmode, by their own names,
    # all but this one.
    timeout = url.query.get("connect_timeout")
    options = {"timeout": float(str(timeout))} if timeout else {}
    dsn = url.difference_update_query(["connect_timeout"]).render_as_string(hide_password=False)

    async def connect() -> Any:
        # Here, since only PostgreSQL needs it, and only on this side.
        import asyncpg  # type: ignore[import-untyped]  # it has no types

        return await asyncpg.connect(dsn, **options)

    return create_async_engine("postgresql+asyncpg://", async_creator=connect, pool_pre_ping=True)
