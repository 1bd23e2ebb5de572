"""The twins' data access: the same statements and the same transactions, in either colour.

What reads is done at once and holds nothing afterwards. What a request writes is one transaction:
it begins with the first statement that writes, and a hook ends it; meanwhile the request reads in
it as well.

The two classes differ in colour alone. Where a hook of both twins uses one, `either` awaits what
the asynchronous one gives and passes through what the other gives.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import URL, Connection, CursorResult, Engine, Executable, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.schema import CreateTable

from afterware import current_app, g

from .engines import READERS, async_engines, sync_engines
from .statements import Writes, metadata
from .transactions import AsyncTransaction, OnLoop, Transaction, to_its_end
from .urls import SettingsError, shown

__all__ = ["AsyncDatabase", "Row", "SyncDatabase", "create_schema", "database", "either"]

T = TypeVar("T")
Row = dict[str, Any]

# Where a request's transaction is kept on `g`.
_TRANSACTION = "database_transaction"

# Any number that nothing else in the same PostgreSQL database takes for an advisory lock.
_SCHEMA_LOCK = 0x7477696E


class SyncDatabase:
    """Data access that blocks the calling thread, as everything does on Flask.

    :param url: as `parse_database_url` gives it.
    """

    def __init__(self, url: URL) -> None:
        self._reader, self.engine = sync_engines(url)
        self._turn = threading.Lock() if url.drivername == "sqlite" else None

    def fetch_all(self, statement: Executable | Writes) -> list[Row]:
        """Run *statement*; all rows.

        :param statement: one that writes begins the request's transaction. One that reads is run
            in it, if the request has one.
        """
        work = partial(_rows, statement)
        if _TRANSACTION in g or isinstance(statement, Writes):
            return self._transaction().run(work)
        return _at_once(self._reader, work)

    def fetch_one(self, statement: Executable | Writes) -> Row | None:
        """The same; its first row, or None."""
        rows = self.fetch_all(statement)
        return rows[0] if rows else None

    def commit(self, *statements: Writes) -> None:
        """Keep what the request has written.

        :param statements: what to run just before that, in the same transaction.
        """
        if statements or _TRANSACTION in g:
            try:
                self._transaction().end(partial(_commit, statements))
            finally:
                g.pop(_TRANSACTION)

    def rollback(self) -> None:
        """Undo what the request has written since the last commit; nothing, if that is nothing."""
        if (transaction := g.pop(_TRANSACTION, None)) is not None:
            transaction.end(_nothing)

    # What a request has not settled when it is over is undone.
    release = rollback

    def close(self) -> None:
        """Close every connection, when the app stops."""
        self._reader.dispose()
        self.engine.dispose()

    def _transaction(self) -> Transaction:
        if _TRANSACTION not in g:
            setattr(g, _TRANSACTION, Transaction(self.engine, self._turn))
        return cast("Transaction", g.get(_TRANSACTION))


class AsyncDatabase:
    """Data access that awaits, as everything should on Quart.

    SQLite has no driver that does not block. Its steps are done in threads, one of which writes.

    :param url: as `parse_database_url` gives it.
    """

    def __init__(self, url: URL) -> None:
        self._backend = _Threads(url) if url.drivername == "sqlite" else _Loop(url)
        self.engine: Engine | AsyncEngine = self._backend.engine

    async def fetch_all(self, statement: Executable | Writes) -> list[Row]:
        """Run *statement*; all rows.

        :param statement: one that writes begins the request's transaction. One that reads is run
            in it, if the request has one.
        """
        work = partial(_rows, statement)
        if _TRANSACTION in g or isinstance(statement, Writes):
            return await self._transaction().run(work)
        return await to_its_end(self._backend.read(work))

    async def fetch_one(self, statement: Executable | Writes) -> Row | None:
        """The same; its first row, or None."""
        rows = await self.fetch_all(statement)
        return rows[0] if rows else None

    async def commit(self, *statements: Writes) -> None:
        """Keep what the request has written.

        :param statements: what to run just before that, in the same transaction.
        """
        if statements or _TRANSACTION in g:
            try:
                await self._transaction().end(partial(_commit, statements))
            finally:
                g.pop(_TRANSACTION)

    async def rollback(self) -> None:
        """Undo what the request has written since the last commit; nothing, if that is nothing."""
        if (transaction := g.pop(_TRANSACTION, None)) is not None:
            await transaction.end(_nothing)

    # What a request has not settled when it is over is undone.
    release = rollback

    async def close(self) -> None:
        """Close every connection, when the app stops."""
        await self._backend.close()

    def new_transaction(self) -> AsyncTransaction:
        """A transaction that no request has; whoever begins it ends it."""
        return self._backend.transaction()

    def _transaction(self) -> AsyncTransaction:
        if _TRANSACTION not in g:
            setattr(g, _TRANSACTION, self.new_transaction())
        return cast("AsyncTransaction", g.get(_TRANSACTION))


class _Threads:
    """SQLite, for a loop to wait for."""

    def __init__(self, url: URL) -> None:
        self._reader, self.engine = sync_engines(url)
        self._turn = asyncio.Lock()
        self._readers = ThreadPoolExecutor(READERS, "sqlite-reader")
        self._writer = ThreadPoolExecutor(1, "sqlite-writer")

    def read(self, work: Callable[[Connection], T]) -> Awaitable[T]:
        return _in(self._readers, _at_once, self._reader, work)

    def transaction(self) -> AsyncTransaction:
        return AsyncTransaction(_InThread(self._writer, self.engine), self._turn)

    async def close(self) -> None:
        await _in(self._readers, self._reader.dispose)
        await _in(self._writer, self.engine.dispose)


class _InThread:
    """The steps of a transaction, in a thread."""

    def __init__(self, thread: ThreadPoolExecutor, engine: Engine) -> None:
        self._thread = thread
        self._transaction = Transaction(engine)

    def run(self, work: Callable[[Connection], T]) -> Awaitable[T]:
        return _in(self._thread, self._transaction.run, work)

    def end(self, work: Callable[[Connection], None]) -> Awaitable[None]:
        return _in(self._thread, self._transaction.end, work)


class _Loop:
    """PostgreSQL, for a loop to wait for."""

    def __init__(self, url: URL) -> None:
        self._reader, self.engine = async_engines(url)

    async def read(self, work: Callable[[Connection], T]) -> T:
        async with self._reader.connect() as connection:
            return await connection.run_sync(work)

    def transaction(self) -> AsyncTransaction:
        return AsyncTransaction(OnLoop(self.engine))

    async def close(self) -> None:
        await self.engine.dispose()


class Database(Protocol):
    """What a hook of both twins may ask of either database, with `either`."""

    def fetch_one(
        self, statement: Executable | Writes, /
    ) -> Row | Awaitable[Row | None] | None: ...
    def commit(self, *statements: Writes) -> Awaitable[None] | None: ...
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
    _, engine = sync_engines(url)
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


def _at_once(engine: Engine, work: Callable[[Connection], T]) -> T:
    with engine.connect() as connection:
        return work(connection)


def _rows(statement: Executable | Writes, connection: Connection) -> list[Row]:
    return [dict(row) for row in _execute(statement, connection).mappings()]


def _commit(statements: tuple[Writes, ...], connection: Connection) -> None:
    for statement in statements:
        _execute(statement, connection)
    connection.commit()


def _execute(statement: Executable | Writes, connection: Connection) -> CursorResult[Any]:
    if isinstance(statement, Writes):
        return connection.execute(statement.statement, statement.values)
    return connection.execute(statement)


def _nothing(_: Connection) -> None:
    """What is not committed is undone."""


def _in(threads: ThreadPoolExecutor, function: Callable[..., T], *args: Any) -> Awaitable[T]:
    return asyncio.get_running_loop().run_in_executor(threads, function, *args)
