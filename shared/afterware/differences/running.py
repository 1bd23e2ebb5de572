"""How a hook is run: what it returns, what it is, how it is registered."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import Any

from .record import Difference, Probe, difference
from .stage import At, Facts, Stage, yes_no

__all__ = ["DIFFERENCES"]


def returning(value: Callable[[], Any]) -> Probe:
    """A probe of a hook that returns what it should not."""

    def probe(at: At) -> Facts:
        stage = at.stage()

        def faulty_hook(response: Any) -> Any:
            return value()

        stage.after_request(faulty_hook)
        return _told(stage)

    return probe


def miscoloured(make: Callable[[], Any]) -> Probe:
    """A probe of a hook that is `async` inside and does not look it."""

    def probe(at: At) -> Facts:
        stage = at.stage()
        stage.after_request(make())
        return _told(stage)

    return probe


def _told(stage: Stage) -> Facts:
    answer = stage.ask()
    reached = "yes" if answer.all("X-Hook") else "no"
    facts = {"answer": answer.outcome, "effect": reached}
    if answer.status != 200:
        facts["it names the hook"] = stage.tells("faulty", answer)
    return facts


none = difference(
    "AW211",
    "a hook that returns None",
    flask="answer: no answer (TypeError); effect: no; it names the hook: no",
    quart="answer: no answer (AttributeError); effect: no; it names the hook: no",
    bound="answer: 500; effect: no; it names the hook: yes",
    bites="loudly",
    whom="hooks that forget to return on some path; neither host's message names the hook",
    remedy="`return response` on every path; bound, it names the hook and its line",
    needs=("broken",),
    see=("https://github.com/pallets/flask/issues/5380",),
)(returning(lambda: None))

text = difference(
    "AW212",
    "a hook that returns a string, a tuple or a dict",
    flask="answer: no answer (TypeError); effect: no; it names the hook: no",
    quart="answer: no answer (AttributeError); effect: no; it names the hook: no",
    bound="answer: 500; effect: no; it names the hook: yes",
    bites="loudly",
    whom="hooks that answer as a view may",
    remedy="change the response with body, or return current_app.response_class(...)",
    needs=("broken",),
)(returning(lambda: ("Sorry", 503)))


@difference(
    "AW213",
    "a hook with the wrong number of parameters",
    flask="refused: by a 500 at each request; it names the hook: yes",
    quart="refused: by a 500 at each request; it names the hook: yes",
    bound="refused: at registration; it names the hook: yes",
    bites="loudly",
    whom="hooks that were copied from another phase; alike on both hosts, at the first request",
    remedy="`def hook(response)`; bound, it is refused when it is registered",
    needs=("broken",),
    see=("https://github.com/pallets/flask/issues/3468",),
)
def arity(at: At) -> Facts:
    stage = at.stage()

    def faulty_hook() -> None: ...

    try:
        stage.after_request(faulty_hook)
    except TypeError as error:
        return {
            "refused": "at registration",
            "it names the hook": yes_no("faulty" in str(error)),
        }
    facts = _told(stage)
    return {
        "refused": f"by a {facts['answer']} at each request",
        "it names the hook": facts["it names the hook"],
    }


class _AsyncCall:
    async def __call__(self, response: Any) -> Any:
        response.headers["X-Hook"] = "ran"
        return response


async_call = difference(
    "AW214",
    "an object whose __call__ is async is not awaited",
    flask="answer: no answer (TypeError); effect: no; it names the hook: no",
    quart="answer: no answer (AttributeError); effect: no; it names the hook: no",
    bound="answer: 200; effect: yes",
    bites="loudly",
    whom="hooks that are objects",
    remedy="bind it with Hooks, which looks at __call__",
    needs=("broken",),
)(miscoloured(_AsyncCall))


def _wrapped() -> Any:
    async def faulty_hook(response: Any) -> Any:
        response.headers["X-Hook"] = "ran"
        return response

    @functools.wraps(faulty_hook)
    def wrapper(response: Any) -> Any:
        return faulty_hook(response)

    return wrapper


wrapper = difference(
    "AW215",
    "a plain wrapper around an async hook is not awaited",
    flask="answer: no answer (TypeError); effect: no; it names the hook: no",
    quart="answer: no answer (AttributeError); effect: no; it names the hook: no",
    bound="answer: 500; effect: no; it names the hook: yes",
    bites="loudly",
    whom="hooks under a decorator that was written for functions: timing, retrying, tracing",
    remedy="make the wrapper async def and await inside; bound, the error says so",
    needs=("broken",),
)(miscoloured(_wrapped))


def _faulty() -> Any:
    async def inner(response: Any) -> Any:
        return response

    return lambda response: inner(response)


lambda_ = difference(
    "AW216",
    "a lambda that gives a coroutine is not awaited",
    flask="answer: no answer (TypeError); effect: no; it names the hook: no",
    quart="answer: no answer (AttributeError); effect: no; it names the hook: no",
    bound="answer: 500; effect: no; it names the hook: yes",
    bites="loudly",
    whom="hooks registered as `app.after_request(lambda response: hook(response, option))`",
    remedy="functools.partial, which both hosts and Hooks see through, or an async def",
    needs=("broken",),
)(miscoloured(_faulty))


@difference(
    "AW217",
    "a hook that is a generator",
    flask="refused: by a no answer (TypeError)",
    quart="refused: by a no answer (AttributeError)",
    bound="refused: at registration",
    bites="loudly",
    whom="hooks with yield, written like a fixture",
    remedy="a before_request and a teardown_request hook; bound, it is refused at registration",
    needs=("broken",),
)
def generator(at: At) -> Facts:
    stage = at.stage()

    def faulty_hook(response: Any) -> Any:
        yield response

    try:
        stage.after_request(faulty_hook)
    except TypeError:
        return {"refused": "at registration"}
    return {"refused": f"by a {_told(stage)['answer']}"}


@difference(
    "AW218",
    "hooks run last registered first, and in Hooks as registered",
    flask="registered 1, 2 and 3: 213",
    quart="registered 1, 2 and 3: 213",
    bound="registered 1, 2 and 3: 123",
    bites="silently",
    whom="hooks that rely on one another, and hooks put into app.after_request_funcs by hand; alike"
    " on both hosts",
    remedy="`Hooks(order='reversed')` keeps the order of a host",
    see=("https://github.com/pallets/flask/issues/2757",),
)
def order(at: At) -> Facts:
    stage = at.stage()

    def named(name: str) -> Callable[[Any], Any]:
        def hook(response: Any) -> Any:
            response.headers["X-Order"] = response.headers.get("X-Order", "") + name
            return response

        return hook

    stage.after_request(named("1"))
    if at.bound:
        stage.after_request(named("2"))
        stage.hooks.after_request(named("3"))
    else:
        stage.app.after_request_funcs.setdefault(None, []).append(named("2"))
        stage.app.after_request_funcs[None].insert(0, named("3"))
    return {"registered 1, 2 and 3": stage.ask().header("X-Order")}


class _Overriding:
    def process_response(self, response: Any) -> Any:
        response = super().process_response(response)  # type: ignore[misc]  # mixed into an app
        response.headers["X-Hook"] = "ran"
        return response


@difference(
    "AW219",
    "an overridden process_response",
    flask="answer: 200; header: ran",
    quart="answer: 500; header: none",
    bound="answer: 200; header: ran",
    bites="loudly",
    whom="apps that subclass Flask; no request is answered. The signature differs between versions"
    " of Quart as well",
    remedy="an after_request hook",
    needs=("missing-api",),
)
def overridden(at: At) -> Facts:
    def hook(response: Any) -> Any:
        response.headers["X-Hook"] = "ran"
        return response

    if at.bound:
        stage = at.stage()
        stage.after_request(hook)
    else:
        stage = at.stage(mixin=_Overriding)
    answer = stage.ask()
    return {"answer": answer.outcome, "header": answer.header("X-Hook")}


@difference(
    "AW223",
    "an app-level hook registered after the first request",
    flask="a late hook: is refused",
    quart="a late hook: is taken",
    bound="a late hook: is refused",
    bites="silently",
    whom="apps that register late, in a view or a lazily loaded module: each request adds one more",
    remedy="register where the app is made; bound, a late hook is refused on both",
)
def late(at: At) -> Facts:
    stage = at.stage()
    stage.ask()
    try:
        stage.after_request(lambda response: response)
    except (AssertionError, RuntimeError):
        return {"a late hook": "is refused"}
    return {"a late hook": "is taken"}


@difference(
    "AW227",
    "a task that a hook starts is lost under Flask",
    flask="the task came to its end: no",
    quart="the task came to its end: yes",
    bound="the task came to its end: yes",
    bites="silently",
    whom="async hooks that say asyncio.create_task and go on: Flask closes their loop at once",
    remedy="suspends=True, whose loop outlives the request; better, await it",
)
def task(at: At) -> Facts:
    stage = at.stage()
    done: list[bool] = []
    tasks = []

    async def work() -> None:
        await asyncio.sleep(0.02)
        done.append(True)

    async def hook(response: Any) -> Any:
        tasks.append(asyncio.create_task(work()))
        return response

    stage.after_request(hook, suspends=True)
    stage.ask(until=lambda: bool(done))
    return {"the task came to its end": yes_no(bool(done))}


DIFFERENCES = tuple(each for each in list(globals().values()) if isinstance(each, Difference))
