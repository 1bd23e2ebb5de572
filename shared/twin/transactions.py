"""What one request writes: a transaction, in either colour, which waits for its turn.

A transaction takes its turn and a connection with its first step, and gives both back with its
last one, whatever that step raises. A SQLite file has one writer at a time: those of one process
wait here, and those of several in SQLite itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from .engines import BUSY_SECONDS
from .refusal import Refusal

__all__ = ["AsyncTransaction", "OnLoop", "Transaction", "steps_under_way", "to_its_end"]

T = TypeVar("T")

# What has begun and is not to be cut off.
_steps: set[asyncio.Future[Any]] = set()


class Transaction:
    """A transaction for which the calling thread waits.

    :param engine: gives the connection.
    :param turn: held from the first step to the last one; None where many may write at once.
    """

    def __init__(self, engine: Engine, turn: threading.Lock | None = None) -> None:
        self._engine = engine
        self._turn = turn
        self._in_turn = False
        self._connection: Connection | None = None

    def run(self, work: Callable[[Connection], T]) -> T:
        """Do *work* in the transaction, which begins if it has not.

        :raises Refusal: 503, its turn did not come.
        """
        if self._turn is not None and not self._in_turn:
            if not self._turn.acquire(timeout=BUSY_SECONDS):
                raise _busy()
            self._in_turn = True
        if self._connection is None:
            self._connection = self._engine.connect()
        return work(self._connection)

    def end(self, work: Callable[[Connection], None]) -> None:
        """Do *work*, and be over: what it does not commit is undone."""
        try:
            self.run(work)
        finally:
            self._give_back()

    def _give_back(self) -> None:
        connection, self._connection = self._connection, None
        try:
            if connection is not None:
                connection.close()
        finally:
            if self._turn is not None and self._in_turn:
                self._in_turn = False
                self._turn.release()


class OnLoop:
    """The same on the event loop, with a driver that is awaited.

    :param engine: gives the connection.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do *work* in the transaction, which begins if it has not."""
        if self._connection is None:
            self._connection = await self._engine.connect()
        return await self._connection.run_sync(work)

    async def end(self, work: Callable[[Connection], None]) -> None:
        """Do *work*, and be over: what it does not commit is undone."""
        try:
            await self.run(work)
        finally:
            connection, self._connection = self._connection, None
            if connection is not None:
                await connection.close()


class Steps(Protocol):
    """How the steps of one transaction are done, so that they can be awaited."""

    def run(self, work: Callable[[Connection], T], /) -> Awaitable[T]: ...
    def end(self, work: Callable[[Connection], None], /) -> Awaitable[None]: ...


class AsyncTransaction:
    """A transaction that is awaited. A step that has begun comes to its end, whoever leaves.

    :param steps: does the steps.
    :param turn: held from the first step to the last one; None where many may write at once.
    """

    def __init__(self, steps: Steps, turn: asyncio.Lock | None = None) -> None:
        self._steps = steps
        self._turn = turn
        self._in_turn = False

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do *work* in the transaction, which begins if it has not.

        :raises Refusal: 503, its turn did not come.
        """
        await self._take_turn()
        return await to_its_end(self._steps.run(work))

    async def end(self, work: Callable[[Connection], None]) -> None:
        """Do *work*, and be over: what it does not commit is undone."""
        await self._take_turn()
        try:
            await to_its_end(self._steps.end(work))
        finally:
            if self._turn is not None:
                self._in_turn = False
                self._turn.release()

    async def _take_turn(self) -> None:
        if self._turn is not None and not self._in_turn:
            try:
                async with asyncio.timeout(BUSY_SECONDS):
                    await self._turn.acquire()
            except TimeoutError:
                raise _busy() from None
            self._in_turn = True


async def to_its_end(step: Awaitable[T]) -> T:
    """What *step* gives. Whoever waits for it may be cancelled: it is done first all the same.

    A driver that is cut off in the middle of a step leaves a connection of which nobody knows what
    it has done. SQLAlchemy throws such a connection away, and may wait for ever while it does.

    :raises CancelledError: the caller was cancelled meanwhile.
    """
    future = asyncio.ensure_future(step)
    _steps.add(future)
    future.add_done_callback(_steps.discard)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        while not future.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([future])
        raise


def steps_under_way() -> frozenset[asyncio.Future[Any]]:
    """What has begun and is to come to its end, though all else on the loop is cancelled."""
    return frozenset(_steps)


def _busy() -> Refusal:
    return Refusal(503, "The database is busy with what others write. Try again.")
