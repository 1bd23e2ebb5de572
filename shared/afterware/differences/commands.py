"""The command line: `flask ...` and `quart ...`."""

from __future__ import annotations

import asyncio
from typing import Any

from .record import Difference, difference
from .stage import At, Facts, quiet, yes_no

__all__ = ["DIFFERENCES"]


def _run(at: At, command: Any) -> int:
    """The exit code of an app's command."""
    stage = at.stage()
    stage.app.cli.command("tell")(command)
    with quiet():
        done = stage.made().test_cli_runner().invoke(args=["tell"])
    return int(done.exit_code)


@difference(
    "AW801",
    "an async def as a command does nothing",
    flask="async def: exit code 0, it ran: no; def: exit code 0, it ran: yes",
    quart="async def: exit code 0, it ran: no; def: exit code 0, it ran: yes",
    bound="async def: exit code 0, it ran: no; def: exit code 0, it ran: yes",
    bites="silently",
    whom="commands that became `async def` with the rest of the app, and those who read their "
    "exit code",
    remedy="keep it a `def`, and in it `asyncio.run(work())`",
    about="app",
    why="Click calls a command and takes what that gives for its result, a coroutine too.",
)
def coroutine(at: At) -> Facts:
    ran: list[int] = []

    async def command() -> None:
        ran.append(1)

    def plain() -> None:
        asyncio.run(command())

    found = {}
    for name, each in (("async def", command), ("def", plain)):
        ran.clear()
        found[name] = f"exit code {_run(at, each)}, it ran: {yes_no(bool(ran))}"
    return found


@difference(
    "AW802",
    "a command of app.cli has no application context",
    flask="exit code: 0; there is a context: yes",
    quart="exit code: 0; there is a context: no",
    bound="exit code: 0; there is a context: no",
    bound_on_flask="exit code: 0; there is a context: yes",
    bites="loudly",
    whom="commands that use current_app, g or the database's session",
    remedy="in an `async def` that the command runs with `asyncio.run`: `async with "
    "app.app_context():`",
    about="app",
    why="Entering a context is asynchronous on Quart, and Click's commands are not.",
)
def context(at: At) -> Facts:
    seen: list[str] = []

    def command() -> None:
        seen.append(yes_no(at.host.has_app_context()))

    code = _run(at, command)
    return {"exit code": str(code), "there is a context": seen[0] if seen else "no"}


DIFFERENCES = tuple(each for each in list(globals().values()) if isinstance(each, Difference))
