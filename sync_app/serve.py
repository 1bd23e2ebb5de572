"""Serves the Flask twin with gunicorn."""

from __future__ import annotations

import logging
import os
import signal
import socket
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # it has no types

from twin.stopping import DRAIN_SECONDS, GRACE_SECONDS, EndByForce, cut_off_message

from .app import create_app

__all__ = ["THREADS", "serve"]

# How many requests one worker serves at a time.
THREADS = 8

logger = logging.getLogger("twin")

# What gunicorn's workers are told to stop by, and its master.
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
            # After that its master kills what is left; workers end themselves sooner.
            "graceful_timeout": GRACE_SECONDS + 1,
            "loglevel": "warning",
            "control_socket_disable": True,
            "when_ready": lambda _: ready(),
            "pre_fork": _hold_stops,
            "post_fork": _wait_less,
            "worker_exit": _leave,
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
        stops = _stopping_once(signal.getsignal(signal.SIGTERM))
        for number in (signal.SIGTERM, signal.SIGQUIT):
            signal.signal(number, stops)
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


def _stopping_once(stops: Any) -> Callable[..., None]:
    """Gunicorn's handler of SIGTERM, with an end by force; whoever is told again stops already."""
    told, force = False, EndByForce()

    def stop(number: int, frame: Any) -> None:
        nonlocal told
        if not told:
            told = True
            force.begin()
            stops(number, frame)

    return stop


def _wait_less(_server: Any, worker: Any) -> None:
    """Have a worker wait less long for its requests than its master waits for the worker."""
    # It looks at the time once a second.
    worker.cfg.set("graceful_timeout", DRAIN_SECONDS - 1)


def _leave(_server: Any, worker: Any) -> None:
    # A worker that is stopped while it starts has no app yet.
    if app := getattr(worker, "wsgi", None):
        app.extensions["database"].close()
    # A thread that serves a client who does not read cannot be told to stop, and Python would wait
    # for it.
    if getattr(worker, "nr_conns", 0) > 0:
        logger.warning("%s", cut_off_message())
        logging.shutdown()
        os._exit(0)
