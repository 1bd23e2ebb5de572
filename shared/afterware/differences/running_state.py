"""How a hook is run: the thread, the loop, and what is kept on them."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from contextvars import ContextVar, Token
from typing import Any

from .. import g, request
from .record import Difference, Facts, difference
from .stage import At, Meeting, attempt

__all__ = ["DIFFERENCES"]

_user: ContextVar[str] = ContextVar("afterware_probe_user", default="nothing")

# More requests at once than any default pool of threads has, so that some must share one.
MANY = min(32, (os.cpu_count() or 1) + 4) + 4


def _yes(true: bool) -> str:
    return "yes" if true else "no"


@difference(
    "AW201",
    "a plain hook runs in a worker thread",
    flask="",
    quart="",
    bound="",
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
    flask="",
    quart="",
    bound="",
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
        "two hooks have a loop each": _yes(len(loops) == 2),
    }


@difference(
    "AW203",
    "a blocking call holds the event loop",
    flask="",
    quart="",
    bound="",
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
    return {"others are served while it waits": _yes(in_time == [True])}


@difference(
    "AW204",
    "a ContextVar set in before_request is lost",
    flask="",
    quart="",
    bound="",
    bites="silently",
    whom="request ids, tenants, tracing spans, logging context: the hook sees the default",
    remedy="bind both hooks with Hooks; blocking=True carries the context in and back as well",
    needs=("thread-bound",),
)
def from_before(at: At) -> Facts:
    stage = at.stage()
    found: list[str] = []

    def before() -> None:
        _user.set("ada")

    def after(response: Any) -> Any:
        found.append(_user.get())
        return response

    stage.on("before_request", before)
    stage.after_request(after)
    stage.ask()
    return {"the hook reads": found[0]}


@difference(
    "AW205",
    "a ContextVar set in one hook is not seen in the next",
    flask="",
    quart="",
    bound="",
    bites="silently",
    whom="hooks that hand something on: a decimal context, a tracing span, a timer",
    remedy="bind both with Hooks",
    needs=("thread-bound",),
)
def from_hook(at: At) -> Facts:
    stage = at.stage()
    found: list[str] = []

    def hook(response: Any) -> Any:
        found.append(_user.get())
        _user.set("ada")
        return response

    stage.after_request(hook)
    stage.after_request(hook)
    stage.ask()
    return {"the second hook reads": found[1]}


@difference(
    "AW206",
    "a ContextVar token cannot be reset in a hook",
    flask="",
    quart="",
    bound="",
    bites="loudly",
    whom="hooks that undo what before_request set, as structlog and OpenTelemetry recipes do",
    remedy="bind both with Hooks: they share one context",
    needs=("thread-bound",),
)
def token(at: At) -> Facts:
    stage = at.stage()
    tokens: list[Token[str]] = []

    def before() -> None:
        tokens.append(_user.set("ada"))

    def after(response: Any) -> Any:
        _user.reset(tokens[0])
        return response

    stage.on("before_request", before)
    stage.after_request(after)
    return {"answer": stage.ask().outcome}


@difference(
    "AW207",
    "threading.local holds another request's value",
    flask="",
    quart="",
    bound="",
    bites="under load",
    whom="hooks that keep the request's state on the thread: right in every sequential test, another"
    " user's data under load",
    remedy="keep it on `g` or in a ContextVar; nothing that is bound to a thread is bound to a"
    " request on Quart",
    needs=("thread-bound",),
    before="""
        @app.before_request
        def remember():
            local.user = request.headers["X-User"]

        @app.after_request
        def tell(response):
            response.headers["X-User"] = local.user
            return response
    """,
    after="""
        @hooks.before_request
        def remember():
            g.user = request.headers["X-User"]

        @hooks.after_request
        def tell(response):
            response.headers["X-User"] = g.user
            return response
    """,
)
def thread_local(at: At) -> Facts:
    local = threading.local()
    meeting = Meeting(at, MANY)
    stage = at.stage(lambda: meeting.then("Hello"))

    def before() -> None:
        local.user = at.host.request.args["user"]

    def after(response: Any) -> Any:
        response.headers["X-User"] = getattr(local, "user", "nobody")
        return response

    def portable_before() -> None:
        g.user = request.args["user"]

    def portable_after(response: Any) -> Any:
        response.headers["X-User"] = g.user
        return response

    stage.on("before_request", before, portable_before)
    stage.after_request(after, portable_after)
    answers = stage.ask_together([f"/?user={number}" for number in range(MANY)])
    wrong = [n for n, answer in enumerate(answers) if answer.header("X-User") != str(n)]
    return {"some get another's value": _yes(bool(wrong))}


@difference(
    "AW208",
    "a sqlite3 connection may not change threads",
    flask="",
    quart="",
    bound="",
    bites="loudly",
    whom="hooks that use or close a connection which the view opened",
    remedy="bind the hook with Hooks; check_same_thread=False where it is blocking=True",
    needs=("thread-bound", "blocking"),
)
def sqlite(at: At) -> Facts:
    def view() -> str:
        at.host.g.db = sqlite3.connect(":memory:")
        return "Hello"

    stage = at.stage(view)
    opened: list[sqlite3.Connection] = []
    found: list[str] = []

    def hook(response: Any) -> Any:
        opened.append(at.host.g.db)
        found.append(attempt(lambda: at.host.g.db.execute("select 1").fetchone()[0]))
        at.host.g.db.close()
        return response

    stage.after_request(hook)
    answer = stage.ask()
    return {"used in the hook": found[0], "answer": answer.outcome}


@difference(
    "AW209",
    "a lock cannot be released by another hook",
    flask="",
    quart="",
    bound="",
    bites="under load",
    whom="hooks that hold an RLock from before_request to after_request",
    remedy="hold a lock inside one function; from one hook to another, an asyncio.Lock with"
    " suspends=True",
    needs=("thread-bound", "blocking"),
    why="A lock belongs to a thread, and on a loop all requests share one. Bound, the release"
    " succeeds, and the lock keeps nobody out.",
)
def lock(at: At) -> Facts:
    facts = {}
    guard = threading.RLock()
    busy = threading.Event()

    def occupied() -> Any:
        # The thread that was idle is given other work, as it is under load.
        asyncio.get_running_loop().run_in_executor(None, busy.wait, 1.0)
        return "Hello"

    stage = at.stage(occupied if at.asynchronous else "Hello")

    def after(response: Any) -> Any:
        try:
            guard.release()
        finally:
            busy.set()
        return response

    stage.on("before_request", lambda: guard.acquire(timeout=1) and None)
    stage.after_request(after)
    facts["answer"] = stage.ask().outcome

    other = threading.RLock()
    inside: list[int] = []
    most = [0]
    never = threading.Event()

    def enter() -> None:
        other.acquire(timeout=1)
        inside.append(1)
        most[0] = max(most[0], len(inside))
        never.wait(0.05)  # the other request is under way by then, in a thread of its own

    def leave(response: Any) -> Any:
        inside.pop()
        other.release()
        return response

    meeting = Meeting(at, 2, patience=0.2)
    stage = at.stage(lambda: meeting.then("Hello"))
    stage.on("before_request", enter)
    stage.after_request(leave)
    stage.ask_together(["/", "/"])
    facts["two requests hold it at once"] = _yes(most[0] > 1)
    return facts


@difference(
    "AW210",
    "StopIteration from a hook",
    flask="",
    quart="",
    bound="",
    bites="on some paths",
    whom="hooks that call next() without a default: with an older CPython the request is never"
    " answered, and the client waits for ever",
    remedy="`next(iterator, None)`; bound, it is an error like another, in a worker thread too",
    see=("https://github.com/python/cpython/issues/112182",),
)
def stop_iteration(at: At) -> Facts:
    stage = at.stage()

    def hook(response: Any) -> Any:
        next(iter(()))
        return response

    stage.after_request(hook)
    return {"answer": stage.ask(patience=0.5).outcome}


@difference(
    "AW220",
    "an async hook of Flask called inside a running loop",
    flask="",
    quart="",
    bound="",
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
    flask="",
    quart="",
    bound="",
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
    flask="",
    quart="",
    bound="",
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
    return {"a fast view is answered meanwhile": _yes(all(in_time))}


@difference(
    "AW225",
    "an async hook of Flask may not use what the view opened",
    flask="",
    quart="",
    bound="",
    bites="loudly",
    whom="async hooks that close a sqlite3 connection, or anything else that knows its thread",
    remedy="bind it with Hooks, and it runs in the request's thread",
)
def async_sqlite(at: At) -> Facts:
    def view() -> str:
        at.host.g.db = sqlite3.connect(":memory:")
        return "Hello"

    stage = at.stage(view)
    opened: list[sqlite3.Connection] = []
    found: list[str] = []

    async def hook(response: Any) -> Any:
        opened.append(at.host.g.db)
        found.append(attempt(lambda: at.host.g.db.execute("select 1").fetchone()[0]))
        return response

    stage.after_request(hook)
    stage.ask()
    opened[0].close()
    return {"used in the hook": found[0]}


@difference(
    "AW226",
    "the loop of an async hook lasts for one hook of one request under Flask",
    flask="",
    quart="",
    bound="",
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
    return {"two requests have one loop": _yes(len(loops) == 1)}


DIFFERENCES = tuple(each for each in list(globals().values()) if isinstance(each, Difference))
