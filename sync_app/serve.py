"""Serves the Flask twin with gunicorn."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # it has no types

from twin.command import GRACE_SECONDS

from .app import create_app

__all__ = ["THREADS", "serve"]

# How many requests one worker serves at a time.
THREADS = 8

_STOPS = (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)


def serve(
    listener: socket.socket,
    workers: int,
    ready: Callable[[], None],
    make_app: Callable[[], Flask] = create_app,
) -> None:
    """Serve on *listener* until SIGTERM or Ctrl-C, and exit.

    :param listener: a socket that listens; gunicorn takes it over.
    :param workers: how many processes serve.
    :param ready: called when the server can be told to stop.
    :param make_app: makes the app, once in each worker.
    """
    os.register_at_fork(after_in_parent=_let_stops_through)
    _Server(
        make_app,
        {
            "bind": f"fd://{listener.detach()}",
            "workers": workers,
            "worker_class": "gthread",
            "threads": THREADS,
            "graceful_timeout": GRACE_SECONDS,
            "loglevel": "warning",
            "control_socket_disable": True,
            "when_ready": lambda _: ready(),
            "pre_fork": _hold_stops,
            "worker_exit": _close,
        },
    ).run()


class _Server(BaseApplication):  # type: ignore[misc]  # as above
    """Gunicorn, configured here alone: it reads no file and no arguments."""

    def __init__(self, make_app: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._make_app = make_app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            # control_socket_disable came with gunicorn 25.
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """The app, in the worker that asks for it: a connection must not be shared by a fork.

        Ctrl-C reaches every process of a terminal, and gunicorn's workers exit on it wherever they
        stand, and on the SIGQUIT that their master sends them for it. Here they leave Ctrl-C to the
        master and take SIGQUIT for SIGTERM, so that requests under way are answered.
        """
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGQUIT, signal.getsignal(signal.SIGTERM))
        _let_stops_through()
        return self._make_app()


def _hold_stops(_server: Any, _worker: Any) -> None:
    """Have signals to stop wait until a new worker handles them.

    It is born with its master's handlers, which only take notes for the master. A signal that came
    meanwhile would be lost, and the worker would serve on until it is killed with all the others.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)


def _let_stops_through() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)


def _close(_: Any, worker: Any) -> None:
    # A worker that is stopped while it starts has no app yet.
    if app := getattr(worker, "wsgi", None):
        app.extensions["database"].close()
