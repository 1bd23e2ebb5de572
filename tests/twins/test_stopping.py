"""A twin that is told to stop has ended within its grace, whatever its clients do meanwhile.

What does not end by itself is ended by force when the grace is over, with a message and on Quart
with exit code 1: to have ended without is to have ended in time.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from running import JSON, Running, running
from serving import DEADLINE, ROOT, wait_for

from benchmarks.soak.clients import drive
from benchmarks.soak.ledger import Ledger
from benchmarks.soak.rows import count_rows

SQLITE = pytest.mark.parametrize("stored", ["sqlite"], indirect=True)
WORKERS = pytest.mark.parametrize("workers", ["1", "2"], ids=["one worker", "two workers"])
STUCK = str(ROOT / "tests" / "twins" / "stuck.py")

FORCED = "ended by force"
CUT_OFF = "were cut off"

LARGE = b"GET /json/1048576 HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = (
    f"POST /notes HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON['Content-Type']}\r\n"
    "Content-Length: 100\r\nExpect: 100-continue\r\n\r\n"
).encode()


@contextlib.contextmanager
def connected(server: Running) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE) as client:
        yield client


def sits_idle(client: socket.socket) -> None:
    """Has had an answer, and keeps the connection open."""
    client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert client.recv(4096).startswith(b"HTTP/1.1 200")


def says_nothing(client: socket.socket) -> None:
    """Has connected, and that is all."""


def sends_half_a_head(client: socket.socket) -> None:
    client.sendall(b"GET /notes HTT")


def sends_half_a_body(client: socket.socket) -> None:
    client.sendall(POST)
    assert client.recv(4096).startswith(b"HTTP/1.1 100"), "the app has begun to read"
    client.sendall(b'{"text": "half a ')


def reads_nothing(client: socket.socket) -> None:
    """Has asked for more than fits between the two, and takes none of it."""
    client.sendall(LARGE * 8)
    assert client.recv(1) == b"H"


CLIENTS = [sits_idle, says_nothing, sends_half_a_head, sends_half_a_body, reads_nothing]


@contextlib.contextmanager
def clients(server: Running, *kinds: Callable[[socket.socket], None]) -> Iterator[None]:
    """Clients of these kinds, which stay until the end of the block."""
    with ExitStack() as stack:
        for behave in kinds:
            behave(stack.enter_context(connected(server)))
        yield


def ended_in_peace(server: Running) -> None:
    assert server.process.wait(DEADLINE) == 0
    assert FORCED not in server.errors()
    assert "Traceback" not in server.errors()
    wait_for(server.is_gone, "a process was left behind")


@SQLITE
@WORKERS
def test_idle_connections_keep_no_twin_from_stopping(serve, twin_name, workers):
    """Nothing is under way on a connection that is only kept open, so nothing is cut off."""
    server = serve(twin_name, "--workers", workers)
    with clients(server, *[sits_idle] * 8):
        server.tell(signal.SIGTERM)
        ended_in_peace(server)
    assert CUT_OFF not in server.errors()


@pytest.mark.slow
@SQLITE
@WORKERS
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_whoever_holds_a_connection_is_cut_off(serve, twin_name, workers, number):
    """All kinds of clients that do not end, together: they hold a twin up for the time that
    requests have to end, and no longer, and it says so."""
    server = serve(twin_name, "--workers", workers)
    with clients(server, *CLIENTS, *CLIENTS):
        server.tell(number)
        ended_in_peace(server)
    assert CUT_OFF in server.errors()


@pytest.mark.slow
@SQLITE
@WORKERS
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_second_signal_does_no_harm(serve, twin_name, workers, number):
    """Told twice, it stops as if it had been told once: at once, and while it waits for clients."""
    for kinds in ([], [sits_idle, sends_half_a_body]):
        server = serve(twin_name, "--workers", workers)
        with clients(server, *kinds):
            server.tell(number)
            server.tell(number)
            if kinds:
                # The second one comes while it waits, too.
                wait_for(lambda server=server: takes_no_more(server), "it went on answering")
                server.tell(number)
            ended_in_peace(server)


def takes_no_more(server: Running) -> bool:
    try:
        server.ask("/", timeout=0.5)
    except OSError:
        return True
    return False


@pytest.mark.slow
@SQLITE
@pytest.mark.parametrize(
    ("twin", "how"), [("sync_app", "close"), ("async_app", "close"), ("async_app", "view")]
)
def test_what_does_not_end_is_ended_by_force_with_a_message(stored, twin, how):
    """Neither code that hangs when the app stops nor a view that holds the loop is waited for."""
    with running(twin, stored.url, how, script=STUCK) as server:
        assert server.ask("/").status == 200
        with connected(server) as client:
            if how == "view":
                client.sendall(b"GET /stuck HTTP/1.1\r\nHost: localhost\r\n\r\n")
                wait_for(lambda: takes_no_more(server), "the loop goes on")
            server.tell(signal.SIGTERM)
            code = server.process.wait(DEADLINE)
        assert FORCED in server.errors()
        assert code == (1 if twin == "async_app" else 0)
        wait_for(server.is_gone, "a process was left behind")


@pytest.mark.slow
@WORKERS
def test_clients_that_leave_lose_no_note_and_hold_up_no_stop(serve, stored, twin_name, workers):
    """64 clients add notes, read, leave in the middle, and leave all at once just before SIGTERM.

    Every 201 that a client has read is a note with its audit row, no note is there without, and
    nothing was refused.
    """
    server = serve(twin_name, "--workers", workers)
    ledger, rng = Ledger(), random.Random(5)
    asyncio.run(
        drive(server.port, 64, ledger, rng, DEADLINE, enough=lambda: len(ledger.answered) > 50)
    )
    server.tell(signal.SIGTERM)
    ended_in_peace(server)
    assert "database is locked" not in server.errors()
    assert len(ledger.answered) > 50
    assert ledger.faults == {}
    rows = count_rows(stored.url, ledger)
    assert rows.faults == ()
    assert rows.kept == len(ledger.answered)


@SQLITE
def test_workers_stop_when_the_one_that_started_them_is_killed(serve, twin_name):
    """Nobody is left who would tell them to: they see it for themselves."""
    server = serve(twin_name, "--workers", "2")
    assert server.ask("/").status == 200
    server.tell(signal.SIGKILL)
    server.process.wait(DEADLINE)
    wait_for(server.is_gone, "a worker was left behind")
