"""What probes are written with: an app of the host they are given, with a view and hooks.

A probe never asks which host it is on. It says what the view answers and what the hook does, and
the stage colours the view for the host, binds the hook as the column wants it, and asks the app.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
import socket
import threading
import warnings
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

from .. import Hooks
from ..exchange import Answer, ASGIClient, Request, WSGIClient
from .servers import PATIENCE, Servers

__all__ = ["At", "Facts", "Meeting", "Stage", "attempt", "attempt_async", "quiet", "what", "yes_no"]

Facts = dict[str, str]
"""What a probe saw: each fact by its name."""


@dataclass(frozen=True)
class At:
    """Where a probe is run.

    :param host: the module of the host, flask or quart.
    :param bound: whether hooks are bound through Afterware.
    :param servers: where the apps are served that are asked over a socket.
    """

    host: Any
    bound: bool = False
    servers: Servers | None = None

    @property
    def asynchronous(self) -> bool:
        """Whether the host is called on an event loop, so that its views are `async def`."""
        return hasattr(self.host, "Quart")

    def stage(self, answer: Any = "Hello", mixin: type | None = None, **config: Any) -> Stage:
        """An app of this host, whose view at `/` answers *answer*, or what calling it gives.

        :param mixin: a class to put before the host's own.
        :param config: configuration of the app.
        """
        stage = Stage(self, config, mixin)
        stage.view(answer if callable(answer) else lambda: answer)
        return stage

    def served(self, path: str, *, server: str = "", **request: Any) -> Answer:
        """Ask the app of `served`, on this host, over a socket.

        :param server: which server; by default gunicorn for Flask, Hypercorn for Quart.
        :param request: see `Servers.ask`.
        """
        return self._servers().ask(self._app, server or self._server, path, **request)

    def connected(self, path: str) -> socket.socket:
        """A connection over which the app of `served` has been asked for *path*, still unread."""
        return self._servers().connect(self._app, self._server, path)

    def _servers(self) -> Servers:
        if self.servers is None:
            raise RuntimeError("this probe needs servers: run it with observe()")
        return self.servers

    @property
    def _app(self) -> str:
        return f"make({self.host.__name__!r}, {self.bound})"

    @property
    def _server(self) -> str:
        return "hypercorn" if self.asynchronous else "gunicorn"


class Stage:
    """An app of a host, its hooks, and what they noted.

    :param at: where it stands.
    :param config: configuration of the app.
    :param mixin: a class to put before the host's own.
    """

    def __init__(self, at: At, config: dict[str, Any], mixin: type | None = None) -> None:
        self.at = at
        self.facts: Facts = {}
        self.hooks = Hooks()
        self._bound = False
        own: Any = at.host.Quart if at.asynchronous else at.host.Flask
        made = type("App", (mixin, own), {}) if mixin else own
        self.app: Any = made("afterware_probe", static_folder=None)
        self.app.config.update(config)
        self.log: list[str] = []
        self._listen()

    def _listen(self) -> None:
        for logger in (self.app.logger, logging.getLogger("afterware")):
            logger.handlers[:] = [_Kept(self.log)]
            logger.propagate = False

    def view(self, answer: Callable[..., Any], rule: str = "/", **options: Any) -> None:
        """Serve what *answer* returns; a plain function becomes a view of the host's colour."""
        options.setdefault("endpoint", f"view{len(self.app.view_functions)}")
        self.app.add_url_rule(rule, view_func=self.coloured(answer), **options)

    def coloured(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """*function* as one would write it on this host: `async def` on Quart."""
        if not self.at.asynchronous or inspect.iscoroutinefunction(function):
            return function

        @functools.wraps(function)
        async def coloured(*args: Any, **kwargs: Any) -> Any:
            result = function(*args, **kwargs)
            return await result if inspect.isawaitable(result) else result

        return coloured

    def on(self, phase: str, ported: Any, portable: Any = None, **options: Any) -> None:
        """Register a hook: as it was written for Flask, or as it is written for both hosts.

        :param ported: what is registered on the host itself.
        :param portable: what is registered through Afterware; by default the same.
        :param options: for Afterware: blocking, suspends, shield, on_error.
        """
        if self.at.bound:
            getattr(self.hooks, phase)(**options)(portable or ported)
        else:
            getattr(self.app, phase)(ported)

    def after_request(self, ported: Any, portable: Any = None, **options: Any) -> None:
        """`on` for after_request."""
        self.on("after_request", ported, portable, **options)

    def ask(self, path: str = "/", **asked: Any) -> Answer:
        """Ask the app once; see `ask_together`."""
        return self.ask_together([path], **asked)[0]

    def ask_together(
        self,
        paths: Sequence[str],
        *,
        until: Callable[[], bool] = lambda: True,
        patience: float = PATIENCE,
        headers: Mapping[str, str] | None = None,
        **asked: Any,
    ) -> list[Answer]:
        """Ask the app for all of *paths* at once: a thread each on Flask, a task each on Quart.

        :param until: go on serving until this is true, or for half a second.
        :param patience: seconds to wait for an answer; Flask's are waited for as long as it takes.
        :param headers: what to send.
        :param asked: see `Request`.
        """
        self._bind()
        requests = [Request(path, headers=list((headers or {}).items()), **asked) for path in paths]
        if not self.at.asynchronous:
            with WSGIClient(self.app) as client:
                answers = client.ask_together(requests)
                deadline = monotonic() + _LINGER
                while not until() and monotonic() < deadline:
                    sleep(0.005)
            return answers
        with ASGIClient(self.app, patience=patience) as served:
            answers = served.ask_together(requests)
            deadline = monotonic() + _LINGER
            while not until() and monotonic() < deadline:
                served.run(asyncio.sleep(0.005))
        return answers

    def run(self, scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run a scenario of an asynchronous host."""
        self._bind()
        asyncio.run(scenario())

    def made(self) -> Any:
        """The app, with its hooks bound."""
        self._bind()
        return self.app

    def _bind(self) -> None:
        # As late as an app does it, when all hooks are known.
        if self.at.bound and not self._bound:
            self.hooks.init_app(self.app)
        self._bound = True

    def tells(self, word: str, *answers: Answer) -> str:
        """Whether *word* stands in what was logged or raised: `yes` or `no`."""
        said = [*self.log, *(str(answer.error) for answer in answers)]
        return "yes" if any(word in each for each in said) else "no"


# How long, in seconds, an app goes on after its answers where a probe waits for something else.
_LINGER = 0.5


class Meeting:
    """Where requests wait for one another.

    :param at: where they are served.
    :param parties: how many there are to be.
    :param patience: seconds after which one goes on alone.
    """

    def __init__(self, at: At, parties: int, patience: float = 2.0) -> None:
        self._asynchronous = at.asynchronous
        self._parties = parties
        self._patience = patience
        self._lock = threading.Lock()
        self._here = 0
        self._all = threading.Event()

    def then(self, answer: Any) -> Any:
        """*answer*, when all are here: at once on Flask, to be awaited on Quart."""
        with self._lock:
            self._here += 1
            if self._here >= self._parties:
                self._all.set()
        if self._asynchronous:
            return self._later(answer)
        self._all.wait(self._patience)
        return answer

    async def _later(self, answer: Any) -> Any:
        deadline = monotonic() + self._patience
        while not self._all.is_set() and monotonic() < deadline:
            await asyncio.sleep(0.001)
        return answer


class _Kept(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self.lines = lines
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def yes_no(true: bool) -> str:
    """`yes` or `no`."""
    return "yes" if true else "no"


def what(value: Any) -> str:
    """A value in a word or two; a coroutine is closed, so that nothing warns of it."""
    if inspect.iscoroutine(value):
        value.close()
        return "a coroutine"
    if inspect.isasyncgen(value):
        return "an async generator"
    if isinstance(value, (bool, int, type(None), str, bytes)):
        return repr(value)
    if isinstance(value, (dict, list)):
        return repr(value)
    return f"{type(value).__module__.split('.')[0]}.{type(value).__qualname__}"


def attempt(action: Callable[[], Any]) -> str:
    """What *action* gives, or the name of what it raises."""
    try:
        return what(action())
    except Exception as error:
        return type(error).__name__


async def attempt_async(action: Callable[[], Awaitable[Any]]) -> str:
    """What awaiting *action* gives, or the name of what it raises."""
    try:
        return what(await action())
    except Exception as error:
        return type(error).__name__


@contextmanager
def quiet() -> Iterator[None]:
    """No warnings and no asyncio logging: what goes wrong in a probe is what it looks for."""
    logger = logging.getLogger("asyncio")
    disabled, logger.disabled = logger.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = disabled
