"""Answers as they are sent: what the host adds to the headers, and when it is known to be over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic, sleep
from typing import Any

from .record import Difference, difference
from .servers import PATIENCE
from .stage import At, Facts, Stage

__all__ = ["DIFFERENCES", "serve"]


@difference(
    "AW138",
    "response.headers = {...}",
    flask="sent: Content-Length, X-User",
    quart="sent: X-User",
    bound="sent: Content-Length, X-User",
    bites="silently",
    whom="views and hooks that put new headers in the place of all: the length of the body is lost"
    " on Quart, and the Content-Type on both",
    remedy="`response.headers.update({...})`, or `body.replace(response, data)`, which sets the"
    " length",
)
def assigned(at: At) -> Facts:
    def ported(response: Any) -> Any:
        response.headers = {"X-User": "ada"}
        return response

    def portable(response: Any) -> Any:
        del response.headers["Content-Type"]
        response.headers.update({"X-User": "ada"})
        return response

    stage = at.stage()
    stage.after_request(ported, portable)
    names = sorted(name.title() for name, _ in stage.ask().headers)
    return {"sent": ", ".join(names)}


@difference(
    "AW518",
    "brackets in a Location",
    flask="Location: /?a[]=1: /?a%5B%5D=1",
    quart="Location: /?a[]=1: /?a[]=1",
    bound="Location: /?a[]=1: /?a[]=1",
    bound_on_flask="Location: /?a[]=1: /?a%5B%5D=1",
    bites="silently",
    whom="tests that compare the Location of a redirect, and clients that take it to the letter",
    remedy="write it quoted, `/?a%5B%5D=1`, which both send as it is",
    about="view",
    why="Werkzeug quotes it while Flask sends, after all hooks; a client reads both alike.",
    see=("https://url.spec.whatwg.org/#query-percent-encode-set",),
)
def brackets(at: At) -> Facts:
    stage = at.stage(lambda: at.host.redirect("/?a[]=1"))
    stage.after_request(lambda response: response)
    return {"Location: /?a[]=1": stage.ask().header("Location")}


def serve(stage: Stage) -> None:
    """Serve a body without a length at `/whole`, and at `/taken-for` what was made of it."""
    taken: list[str] = []

    def forget() -> str:
        taken.clear()
        return ""

    def parts() -> Iterator[str]:
        yield "a"
        yield "b"

    stage.view(parts, "/whole")
    stage.view(lambda: ",".join(taken), "/taken-for")
    stage.view(forget, "/forget-whole")

    def note(whole: bool) -> None:
        taken.append("whole" if whole else "cut off")

    if stage.at.bound:

        def sent(sent: Any) -> None:
            if sent.path == "/whole":
                note(sent.completed)

        stage.on("after_response", None, sent)
    elif stage.at.asynchronous:
        stage.app.asgi_app = _watched_asgi(stage.app.asgi_app, note)
    else:
        stage.app.wsgi_app = _watched_wsgi(stage.app.wsgi_app, note)


def _watched_asgi(inner: Any, note: Callable[[bool], None]) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope.get("path") != "/whole":
            await inner(scope, receive, send)
            return
        left = False

        async def receiving() -> Any:
            nonlocal left
            message = await receive()
            left = left or message["type"] == "http.disconnect"
            return message

        async def sending(message: Any) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                note(not left)

        await inner(scope, receiving, sending)

    return app


def _watched_wsgi(inner: Any, note: Callable[[bool], None]) -> Any:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        result, whole = inner(environ, start_response), False
        try:
            yield from result
            whole = True
        finally:
            result.close()
            if environ["PATH_INFO"] == "/whole":
                note(whole)

    return app


@difference(
    "AW519",
    "the disconnect comes before the end of an answer that was received whole",
    flask="an answer received whole counts as: whole",
    quart="an answer received whole counts as: cut off",
    bound="an answer received whole counts as: whole",
    bites="on some paths",
    whom="middleware and access logs that tell by http.disconnect who left: under Hypercorn, with"
    " `Connection: close` or HTTP/1.0, which is what nginx speaks by default, and a body without a"
    " length, everybody did",
    remedy="`sent.completed` in an after_response hook; or keep connections open between proxy and"
    " server",
    defect="Hypercorn, 0.18.0 at least: it tells of the disconnect before the last send returns,"
    " where it closes the connection itself",
    see=("https://asgi.readthedocs.io/en/latest/specs/www.html#disconnect-receive-event",),
)
def disconnect(at: At) -> Facts:
    at.served("/forget-whole")
    at.served("/whole")
    deadline = monotonic() + PATIENCE
    while not (taken := at.served("/taken-for").body.decode()) and monotonic() < deadline:
        sleep(0.01)
    return {"an answer received whole counts as": taken}


DIFFERENCES = tuple(each for each in list(globals().values()) if isinstance(each, Difference))
