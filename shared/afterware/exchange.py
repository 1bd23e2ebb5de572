"""One client for WSGI and ASGI apps in this process: a request in, an answer out.

```python
with client_for(app) as client:             # starts the app as servers do, and ends it
    answer = client.ask(Request("/notes?page=2", headers=[("Accept", "text/html")]))
```

An app is called as a server calls it (PEP 3333; ASGI 3.0, HTTP 2.3, lifespan 2.0), and nothing of
what it answers is mended: headers, chunks and bodies are kept as the app handed them over, also
where no server would send them. What it raises is part of the answer.
"""

from __future__ import annotations

import asyncio
import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from itertools import islice
from time import perf_counter
from typing import Any, TypeVar

from .colour import is_async
from .lifespan import Lifespan, ServingError
from .messages import Answer, Request
from .sent import out_of_its_task_group

__all__ = [
    "ASGIClient",
    "Answer",
    "Client",
    "Request",
    "ServingError",
    "WSGIClient",
    "ask_asgi",
    "ask_wsgi",
    "client_for",
    "speaks_asgi",
]

T = TypeVar("T")


def ask_wsgi(app: Callable[..., Any], request: Request, *, before: Answer | None = None) -> Answer:
    """Call a WSGI app once.

    :param before: an answer whose chunks are let go of when the clock runs: to free a body is part
        of what a request costs.
    """
    started = perf_counter()
    status, headers, complete = "", [("", "")], False
    chunks: list[bytes] = []
    error: BaseException | None = None
    limit = request.leave_after

    def start_response(
        its_status: str, its_headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], object]:
        nonlocal status, headers
        if exc_info is not None and chunks:
            raise exc_info[1].with_traceback(exc_info[2])  # the headers have gone (PEP 3333)
        status, headers = its_status, its_headers
        return chunks.append

    try:
        result = app(request.environ(), start_response)
        if before is not None:
            before.chunks.clear()
        try:
            sent = filter(None, result)
            chunks.extend(sent if limit is None else islice(sent, limit))
            complete = limit is None or len(chunks) < limit
        finally:
            close = getattr(result, "close", None)
            if close is not None:
                close()
    except Exception as raised:
        error = raised.with_traceback(None)
    seconds = perf_counter() - started
    answer = Answer(chunks=chunks, complete=complete, error=error, seconds=seconds)
    # Headers are sent with the first part of the body, so after an error there may be none.
    if status and (chunks or complete or error is None):
        code, _, answer.reason = status.partition(" ")
        answer.status, answer.headers = int(code), list(headers)
    return _with_an_error(answer)


async def ask_asgi(
    app: Callable[..., Any],
    request: Request,
    *,
    patience: float | None = None,
    state: dict[str, Any] | None = None,
    before: Answer | None = None,
) -> Answer:
    """Call an ASGI app once; the client disconnects after its answer.

    :param patience: seconds to wait for the app to be done; None for as long as it takes.
    :param state: what the app left there when it was started.
    :param before: as for `ask_wsgi`.
    """
    error: BaseException | None = None
    exchange = _Exchange(request)
    started = perf_counter()
    if before is not None:
        before.chunks.clear()
    try:
        called = app(request.scope(state), exchange.receive, exchange.send)
        await (called if patience is None else asyncio.wait_for(called, patience))
    except Exception as raised:
        error = out_of_its_task_group(raised).with_traceback(None)
    seconds = perf_counter() - started
    return exchange.answer(error, seconds)


class _Exchange:
    """The server's side of one request to an ASGI app: `receive` and `send`."""

    __slots__ = ("_chunks", "_complete", "_leave_after", "_over", "_start", "_unread", "_waiting")

    def __init__(self, request: Request) -> None:
        self._start: Any = None
        self._chunks: list[bytes] = []
        self._complete = False
        self._unread = request.messages()
        self._leave_after = request.leave_after
        # True when the response is over or the client has gone; then there is no more to receive.
        self._over = request.cut or request.leave_after == 0
        # Waiting for a bare future is the cheapest, and needs no task that could be left behind.
        self._waiting: asyncio.Future[None] | None = None

    async def receive(self) -> dict[str, Any]:
        for message in self._unread:
            return message
        if not self._over:
            waiting = self._waiting
            if waiting is None or waiting.done():  # done: who waited was cancelled
                waiting = self._waiting = asyncio.get_running_loop().create_future()
            await waiting
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        elif not self._over:
            if message.get("body"):
                self._chunks.append(message["body"])
            complete = not message.get("more_body")
            if complete or len(self._chunks) == self._leave_after:
                self._complete, self._over = complete, True
                if self._waiting is not None and not self._waiting.done():
                    self._waiting.set_result(None)
                if not complete:
                    await asyncio.sleep(0)  # as a server does; that the client left is noticed

    def answer(self, error: BaseException | None, seconds: float) -> Answer:
        answer = Answer(chunks=self._chunks, complete=self._complete, error=error, seconds=seconds)
        if self._start is not None:
            answer.status = self._start["status"]
            answer.headers = [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in self._start.get("headers", ())
            ]
        return _with_an_error(answer)


def _with_an_error(answer: Answer) -> Answer:
    if answer.status is None and answer.error is None:
        answer.error = ServingError("the app sent no response")
    return answer


class Client(ABC):
    """An app that is served in this process, from `with` to its end.

    :param app: the app.
    """

    def __init__(self, app: Callable[..., Any]) -> None:
        self.app = app

    def __enter__(self) -> Client:
        """Start the app.

        :raises ServingError: it does not start; the message says why.
        """
        return self

    @abstractmethod
    def __exit__(self, *_: object) -> None:
        """End the app.

        :raises ServingError: it does not end.
        """

    def ask(self, request: Request) -> Answer:
        """Send a request, and take all of the answer."""
        return self.repeat(request, 1)[1]

    @abstractmethod
    def repeat(self, request: Request, times: int) -> tuple[list[float], Answer]:
        """Send a request so often, one after the other, until the app raises.

        :returns: the seconds that the app took for each, and the last answer.
        """

    @abstractmethod
    def ask_together(self, requests: Sequence[Request]) -> list[Answer]:
        """Send all of *requests* at once: a thread each on WSGI, a task each on ASGI."""


class WSGIClient(Client):
    """Calls a WSGI app in this thread; nothing is to be started."""

    def __exit__(self, *_: object) -> None:
        """Nothing was started."""

    def repeat(self, request: Request, times: int) -> tuple[list[float], Answer]:
        """As `Client.repeat`."""
        app, seconds = self.app, []
        answer = Answer()
        for _ in range(times):
            answer = ask_wsgi(app, request, before=answer)
            seconds.append(answer.seconds)
            if answer.error is not None:
                break
        return seconds, answer

    def ask_together(self, requests: Sequence[Request]) -> list[Answer]:
        """As `Client.ask_together`."""
        if len(requests) == 1:
            return [self.ask(requests[0])]
        with ThreadPoolExecutor(len(requests)) as pool:
            return list(pool.map(ask_wsgi, [self.app] * len(requests), requests))


class ASGIClient(Client):
    """Calls an ASGI app on one event loop, with its lifespan around all requests.

    :param runner: whose loop to serve on; one of its own by default.
    :param patience: seconds to wait for an answer; None for as long as it takes.
    """

    def __init__(
        self,
        app: Callable[..., Any],
        *,
        runner: asyncio.Runner | None = None,
        patience: float | None = None,
    ) -> None:
        super().__init__(app)
        self._own = asyncio.Runner() if runner is None else None
        self._runner = self._own or runner
        self._patience = patience
        self._lifespan: Lifespan | None = None

    def __enter__(self) -> ASGIClient:
        """As `Client.__enter__`."""
        try:
            self.run(self._start())
        except BaseException:
            self._close()
            raise
        return self

    async def _start(self) -> None:
        self._lifespan = Lifespan(self.app)
        await self._lifespan.start()

    def __exit__(self, *_: object) -> None:
        """As `Client.__exit__`."""
        try:
            if self._lifespan is not None:
                self.run(self._lifespan.stop())
        finally:
            self._close()

    def _close(self) -> None:
        if self._own is not None:
            self._own.close()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop on which the app is served."""
        assert self._runner is not None
        # In a context of its own, as a server gives each connection.
        return self._runner.run(coroutine, context=copy_context())

    def repeat(self, request: Request, times: int) -> tuple[list[float], Answer]:
        """As `Client.repeat`, all inside one run of the loop."""
        seconds: list[float] = []
        last: list[Answer] = []

        async def repeat() -> None:
            app, state, patience = self.app, self._state, self._patience
            answer = Answer()
            for _ in range(times):
                answer = await ask_asgi(app, request, patience=patience, state=state, before=answer)
                seconds.append(answer.seconds)
                if answer.error is not None:
                    break
            # Not returned: in setting a signal handler back, the runner of Python 3.11 makes the
            # repr of what is, which for a body of 1 MB outlasts ten requests.
            last.append(answer)

        self.run(repeat())
        return seconds, last[0]

    def ask_together(self, requests: Sequence[Request]) -> list[Answer]:
        """As `Client.ask_together`."""

        async def together() -> list[Answer]:
            return await asyncio.gather(
                *(
                    ask_asgi(self.app, each, patience=self._patience, state=self._state)
                    for each in requests
                )
            )

        return self.run(together())

    @property
    def _state(self) -> dict[str, Any] | None:
        return None if self._lifespan is None else self._lifespan.state


def speaks_asgi(app: Any) -> bool:
    """Whether *app* is called as ASGI apps are, as far as its definition tells; else as WSGI's."""
    if hasattr(app, "asgi_app") or is_async(app):
        return True
    if hasattr(app, "wsgi_app"):
        return False
    try:
        inspect.signature(app).bind("environ", "start_response")
    except TypeError:
        return True
    except ValueError:
        pass  # written in C, with no signature
    return False


def client_for(app: Callable[..., Any], *, patience: float | None = None) -> Client:
    """A client for an app of either kind; see `speaks_asgi`.

    :param patience: seconds to wait for an answer of an ASGI app; None for as long as it takes. A
        call of a WSGI app cannot be given up.
    """
    return ASGIClient(app, patience=patience) if speaks_asgi(app) else WSGIClient(app)
