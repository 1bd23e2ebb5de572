"""The twins as real servers, in processes of their own, and what they answer over a socket."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from serving import DEADLINE, ROOT
from werkzeug.datastructures import Headers

TWINS = ("sync_app", "async_app")
KEY = "a key that both twins have in these tests"
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Answer:
    """What came over the socket."""

    status: int
    reason: str
    headers: Headers
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def cookie(self, name: str) -> str:
        """The value that a cookie was set to."""
        starts = [
            value.partition(";")[0].removeprefix(f"{name}=")
            for value in self.headers.getlist("Set-Cookie")
            if value.startswith(f"{name}=")
        ]
        assert len(starts) == 1, f"{name} was set {len(starts)} times"
        return starts[0]


class Running:
    """A twin that serves. Use `running`, which stops it."""

    def __init__(self, twin: str, database_url: str, *options: str, script: str = "") -> None:
        self.twin = twin
        command = [script, twin] if script else ["-m", twin]
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  # closed with the process
        self.process = subprocess.Popen(
            [sys.executable, *command, *options],
            cwd=ROOT,
            env=environment(database_url),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            start_new_session=True,  # a group of its own, as a terminal gives it
        )
        self.line = self._first_line()
        self.port = int(self.line.rsplit(":", 1)[-1]) if self.line else 0

    def _first_line(self) -> str:
        assert self.process.stdout is not None
        watchdog = threading.Timer(DEADLINE, self.process.kill)
        watchdog.start()
        try:
            return self.process.stdout.readline().strip()
        finally:
            watchdog.cancel()

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: str | None = None,
        *,
        timeout: float = DEADLINE,
        **headers: str,
    ) -> Answer:
        """Send a request over a connection of its own; underscores in header names are hyphens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body and body.encode(), sent)
            response = connection.getresponse()
            data = response.read()
            return Answer(response.status, response.reason, Headers(response.getheaders()), data)
        finally:
            connection.close()

    def add_note(self, text: str, **headers: str) -> Answer:
        return self.ask("/notes", "POST", json.dumps({"text": text}), **JSON, **headers)

    def tell(self, number: int, *, group: bool = False) -> None:
        """Send it a signal, or its whole group, as a terminal's Ctrl-C does."""
        if group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)

    def stop(self, number: int = signal.SIGTERM, *, group: bool = False) -> int:
        """Send a signal and wait for its end; its exit code."""
        self.tell(number, group=group)
        return self.process.wait(DEADLINE)

    def is_gone(self) -> bool:
        """Whether none of its processes is left."""
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def errors(self) -> str:
        """What it has written to standard error so far."""
        self._errors.seek(0)
        return self._errors.read()

    def close(self) -> None:
        """Leave nothing behind, whatever has happened."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        print(f"--- {self.twin}: {self.line}\n{self.errors()}")
        self._errors.close()


@contextlib.contextmanager
def running(twin: str, database_url: str, *options: str, script: str = "") -> Iterator[Running]:
    """A twin that serves on a free port of loopback, until the end of the block.

    :param script: what serves it; the twin's own module, by default.
    """
    options = options if script else ("--port", "0", *options)
    server = Running(twin, database_url, *options, script=script)
    try:
        assert server.port, f"{twin} did not start:\n{server.errors()}"
        yield server
    finally:
        server.close()


def environment(database_url: str) -> dict[str, str]:
    """What a twin is started with."""
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "shared"), str(ROOT)]),
        "DATABASE_URL": database_url,
        "SECRET_KEY": KEY,
    }
