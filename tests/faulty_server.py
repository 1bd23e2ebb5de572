"""A keep-alive server that answers as it is told to, now and then otherwise."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GREETING = b'{"message":"Hello, world!"}\n'


@dataclass
class Says:
    """One answer; status 0 hangs up instead."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = GREETING


@dataclass
class Served:
    """Where the server is, and how many requests it has read."""

    url: str
    requests: int = 0


@contextlib.contextmanager
def faulty_server(says: Callable[[int], Says]) -> Iterator[Served]:
    """Serve on loopback.

    :param says: gives the answer to the request of that number, from 0.
    """
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer leaves at once, not in pieces that wait for each other

        def do_GET(self) -> None:
            with lock:
                number = served.requests
                served.requests += 1
            answer = says(number)
            if not answer.status:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """wrk hangs up while requests are under way."""

    server = Server(("127.0.0.1", 0), Handler)
    served = Served(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def always(answer: Says) -> Callable[[int], Says]:
    """The same answer to every request."""
    return lambda _: answer


def at_times(answer: Says, every: int) -> Callable[[int], Says]:
    """That answer to one request of so many, and a good one to the others."""
    answers: Sequence[Says] = [Says()] * (every - 1) + [answer]
    return lambda number: answers[number % every]
