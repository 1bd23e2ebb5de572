"""Tests: the hosts' own test clients and runners."""

from __future__ import annotations

import asyncio
import unittest
from typing import Any

from .contexts import around
from .record import Difference, difference
from .stage import At, Facts, attempt, attempt_async, quiet, yes_no

__all__ = ["DIFFERENCES"]


def _posted(at: At, **sent: Any) -> str:
    """What a view gets that is posted to by the host's own test client."""
    stage = at.stage()
    got: list[str] = []
    outcomes: list[str] = []

    async def awaiting() -> str:
        got.append(repr((await at.host.request.get_data()).decode()))
        return "Hello"

    def view() -> str:
        got.append(repr(at.host.request.stream.read().decode()))
        return "Hello"

    stage.view(awaiting if at.asynchronous else view, "/posted", methods=["POST"])
    app = stage.made()
    if not at.asynchronous:
        outcomes.append(attempt(lambda: app.test_client().post("/posted", **sent).status_code))
    else:

        async def post() -> None:
            async def act() -> Any:
                return (await app.test_client().post("/posted", **sent)).status_code

            outcomes.append(await attempt_async(act))

        stage.run(post)
    return got[0] if got else outcomes[0]


@difference(
    "AW701",
    "a dict as data= of the test client",
    flask="the view gets: 'a=1'",
    quart="the view gets: ''",
    bound="the view gets: ''",
    bound_on_flask="the view gets: 'a=1'",
    bites="silently",
    whom="tests that post a form: the body is empty, and a test of what is wrong with a form "
    "passes",
    remedy="`form={...}` on Quart, where `data=` is the body itself",
    about="app",
    why="The two clients have different arguments.",
)
def data(at: At) -> Facts:
    return {"the view gets": _posted(at, data={"a": "1"})}


@difference(
    "AW702",
    "g after `with client:`",
    flask="g.user is there: yes",
    quart="g.user is there: no",
    bound="g.user is there: no",
    bound_on_flask="g.user is there: yes",
    bites="loudly",
    whom="tests that look at g or session when the request is over",
    remedy="note it in a hook, or ask for it in a view of the test",
    about="app",
    why="Quart's client keeps the request's context, and not what was in g.",
)
def preserved(at: At) -> Facts:
    stage = at.stage()

    def view() -> str:
        at.host.g.user = "ada"
        return "Hello"

    stage.view(view, "/user")
    app = stage.made()
    seen: list[str] = []
    if not at.asynchronous:
        with app.test_client() as client:
            client.get("/user")
            seen.append(attempt(lambda: at.host.g.user))
    else:

        async def ask() -> None:
            async with app.test_client() as client:
                await client.get("/user")
                seen.append(attempt(lambda: at.host.g.user))

        stage.run(ask)
    return {"g.user is there": yes_no(seen[0] == "'ada'")}


@difference(
    "AW703",
    "a list as a value of a form that is posted",
    flask="the view gets: 'a=1&a=2'",
    quart="the view gets: 'a=%5B%271%27%2C+%272%27%5D'",
    bound="the view gets: 'a=%5B%271%27%2C+%272%27%5D'",
    bound_on_flask="the view gets: 'a=1&a=2'",
    bites="silently",
    whom="tests that post a field with several values: the view gets the text of a Python list",
    remedy="encode it: `data=urlencode(values, doseq=True)` with its Content-Type",
    about="app",
    why="Quart's client takes one value for each name.",
)
def lists(at: At) -> Facts:
    sent = {"form" if at.asynchronous else "data": {"a": ["1", "2"]}}
    return {"the view gets": _posted(at, **sent)}


@difference(
    "AW704",
    "an async test method of unittest.TestCase passes without running",
    flask="what fails, in TestCase: passes; what fails, in IsolatedAsyncioTestCase: fails",
    quart="what fails, in TestCase: passes; what fails, in IsolatedAsyncioTestCase: fails",
    bound="what fails, in TestCase: passes; what fails, in IsolatedAsyncioTestCase: fails",
    bites="silently",
    whom="tests that became `async def` with the rest of the app",
    remedy="derive from `unittest.IsolatedAsyncioTestCase`",
    about="app",
    why="unittest takes what a test gives for nothing, a coroutine too; Python warns of it and "
    "the test passes.",
    see=("https://docs.python.org/3/library/unittest.html#unittest.IsolatedAsyncioTestCase",),
)
def unittest_methods(at: At) -> Facts:
    found = {}
    for base in (unittest.TestCase, unittest.IsolatedAsyncioTestCase):

        class Tests(base):  # type: ignore[misc, valid-type]  # each of the two in turn
            async def test_it(self) -> None:
                self.fail()

        result = unittest.TestResult()
        with quiet():
            Tests("test_it").run(result)
        found[f"what fails, in {base.__name__}"] = _passes(result)
    return found


def _passes(result: unittest.TestResult) -> str:
    return "passes" if result.wasSuccessful() else "fails"


@difference(
    "AW705",
    "the CLI runner inside an async test",
    flask="exit code: 0, no error",
    quart="exit code: 1, RuntimeError",
    bound="exit code: 1, RuntimeError",
    bound_on_flask="exit code: 0, no error",
    bites="loudly",
    whom="tests of commands that became `async def`: a loop is running, and the command cannot "
    "run one",
    remedy="test commands in a `def`",
    about="app",
    why="`asyncio.run` cannot be called from a running loop.",
)
def runner(at: At) -> Facts:
    stage = at.stage()
    app = stage.made()
    codes: list[str] = []

    def command() -> None:
        if at.asynchronous:
            asyncio.run(asyncio.sleep(0))

    app.cli.command("tell")(command)

    async def test() -> None:
        with quiet():
            done = app.test_cli_runner().invoke(args=["tell"])
        failed = type(done.exception).__name__ if done.exception else "no error"
        codes.append(f"{done.exit_code}, {failed}")

    asyncio.run(test())
    return {"exit code": codes[0]}


@difference(
    "AW706",
    "when what runs after the answer has run, under a test client",
    flask="has run when get() returns: no; when the answer is closed: yes",
    quart="has run when get() returns: yes; when the answer is closed: yes",
    bound="has run when get() returns: yes; when the answer is closed: yes",
    bound_on_flask="has run when get() returns: no; when the answer is closed: yes",
    bites="silently",
    whom="tests of after_response hooks and access logs",
    remedy="`with client.get(...) as answer:` or `answer.close()` on Flask; or "
    "`client.get(..., buffered=True)`, before the test looks",
    about="app",
    why="Flask's client gives the answer before its body has been read; a server closes it.",
    see=("https://werkzeug.palletsprojects.com/en/stable/test/#werkzeug.test.Client.open",),
)
def after_the_answer(at: At) -> Facts:
    stage = at.stage()
    ran: list[str] = []
    seen: list[str] = []
    if at.bound:
        stage.on("after_response", None, lambda sent: ran.append("hook"))
    else:
        around(stage, lambda: ran.append("middleware"))
    app = stage.made()
    if not at.asynchronous:
        answer = app.test_client().get("/")
        seen.append(yes_no(bool(ran)))
        answer.close()
    else:

        async def ask() -> None:
            await app.test_client().get("/")
            seen.append(yes_no(bool(ran)))

        stage.run(ask)
    return {"has run when get() returns": seen[0], "when the answer is closed": yes_no(bool(ran))}


@difference(
    "AW707",
    "headers that the test client shows and that were not sent",
    flask="shown beyond what is sent: none",
    quart="shown beyond what is sent: Content-Length, Content-Type",
    bound="shown beyond what is sent: Content-Length, Content-Type",
    bound_on_flask="shown beyond what is sent: none",
    bites="silently",
    whom="tests of answers whose headers were all replaced, `response.headers = {...}`: the test"
    " sees a type and a length, and a browser gets neither",
    remedy="`response.headers.update({...})`; see AW138",
    about="app",
    why="Quart's client makes a response anew of what was sent, and its class adds them.",
)
def shown(at: At) -> Facts:
    def hook(response: Any) -> Any:
        response.headers = {"X-User": "ada"}
        return response

    stage = at.stage()
    stage.after_request(hook)
    sent = {name.title() for name, _ in stage.ask().headers}
    app = stage.made()
    seen: list[str] = []
    if not at.asynchronous:
        with app.test_client().get("/") as answer:
            seen += answer.headers.keys()
    else:

        async def ask() -> None:
            seen.extend((await app.test_client().get("/")).headers.keys())

        stage.run(ask)
    beyond = sorted({name.title() for name in seen} - sent)
    return {"shown beyond what is sent": ", ".join(beyond) or "none"}


DIFFERENCES = tuple(each for each in list(globals().values()) if isinstance(each, Difference))
