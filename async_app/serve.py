"""Serves the Quart twin with Hypercorn."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config
from hypercorn.run import run as hypercorn_run
from quart import Quart

from twin.command import GRACE_SECONDS, log_to_stderr

from .app import create_app

__all__ = ["create_worker", "serve"]


def serve(
    listener: socket.socket,
    workers: int,
    ready: Callable[[], None],
    make_app: Callable[[], Quart] = create_app,
) -> None:
    """Serve on *listener* until SIGTERM or Ctrl-C, and return or exit.

    :param listener: a socket that listens; Hypercorn takes it over.
    :param workers: how many processes serve.
    :param ready: called when the server can be told to stop.
    :param make_app: makes the app that one worker serves. Several make the twin's own, since they
        start from nothing.
    """
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.workers = workers
    config.graceful_timeout = GRACE_SECONDS
    config.errorlog = logging.getLogger("hypercorn.error")
    config.errorlog.setLevel(logging.WARNING)
    if workers == 1:
        asyncio.run(_serve_here(make_app, config, ready))
    else:
        _serve_in_processes(config, ready)


async def _serve_here(
    make_app: Callable[[], Quart], config: Config, ready: Callable[[], None]
) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    app = make_app()
    ready()
    await hypercorn_serve(app, config, shutdown_trigger=stop.wait)


def _serve_in_processes(config: Config, ready: Callable[[], None]) -> None:
    def again(*_: object) -> None:
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM)).start()

    # Until Hypercorn has started all its workers and handles signals itself, they come back: to
    # leave at once would leave workers behind that nobody has told to stop.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, again)
    config.application_path = f"{__name__}:create_worker()"
    ready()
    sys.exit(hypercorn_run(config))


def create_worker() -> Quart:
    """The app in a worker process, which Hypercorn starts from nothing.

    Hypercorn asks its workers to stop by an event of its own, and as soon as one has ended sends
    SIGTERM to the others, which would cut off the requests that they still serve.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    log_to_stderr()
    logging.getLogger("hypercorn.error").setLevel(logging.WARNING)
    return create_app()
