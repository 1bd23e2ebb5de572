"""Servers for tests: a keep-alive HTTP server in a thread, and real servers as processes."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).parent.parent
DEADLINE = 30.0

# What the apps in sent_apps.py send, in bytes: a file, and each chunk of a stream.
SIZE = 3_000_000
CHUNK = 100_000


@dataclass
class Keeps:
    """What a keep-alive server has seen."""

    connections: int = 0
    requests: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextlib.contextmanager
def http_server(keeps: Keeps) -> Iterator[str]:
    """A server on loopback that answers "kept", keeps connections open and counts them."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self):
            super().setup()
            with keeps.lock:
                keeps.connections += 1

        def do_GET(self):
            with keeps.lock:
                keeps.requests += 1
            self.send_response(200)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"kept")

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def app_server(host: str, module: str, *options: str, **environment: str) -> Iterator[int]:
    """*module* under gunicorn or Hypercorn in a process of its own; gives the port."""
    command = {
        "flask": ["gunicorn", "--bind", "fd://{fd}", "--threads", "8", "--no-control-socket"],
        "quart": ["hypercorn", "--bind", "fd://{fd}"],
    }[host]
    with server_process([*command, *options, module], **environment) as port:
        yield port


@contextlib.contextmanager
def server_process(command: list[str], **environment: str) -> Iterator[int]:
    """`python -m` *command* in a process of its own; gives the port.

    The socket is bound here and inherited, so it takes connections before the server is up: `{fd}`
    in the command stands for it. A server that takes no socket finds its port in `{port}`, and
    is to be waited for.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    inherited = any("{fd}" in word for word in command)
    words = [word.format(fd=listener.fileno(), port=port) for word in command]
    passed = [listener.fileno()] if inherited else []
    if not inherited:
        listener.close()
    process = subprocess.Popen(
        [sys.executable, "-m", *words],
        pass_fds=passed,
        cwd=ROOT,
        env={
            **os.environ,
            **environment,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "shared"), str(ROOT / "tests")]),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    listener.close()
    output: list[str] = []
    reader = threading.Thread(target=lambda: output.extend(process.stdout))
    reader.start()
    try:
        yield port
    except BaseException:
        print("".join(output))
        raise
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join()
        process.stdout.close()
        print("".join(output))


def get(
    port: int, path: str, method: str = "GET", headers: dict[str, str] | None = None
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Ask a server on loopback, over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
    try:
        connection.request(method, path, headers=headers or {})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def http_scope(path: str, method: str = "GET") -> dict:
    """The scope of a request as an ASGI server makes it."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "extensions": {},
    }


def wait_for(condition, message: str = "it did not happen"):
    """The first true value of *condition*, asked again until a deadline."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.01)
    raise AssertionError(message)
