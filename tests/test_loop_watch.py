"""In debug mode, a hook that holds the loop is warned of by name; on Quart only."""

from __future__ import annotations

import asyncio

import pytest

from afterware import Hooks, after_this_request, loop_watch


class Clock:
    """A clock that the hooks under test move on by hand."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(loop_watch, "perf_counter", clock)
    return clock


def ask_with(host, hook, debug=True, **options):
    hooks = Hooks()
    hooks.after_request(**options)(hook)
    host.app.debug = debug
    hooks.init_app(host.app)
    return host.ask()


def warnings(caplog):
    return [record.getMessage() for record in caplog.records if record.name == "afterware"]


@pytest.mark.parametrize(("seconds", "warned"), [(0.06, True), (0.04, False)])
@pytest.mark.parametrize("colour", ["def", "async def"])
def test_a_hook_that_holds_the_loop_is_named(quart_host, clock, caplog, colour, seconds, warned):
    def holds(response):
        clock.now += seconds
        return response

    async def async_holds(response):
        await asyncio.sleep(0)
        clock.now += seconds
        return response

    ask_with(quart_host, holds if colour == "def" else async_holds)
    said = warnings(caplog)
    assert bool(said) is warned
    if warned:
        assert "holds" in said[0]
        assert f"{__file__}:" in said[0]
        assert "held the event loop for 60 ms" in said[0]
        assert "blocking=True" in said[0]


def test_waiting_is_not_holding(quart_host, clock, caplog):
    async def waits(response):
        asyncio.get_running_loop().call_soon(lambda: setattr(clock, "now", clock.now + 1))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return response

    ask_with(quart_host, waits)
    assert warnings(caplog) == []


def test_nothing_is_measured_without_debug(quart_host, clock, caplog):
    def holds(response):
        clock.now += 1
        return response

    ask_with(quart_host, holds, debug=False)
    assert warnings(caplog) == []


def test_flask_has_no_loop_to_hold(flask_host, clock, caplog):
    def holds(response):
        clock.now += 1
        return response

    ask_with(flask_host, holds)
    assert warnings(caplog) == []


def test_a_blocking_hook_holds_a_thread_only(quart_host, clock, caplog):
    def holds(response):
        clock.now += 1
        return response

    ask_with(quart_host, holds, blocking=True)
    assert warnings(caplog) == []


def test_hooks_of_one_request_are_watched_too(quart_host, clock, caplog):
    def holds(response):
        clock.now += 1
        return response

    quart_host.app.debug = True
    quart_host.route("/")(lambda: after_this_request(holds) and "home")
    quart_host.ask()
    assert len(warnings(caplog)) == 1


def test_what_is_thrown_into_the_hook_arrives(quart_host):
    """Cancelling, and an awaited failure, pass through the watch as without it."""
    log = []

    async def fails():
        await asyncio.sleep(0)
        raise LookupError("awaited")

    async def survives(response):
        try:
            await fails()
        except LookupError as error:
            log.append(str(error))
        try:
            async with asyncio.timeout(0.001):
                await asyncio.Event().wait()
        except TimeoutError:
            log.append("timed out")
        return response

    ask_with(quart_host, survives)
    assert log == ["awaited", "timed out"]


def test_a_hook_that_is_never_resumed_is_closed(clock):
    from afterware.colour import make_hook

    log = []

    async def waits(response):
        try:
            await asyncio.sleep(0)
        finally:
            log.append("closed")
        return response

    call = loop_watch.warn_if_held_async(make_hook("after_request", waits))
    coroutine = call(None)
    coroutine.send(None)
    coroutine.close()
    assert log == ["closed"]
