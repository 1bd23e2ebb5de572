"""The life cycle of a request: while the answer is sent, and when its client leaves."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from time import sleep
from typing import Any

from .leaving import leave
from .record import Difference, difference
from .stage import At, Facts, yes_no

__all__ = ["DIFFERENCES"]


@difference(
    "AW304",
    "a client that leaves cancels async hooks",
    flask="come to their end: the hook, the next hook",
    quart="come to their end: none",
    bound="come to their end: the hook, the next hook",
    bites="under load",
    whom="hooks that write an audit row or commit: they are cut off in the middle, and the hooks"
    " after them do not run",
    remedy="`@hooks.after_request(shield=True)`: once begun, it comes to its end, then the request"
    " is cancelled; with suspends=True where it really awaits, for Flask",
    needs=("lifecycle",),
)
def cancelled(at: At) -> Facts:
    events = leave(at, "/waits-async", until={"teardown"})
    return {"come to their end": ", ".join(each for each in events if "hook" in each) or "none"}


@difference(
    "AW305",
    "a plain hook outlives the teardown of a client that left",
    flask="order: the hook, teardown",
    quart="order: teardown, the hook",
    bound="order: the hook, teardown",
    bites="under load",
    whom="plain hooks that use a connection: teardown has closed it or given it to another",
    remedy="blocking=True: teardown waits for the hook",
    needs=("lifecycle",),
)
def outlived(at: At) -> Facts:
    return {"order": ", ".join(leave(at, "/waits", until={"the hook", "teardown"}))}


@difference(
    "AW306",
    "RESPONSE_TIMEOUT cuts streams short",
    flask="sent: all",
    quart="sent: cut short",
    bound="sent: all",
    bites="silently",
    whom="streams, server-sent events and downloads over slow links that take longer than 60 s; the"
    " probe sets a tenth of a second",
    remedy="`response.timeout = None` in a hook, or RESPONSE_TIMEOUT=None in the configuration",
    about="view",
)
def time_out(at: At) -> Facts:
    def parts() -> Iterator[str]:
        for part in "abc":
            sleep(0.06)
            yield part

    def portable(response: Any) -> Any:
        response.timeout = None
        return response

    stage = at.stage(parts, RESPONSE_TIMEOUT=0.1)
    stage.after_request(lambda response: response, portable)
    body = stage.ask().body
    return {"sent": "all" if body == b"abc" else "cut short"}


@difference(
    "AW309",
    "g is empty in stream_with_context",
    flask="g.user in the stream: ada",
    quart="g.user in the stream: None",
    bound="g.user in the stream: None",
    bound_on_flask="g.user in the stream: ada",
    bites="silently",
    whom="streams that use a connection, or a user, that before_request put on g",
    remedy="take what the stream needs out of g in the view, and pass it to the generator",
    about="view",
    why="The stream runs in a context that Quart makes; a hook has no part in it.",
    needs=("lifecycle",),
)
def stream_g(at: At) -> Facts:
    def view() -> Any:
        at.host.g.user = "ada"

        def parts() -> Iterator[str]:
            yield str(at.host.g.get("user"))

        async def async_parts() -> Any:
            yield str(at.host.g.get("user"))

        made = at.host.stream_with_context(async_parts if at.asynchronous else parts)
        return made() if callable(made) else made

    stage = at.stage(view)
    stage.after_request(lambda response: response)
    return {"g.user in the stream": stage.ask().body.decode()}


@difference(
    "AW314",
    "a plain generator that is left half-way is not closed",
    flask="closed when the client left: yes",
    quart="closed when the client left: no",
    bound="closed when the client left: no",
    bound_on_flask="closed when the client left: yes",
    bites="silently",
    whom="streams with a `finally` or a `with`: what they hold is kept until the collector comes,"
    " and is let go in another thread",
    remedy="make it an async generator, which Quart closes; or let go in an after_response hook",
    about="view",
    why="The generator belongs to Quart by the time that the client leaves.",
    needs=("lifecycle",),
)
def half_way(at: At) -> Facts:
    events: list[str] = []

    def parts() -> Generator[str]:
        try:
            for _ in range(1000):
                yield "part"
        finally:
            events.append("closed")

    kept = parts()
    stage = at.stage(lambda: kept)
    stage.after_request(lambda response: response)
    stage.ask(leave_after=1)
    closed = bool(events)
    kept.close()
    return {"closed when the client left": yes_no(closed)}


@difference(
    "AW315",
    "a plain generator runs in worker threads",
    flask="thread: the view's",
    quart="thread: another",
    bound="thread: another",
    bound_on_flask="thread: the view's",
    bites="under load",
    whom="streams: a hop for each chunk, and a sqlite3 cursor made in the view may not be used",
    remedy="an async generator",
    about="view",
    why="The generator is Quart's to run.",
)
def stream_thread(at: At) -> Facts:
    threads: list[int] = []

    def parts() -> Iterator[str]:
        threads.append(threading.get_ident())
        yield "a"

    def view() -> Any:
        threads.append(threading.get_ident())
        return parts()

    stage = at.stage(view)
    stage.after_request(lambda response: response)
    stage.ask()
    return {"thread": "the view's" if len(set(threads)) == 1 else "another"}


@difference(
    "AW316",
    "a hook that wants the body to be gone",
    flask="order: hook, body",
    quart="order: hook, body",
    bound="order: body, hook",
    bites="silently",
    whom="hooks that time or release a stream: they run before its first byte; alike on both",
    remedy="an after_response hook, which runs after the last",
    needs=("lifecycle",),
    see=(
        "https://github.com/pallets/quart/issues/294",
        "https://github.com/pallets/flask/issues/2270",
    ),
)
def before_the_body(at: At) -> Facts:
    events: list[str] = []

    def parts() -> Iterator[str]:
        events.append("body")
        yield "a"

    def hook(response: Any) -> Any:
        events.append("hook")
        return response

    stage = at.stage(parts)
    if at.bound:
        stage.on("after_response", None, lambda sent: events.append("hook"))
    else:
        stage.after_request(hook)
    stage.ask()
    return {"order": ", ".join(events)}


@difference(
    "AW319",
    "an error in the middle of a stream",
    flask="sent: 200, then cut off; the hook is told of: nothing",
    quart="sent: 200, then cut off; the hook is told of: nothing",
    bound="sent: 200, then cut off; the hook is told of: KeyError",
    bites="silently",
    whom="whoever watches for failed streams: on Flask the server logs it, on Quart too, but"
    " teardown and hooks hear of it on neither",
    remedy="`sent.completed` and `sent.exception` in an after_response hook",
)
def mid_stream(at: At) -> Facts:
    told: list[str] = []

    def parts() -> Iterator[str]:
        yield "a"
        raise KeyError("lost")

    def hook(response: Any) -> Any:
        told.append("nothing")
        return response

    def portable(sent: Any) -> None:
        told.append(type(sent.exception).__name__)

    stage = at.stage(parts)
    if at.bound:
        stage.on("after_response", None, portable)
    else:
        stage.after_request(hook)
    answer = stage.ask()
    return {"sent": answer.outcome.split(" (")[0], "the hook is told of": told[0]}


DIFFERENCES = tuple(each for each in list(globals().values()) if isinstance(each, Difference))
