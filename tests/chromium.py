"""A real browser: headless Chromium, started on a page that tells its server what it saw."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

DEADLINE = 60.0

# Chromium refuses to sandbox as root, and would look up hosts of its maker's at every start.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def executable() -> str | None:
    """Where Chromium is, or None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Page:
    """A server of one page, in a thread, and what the page tells it."""

    def __init__(self, server: ThreadingHTTPServer, told: queue.Queue[Any]) -> None:
        self.origin = f"http://127.0.0.1:{server.server_port}"
        self._told = told

    def told(self) -> Any:
        """The JSON that the page has posted to /told."""
        return self._told.get(timeout=DEADLINE)


@contextlib.contextmanager
def page_server(html: str) -> Iterator[Page]:
    """Serve *html* at / of an origin of its own."""
    told: queue.Queue[Any] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.partition("?")[0] == "/"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html.encode() if found else b"")

        def do_POST(self) -> None:
            told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Page(server, told)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def browsing(url: str, profile: Path, *flags: str) -> Iterator[None]:
    """Have Chromium at *url* meanwhile, with a new profile."""
    path = executable()
    assert path is not None
    process = subprocess.Popen(
        [path, *FLAGS, *flags, f"--user-data-dir={profile}", "--remote-debugging-port=0", url],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(profile)},
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
