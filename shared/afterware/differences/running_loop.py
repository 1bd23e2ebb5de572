"""How a hook is run: the thread, the loop, and what holds them."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from .record import Difference, difference
from .running_state import MANY, using_a_connection
from .stage import At, Facts, yes_no

__all__ = ["DIFFERENCES"]


@difference(
    "AW201",
    "a plain hook runs in a worker thread",
    flask="thread: the view's",
    quart="thread: another",
    bound="thread: the view's",
    bites="under load",
    whom="every plain hook: about thirty times dearer than inline, in a pool that all requests"
    " share, with another thread's name in its log lines",
    remedy="bind it with Hooks, and it runs inline; say blocking=True where it waits",
    before="""
        @app.after_request
        def nosniff(response):
            response.headers["X-Content-Type-Options"] = "nosniff"
            return response
    """,
    after="""
        @hooks.after_request
        def nosniff(response):
            response.headers["X-Content-Type-Options"] = "nosniff"
            return response
    """,
)
def thread(at: At) -> Facts:
    views: list[int] = []
    found: list[int] = []

    def view() -> str:
        views.append(threading.get_ident())
        return "Hello"

    def hook(response: Any) -> Any:
        found.append(threading.get_ident())
        return response

    stage = at.stage(view)
    stage.after_request(hook)
    stage.ask()
    return {"thread": "the view's" if found == views else "another"}


@difference(
    "AW202",
    "an async hook runs in a thread and on a loop of its own under Flask",
    flask="thread: another; two hooks have a loop each: yes",
    quart="thread: the request's; two hooks have a loop each: no",
    bound="thread: the request's; two hooks have a loop each: no",
    bites="under load",
    whom="teams that make hooks async before the move: each costs Flask a thread and a loop, over a"
    " hundred times a plain hook",
    remedy="bind it with Hooks, and Flask drives it inline, with no loop",
    see=("https://flask.palletsprojects.com/en/stable/async-await/",),
)
def loop(at: At) -> Facts:
    stage = at.stage()
    threads = {threading.get_ident()}
    loops: list[Any] = []

    async def hook(response: Any) -> Any:
        threads.add(threading.get_ident())
        running = asyncio._get_running_loop()  # noqa: SLF001 - documented; gives None, not an error
        if running is not None and running not in loops:
            loops.append(running)
        return response

    stage.after_request(hook)
    stage.after_request(hook)
    stage.ask()
    return {
        "thread": "the request's" if len(threads) == 1 else "another",
        "two hooks have a loop each": yes_no(len(loops) == 2),
    }


@difference(
    "AW203",
    "a blocking call holds the event loop",
    flask="others are served while it waits: yes",
    quart="others are served while it waits: no",
    bound="others are served while it waits: yes",
    bites="under load",
    whom="hooks that wait on the network, a disk or a lock and were made async as they were",
    remedy="keep it a def and say blocking=True: inline on Flask, a worker thread on Quart",
    needs=("blocking",),
    before="""
        @app.after_request
        def audit(response):
            requests.post(AUDIT, json={"status": response.status_code})
            return response
    """,
    after="""
        @hooks.after_request(blocking=True)
        def audit(response):
            requests.post(AUDIT, json={"status": response.status_code})
            return response
    """,
)
def blocking(at: At) -> Facts:
    other_served = threading.Event()
    in_time: list[bool] = []

    hook_began = threading.Event()

    def hook(response: Any) -> Any:
        if at.host.request.path == "/slow":
            hook_began.set()
            in_time.append(other_served.wait(0.4))
        return response

    async def _later() -> str:
        while not hook_began.is_set():
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.001)
        other_served.set()
        return "fast"

    def fast() -> Any:
        if at.asynchronous:
            return _later()
        hook_began.wait(2.0)
        other_served.set()
        return "fast"

    stage = at.stage()
    stage.view(lambda: "slow", "/slow")
    stage.view(fast, "/fast")
    stage.after_request(stage.coloured(hook), hook, blocking=True)
    stage.ask_together(["/slow", "/fast"])
    return {"others are served while it waits": yes_no(in_time == [True])}


@difference(
    "AW220",
    "an async hook of Flask called inside a running loop",
    flask="answer: 500",
    quart="answer: 200",
    bound="answer: 200",
    bites="on some paths",
    whom="Flask apps called by asynchronous code: tests under pytest-asyncio, an ASGI bridge",
    remedy="bind it with Hooks, and it needs no loop",
)
def inside_a_loop(at: At) -> Facts:
    stage = at.stage()

    async def hook(response: Any) -> Any:
        return response

    stage.after_request(hook)
    if at.asynchronous:
        return {"answer": stage.ask().outcome}

    async def call() -> str:
        return stage.ask().outcome

    return {"answer": asyncio.run(call())}


@difference(
    "AW221",
    "a running loop in an async hook",
    flask="an await that waits: 200",
    quart="an await that waits: 200",
    bound="an await that waits: 200",
    bites="loudly",
    whom="async hooks that use asyncio itself; alike on both hosts, at Flask's price",
    remedy="suspends=True: then Flask runs it on a loop that outlives the request. Without it, a"
    " hook that wants a loop on Flask gets an error that says so",
)
def running_loop(at: At) -> Facts:
    stage = at.stage()
    found: list[str] = []

    async def hook(response: Any) -> Any:
        await asyncio.sleep(0.001)
        found.append("ran")
        return response

    stage.after_request(hook, suspends=True)
    return {"an await that waits": stage.ask().outcome}


@difference(
    "AW222",
    "plain hooks wait for the threads that slow views hold",
    flask="a fast view is answered meanwhile: yes",
    quart="a fast view is answered meanwhile: no",
    bound="a fast view is answered meanwhile: yes",
    bites="under load",
    whom="apps with views that are still def: while as many of them wait as the pool has threads,"
    " no plain hook runs, and no view is answered that has one",
    remedy="bind hooks with Hooks, and they need no thread",
)
def starved(at: At) -> Facts:
    fast_answered = threading.Event()
    given_up = threading.Event()
    in_time: list[bool] = []
    stage = at.stage()

    def slow() -> str:
        if not given_up.is_set():
            in_time.append(fast_answered.wait(0.5))
            given_up.set()
        return "slow"

    def hook(response: Any) -> Any:
        if at.host.request.path == "/":
            fast_answered.set()
        return response

    stage.app.add_url_rule("/slow", view_func=slow)  # a def on both hosts
    stage.after_request(hook)
    stage.ask_together(["/slow"] * MANY + ["/"])
    return {"a fast view is answered meanwhile": yes_no(all(in_time))}


@difference(
    "AW225",
    "an async hook of Flask may not use what the view opened",
    flask="used in the hook: ProgrammingError",
    quart="used in the hook: 1",
    bound="used in the hook: 1",
    bites="loudly",
    whom="async hooks that close a sqlite3 connection, or anything else that knows its thread",
    remedy="bind it with Hooks, and it runs in the request's thread",
)
def async_sqlite(at: At) -> Facts:
    return using_a_connection(at, asynchronous=True)


@difference(
    "AW226",
    "the loop of an async hook lasts for one hook of one request under Flask",
    flask="two requests have one loop: no",
    quart="two requests have one loop: yes",
    bound="two requests have one loop: yes",
    bites="under load",
    whom="async hooks with a client that pools its connections: under Flask each request connects"
    " anew, or fails with `attached to a different loop`",
    remedy="suspends=True: one loop, which outlives the request",
)
def lasting(at: At) -> Facts:
    stage = at.stage()
    loops: list[Any] = []

    async def hook(response: Any) -> Any:
        running = asyncio.get_running_loop()
        if running not in loops:
            loops.append(running)
        return response

    stage.after_request(hook, suspends=True)
    stage.ask_together(["/", "/"])
    return {"two requests have one loop": yes_no(len(loops) == 1)}


DIFFERENCES = tuple(each for each in list(globals().values()) if isinstance(each, Difference))
