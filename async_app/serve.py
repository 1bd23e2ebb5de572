"""Serves the Quart twin with Hypercorn."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config
from quart import Quart

from twin.stopping import DRAIN_SECONDS, GRACE_SECONDS, EndByForce, cut_off_message
from twin.transactions import steps_under_way

from .app import create_app
from .workers import STOPS, serve_in_workers

__all__ = ["serve"]

logger = logging.getLogger("twin")

# How often, in seconds, what was cut off and has not ended is cut off again: a task may catch one
# cancellation while it waits for something that never comes.
_AGAIN_SECONDS = 0.05


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
    :param make_app: makes the app, once in each process that serves.
    """
    if workers == 1:
        asyncio.run(_serve(listener, make_app, ready))
    else:

        def work(parent: int) -> None:
            asyncio.run(_serve(listener, make_app, parent=parent))

        sys.exit(serve_in_workers(workers, work, ready))


async def _serve(
    listener: socket.socket,
    make_app: Callable[[], Quart],
    ready: Callable[[], None] = lambda: None,
    parent: int | None = None,
) -> None:
    """Serve in this process until a signal comes, or the parent closes its end of a pipe."""
    loop, stop, force = asyncio.get_running_loop(), asyncio.Event(), EndByForce()
    stopping = False

    def told_to_stop(*_: object) -> None:
        nonlocal stopping
        if not stopping:
            stopping = True
            force.begin()
            loop.call_soon_threadsafe(stop.set)

    def parent_has_ended(pipe: int) -> None:
        loop.remove_reader(pipe)
        told_to_stop()

    # Not the loop's own handlers, which wait for the loop: a view may hold it.
    for number in STOPS:
        signal.signal(number, told_to_stop)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    if parent is not None:
        loop.add_reader(parent, parent_has_ended, parent)
    app = make_app()
    serving = loop.create_task(hypercorn_serve(app, _config(listener), shutdown_trigger=stop.wait))
    ready()
    stopped = loop.create_task(stop.wait())
    await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.wait({serving}, timeout=DRAIN_SECONDS)
    if serving.done():
        serving.result()
    else:
        logger.warning("%s", cut_off_message())
        loop.set_exception_handler(_without_cancellations)
        await _cut_off()
        serving.cancelled() or serving.exception()  # which Hypercorn trips over when it is cut off
        await app.extensions["database"].close()
    stopped.cancel()
    # What is left of this process takes no signals: Python drops its handlers before it ends.
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)


def _config(listener: socket.socket) -> Config:
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    # Longer than we wait. Hypercorn counts from when it has closed its listener, which takes until
    # the last client has gone (from Python 3.12 on); and then it waits for what it has cut off.
    config.graceful_timeout = GRACE_SECONDS
    config.errorlog = logging.getLogger("hypercorn.error")
    config.errorlog.setLevel(logging.WARNING)
    return config


async def _cut_off() -> None:
    """Cancel all that runs on this loop until it has ended, but steps of transactions."""
    this = asyncio.current_task()
    while left := asyncio.all_tasks() - {this}:
        for task in left - steps_under_way():
            task.cancel()
        await asyncio.wait(left, timeout=_AGAIN_SECONDS)


def _without_cancellations(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Say nothing of tasks that have ended because they were cut off."""
    if not isinstance(context.get("exception"), asyncio.CancelledError):
        loop.default_exception_handler(context)
