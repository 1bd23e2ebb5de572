"""What goes wrong with a hook is said loudly, and names the hook, its place and the remedy."""

from __future__ import annotations

import asyncio
import functools
import logging

import pytest
from raising import leaves, raised_by

from afterware import (
    HookReturnError,
    Hooks,
    HookStopIterationError,
    HookSuspendedError,
    body,
    request,
)


@pytest.fixture
def hooks(host):
    hooks = Hooks()
    hooks.init_app(host.app)
    host.route("/")(lambda: {"message": "Hello, world!"})
    return hooks


def errors(caplog):
    """The exceptions that were logged, first first."""
    return [record.exc_info[1] for record in caplog.records if record.exc_info]


async def awaited(response):
    return response


class AsyncCallable:
    async def __call__(self, response):
        response.headers["X-Read"] = "right"
        return response


@pytest.mark.parametrize(
    "hook", [AsyncCallable(), functools.partial(AsyncCallable())], ids=["object", "partial"]
)
def test_an_async_call_is_awaited_though_the_host_would_misread_it(host, hooks, hook):
    hooks.after_request(hook)
    assert host.ask().headers["X-Read"] == "right"


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        (lambda response: awaited(response), "returned a coroutine. It is a `def` around an"),
        (lambda response: "text", "returned a str. An after_request hook returns a response"),
        (lambda response: ("text", 200), "returned a tuple"),
        (lambda response: response.headers, "returned a Headers"),
        (lambda response: asyncio.Future(loop=object_loop()), "returned a Future. It is a `def`"),
    ],
)
def test_what_is_no_response_is_refused_by_name(host, hooks, caplog, returned, said):
    hooks.after_request(returned)
    assert host.ask().status == 500
    error = errors(caplog)[0]
    assert isinstance(error, HookReturnError)
    assert said in str(error)
    assert f"{__file__}:{returned.__code__.co_firstlineno}" in str(error)


def object_loop():
    """A loop that a future can be made for without one running."""

    class Loop:
        def get_debug(self):
            return False

    return Loop()


def test_a_response_of_the_other_kind_of_host_is_refused(host, hooks, caplog):
    import flask
    import quart

    other = quart.Response if host.name == "flask" else object
    assert flask.Response is not quart.Response

    @hooks.after_request
    def swaps(response):
        return other("text") if other is not object else object()

    assert host.ask().status == 500
    assert "swaps" in str(errors(caplog)[0])


@pytest.mark.parametrize("phase", ["before_request", "teardown_request"])
def test_a_coroutine_from_a_def_is_refused_in_every_phase(host, hooks, caplog, phase):
    async def inner(*args):
        return None

    getattr(hooks, phase)(lambda *args: inner())
    if phase == "teardown_request":
        # Out of teardown an error goes to the server; both hosts hand it on.
        (error,) = raised_by(host.ask)
        assert isinstance(error, HookReturnError)
        assert "Make the outer one `async def`" in str(error)
    else:
        assert host.ask().status == 500
        assert "Make the outer one `async def`" in str(errors(caplog)[0])


class WallError(Exception):
    pass


@pytest.mark.parametrize("colour", ["def", "async def"])
def test_what_a_hook_raises_is_logged_as_it_is(host, hooks, caplog, colour):
    def fails(response):
        raise WallError("as it is")

    async def async_fails(response):
        raise WallError("as it is")

    hooks.after_request(fails if colour == "def" else async_fails)
    assert host.ask().status == 500
    error = errors(caplog)[0]
    assert isinstance(error, WallError)
    assert error.__cause__ is None


@pytest.mark.parametrize("colour", ["def", "async def"])
def test_on_error_log_carries_on_with_the_response_as_it_was(host, hooks, caplog, colour):
    def half(response):
        response.headers["X-Half"] = "done"
        response.status_code = 299
        body.replace(response, b"half done")
        raise WallError("half-way")

    async def async_half(response):
        half(response)

    hooks.after_request(on_error="log")(half if colour == "def" else async_half)

    @hooks.after_request
    def next_one(response):
        response.headers["X-Next"] = "ran"
        return response

    answer = host.ask()
    assert answer.status == 200
    assert answer.body == b'{"message":"Hello, world!"}\n'
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert "X-Half" not in answer.headers
    assert answer.headers["X-Next"] == "ran"
    (record,) = [record for record in caplog.records if record.name == "afterware"]
    assert record.levelno == logging.ERROR
    assert "half" in record.getMessage()
    assert f"{__file__}:" in record.getMessage()
    assert isinstance(record.exc_info[1], WallError)


@pytest.mark.parametrize("phase", ["before_request", "teardown_request"])
def test_on_error_log_leaves_a_good_hook_alone(host, hooks, phase):
    ran = []
    getattr(hooks, phase)(on_error="log")(lambda *args: ran.append(phase))
    assert host.ask().status == 200
    assert ran == [phase]


@pytest.mark.parametrize("phase", ["before_request", "teardown_request"])
def test_on_error_log_serves_every_phase(host, hooks, caplog, phase):
    @getattr(hooks, phase)(on_error="log")
    def fails(*args):
        raise WallError

    assert host.ask().status == 200
    assert [type(error) for error in errors(caplog)] == [WallError]


def test_on_error_log_covers_a_forgotten_return(host, hooks, caplog):
    hooks.after_request(on_error="log")(lambda response: None)
    assert host.ask().status == 200
    assert isinstance(errors(caplog)[0], HookReturnError)


def test_every_teardown_hook_runs_whichever_fails(host, hooks):
    ran = []

    @hooks.teardown_request
    def first(exc):
        ran.append("first")
        raise WallError("first")

    @hooks.teardown_request
    async def second(exc):
        ran.append("second")

    assert [str(error) for error in raised_by(host.ask)] == ["first"]
    assert ran == ["first", "second"]


def test_several_teardown_errors_come_as_a_group(host, hooks):
    @hooks.teardown_request
    def first(exc):
        raise WallError("first")

    @hooks.teardown_request
    async def second(exc):
        raise WallError("second")

    with pytest.raises(ExceptionGroup) as caught:
        host.ask()
    assert "several teardown_request hooks failed" in repr(caught.value)
    assert [str(error) for error in leaves(caught.value)] == ["first", "second"]


async def sleeps():
    await asyncio.sleep(0.01)


async def times_out():
    async with asyncio.timeout(10):
        await asyncio.Event().wait()


async def contends():
    lock = asyncio.Lock()
    await lock.acquire()
    await lock.acquire()


async def hops():
    await asyncio.to_thread(int)


async def only_yields():
    await asyncio.sleep(0)


@pytest.mark.parametrize("wait", [sleeps, times_out, contends, hops, only_yields])
@pytest.mark.parametrize("phase", ["before_request", "after_request"])
@pytest.mark.parametrize("running_loop", [False, True], ids=["no loop", "inside a loop"])
def test_an_async_hook_that_waits_is_named_on_flask_and_not_run_twice(
    flask_host, caplog, wait, phase, running_loop
):
    runs = []
    hooks = Hooks()
    hooks.init_app(flask_host.app)
    flask_host.route("/")(lambda: "home")

    async def waits(*args):
        if request.path == "/" and not runs:
            runs.append("begun")
            await wait()
        return args[0] if args else None

    getattr(hooks, phase)(waits)
    if running_loop:

        async def main():
            return flask_host.ask()

        answer = flask_host.run(main())
    else:
        answer = flask_host.ask()
    assert answer.status == 500
    error = errors(caplog)[0]
    assert isinstance(error, HookSuspendedError)
    assert error.hook.function is waits
    message = str(error)
    assert f"{phase} hook" in message
    assert f"{__file__}:{waits.__code__.co_firstlineno}" in message
    assert "suspends=True" in message
    assert runs == ["begun"]


def test_the_hook_that_waits_is_told_from_the_others(flask_host, caplog):
    hooks = Hooks()
    hooks.init_app(flask_host.app)

    @hooks.after_request
    async def innocent(response):
        return response

    @hooks.after_request
    async def waits(response):
        if response.status_code == 404:
            response.status_code = 200
            await asyncio.sleep(1)
        return response

    flask_host.ask()
    error = errors(caplog)[0]
    assert error.hook.function is waits


def test_on_error_log_covers_a_hook_that_waits_on_flask(flask_host, caplog):
    ran = []
    hooks = Hooks()
    hooks.init_app(flask_host.app)
    flask_host.route("/")(lambda: "home")

    @hooks.after_request(on_error="log")
    async def waits(response):
        await asyncio.sleep(1)
        return response

    @hooks.after_request
    async def next_one(response):
        ran.append("next")
        return response

    assert flask_host.ask().status == 200
    assert ran == ["next"]
    assert isinstance(errors(caplog)[0], HookSuspendedError)


def test_a_teardown_hook_that_waits_does_not_keep_others_from_running(flask_host):
    ran = []
    hooks = Hooks()
    hooks.init_app(flask_host.app)

    @hooks.teardown_request
    async def waits(exc):
        await asyncio.sleep(1)

    @hooks.teardown_request
    async def releases(exc):
        ran.append("released")

    with pytest.raises(HookSuspendedError):
        flask_host.ask()
    assert ran == ["released"]


def test_a_def_that_wants_a_loop_gets_pythons_own_error(flask_host, caplog):
    hooks = Hooks()
    hooks.init_app(flask_host.app)

    @hooks.after_request
    def plain(response):
        asyncio.get_running_loop()
        return response

    @hooks.after_request
    async def coloured(response):
        return response

    flask_host.ask("/")
    assert str(errors(caplog)[0]) == "no running event loop"


def test_stop_iteration_from_a_blocking_hook_is_an_error_response(host, hooks, caplog):
    @hooks.after_request(blocking=True)
    def stops(response):
        if response.status_code == 200:
            next(iter(()))
        return response

    assert host.ask().status == 500
    kind = HookStopIterationError if host.name == "quart" else StopIteration
    assert isinstance(errors(caplog)[0], kind)


def test_stop_iteration_from_an_inline_hook_is_an_error_response(host, hooks):
    @hooks.after_request
    def stops(response):
        if response.status_code == 200:
            next(iter(()))
        return response

    assert host.ask().status == 500
