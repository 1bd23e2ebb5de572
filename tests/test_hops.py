"""blocking=True and suspends=True: threads and loops, with the context carried along."""

from __future__ import annotations

import asyncio
import contextvars
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from serving import ROOT, Keeps, app_server, get, http_scope, http_server

from afterware import HookError, Hooks, g, hop, request
from afterware.colour import make_hook
from afterware.hop import in_worker_thread

COLOUR = contextvars.ContextVar("COLOUR", default="none")


@pytest.fixture
def hooks(host):
    hooks = Hooks()
    hooks.init_app(host.app)

    @host.route("/")
    def home():
        return COLOUR.get()

    return hooks


def test_a_blocking_hook_is_inline_on_flask_and_in_a_worker_thread_on_quart(host, hooks):
    threads = []

    @hooks.after_request(blocking=True)
    def blocks(response):
        threads.append(threading.current_thread())
        return response

    host.ask()
    assert (threads[0] is threading.main_thread()) == (host.name == "flask")


def test_context_variables_set_in_a_blocking_hook_are_kept(host, hooks):
    @hooks.before_request(blocking=True)
    def sets():
        COLOUR.set("red")

    @hooks.after_request(blocking=True)
    def changes(response):
        COLOUR.set(COLOUR.get() + " and blue")
        return response

    @hooks.after_request
    def shows(response):
        response.headers["X-Colour"] = COLOUR.get()
        return response

    answer = contextvars.copy_context().run(host.ask)
    assert answer.body == b"red"
    assert answer.headers["X-Colour"] == "red and blue"


def test_the_proxies_work_in_a_blocking_hook(host, hooks):
    @hooks.before_request
    def before():
        g.name = "from before"

    @hooks.after_request(blocking=True)
    def shows(response):
        response.headers["X-Seen"] = f"{request.path} {g.name}"
        return response

    assert host.ask().headers["X-Seen"] == "/ from before"


def test_a_hundred_requests_that_block_leave_another_route_alone(quart_host):
    """The pool's threads block; the loop, and a route without the hook, do not."""
    hooks = Hooks()
    blocked = quart_host.new_blueprint("blocked")
    running = threading.Semaphore(0)
    release = threading.Event()

    @hooks.after_request(blocking=True)
    def blocks(response):
        running.release()
        release.wait(30)
        return response

    hooks.init_app(blocked)
    quart_host.route("/", blocked)(lambda: "slow")
    quart_host.app.register_blueprint(blocked)
    quart_host.route("/")(lambda: "fast")

    async def main():
        slow = [
            asyncio.ensure_future(quart_host.app.test_client().get("/blocked/")) for _ in range(100)
        ]
        while not running.acquire(blocking=False):
            await asyncio.sleep(0)
        answers = [await quart_host.app.test_client().get("/") for _ in range(20)]
        assert not any(task.done() for task in slow)
        release.set()
        return answers, await asyncio.gather(*slow)

    fast, slow = quart_host.run(main())
    assert [answer.status_code for answer in fast] == [200] * 20
    assert [answer.status_code for answer in slow] == [200] * 100


def test_as_many_hooks_block_at_once_as_the_pool_has_threads(quart_host):
    """Blocking hooks wait side by side, not one after another."""
    together = threading.Barrier(4, timeout=30)
    hooks = Hooks()

    @hooks.after_request(blocking=True)
    def blocks(response):
        together.wait()
        return response

    hooks.init_app(quart_host.app)

    async def main():
        return await asyncio.gather(*(quart_host.app.test_client().get("/") for _ in range(8)))

    assert [answer.status_code for answer in quart_host.run(main())] == [404] * 8


def test_teardown_waits_for_a_blocking_hook_whose_client_has_left(quart_host, caplog):
    log = []
    started, release = threading.Event(), threading.Event()
    hooks = Hooks()

    @hooks.after_request(blocking=True)
    def blocks(response):
        started.set()
        release.wait(30)
        log.append("hook ended")
        raise LookupError("nobody is listening")

    @hooks.teardown_request
    def tear_down(exc):
        log.append("teardown")

    hooks.init_app(quart_host.app)

    messages = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive():
        if messages:
            return messages.pop()
        while not started.is_set():
            await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(0.01, release.set)
        return {"type": "http.disconnect"}

    async def send(message):
        raise AssertionError("nothing is to be sent")

    quart_host.run(quart_host.app(http_scope("/"), receive, send))
    assert log == ["hook ended", "teardown"]
    assert "failed after its client left" in caplog.text
    assert "blocks" in caplog.text


def test_a_second_cancellation_does_not_cut_the_waiting_short():
    release = threading.Event()
    ended = []

    def blocks(response):
        release.wait(30)
        ended.append("hook")
        return response

    async def main():
        call = in_worker_thread(make_hook("after_request", blocks, blocking=True))
        task = asyncio.ensure_future(call(None))
        for _ in range(3):
            await asyncio.sleep(0)
            task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        release.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended == ["hook"]

    asyncio.run(main())


def test_a_suspending_hook_may_wait_on_both_hosts(host, hooks):
    @hooks.before_request(suspends=True)
    async def before():
        await asyncio.sleep(0.001)
        COLOUR.set("waited")

    @hooks.after_request(suspends=True)
    async def after(response):
        await asyncio.to_thread(int)
        response.headers["X-Seen"] = f"{request.path} {COLOUR.get()}"
        return response

    answer = contextvars.copy_context().run(host.ask)
    assert answer.body == b"waited"
    assert answer.headers["X-Seen"] == "/ waited"


def test_what_a_suspending_hook_raises_comes_out_as_it_is(host, hooks, caplog):
    @hooks.after_request(suspends=True)
    async def fails(response):
        await asyncio.sleep(0)
        raise LookupError("as it is")

    assert host.ask().status == 500
    assert "as it is" in caplog.text


def test_a_cancelled_wait_is_an_error_of_that_hook_on_flask(flask_host, caplog):
    hooks = Hooks()
    hooks.init_app(flask_host.app)

    @hooks.after_request(suspends=True)
    async def cancels(response):
        raise asyncio.CancelledError

    assert flask_host.ask().status == 500
    assert "was cancelled" in caplog.text


def test_all_suspending_hooks_share_one_loop_across_requests_and_threads(flask_host):
    loops = set()
    hooks = Hooks()
    hooks.init_app(flask_host.app)

    @hooks.after_request(suspends=True)
    async def notes(response):
        await asyncio.sleep(0)
        loops.add(asyncio.get_running_loop())
        return response

    def ask():
        assert flask_host.app.test_client().get("/").status_code == 404

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    ask()
    for thread in threads:
        thread.join()
    assert len(loops) == 1


def test_a_client_keeps_its_connections_across_requests_and_threads(flask_host):
    keeps = Keeps()
    with http_server(keeps) as url:
        client = httpx.AsyncClient()
        hooks = Hooks()
        hooks.init_app(flask_host.app)

        @hooks.after_request(suspends=True)
        async def asks(response):
            answer = await client.get(url)
            response.headers["X-Upstream"] = answer.text
            return response

        def ask():
            answer = flask_host.app.test_client().get("/")
            assert answer.headers["X-Upstream"] == "kept"

        for _ in range(3):
            ask()
        for _ in range(3):
            thread = threading.Thread(target=ask)
            thread.start()
            thread.join()

        @hooks_of_another(flask_host, suspends=True)
        async def closes(response):
            await client.aclose()
            return response

        closes()
    assert keeps.requests == 6
    assert keeps.connections == 1


def hooks_of_another(host, **options):
    """Decorate a hook with a call that runs it once, on an app of its own."""

    def decorate(function):
        app = host.new_app()
        hooks = Hooks()
        hooks.after_request(**options)(function)
        hooks.init_app(app)
        return lambda: host.ask("/", app=app)

    return decorate


def test_it_works_where_flask_is_called_inside_a_running_loop(flask_host):
    hooks = Hooks()
    hooks.init_app(flask_host.app)

    @hooks.after_request(suspends=True)
    async def waits(response):
        await asyncio.sleep(0.001)
        response.headers["X-Waited"] = "yes"
        return response

    async def main():
        return flask_host.ask()

    assert flask_host.run(main()).headers["X-Waited"] == "yes"


def test_a_hook_that_would_wait_for_itself_is_told_so(flask_host, caplog):
    hooks = Hooks()
    hooks.init_app(flask_host.app)

    @hooks.after_request(suspends=True)
    async def asks_itself(response):
        if request.path == "/":
            flask_host.app.test_client().get("/again")
        return response

    flask_host.ask("/")
    assert "would wait for itself" in caplog.text
    assert "asyncio.to_thread" in caplog.text
    assert HookError.__name__ in caplog.text


def test_an_exception_in_the_waiting_thread_cancels_the_hook(flask_host, monkeypatch):
    """As when a worker is timed out: the signal's handler raises in the thread that waits."""
    import signal

    cancelled = threading.Event()
    hooks = Hooks()
    hooks.init_app(flask_host.app)

    @hooks.after_request(suspends=True)
    async def waits(response):
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    class TimedOut(BaseException):
        pass

    def handler(*args):
        raise TimedOut

    before = signal.signal(signal.SIGALRM, handler)
    try:
        with pytest.raises(TimedOut):
            flask_host.ask()
    finally:
        signal.signal(signal.SIGALRM, before)
    assert cancelled.wait(10)


@pytest.mark.parametrize("options", [(), ("--preload",)], ids=["", "preloaded"])
def test_a_client_keeps_its_connections_under_gunicorns_threads(options):
    """Eight threads ask at once; the pool holds no more connections than were needed at once."""
    keeps = Keeps()
    with (
        http_server(keeps) as url,
        app_server("flask", "pool_app:app", *options, UPSTREAM=url) as port,
        ThreadPoolExecutor(8) as pool,
    ):
        answers = list(pool.map(lambda _: get(port, "/"), range(40)))
    assert {headers["X-Upstream"] for _, headers, _ in answers} == {"kept"}
    assert keeps.requests == 40
    assert keeps.connections <= 8


AT_EXIT = """
import asyncio, os, sys
import flask
from afterware import Hooks

app = flask.Flask("a")
hooks = Hooks()
hooks.init_app(app)
tasks = []


async def goes_on():
    try:
        await asyncio.sleep(60)
    finally:
        print("cleaned up", flush=True)


@hooks.after_request(suspends=True)
async def starts(response):
    tasks.append(asyncio.create_task(goes_on()))
    await asyncio.sleep(0)
    return response


def ask():
    return app.test_client().get("/").status_code


print(ask(), flush=True)
"""

FORKS = """
child = os.fork()
if child == 0:
    print("child", ask(), flush=True)
    os._exit(0)
os.waitpid(child, 0)
print("parent", ask(), flush=True)
"""


def run_script(script):
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT / "shared")},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


def test_at_exit_what_still_runs_on_the_lasting_loop_cleans_up():
    assert run_script(AT_EXIT) == ["404", "cleaned up"]


def test_the_lasting_loop_is_made_anew_after_a_fork():
    assert run_script(AT_EXIT + FORKS) == ["404", "child 404", "parent 404", *["cleaned up"] * 2]


def test_a_hook_cancelled_before_it_began_leaves_nothing_open(flask_host, monkeypatch):
    """The waiting thread is interrupted while the loop is still busy with something else."""
    busy, cancelled = threading.Event(), threading.Event()
    hooks = Hooks()
    hooks.init_app(flask_host.app)

    @hooks.after_request(suspends=True)
    async def never_begins(response):
        raise AssertionError("it was cancelled")

    class TimedOut(BaseException):
        pass

    class Interrupted:
        """A lock whose waiting is interrupted once, the second time it is acquired."""

        def __init__(self):
            self.acquired = 0

        def acquire(self):
            self.acquired += 1
            if self.acquired == 2:
                raise TimedOut

        def release(self):
            raise AssertionError("nobody waits any more")

    loop = hop._LastingLoop.shared()._loop
    loop.call_soon_threadsafe(busy.wait, 10)
    monkeypatch.setattr(hop.threading, "Lock", Interrupted)
    with pytest.raises(TimedOut):
        flask_host.ask()
    monkeypatch.undo()
    loop.call_soon_threadsafe(cancelled.set)
    busy.set()
    assert cancelled.wait(10)


def test_context_variables_are_each_requests_own_under_load(quart_host):
    hooks = Hooks()
    name = contextvars.ContextVar("name")

    @hooks.before_request
    def notes():
        name.set(request.args["name"])

    @hooks.after_request(blocking=True)
    def shows(response):
        time.sleep(0.001)
        response.headers["X-Name"] = name.get()
        return response

    hooks.init_app(quart_host.app)

    async def main():
        names = [str(number) for number in range(40)]
        answers = await asyncio.gather(
            *(quart_host.app.test_client().get(f"/?name={name}") for name in names)
        )
        assert [answer.headers["X-Name"] for answer in answers] == names

    quart_host.run(main())
