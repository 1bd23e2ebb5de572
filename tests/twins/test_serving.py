"""`python -m sync_app` and `python -m async_app`: starting, stopping, workers, one database."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from running import JSON, TWINS, environment
from serving import DEADLINE, ROOT, wait_for

pytestmark = pytest.mark.parametrize("stored", ["sqlite"], indirect=True)

WORKERS = pytest.mark.parametrize("workers", ["1", "2"], ids=["one worker", "two workers"])

# To the process that was started, as a supervisor does; to its group, as a terminal does.
SIGNALS = pytest.mark.parametrize(
    ("number", "group"), [(signal.SIGTERM, False), (signal.SIGINT, True)], ids=["SIGTERM", "Ctrl-C"]
)


def run_to_its_end(twin_name, url, *options):
    """Start a twin that is to refuse, and wait for it."""
    return subprocess.run(
        [sys.executable, "-m", twin_name, *options],
        cwd=ROOT,
        env=environment(url),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


@WORKERS
@SIGNALS
def test_it_says_where_it_listens_and_stops_cleanly(serve, twin_name, workers, number, group):
    """One line with the port that is bound; told to stop, it exits with 0 and leaves nothing."""
    server = serve(twin_name, "--workers", workers)
    named = {"sync_app": "Flask, gunicorn", "async_app": "Quart, Hypercorn"}[twin_name]
    assert server.line == f"{twin_name} ({named}) listens on http://127.0.0.1:{server.port}"
    assert server.ask("/").status == 200
    assert server.stop(number, group=group) == 0
    assert "Traceback" not in server.errors()
    assert server.process.stdout.read() == ""
    with pytest.raises(ConnectionRefusedError):
        server.ask("/")
    wait_for(server.is_gone, "a process was left behind")


@WORKERS
def test_it_can_be_stopped_as_soon_as_it_has_said_where_it_listens(serve, twin_name, workers):
    """A stop before the first worker is up is as clean as any other."""
    server = serve(twin_name, "--workers", workers)
    assert server.stop() == 0
    assert "Traceback" not in server.errors()


@WORKERS
@SIGNALS
def test_a_request_under_way_is_answered_before_it_stops(serve, twin_name, workers, number, group):
    """A request that has begun to arrive may end."""
    server = serve(twin_name, "--workers", workers)
    server.ask("/")
    body = b'{"text": "in the nick of time"}'
    head = (
        f"POST /notes HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON['Content-Type']}\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE) as client:
        client.sendall(head.encode())
        # The app has begun to read the body when the server asks for it.
        assert client.recv(1024).startswith(b"HTTP/1.1 100")
        server.tell(number, group=group)
        wait_for(lambda: takes_no_more(server), "it went on answering")
        client.sendall(body)
        answer = b"".join(iter(lambda: client.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 201")
    assert server.process.wait(DEADLINE) == 0


def takes_no_more(server):
    """Whether a new request is refused, or waits: gunicorn's workers keep the socket to the end."""
    try:
        server.ask("/", timeout=0.5)
    except OSError:
        return True
    return False


def test_a_taken_port_is_said_in_one_line(stored, twin_name):
    """A port that is taken: what to do about it, a non-zero exit, no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = run_to_its_end(twin_name, stored.url, "--port", str(port))
    assert ended.returncode != 0
    assert ended.stdout == ""
    assert ended.stderr == (
        f"Error: Cannot listen on 127.0.0.1:{port}: the port is taken."
        " Choose another with --port, or --port 0 for a free one.\n"
    )


def test_a_bad_option_is_refused(stored, twin_name):
    """An option that is out of range: usage, its name, exit code 2."""
    ended = run_to_its_end(twin_name, stored.url, "--workers", "0")
    assert ended.returncode == 2
    assert "Invalid value for '--workers'" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_bad_database_is_said_in_one_line(tmp_path, stored, twin_name):
    """A database that cannot be opened is noticed before anything is served."""
    ended = run_to_its_end(twin_name, f"sqlite:///{tmp_path}/no/such/folder/x.sqlite3")
    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: The database at DATABASE_URL sqlite:////")
    assert ended.stderr.endswith("cannot be used: unable to open database file\n")


def test_it_serves_on_ipv6_too(serve, twin_name):
    """--host takes an address of either family."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError as error:
        pytest.skip(f"this machine has no IPv6 loopback: {error}")
    server = serve(twin_name, "--host", "::1")
    assert server.line.endswith(f"http://[::1]:{server.port}")
    with socket.create_connection(("::1", server.port), timeout=DEADLINE) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 200")


def test_concurrent_writers_lose_nothing(serve, stored, twin_name):
    """Two workers and twenty clients on one SQLite file: every note and audit row is there once."""
    server = serve(twin_name, "--workers", "2")
    texts = [f"note {number}" for number in range(60)]
    with ThreadPoolExecutor(20) as clients:
        answers = list(clients.map(server.add_note, texts))
    assert [answer.status for answer in answers] == [201] * len(texts)
    assert len({answer.json["id"] for answer in answers}) == len(texts)
    assert sorted(stored.notes) == sorted(texts)
    assert stored.audit == [("POST", "/notes", 201)] * len(texts)


def test_twins_that_start_at_once_make_the_tables_once(serve, stored):
    """Both twins, two workers each, started together on no database yet: each serves."""
    started = []
    threads = [
        threading.Thread(target=lambda twin=twin: started.append(serve(twin, "--workers", "2")))
        for twin in TWINS
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(started) == len(TWINS)
    for number, server in enumerate(started):
        assert server.add_note(f"note {number}").status == 201
    assert stored.notes == ["note 1", "note 0"]


def test_one_twin_reads_what_the_other_wrote(serve):
    """They share a database, so a note is there on both, and gone from both."""
    flask, quart = (serve(twin) for twin in TWINS)
    for writer, reader in ((flask, quart), (quart, flask)):
        added = writer.add_note(f"by {writer.twin}")
        where = added.headers["Location"]
        assert reader.ask(where).json == added.json
        assert reader.ask(where, "DELETE").status == 204
        assert writer.ask(where).status == 404
