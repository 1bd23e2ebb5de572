"""Transactions: one writer of SQLite at a time, readers apart, steps that are not cut off."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from serving import wait_for
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from twin import statements, transactions
from twin.database import AsyncDatabase, create_schema, database, either
from twin.engines import sync_engines
from twin.refusal import Refusal
from twin.transactions import AsyncTransaction, Transaction, to_its_end
from twin.urls import parse_database_url

SQLITE = pytest.mark.parametrize("stored", ["sqlite"], indirect=True)


@pytest.fixture
def engines(tmp_path):
    """The reader and the writer of a SQLite file with the twins' tables."""
    url = parse_database_url(f"sqlite:///{tmp_path}/twin.sqlite3")
    create_schema(url)
    reader, writer = sync_engines(url)
    yield reader, writer
    reader.dispose()
    writer.dispose()


def test_sqlite_is_used_as_its_documentation_advises_for_servers(engines):
    """WAL, synchronous=NORMAL, and a busy time-out, on what writes; what reads cannot write."""
    reader, writer = engines

    def pragma(engine, name):
        with engine.connect() as connection:
            return connection.execute(text(f"PRAGMA {name}")).scalar()

    assert pragma(writer, "journal_mode") == pragma(reader, "journal_mode") == "wal"
    assert pragma(writer, "synchronous") == 1
    assert pragma(writer, "busy_timeout") == pragma(reader, "busy_timeout") == 15_000
    with reader.connect() as connection, pytest.raises(DBAPIError, match="readonly"):
        connection.execute(text("INSERT INTO notes (text) VALUES ('by a reader')"))


def test_a_writer_holds_its_place_from_its_first_statement(engines, tmp_path):
    """Others can read meanwhile, and not write: a later write of its own is never refused."""
    reader, writer = engines
    other = sqlite3.connect(tmp_path / "twin.sqlite3", timeout=0)
    transaction = Transaction(writer)
    transaction.run(lambda connection: connection.execute(text("SELECT 1")).scalar())
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("INSERT INTO notes (text) VALUES ('in between')")
    with reader.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM notes")).scalar() == 0
    transaction.end(lambda connection: connection.commit())
    other.execute("INSERT INTO notes (text) VALUES ('afterwards')")
    other.rollback()
    other.close()


def test_a_turn_is_given_back_whatever_the_last_step_raises(engines):
    """And what it has done is undone."""
    reader, writer = engines
    turn = threading.Lock()
    transaction = Transaction(writer, turn)
    transaction.run(lambda c: c.execute(text("INSERT INTO notes (text) VALUES ('never kept')")))

    def fails(_):
        raise LookupError

    with pytest.raises(LookupError):
        transaction.end(fails)
    assert not turn.locked()
    with reader.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM notes")).scalar() == 0


def test_a_turn_that_does_not_come_is_a_503(engines, monkeypatch):
    """On both twins, with what to do about it."""
    monkeypatch.setattr(transactions, "BUSY_SECONDS", 0.01)
    _, writer = engines
    taken = threading.Lock()
    taken.acquire()
    with pytest.raises(Refusal, match="Try again") as caught:
        Transaction(writer, taken).run(lambda _: None)
    assert caught.value.status == 503

    async def ask():
        turn = asyncio.Lock()
        await turn.acquire()
        with pytest.raises(Refusal, match="Try again"):
            await AsyncTransaction(Nothing(), turn).run(lambda _: None)

    asyncio.run(ask())


class Nothing:
    """Steps that do nothing."""

    async def run(self, work):
        return None

    end = run


def test_a_step_comes_to_its_end_though_nobody_waits_for_it():
    """Who waits is cancelled as often as one likes, and goes on only when the step is done."""

    async def leave():
        go, done = asyncio.Event(), []

        async def step():
            await go.wait()
            done.append(True)

        waiting = asyncio.create_task(to_its_end(step()))
        for _ in range(3):
            await asyncio.sleep(0)
            waiting.cancel()
        await asyncio.sleep(0)
        assert not waiting.done()
        go.set()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        return done

    assert asyncio.run(leave()) == [True]


def test_whoever_leaves_the_queue_takes_no_turn():
    """A client that leaves while its request waits for the writer holds nobody up."""

    async def leave():
        turn = asyncio.Lock()
        await turn.acquire()
        waiting = asyncio.create_task(AsyncTransaction(Nothing(), turn).run(lambda _: None))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        turn.release()
        transaction = AsyncTransaction(Nothing(), turn)
        await transaction.end(lambda _: None)
        assert not turn.locked()

    asyncio.run(leave())


def test_who_is_cancelled_in_the_middle_leaves_a_database_that_can_be_written(tmp_path):
    """The step ends, the transaction is undone, and the next writer has its turn."""
    url = parse_database_url(f"sqlite:///{tmp_path}/twin.sqlite3")
    create_schema(url)
    began, go = threading.Event(), threading.Event()

    async def leave():
        data = AsyncDatabase(url)
        transaction = data.new_transaction()

        def work(connection):
            connection.execute(text("INSERT INTO notes (text) VALUES ('left')"))
            began.set()
            go.wait()

        waiting = asyncio.create_task(transaction.run(work))
        await asyncio.to_thread(began.wait)
        waiting.cancel()
        go.set()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await transaction.end(lambda _: None)
        other = data.new_transaction()
        count = await other.run(lambda c: c.execute(text("SELECT count(*) FROM notes")).scalar())
        await other.end(lambda _: None)
        await data.close()
        return count

    assert asyncio.run(leave()) == 0


def test_a_request_reads_what_it_has_written(twin):
    """From its first write on it reads in its transaction; others do not see that yet."""

    async def write_and_read():
        data = database()
        written = await either(data.fetch_one(statements.add_note("mine")))
        inside = await either(data.fetch_one(statements.note(written["id"])))
        await either(data.rollback())
        return inside, await either(data.fetch_one(statements.note(written["id"])))

    inside, after = twin.in_request(write_and_read)
    assert inside["text"] == "mine"
    assert after is None


@SQLITE
def test_writers_of_one_process_never_wait_in_sqlite(flask_host, stored, monkeypatch):
    """They wait for each other in a queue: with no busy time-out at all none finds it locked."""
    from in_process import serving

    monkeypatch.setattr("twin.engines.BUSY_SECONDS", 0)
    with serving(flask_host, stored.url):
        app = flask_host.app

        def add(number):
            with app.test_client() as client:
                return client.post("/notes", json={"text": f"note {number}"}).status_code

        with ThreadPoolExecutor(8) as threads:
            assert set(threads.map(add, range(80))) == {201}
    wait_for(lambda: len(stored.audit) == 80)
