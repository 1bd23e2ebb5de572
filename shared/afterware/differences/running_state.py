"""How a hook is run: what is kept on the thread or in the context."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from contextvars import ContextVar, Token
from typing import Any

from .. import g, request
from .record import Difference, difference
from .stage import At, Facts, Meeting, attempt, yes_no

__all__ = ["DIFFERENCES", "MANY", "using_a_connection"]

_user: ContextVar[str] = ContextVar("afterware_probe_user", default="nothing")


# More requests at once than any default pool of threads has, so that some must share one.
MANY = min(32, (os.cpu_count() or 1) + 4) + 4


@difference(
    "AW204",
    "a ContextVar set in before_request is lost",
    flask="the hook reads: ada",
    quart="the hook reads: nothing",
    bound="the hook reads: ada",
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
    flask="the second hook reads: ada",
    quart="the second hook reads: nothing",
    bound="the second hook reads: ada",
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
    flask="answer: 200",
    quart="answer: 500",
    bound="answer: 200",
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
    flask="some get another's value: no",
    quart="some get another's value: yes",
    bound="some get another's value: no",
    bites="under load",
    whom="hooks that keep the request's state on the thread: right in every test that asks once at"
    " a time, another user's data under load",
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
    return {"some get another's value": yes_no(bool(wrong))}


def using_a_connection(at: At, asynchronous: bool) -> Facts:
    """What happens when a hook uses the sqlite3 connection that the view has opened.

    :param asynchronous: whether the hook is `async def`.
    """

    def view() -> str:
        at.host.g.db = sqlite3.connect(":memory:")
        opened.append(at.host.g.db)
        return "Hello"

    stage = at.stage(view)
    opened: list[sqlite3.Connection] = []
    found: list[str] = []

    def hook(response: Any) -> Any:
        found.append(attempt(lambda: at.host.g.db.execute("select 1").fetchone()[0]))
        return response

    async def async_hook(response: Any) -> Any:
        return hook(response)

    stage.after_request(async_hook if asynchronous else hook)
    stage.ask()
    opened[0].close()
    return {"used in the hook": found[0]}


@difference(
    "AW208",
    "a sqlite3 connection may not change threads",
    flask="used in the hook: 1",
    quart="used in the hook: ProgrammingError",
    bound="used in the hook: 1",
    bites="loudly",
    whom="hooks that use or close a connection which the view opened",
    remedy="bind the hook with Hooks; check_same_thread=False where it is blocking=True",
    needs=("thread-bound", "blocking"),
)
def sqlite(at: At) -> Facts:
    return using_a_connection(at, asynchronous=False)


@difference(
    "AW209",
    "a lock cannot be released by another hook",
    flask="answer: 200; two requests hold it at once: no",
    quart="answer: 500; two requests hold it at once: no",
    bound="answer: 200; two requests hold it at once: yes",
    bound_on_flask="answer: 200; two requests hold it at once: no",
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
    entered: list[int] = []
    occupied: list[int] = []

    def enter_first() -> None:
        guard.acquire(timeout=1)
        entered.append(threading.get_ident())

    def occupy() -> None:
        occupied.append(threading.get_ident())
        busy.wait(1.0)

    async def under_load() -> str:
        # The thread that the first hook ran in is given other work, as it is under load.
        while entered[0] != threading.get_ident() and entered[0] not in occupied:
            asyncio.get_running_loop().run_in_executor(None, occupy)
            await asyncio.sleep(0.002)
        return "Hello"

    stage = at.stage(under_load if at.asynchronous else "Hello")

    def after(response: Any) -> Any:
        try:
            guard.release()
        finally:
            busy.set()
        return response

    stage.on("before_request", enter_first)
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
    facts["two requests hold it at once"] = yes_no(most[0] > 1)
    return facts


@difference(
    "AW210",
    "StopIteration from a hook",
    flask="answer: 500",
    quart="answer: no answer (no end)",
    bound="answer: 500",
    later={"python 3.13": {"quart": "answer: 500"}},
    bites="on some paths",
    whom="hooks that call next() without a default: with CPython 3.11, and an early 3.12, the"
    " request is never answered, and the client waits for ever",
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


DIFFERENCES = tuple(each for each in list(globals().values()) if isinstance(each, Difference))
