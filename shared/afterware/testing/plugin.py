"""The pytest plugin: `pytest -p afterware.testing`. It is never loaded unless it is asked for."""

from __future__ import annotations

import inspect
import unittest
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from . import awaited, clients, lifespan, loops, owners
from .held import Watch, seconds
from .replaced_fakes import fakes_awaitable

_HELD = "afterware loop held"
_OWNERS = pytest.StashKey[owners.Owners]()
_UNDO = pytest.StashKey[ExitStack]()
_SEEN = pytest.StashKey[list[str]]()
_WATCH = pytest.StashKey[Watch]()
_REPORTED = pytest.StashKey[list[tuple[str, str]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("afterware", "Flask's tests on a Quart app (afterware.testing)")
    group.addoption(
        "--loop-held",
        metavar="DURATION",
        help="name each test in which the event loop was held for longer: 50ms, 0.2s",
    )
    group.addoption(
        "--def-inline",
        action="store_true",
        help="run what is def in the test's thread, as Flask does; Quart uses worker threads",
    )


def pytest_configure(config: pytest.Config) -> None:
    held = config.getoption("loop_held")
    undo = config.stash[_UNDO] = ExitStack()
    config.stash[_REPORTED] = []
    tracked = config.stash[_OWNERS] = owners.Owners()
    if held is not None:
        try:
            limit = seconds(held)
        except ValueError as error:
            raise pytest.UsageError(f"--loop-held: {error}") from None
        watch = config.stash[_WATCH] = Watch(limit)
        undo.callback(watch.close)
        undo.callback(setattr, loops, "new_loop", loops.new_loop)
        loops.new_loop = watch.new_loop
    if config.getoption("def_inline"):
        undo.callback(setattr, clients, "default_def_inline", clients.default_def_inline)
        clients.default_def_inline = True
    undo.enter_context(fakes_awaitable())
    try:
        import quart  # noqa: F401  # whether there is one
    except ImportError:
        return  # a suite that has Flask alone: there is nothing to stand in for
    from .replacements import replaced

    undo.enter_context(replaced(tracked.note))


def pytest_unconfigure(config: pytest.Config) -> None:
    undo = config.stash.get(_UNDO, None)
    if undo is not None:
        lifespan.close()
        undo.close()


@pytest.fixture(scope="session", autouse=True)
def _afterware_apps_end() -> Iterator[None]:
    """The after_serving of the apps that are nobody's runs when the session is over."""
    yield
    lifespan.close()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    tracked = request.config.stash[_OWNERS]
    apps = tracked.begin()
    try:
        return (yield)
    finally:
        tracked.end()
        if apps:
            # Added last, so run first: before the fixture takes down what its app stands on.
            fixturedef.addfinalizer(lambda: owners.close_all(apps))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    # Around all of it: what a fixture does to the filters of warnings lasts until it is taken down.
    with awaited.noted() as seen:
        item.stash[_SEEN] = seen
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    with _watched(item, "while its fixtures were made"):
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    apps = item.config.stash[_OWNERS].begin()
    with _watched(item, ""):
        try:
            yield
        finally:
            item.config.stash[_OWNERS].end()
            owners.close_all(apps)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    with _watched(item, "while its fixtures were taken down"):
        yield


@contextmanager
def _watched(item: pytest.Item, when: str) -> Iterator[None]:
    """Fail the test if a coroutine was never awaited in it, and note whether the loop was held."""
    try:
        yield
    finally:
        watch = item.config.stash.get(_WATCH, None)
        for held in watch.taken() if watch is not None else ():
            item.user_properties.append((_HELD, f"{held}{' ' if when else ''}{when}"))
    seen = awaited.taken(item.stash[_SEEN])
    if seen:
        never = _never_ran(item) if not when else None
        pytest.fail(never or f"{awaited.report(seen)}{_place(when)}", pytrace=False)


def _place(when: str) -> str:
    return f"\nIt happened {when}." if when else ""


def _never_ran(item: pytest.Item) -> str | None:
    """What to say if the coroutine is the test itself."""
    function = getattr(item, "obj", None)
    if not inspect.iscoroutinefunction(function):
        return None
    cls = getattr(item, "cls", None)
    if cls is not None and issubclass(cls, unittest.TestCase):
        return (
            f"{item.name} is async def and did not run: {cls.__name__} is a unittest.TestCase,"
            " which runs what is def alone. Make it a def, or the class an"
            " unittest.IsolatedAsyncioTestCase."
        )
    return _NEVER.format(item.name)


_NEVER = (
    "{} is async def and did not run: nothing here runs such tests. Make it a def that calls"
    " app.test_client(), as in Flask; or mark it for a plugin that runs it, such as"
    " @pytest.mark.asyncio of pytest-asyncio."
)


def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    # Plugins that run asynchronous tests come first, or hand over a plain function.
    if inspect.iscoroutinefunction(pyfuncitem.obj):
        pytest.fail(_NEVER.format(pyfuncitem.name), pytrace=False)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    # Under xdist this runs where the reports are gathered, too.
    if report.when == "teardown" and _gather is not None:
        for name, value in report.user_properties:
            if name == _HELD:
                _gather(report.nodeid, str(value))


_gather: Callable[[str, str], None] | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    global _gather  # a hook that is given reports is not given the session
    reported = session.config.stash[_REPORTED]
    _gather = lambda nodeid, value: reported.append((nodeid, value))  # noqa: E731


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    reported = config.stash[_REPORTED]
    if config.getoption("loop_held") is None:
        return
    terminalreporter.section("event loop held")
    for nodeid, value in reported:
        terminalreporter.line(f"{nodeid}: {value}")
    if not reported:
        terminalreporter.line(f"no test held it for longer than {config.getoption('loop_held')}")
