"""`cli_runner(app)`: the app's commands, each in an app context, `def` or `async def`."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from . import loops
from .contexts import app_context
from .kinds import flask_of, quart_of

if TYPE_CHECKING:
    from click.testing import Result

__all__ = ["cli_runner"]


def cli_runner(app: Any, **kwargs: Any) -> Any:
    """A runner for the commands of *app*: the host's own, with an app context around each command.

    :param app: a Flask or a Quart app.
    :param kwargs: for the class that `app.test_cli_runner_class` names, or the host's.
    :raises TypeError: it is another kind of app, which has no commands.
    """
    if flask_of(app) is None and quart_of(app) is None:
        raise TypeError(f"testing.cli_runner() is for Flask and Quart apps: {app!r} is neither")
    return _combined(app.test_cli_runner_class or _default(app))(app, **kwargs)


def _default(app: Any) -> type:
    if flask_of(app) is not None:
        from flask.testing import FlaskCliRunner

        return FlaskCliRunner
    from quart.testing import QuartCliRunner

    return QuartCliRunner


class _InContext:
    """A runner of commands that pushes an app context, and runs what is `async def`."""

    app: Any

    def invoke(self, cli: Any = None, args: Any = None, **kwargs: Any) -> Result:
        """Run a command, as click's `CliRunner.invoke` does, by default one of the app's.

        :param cli: the command or group; by default `app.cli`.
        :param args: its arguments, a list or a string.
        """
        if "obj" not in kwargs:
            kwargs["obj"] = _script_info(self.app)
        with app_context(self.app), _coroutines_run():
            return super().invoke(cli, args, **kwargs)  # type: ignore[misc,no-any-return]  # the runner's


def _script_info(app: Any) -> Any:
    if flask_of(app) is not None:
        from flask.cli import ScriptInfo as FlaskScriptInfo

        return FlaskScriptInfo(create_app=lambda: app)
    from quart.cli import ScriptInfo as QuartScriptInfo

    return QuartScriptInfo(create_app=lambda: app)


@functools.cache
def _combined(named: type) -> Any:
    return type(named.__name__, (_InContext, named), {"__module__": named.__module__})


_replacing = threading.RLock()


@contextmanager
def _coroutines_run() -> Iterator[None]:
    """While this lasts, click runs the coroutine that a command gives, instead of dropping it."""
    import click

    plain: Callable[..., Any] = click.Context.invoke

    @functools.wraps(plain)
    def invoke(*args: Any, **kwargs: Any) -> Any:
        result = plain(*args, **kwargs)
        # Inside a loop that the command runs itself, what it gives is that loop's.
        if inspect.iscoroutine(result) and not loops.in_running_loop():
            return loops.run(result)
        return result

    with _replacing:
        click.Context.invoke = invoke  # type: ignore[method-assign]  # put back below
        try:
            yield
        finally:
            click.Context.invoke = plain  # type: ignore[method-assign]  # as it was
