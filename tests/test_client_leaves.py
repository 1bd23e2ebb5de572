"""A client that leaves while an after_request hook waits: the hook comes to its end."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars

import pytest

from afterware import Hooks

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
