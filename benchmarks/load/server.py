"""Serves one twin with the hooks of a scenario, by the `serve` of the twin itself.

Started by `children`, never by hand: `python -m benchmarks.load.server <scenario> <database>
[<port of the upstream>]`. The scenario `soak/<host>` is the twin as it is. It says where it listens
on standard output, as the twins do, and stops on SIGTERM or when standard input ends, as it does
with the parent.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from functools import partial
from typing import Any

from twin.listen import listen, url_of
from twin.settings import Settings
from twin.urls import parse_database_url

from .apps import make_load_app, make_twin, make_wait_app
from .scenarios import Load, Soak, parse

__all__ = ["main"]


def main(name: str, database: str, upstream: int = 0) -> None:
    """Serve until told to stop.

    :param name: a scenario's.
    :param database: the URL of the twin's database, or a SQLite file.
    :param upstream: the port of the upstream, for a scenario that waits.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    kind, _, host = name.partition("/")
    scenario = parse(name) if kind != "soak" else Soak(host)
    url = database if "://" in database else f"sqlite:///{database}"
    settings = Settings("for load", parse_database_url(url))
    if isinstance(scenario, Soak):
        make = partial(make_twin, scenario.host, settings)
    elif isinstance(scenario, Load):
        make = partial(make_load_app, scenario, settings)
    else:
        make = partial(make_wait_app, scenario.host, settings, upstream)
    listener = listen("127.0.0.1", 0)
    where = url_of(listener)
    root = os.getpid()

    def make_app() -> Any:
        # In the process that serves, since gunicorn forks: a thread would not come along.
        threading.Thread(target=_stop_with_parent, args=(root,), daemon=True).start()
        return make()

    def ready() -> None:
        print(f"{name} listens on {where}", flush=True)

    if scenario.host == "flask":
        from sync_app.serve import serve as serve_flask

        serve_flask(listener, 1, ready, make_app)
    else:
        from async_app.serve import serve as serve_quart

        serve_quart(listener, 1, ready, make_app)


def _stop_with_parent(root: int) -> None:
    # Unbuffered: the lock of a buffer could not be had when the interpreter ends.
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(root, signal.SIGTERM)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
