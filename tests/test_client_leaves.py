"""A client that leaves while a hook waits: what must not be cut off comes to its end."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import socket

import pytest
from serving import app_server, wait_for

from afterware import Hooks, after_this_request

USER = contextvars.ContextVar("USER", default="nobody")


@pytest.fixture
def leaving(quart_host):
    """Ask Quart, and leave as soon as a hook says so."""
    left = asyncio.Event()

    async def exchange():
        async def receive():
            if unread:
                return unread.pop()
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            sent.append(message["type"])
            if message["type"] == "http.response.body" and not message.get("more_body"):
                left.set()

        unread = [{"type": "http.request", "body": b"", "more_body": False}]
        sent = []
        await asyncio.wait_for(quart_host.app(SCOPE, receive, send), 3)
        return sent

    quart_host.route("/")(lambda: "home")
    return left, lambda: quart_host.run(exchange())


SCOPE = {
    "type": "http",
    "asgi": {"version": "3.0"},
    "http_version": "1.1",
    "method": "GET",
    "scheme": "http",
    "path": "/",
    "raw_path": b"/",
    "query_string": b"",
    "root_path": "",
    "headers": [(b"host", b"localhost")],
    "client": ("127.0.0.1", 50000),
    "server": ("localhost", 80),
    "extensions": {},
}


@pytest.mark.parametrize("on_error", ["raise", "log"])
def test_a_suspending_hook_and_those_after_it_run_to_their_end(quart_host, leaving, on_error):
    left, exchange = leaving
    hooks = Hooks()
    events = []

    @hooks.after_request(suspends=True, on_error=on_error)
    async def audit(response):
        left.set()
        await asyncio.sleep(0.02)
        events.append("audit")
        return response

    @hooks.after_request
    def later(response):
        events.append("later")
        return response

    @hooks.teardown_request
    def teardown(exc):
        events.append("teardown")

    hooks.init_app(quart_host.app)
    assert exchange() == []
    assert events == ["audit", "later", "teardown"]


def test_hooks_after_a_blocking_one_run_as_well(quart_host, leaving):
    left, exchange = leaving
    hooks = Hooks()
    events = []

    @hooks.after_request
    async def leave(response):
        left.set()
        return response

    @hooks.after_request(blocking=True)
    def audit(response):
        events.append("audit")
        return response

    @hooks.after_request
    def later(response):
        events.append("later")
        return response

    hooks.init_app(quart_host.app)
    exchange()
    assert events == ["audit", "later"]


def test_an_async_hook_that_does_not_say_suspends_is_cancelled_as_quart_does_it(
    quart_host, leaving
):
    left, exchange = leaving
    hooks = Hooks()
    events = []

    @hooks.after_request
    async def audit(response):
        left.set()
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            events.append("cancelled")
            raise

    hooks.init_app(quart_host.app)
    exchange()
    assert events == ["cancelled"]


def test_what_a_suspending_hook_raises_after_its_client_left_is_logged(quart_host, leaving, caplog):
    left, exchange = leaving
    hooks = Hooks()
    events = []

    @hooks.after_request(suspends=True)
    async def audit(response):
        left.set()
        await asyncio.sleep(0.01)
        raise KeyError("lost")

    @hooks.after_request
    def later(response):
        events.append("later")
        return response

    hooks.init_app(quart_host.app)
    exchange()
    assert events == []
    assert "audit" in caplog.text
    assert "failed after its client left" in caplog.text


def test_a_suspending_hook_that_cancels_itself_stops_the_request(quart_host, leaving):
    _, exchange = leaving
    hooks = Hooks()
    events = []

    @hooks.after_request(suspends=True)
    async def audit(response):
        events.append("audit")
        raise asyncio.CancelledError

    @hooks.after_request
    def later(response):
        events.append("later")
        return response

    hooks.init_app(quart_host.app)
    with contextlib.suppress(
        asyncio.CancelledError, TimeoutError
    ):  # which of them is Quart's affair
        exchange()
    assert events == ["audit"]


def test_a_contextvar_that_a_suspending_hook_sets_is_seen_by_the_next(host):
    hooks = Hooks()
    seen = []

    @hooks.after_request(suspends=True)
    async def sets(response):
        await asyncio.sleep(0)
        USER.set("ada")
        return response

    @hooks.after_request
    def reads(response):
        seen.append(USER.get())
        return response

    hooks.init_app(host.app)
    host.route("/")(lambda: "home")
    assert host.ask().status == 200
    assert seen == ["ada"]


# What is said to be shielded, in every phase.

ARGUED = ["after_request", "teardown_request", "after_response"]
PHASES_WHILE_IT_IS_THERE = ["before_request", "after_request", "teardown_request"]


def shielded(hooks, phase, *, wait, events, **options):
    """Register a shielded hook of *phase* that waits in its middle."""

    async def within():
        events.append("begun")
        await wait()
        USER.set("ada")
        events.append("ended")

    async def without_argument():
        await within()

    async def with_argument(argument):
        await within()
        return argument

    hook = with_argument if phase in ARGUED else without_argument
    getattr(hooks, phase)(shield=True, **options)(hook)


@pytest.mark.parametrize("options", [{}, {"on_error": "log"}, {"suspends": True}], ids=str)
@pytest.mark.parametrize("phase", PHASES_WHILE_IT_IS_THERE)
def test_a_shielded_hook_comes_to_its_end_though_the_client_leaves(
    quart_host, leaving, phase, options
):
    left, exchange = leaving
    hooks = Hooks()
    events = []

    async def wait():
        left.set()
        await asyncio.sleep(0.02)

    shielded(hooks, phase, wait=wait, events=events, **options)

    @getattr(hooks, phase)
    def after_it(*arguments):
        events.append(f"then {USER.get()}")
        return arguments[0] if phase == "after_request" else None

    @hooks.teardown_request
    def teardown(exc):
        events.append("teardown")

    hooks.init_app(quart_host.app)
    # Quart 0.23 raises that a client has left, where that was not known before it answers.
    with contextlib.suppress(ExceptionGroup):
        answered = exchange()
        assert answered == [] or phase == "teardown_request"
    # The request has stopped where only an answer was to come of what follows.
    then = {"before_request": []}.get(phase, ["then ada"])
    assert events == ["begun", "ended", *then, "teardown"]


def test_a_blocking_teardown_hook_does_not_keep_the_next_from_running_where_the_client_leaves(
    quart_host, leaving
):
    left, exchange = leaving
    hooks = Hooks()
    events = []

    @hooks.teardown_request(blocking=True)
    def waits(exc):
        runner.call_soon_threadsafe(left.set)
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0.02), runner).result()
        events.append("waited")

    @hooks.teardown_request
    def later(exc):
        events.append("later")

    async def loop_of():
        return asyncio.get_running_loop()

    runner = quart_host.run(loop_of())
    hooks.init_app(quart_host.app)
    with contextlib.suppress(ExceptionGroup):  # as above
        exchange()
    assert events == ["waited", "later"]


def test_a_shielded_hook_of_the_request_at_hand_comes_to_its_end(quart_host, leaving):
    left, exchange = leaving
    events = []

    @quart_host.app.before_request
    async def register():
        @after_this_request(shield=True)
        async def audit(response):
            left.set()
            await asyncio.sleep(0.02)
            events.append("audited")
            return response

    Hooks().init_app(quart_host.app)
    assert exchange() == []
    assert events == ["audited"]


def test_a_shielded_after_response_hook_comes_to_its_end_though_the_server_cancels(quart_host):
    hooks = Hooks()
    events = []
    waiting = asyncio.Event()

    async def wait():
        waiting.set()
        await asyncio.sleep(0.02)

    shielded(hooks, "after_response", wait=wait, events=events)
    hooks.after_response(lambda sent: events.append(sent.status))
    hooks.init_app(quart_host.app)
    quart_host.route("/")(lambda: "home")

    async def exchange():
        messages = [{"type": "http.request", "body": b"", "more_body": False}]
        answered = asyncio.Event()

        async def receive():
            if messages:
                return messages.pop()
            await answered.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            if message["type"] == "http.response.body" and not message["more_body"]:
                answered.set()

        serving = asyncio.ensure_future(quart_host.app(SCOPE, receive, send))
        await asyncio.wait_for(waiting.wait(), 3)
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving

    quart_host.run(exchange())
    assert events == ["begun", "ended", 200]


def test_shield_means_nothing_more_where_nothing_is_cut_off(host):
    """A `def` cannot be cut off; nor can anything on Flask."""
    hooks = Hooks()
    events = []

    class Audit:
        def before_request(self):
            events.append("before")

        async def after_request(self, response):
            events.append("after")
            return response

    hooks.add(Audit(), shield=True)

    @hooks.teardown_request(shield=True, blocking=True)
    def teardown(exc):
        events.append("teardown")

    hooks.init_app(host.app)
    host.route("/")(lambda: "home")
    assert host.ask().status == 200
    assert events == ["before", "after", "teardown"]
    assert all(hook.shield for hook in hooks)


def test_what_a_shielded_hook_raises_is_raised(host):
    hooks = Hooks()

    @hooks.before_request(shield=True)
    async def fails():
        raise LookupError("lost")

    hooks.init_app(host.app)
    host.quiet()
    host.route("/")(lambda: "home")
    assert host.ask().status == 500


# Over real sockets.


@pytest.mark.parametrize("phase", [*PHASES_WHILE_IT_IS_THERE, "after_response"])
@pytest.mark.parametrize("how", ["the client leaves", "the server is told to stop"])
def test_a_shielded_hook_comes_to_its_end_under_a_server(tmp_path, how, phase):
    notes = tmp_path / "notes"
    environment = {"NOTES": str(notes), "PHASE": phase}

    def noted(word):
        return lambda: notes.exists() and word in notes.read_text()

    with (
        app_server("quart", "shield_app:app", **environment) as port,
        socket.create_connection(("127.0.0.1", port)) as connection,
    ):
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_for(noted("begun"), "the hook did not begin")
        if how == "the client leaves":
            connection.close()
            wait_for(noted("ended"), "the hook did not end")
    assert notes.read_text().split() == ["begun", "ended"]
