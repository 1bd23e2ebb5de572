"""Serves a twin that cannot be stopped in peace: `python tests/twins/stuck.py <host> <how>`.

`close`: closing its database never ends. `view`: on Quart, a view holds the loop.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

import async_app.serve
import sync_app.serve
from twin.listen import listen, url_of


def wait_for_ever() -> str:
    threading.Event().wait()
    return ""


def make_app() -> Any:
    host, how = sys.argv[1:]
    if host == "sync_app":
        app: Any = sync_app.create_app()
        app.extensions["database"].close = wait_for_ever
        return app
    app = async_app.create_app()
    if how == "close":
        app.after_serving(wait_for_ever_async)
    app.add_url_rule("/stuck", view_func=wait_for_ever_async)
    return app


async def wait_for_ever_async() -> str:
    return wait_for_ever()


if __name__ == "__main__":
    listener = listen("127.0.0.1", 0)
    url = url_of(listener)
    serve = sync_app.serve.serve if sys.argv[1] == "sync_app" else async_app.serve.serve
    serve(listener, 1, lambda: print(f"listens on {url}", flush=True), make_app)
