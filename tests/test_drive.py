"""The contract of the driver, with no framework and no loop."""

from __future__ import annotations

import asyncio
import contextlib
import types

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterware.drive import Suspended, drive, wanted_a_loop


@types.coroutine
def suspend(value=None):
    """What every real wait comes down to: a yield through the whole chain of awaits."""
    return (yield value)


def test_it_returns_what_the_coroutine_returns():
    async def inner():
        return 20

    async def outer():
        return await inner() + 1

    assert drive(outer()) == 21


def test_what_the_coroutine_raises_comes_out_as_it_is():
    async def fails():
        raise LookupError("as it is")

    with pytest.raises(LookupError, match="as it is"):
        drive(fails())


@pytest.mark.parametrize("value", [None, (1, 2), StopAsyncIteration(), ValueError()])
def test_any_value_is_handed_back_unchanged(value):
    async def returns():
        return value

    assert drive(returns()) is value


def test_a_finished_coroutine_is_left_closed():
    async def returns():
        return 1

    coroutine = returns()
    drive(coroutine)
    with pytest.raises(RuntimeError, match="cannot reuse"):
        coroutine.send(None)


def test_one_that_suspends_is_closed_and_the_error_says_where():
    log = []

    async def inner():
        await suspend()
        log.append("resumed")

    async def waits():
        try:
            await inner()
        finally:
            log.append("closed")

    coroutine = waits()
    with pytest.raises(Suspended) as caught:
        drive(coroutine)
    assert log == ["closed"]
    assert caught.value.place.function.endswith("suspend")
    assert coroutine.cr_frame is None


def test_the_place_is_the_innermost_line_that_waits():
    async def waits():
        await asyncio.Event().wait()

    async def main():
        with pytest.raises(Suspended) as caught:
            drive(waits())
        return caught.value.place

    place = asyncio.run(main())
    assert place.function == "Event.wait"
    assert place.line > 0
    assert str(place).startswith("Event.wait (")


@given(depth=st.integers(0, 20))
def test_one_that_awaits_in_its_own_finally_is_closed_all_the_way(depth):
    closed = []

    async def waits(level):
        try:
            await suspend()
        finally:
            try:
                if level:
                    await waits(level - 1)
            finally:
                closed.append(level)

    coroutine = waits(depth)
    with pytest.raises(Suspended):
        drive(coroutine)
    assert coroutine.cr_frame is None
    assert closed == list(range(depth + 1))


def test_each_finally_runs_when_it_awaits_too():
    log = []

    async def waits():
        try:
            try:
                await suspend()
            finally:
                log.append("inner")
                await suspend()
        finally:
            log.append("outer")

    with pytest.raises(Suspended):
        drive(waits())
    assert log == ["inner", "outer"]


def test_one_that_never_lets_go_is_given_up_and_the_error_is_still_raised():
    async def clings():
        for _ in range(100):
            try:
                await suspend()
            except BaseException:
                continue

    coroutine = clings()
    with pytest.raises(Suspended) as caught:
        drive(coroutine)
    assert "ignored GeneratorExit" in str(caught.value.__context__)
    while coroutine.cr_frame is not None:  # let go of it, or its deletion would warn
        with contextlib.suppress(RuntimeError):
            coroutine.close()


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_a_wish_to_stop_the_program_is_not_swallowed(stop):
    async def waits():
        try:
            await suspend()
        finally:
            raise stop

    with pytest.raises(stop):
        drive(waits())


@pytest.mark.parametrize("error", [ValueError("cleaning up"), RuntimeError("cleaning up")])
def test_what_the_clean_up_raises_is_kept_beside_the_error(error):
    async def waits():
        try:
            await suspend()
        finally:
            raise error

    with pytest.raises(Suspended) as caught:
        drive(waits())
    assert caught.value.__context__ is error


def test_it_is_never_run_twice():
    runs = []

    async def waits():
        runs.append("begun")
        await suspend()

    with pytest.raises(Suspended):
        drive(waits())
    assert runs == ["begun"]


def generator():
    yield


async def async_generator():
    yield


@pytest.mark.parametrize(
    "value", [None, 1, drive, generator(), async_generator(), object(), [], "coroutine"]
)
def test_what_is_no_coroutine_is_refused(value):
    with pytest.raises(TypeError, match="drive\\(\\) runs a coroutine, not"):
        drive(value)


def test_a_class_of_coroutines_of_another_make_is_driven():
    class Coroutine:
        """What a compiled coroutine looks like: the methods, and no frame."""

        closed = False

        def send(self, value):
            return "waiting"

        def throw(self, error):
            self.closed = True
            raise error

        def close(self):
            raise AssertionError("closed twice")

    coroutine = Coroutine()
    with pytest.raises(Suspended) as caught:
        drive(coroutine)
    assert caught.value.place is None
    assert coroutine.closed


async def sleeps():
    await asyncio.sleep(0.01)


async def contends_for_a_lock():
    lock = asyncio.Lock()
    await lock.acquire()
    await lock.acquire()


async def waits_for_a_queue():
    await asyncio.Queue().get()


async def uses_a_thread():
    await asyncio.to_thread(print)


async def sleeps_with_anyio():
    await anyio.sleep(0.01)


@pytest.mark.parametrize(
    "function",
    [sleeps, contends_for_a_lock, waits_for_a_queue, uses_a_thread, sleeps_with_anyio],
)
def test_what_needs_a_loop_is_told_from_what_fails(function):
    with pytest.raises(Exception) as caught:  # noqa: PT011  # each library has its own
        drive(function())
    assert wanted_a_loop(caught.value)


@pytest.mark.parametrize(
    "function", [sleeps, contends_for_a_lock, waits_for_a_queue, uses_a_thread]
)
def test_inside_a_running_loop_it_suspends(function):
    async def main():
        with pytest.raises(Suspended) as caught:
            drive(function())
        assert not wanted_a_loop(caught.value)

    asyncio.run(main())


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("my own"),
        ValueError("no running event loop"),
        AttributeError("raised by hand"),
    ],
)
def test_an_error_of_the_coroutines_own_is_not_taken_for_a_missing_loop(error):
    async def fails():
        raise error

    with pytest.raises(type(error)) as caught:
        drive(fails())
    assert not wanted_a_loop(caught.value)


def test_an_attribute_error_that_was_never_raised_is_not_a_missing_loop():
    assert not wanted_a_loop(AttributeError())
