"""The life cycle of a request: what a hook is told, and who else runs."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import request
from .record import Difference, difference
from .stage import At, Facts, yes_no

__all__ = ["DIFFERENCES"]


@difference(
    "AW301",
    "teardown is not told of the exception",
    flask="exc after an unhandled error: ZeroDivisionError",
    quart="exc after an unhandled error: NoneType",
    bound="exc after an unhandled error: ZeroDivisionError",
    bites="silently",
    whom="teardown functions that roll back on an exception: after a 500 they commit",
    remedy="`@hooks.teardown_request`, which is given the same exception on both",
    needs=("lifecycle",),
    before="""
        @app.teardown_request
        def finish(exc):
            g.db.rollback() if exc else g.db.commit()
    """,
    after="""
        @hooks.teardown_request
        def finish(exc):
            g.db.rollback() if exc else g.db.commit()
    """,
)
def exception(at: At) -> Facts:
    stage = at.stage(lambda: 1 // 0)
    found: list[str] = []
    stage.on("teardown_request", lambda exc: found.append(type(exc).__name__))
    stage.ask()
    return {"exc after an unhandled error": found[0]}


@difference(
    "AW302",
    "teardown_appcontext functions run in another order",
    flask="registered 1, 2: 2, 1",
    quart="registered 1, 2: 1, 2",
    bound="registered 1, 2: 1, 2",
    bites="silently",
    whom="apps that close what others still use: the pool before the session",
    remedy="`@hooks.teardown_appcontext`, in the order of Hooks on both",
    needs=("lifecycle",),
)
def appcontext_order(at: At) -> Facts:
    events: list[str] = []

    def view() -> str:
        events.clear()  # Quart has left an app context before, when it started the app
        return "Hello"

    stage = at.stage(view)

    def named(name: str) -> Callable[[Any], None]:
        return lambda exc: events.append(name)

    for name in ("1", "2"):
        stage.on("teardown_appcontext", named(name))
    stage.ask()
    return {"registered 1, 2": ", ".join(events[:2])}


@difference(
    "AW303",
    "what a hook raises under TESTING",
    flask="the test sees: no answer (KeyError)",
    quart="the test sees: 500",
    bound="the test sees: 500",
    bound_on_flask="the test sees: no answer (KeyError)",
    bites="silently",
    whom="test suites: on Quart a test that only looks at a body, or at nothing, goes on",
    remedy="assert the status in each test",
    about="app",
    why="Which exceptions leave an app is the host's to decide, and its test client's to show.",
)
def testing(at: At) -> Facts:
    stage = at.stage(TESTING=True)

    def hook(response: Any) -> Any:
        raise KeyError("lost")

    stage.after_request(hook)
    return {"the test sees": stage.ask().outcome}


@difference(
    "AW307",
    "after_request does not run for websockets",
    flask="websockets: none",
    quart="websockets: no hook runs",
    bound="websockets: no hook runs",
    bound_on_flask="websockets: none",
    bites="silently",
    whom="hooks that log or count every request: websockets pass them by",
    remedy="after_websocket, which is given None, or a response where the handshake was refused",
    about="app",
    why="A websocket has no response, and Flask has no websockets.",
)
def websocket(at: At) -> Facts:
    stage = at.stage()
    ran: list[str] = []

    def hook(response: Any) -> Any:
        ran.append("hook")
        return response

    stage.after_request(hook)
    stage.ask("/missing")
    if not at.asynchronous:
        return {"websockets": "none"}

    async def echo() -> None:
        await at.host.websocket.send("Hello")

    stage.app.add_websocket("/socket", view_func=echo)
    ran.clear()

    async def converse() -> None:
        async with stage.app.test_client().websocket("/socket") as client:
            await client.receive()

    stage.run(converse)
    return {"websockets": "the hook runs" if ran else "no hook runs"}


@difference(
    "AW308",
    "no hooks run when open_session raises",
    flask="answer: 500; hooks run: yes",
    quart="answer: None; hooks run: no",
    bound="answer: None; hooks run: no",
    bound_on_flask="answer: 500; hooks run: yes",
    bites="on some paths",
    whom="apps with sessions in a store: while it is down, no security header, no log line, no"
    " error page of the app's own",
    remedy="catch the store's errors in open_session, and return None for no session",
    why="Quart opens the session before it dispatches, and what is raised there passes no hook;"
    " an after_response hook sees it.",
)
def open_session(at: At) -> Facts:
    stage = at.stage()
    ran: list[str] = []

    def refuse(app: Any, request: Any) -> Any:
        raise ConnectionError("the store is down")

    def hook(response: Any) -> Any:
        ran.append("hook")
        return response

    interface = at.host.sessions.SecureCookieSessionInterface()
    interface.open_session = stage.coloured(refuse)
    stage.app.session_interface = interface
    stage.after_request(hook)
    answer = stage.ask()
    return {"answer": str(answer.status), "hooks run": yes_no(bool(ran))}


@difference(
    "AW310",
    "Vary: Cookie, where the session was only read",
    flask="session read: Vary Cookie; session not touched: Vary none",
    quart="session read: Vary none; session not touched: Vary none",
    bound="session read: Vary Cookie; session not touched: Vary none",
    later={"quart 0.23": {"quart": "session read: Vary Cookie; session not touched: Vary Cookie"}},
    bites="silently",
    whom="pages that show who is logged in, behind a shared cache: one user is served another's",
    remedy="bind hooks with Hooks, which mends the app's session interface; else add"
    " `response.vary.add('Cookie')` in a hook",
    about="app",
    defect="Quart before 0.23 (seen with 0.22.0) with Flask 3.1.3 or newer, which moved the noting"
    " of access from the session to its own context. Quart 0.23.1 errs the other way: every answer"
    " of an app with a secret key varies, so that shared caches keep none of them",
    see=("https://github.com/pallets/flask/security/advisories/GHSA-68rp-wp8r-4726",),
)
def vary(at: At) -> Facts:
    stage = at.stage(lambda: str(at.host.session.get("user")), SECRET_KEY="probe")
    stage.view(lambda: "public", "/public")
    stage.after_request(lambda response: response)
    return {
        "session read": f"Vary {stage.ask().header('Vary')}",
        "session not touched": f"Vary {stage.ask('/public').header('Vary')}",
    }


@difference(
    "AW311",
    "a file that a hook removes is gone before it is sent",
    flask="answer: 200; body: Hello; removed: yes",
    quart="answer: 200, then cut off (FileNotFoundError); body: none; removed: yes",
    bound="answer: 200; body: Hello; removed: yes",
    bites="loudly",
    whom="views that make a file, send it, and remove it with after_this_request: the client gets"
    " a status and no body",
    remedy="remove it in an after_response hook",
    needs=("lifecycle", "blocking"),
    before="""
        @after_this_request
        def remove(response):
            os.remove(path)
            return response


        return send_file(path)
    """,
    after="""
        @hooks.after_response(blocking=True)
        def remove(sent):
            os.remove(path)
    """,
)
def removed_file(at: At) -> Facts:
    handle, name = tempfile.mkstemp(suffix=".txt")
    os.close(handle)
    path = Path(name)
    path.write_text("Hello")
    stage = at.stage(lambda: at.host.send_file(path))

    def ported(response: Any) -> Any:
        path.unlink()
        return response

    if at.bound:
        stage.on("after_response", None, lambda sent: path.unlink(), blocking=True)
    else:
        stage.after_request(ported)
    answer = stage.ask(until=lambda: not path.exists())
    gone = not path.exists()
    path.unlink(missing_ok=True)
    return {
        "answer": answer.outcome,
        "body": answer.body.decode() or "none",
        "removed": yes_no(gone),
    }


@difference(
    "AW312",
    "work that a hook starts in a thread, with the request's context",
    flask="the work is done: yes",
    quart="the work is done: no",
    bound="the work is done: yes",
    bites="silently",
    whom="hooks that send mail or metrics from a thread: copy_current_request_context gives a"
    " coroutine function on Quart, and the thread does nothing",
    remedy="an after_response hook, blocking=True",
    needs=("lifecycle",),
)
def thread(at: At) -> Facts:
    stage = at.stage()
    done: list[str] = []
    threads: list[threading.Thread] = []

    def ported(response: Any) -> Any:
        def work() -> None:
            done.append(at.host.request.path)

        copied = at.host.copy_current_request_context(work)
        threads.append(threading.Thread(target=lambda: _close(copied())))
        threads[0].start()
        return response

    if at.bound:
        stage.on("after_response", None, lambda sent: done.append(sent.path), blocking=True)
    else:
        stage.after_request(ported)
    stage.ask()
    for each in threads:
        each.join()
    return {"the work is done": yes_no(done == ["/"])}


def _close(result: Any) -> None:
    if hasattr(result, "close"):
        result.close()


@difference(
    "AW313",
    "a teardown function that raises",
    flask="answer: no answer (KeyError); the others run: no",
    quart="answer: no answer (KeyError); the others run: no",
    bound="answer: 200; the others run: yes",
    later={"quart 0.23": {"quart": "answer: no answer (KeyError); the others run: yes"}},
    bites="on some paths",
    whom="teardown functions that may fail: an answer that was good is lost",
    remedy="`@hooks.teardown_request(on_error='log')`; in any case the other teardown hooks run",
    needs=("lifecycle",),
)
def teardown(at: At) -> Facts:
    stage = at.stage()
    ran: list[str] = []

    def fails(exc: Any) -> None:
        raise KeyError("lost")

    # Registered so that the failing one runs first: hosts run the last registered first.
    hooks: list[Callable[[Any], Any]] = [lambda exc: ran.append("other"), fails]
    for hook in reversed(hooks) if at.bound else hooks:
        stage.on("teardown_request", hook, on_error="log")
    return {"answer": stage.ask().outcome, "the others run": yes_no(bool(ran))}


@difference(
    "AW317",
    "a plain receiver of a signal runs in a worker thread",
    flask="thread: the view's",
    quart="thread: another",
    bound="thread: the view's",
    bites="under load",
    whom="apps that use request_finished or got_request_exception as a hook",
    remedy="an after_response or teardown_request hook in its place",
)
def signal(at: At) -> Facts:
    views: list[int] = []
    found: list[int] = []

    def view() -> str:
        views.append(threading.get_ident())
        return "Hello"

    def receiver(_: Any, **__: Any) -> None:
        found.append(threading.get_ident())

    stage = at.stage(view)
    if at.bound:
        stage.on("after_response", None, lambda sent: found.append(threading.get_ident()))
    else:
        at.host.request_finished.connect(receiver, stage.app)
    stage.ask()
    return {"thread": "the view's" if found == views else "another"}


@difference(
    "AW318",
    "after_this_request makes a plain hook that hops",
    flask="thread: the view's",
    quart="thread: another",
    bound="thread: the view's",
    bites="under load",
    whom="views and helpers that set a cookie or a header by after_this_request",
    remedy="`from afterware import after_this_request`",
)
def this_request(at: At) -> Facts:
    from .. import after_this_request

    threads: list[int] = []

    def hook(response: Any) -> Any:
        threads.append(threading.get_ident())
        return response

    def view() -> str:
        threads.append(threading.get_ident())
        (after_this_request if at.bound else at.host.after_this_request)(hook)
        return request.path

    at.stage(view).ask()
    return {"thread": "the view's" if len(set(threads)) == 1 else "another"}


DIFFERENCES = tuple(each for each in list(globals().values()) if isinstance(each, Difference))
