"""Bind hooks to a Quart app or blueprint: everything runs on the loop, except what blocks."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, cast

import quart
from werkzeug.wrappers import Response as WerkzeugResponse

from . import context, pipeline, quart_ranges, quart_session
from .binding import Binding, HooksInOrder, OncePerApp, Ready
from .copies import Contexts
from .home import serve_at_home
from .hook import Hook, Phase
from .hop import in_task_of_its_own, in_worker_thread
from .loop_watch import warn_if_held, warn_if_held_async
from .sent import EXCEPTION, Sent, WatchASGI

__all__ = ["QuartBinding", "after_this_request"]

# What Quart can send: its own responses, and Werkzeug's, which it makes for errors.
RESPONSES = (quart.Response, WerkzeugResponse)

contexts = Contexts(quart, lambda request: request.scope)
_NOTE_REQUESTS = OncePerApp(contexts.note_requests)
_NOTE_APP_CONTEXTS = OncePerApp(contexts.note_app_contexts)

# The `g` of the app context in which a request raised what no error handler took, and that.
_raised: ContextVar[tuple[Any, BaseException] | None] = ContextVar("afterware.raised", default=None)

# This module is imported when hooks are first bound to a Quart app.
context.quart_may_serve = True


def before_request(ready: Ready) -> Callable[[], Awaitable[Any]]:
    """A function that runs the hooks of `before_request`."""
    run: Callable[[], Awaitable[Any]] | None = None

    async def afterware_before_request() -> Any:
        nonlocal run
        if run is None:
            run = pipeline.before_request_async(_steps(ready()))
        context.serving.set("quart")
        return await run()

    return afterware_before_request


def after_request(ready: Ready) -> Callable[[Any], Awaitable[Any]]:
    """A function that runs the hooks of `after_request`."""
    run: Callable[..., Awaitable[Any]] | None = None
    plain: Callable[[Any], Any] | None = None

    async def afterware_after_request(response: Any) -> Any:
        nonlocal run, plain
        if run is None:
            run, plain = _after_request_pipelines(_steps(ready()))
        context.serving.set("quart")
        if plain is not None:
            return plain(response)
        return await run(response, _NOWHERE)

    return afterware_after_request


def teardown_request(ready: Ready) -> Callable[[BaseException | None], Awaitable[None]]:
    """A function that runs the hooks of `teardown_request`."""
    run: Callable[[Any], Awaitable[None]] | None = None

    async def afterware_teardown_request(exc: BaseException | None) -> None:
        nonlocal run
        if not contexts.ends_request():
            return
        if run is None:
            run = pipeline.teardown_async(_steps(ready()))
        context.serving.set("quart")
        # Quart has answered an unhandled error by now and passes None; Flask passes the error.
        await run(_scope().get(EXCEPTION) if exc is None else exc)

    return afterware_teardown_request


def teardown_appcontext(ready: Ready) -> Callable[[BaseException | None], Awaitable[None]]:
    """A function that runs the hooks of `teardown_appcontext`."""
    run: Callable[[Any], Awaitable[None]] | None = None

    async def afterware_teardown_appcontext(exc: BaseException | None) -> None:
        nonlocal run
        if not contexts.ends_app_context():
            return
        if run is None:
            run = pipeline.teardown_async(_steps(ready()))
        context.serving.set("quart")
        await run(_raised_here() if exc is None else exc)

    return afterware_teardown_appcontext


class QuartBinding(Binding):
    """One set of hooks on one Quart app or blueprint."""

    makers = {
        "before_request": before_request,
        "after_request": after_request,
        "teardown_request": teardown_request,
        "teardown_appcontext": teardown_appcontext,
    }

    def __init__(self, hooks: HooksInOrder, target: Any) -> None:
        super().__init__(hooks, target)
        self.on_app(quart_session.mend)
        self.on_app(quart_ranges.mend)

    def _attach(self, phase: Phase) -> None:
        super()._attach(phase)
        if phase in ("teardown_request", "teardown_appcontext"):
            self.on_app(_note_exceptions)
        if phase == "teardown_request":
            self.on_app(_NOTE_REQUESTS)
        if phase == "teardown_appcontext":
            self.on_app(_NOTE_APP_CONTEXTS)

    def _watch(self) -> None:
        report = self._bound("after_response")

        def watch(app: quart.Quart) -> None:
            def prepare() -> None:
                serve_at_home(app)

            watching = self._watched(app, WatchASGI(app.asgi_app, report, prepare))
            app.asgi_app = watching  # type: ignore[method-assign]  # documented
            _note_exceptions(app)

        async def mark(_: BaseException | None) -> None:
            _scope()[self._served] = True

        if not isinstance(self.target, quart.Quart):
            # Which blueprint served a request is known while it is served only.
            self.target.teardown_request(self._marked(mark, None))
        self.on_app(OncePerApp(watch))

    def _report(self, ready: Ready) -> Callable[[Sent, Any], Awaitable[None]]:
        steps: list[pipeline.AsyncStep] | None = None
        ours = isinstance(self.target, quart.Quart)

        async def report(sent: Sent, scope: Any) -> None:
            nonlocal steps
            if steps is None:
                steps = _steps(ready())
            if ours or self._served in scope:
                await pipeline.report_async(steps, sent)

        return report


def after_this_request(hook: Hook) -> None:
    """Run *hook* on the response of the request that is being served."""
    run, plain = _after_request_pipelines([_step(hook, quart.current_app.debug)])

    async def afterware_after_this_request(response: Any) -> Any:
        return plain(response) if plain is not None else await run(response, _NOWHERE)

    quart.after_this_request(afterware_after_this_request)


# Which hook raised is of no interest here: its traceback tells.
_NOWHERE: deque[Hook] = deque(maxlen=0)


def _steps(hooks: list[Hook]) -> list[pipeline.AsyncStep]:
    debug = quart.current_app.debug if quart.has_app_context() else False
    return [_step(hook, debug) for hook in hooks]


def _step(hook: Hook, debug: bool) -> pipeline.AsyncStep:
    """What to call for *hook*, and whether to await it."""
    if hook.blocking:
        asynchronous, call = True, in_worker_thread(hook)
    else:
        asynchronous, call = hook.is_async, hook.function
        if debug:
            call = (warn_if_held_async if asynchronous else warn_if_held)(hook)
        if asynchronous and (hook.shield or (hook.suspends and hook.phase == "after_request")):
            call = in_task_of_its_own(hook, call)
    if hook.on_error == "log":
        guard = pipeline.guarded_async if asynchronous else pipeline.guarded
        call = guard(hook, call, RESPONSES)
    return asynchronous, call, hook


def _after_request_pipelines(
    steps: list[pipeline.AsyncStep],
) -> tuple[Callable[..., Awaitable[Any]], Callable[[Any], Any] | None]:
    """One coroutine function for all steps and, where none is to be awaited, a plain one."""
    plain = None
    if not any(asynchronous for asynchronous, _, _ in steps):
        plain = pipeline.after_request([(call, hook) for _, call, hook in steps], RESPONSES)
    return pipeline.after_request_async(steps, RESPONSES), plain


def _note_exceptions(app: quart.Quart) -> None:
    """Leave the exception that no error handler took where teardown and after_response find it."""
    quart.got_request_exception.connect(_note_exception, app)


async def _note_exception(_: Any, exception: BaseException, **__: Any) -> None:
    _scope()[EXCEPTION] = exception
    _raised.set((_g(), exception))


def _raised_here() -> BaseException | None:
    """What the request raised whose app context this is; Quart passes None, Flask passes it."""
    raised = _raised.get()
    return raised[1] if raised is not None and raised[0] is _g() else None


def _g() -> Any:
    return quart.g._get_current_object()  # noqa: SLF001  # as werkzeug documents it


def _scope() -> dict[str, Any]:
    """The ASGI scope of the request, which is open to keys of ours."""
    return cast("dict[str, Any]", quart.request.scope)
