"""Real servers for the probes that need one: gunicorn and Hypercorn, as processes of their own.

The socket is opened here and handed over, so that a request can be sent at once: it waits in the
socket's queue until the server is up.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..exchange import Answer

__all__ = ["PATIENCE", "SERVERS", "Servers"]

# How to serve an app with each server, from a socket that is already listening.
SERVERS: dict[str, list[str]] = {
    "gunicorn": [
        "gunicorn",
        "--threads",
        "2",
        "--log-level",
        "critical",
        "--graceful-timeout",
        "1",
    ],
    "hypercorn": ["hypercorn", "--log-level", "CRITICAL", "--graceful-timeout", "1"],
}

# How long, in seconds, an answer is waited for before it is said that there is none.
PATIENCE = 5.0

# How long, in seconds, a server may take to come up and answer for the first time.
STARTING = 15.0


class Servers:
    """The servers of one run of probes, each started when it is first asked.

    Use it as a context manager: it ends what it has started.
    """

    def __init__(self) -> None:
        self._running: dict[tuple[str, str], tuple[subprocess.Popen[bytes], int]] = {}

    def __enter__(self) -> Servers:
        return self

    def __exit__(self, *exc_info: Any) -> None:
        for process, _ in self._running.values():
            process.terminate()
        for process, _ in self._running.values():
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()

    def ask(
        self,
        app: str,
        server: str,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | list[tuple[str, str]] | None = None,
    ) -> Answer:
        """Ask an app over a connection of its own, and take everything until the server closes it.

        :param app: how `served` makes it, as a Python expression.
        :param server: a key of `SERVERS`.
        :param headers: names and values, sent as they are.
        """
        with self.connect(app, server, path, method=method, headers=headers) as connection:
            data = b""
            failed: OSError | None = None
            try:
                while received := connection.recv(65536):
                    data += received
            except OSError as error:
                failed = error
        return _parsed(data, failed)

    def connect(
        self,
        app: str,
        server: str,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | list[tuple[str, str]] | None = None,
    ) -> socket.socket:
        """A connection over which a request has been sent, and nothing read; see `ask`."""
        port = self._port(app, server)
        pairs = list(headers.items()) if isinstance(headers, Mapping) else headers or []
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in pairs]
        connection = socket.create_connection(("127.0.0.1", port), STARTING)
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        return connection

    def _port(self, app: str, server: str) -> int:
        if (app, server) not in self._running:
            with socket.create_server(("127.0.0.1", 0), backlog=16) as listening:
                port = listening.getsockname()[1]
                process = _start(app, server, listening.fileno())
            self._running[app, server] = process, port
        return self._running[app, server][1]


def _start(app: str, server: str, fd: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", *SERVERS[server], "--bind", f"fd://{fd}"]
    command.append(f"afterware.differences.served:{app}")
    home = str(Path(__file__).parents[2])
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(  # noqa: S603 - this interpreter, and arguments of our own
        command,
        pass_fds=[fd],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _parsed(data: bytes, error: OSError | None) -> Answer:
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    if not lines[0]:
        return Answer(error=error or ConnectionError("closed without an answer"))
    _, status, *reason = lines[0].split(" ", 2)
    pairs = [line.partition(":") for line in lines[1:]]
    return Answer(
        status=int(status),
        reason="".join(reason),
        headers=[(name, value.strip()) for name, _, value in pairs],
        chunks=[body] if body else [],
        error=error,
    )
