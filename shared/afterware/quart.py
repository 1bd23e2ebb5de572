"""Bind hooks to a Quart app or blueprint: everything runs on the loop, except what blocks."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, cast

import quart
from werkzeug.wrappers import Response as WerkzeugResponse

from . import context, pipeline, quart_session
from .binding import Binding
from .colour import Hook, Phase
from .hop import in_task_of_its_own, in_worker_thread
from .loop_watch import warn_if_held, warn_if_held_async
from .sent import EXCEPTION, Sent, WatchASGI

if TYPE_CHECKING:
    from .registry import Hooks

__all__ = ["QuartBinding", "after_this_request"]

# What Quart can send: its own responses, and Werkzeug's, which it makes for errors.
RESPONSES = (quart.Response, WerkzeugResponse)

# This module is imported when hooks are first bound to a Quart app.
context.quart_may_serve = True


class QuartBinding(Binding):
    """One set of hooks on one Quart app or blueprint."""

    def __init__(self, hooks: Hooks, target: Any) -> None:
        super().__init__(hooks, target)
        self.on_app(quart_session.mend)

    def _attach(self, phase: Phase) -> None:
        if phase == "before_request":
            self.target.before_request(self._before_request())
        elif phase == "after_request":
            self.target.after_request(self._after_request())
        elif phase == "teardown_request":
            self.target.teardown_request(self._teardown_request())
            self.on_app(_note_exceptions)
        else:
            self._watch()

    def _before_request(self) -> Callable[[], Awaitable[Any]]:
        run: Callable[[], Awaitable[Any]] | None = None

        async def afterware_before_request() -> Any:
            nonlocal run
            if run is None:
                run = pipeline.before_request_async(self._steps("before_request"))
            context.serving.set("quart")
            return await run()

        return afterware_before_request

    def _after_request(self) -> Callable[[Any], Awaitable[Any]]:
        run: Callable[..., Awaitable[Any]] | None = None
        plain: Callable[[Any], Any] | None = None

        async def afterware_after_request(response: Any) -> Any:
            nonlocal run, plain
            if run is None:
                run, plain = _after_request_pipelines(self._steps("after_request"))
            context.serving.set("quart")
            if plain is not None:
                return plain(response)
            return await run(response, _NOWHERE)

        return afterware_after_request

    def _teardown_request(self) -> Callable[[BaseException | None], Awaitable[None]]:
        run: Callable[[Any], Awaitable[None]] | None = None

        async def afterware_teardown_request(exc: BaseException | None) -> None:
            nonlocal run
            if run is None:
                run = pipeline.teardown_async(self._steps("teardown_request"))
            context.serving.set("quart")
            # Quart has answered an unhandled error by now and passes None; Flask passes the error.
            await run(_scope().get(EXCEPTION) if exc is None else exc)

        return afterware_teardown_request

    def _watch(self) -> None:
        """Put a watch around the app that reports to the after_response hooks."""
        steps: list[pipeline.AsyncStep] | None = None
        served = f"afterware.served.{id(self)}"
        ours = isinstance(self.target, quart.Quart)

        async def report(sent: Sent, scope: Any) -> None:
            nonlocal steps
            if steps is None:
                steps = self._steps("after_response")
            if ours or served in scope:
                for asynchronous, call, hook in steps:
                    try:
                        await call(sent) if asynchronous else call(sent)
                    except Exception as error:
                        pipeline.log_failure(hook, error)

        def watch(app: quart.Quart) -> None:
            app.asgi_app = WatchASGI(app.asgi_app, report)  # type: ignore[method-assign]  # documented
            _note_exceptions(app)

        async def mark(_: BaseException | None) -> None:
            _scope()[served] = True

        if not ours:
            # Which blueprint served a request is known while it is served only.
            self.target.teardown_request(mark)
        self.on_app(watch)

    def _steps(self, phase: Phase) -> list[pipeline.AsyncStep]:
        debug = quart.current_app.debug if quart.has_app_context() else False
        return [_step(hook, debug) for hook in self.ready(phase)]


def after_this_request(hook: Hook) -> None:
    """Run *hook* on the response of the request that is being served."""
    run, plain = _after_request_pipelines([_step(hook, quart.current_app.debug)])

    async def afterware_after_this_request(response: Any) -> Any:
        return plain(response) if plain is not None else await run(response, _NOWHERE)

    quart.after_this_request(afterware_after_this_request)


# Which hook raised is of no interest here: its traceback tells.
_NOWHERE: deque[Hook] = deque(maxlen=0)


def _step(hook: Hook, debug: bool) -> pipeline.AsyncStep:
    """What to call for *hook*, and whether to await it."""
    if hook.blocking:
        asynchronous, call = True, in_worker_thread(hook)
    else:
        asynchronous, call = hook.is_async, hook.function
        if debug:
            call = (warn_if_held_async if asynchronous else warn_if_held)(hook)
        if hook.suspends and hook.phase == "after_request":
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


def _scope() -> dict[str, Any]:
    """The ASGI scope of the request, which is open to keys of ours."""
    return cast("dict[str, Any]", quart.request.scope)
