"""Bind hooks to a Flask app or blueprint: everything runs inline, in the request's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import flask
from werkzeug.wrappers import Response

from . import context, pipeline
from .binding import Binding, OncePerApp, Ready
from .copies import Contexts
from .drive import Suspended, drive, wanted_a_loop
from .errors import HookSuspendedError
from .hook import Hook, Phase
from .hop import on_lasting_loop
from .sent import EXCEPTION, Sent, WatchWSGI

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

__all__ = ["FlaskBinding", "after_this_request"]

# What the WSGI server can be handed: Flask's own responses and Werkzeug's.
RESPONSES = (Response,)

contexts = Contexts(flask, lambda request: request.environ)
_NOTE_REQUESTS = OncePerApp(contexts.note_requests)
_NOTE_APP_CONTEXTS = OncePerApp(contexts.note_app_contexts)


def before_request(ready: Ready) -> Callable[[], Any]:
    """A function that runs the hooks of `before_request`."""
    run: Callable[[], Any] | None = None

    def afterware_before_request() -> Any:
        nonlocal run
        if run is None:
            run = pipeline.before_request(_steps(ready()))
        if context.quart_may_serve:
            context.serving.set("flask")
        return run()

    return afterware_before_request


def after_request(ready: Ready) -> Callable[[Any], Any]:
    """A function that runs the hooks of `after_request`."""
    run: Callable[[Any], Any] | None = None

    def afterware_after_request(response: Any) -> Any:
        nonlocal run
        if run is None:
            run = _after_request_pipeline(ready())
        if context.quart_may_serve:
            context.serving.set("flask")
        return run(response)

    return afterware_after_request


def teardown_request(ready: Ready) -> Callable[[BaseException | None], None]:
    """A function that runs the hooks of `teardown_request`."""
    run: Callable[[Any], None] | None = None
    left = f"afterware.left.{id(ready)}"

    def afterware_teardown_request(exc: BaseException | None) -> None:
        nonlocal run
        if not contexts.ends_request(left):
            return
        if run is None:
            run = pipeline.teardown(_steps(ready()))
        if context.quart_may_serve:
            context.serving.set("flask")
        run(exc)
        contexts.leave(left)

    return afterware_teardown_request


def teardown_appcontext(ready: Ready) -> Callable[[BaseException | None], None]:
    """A function that runs the hooks of `teardown_appcontext`."""
    run: Callable[[Any], None] | None = None

    def afterware_teardown_appcontext(exc: BaseException | None) -> None:
        nonlocal run
        if not contexts.ends_app_context():
            return
        if run is None:
            run = pipeline.teardown(_steps(ready()))
        if context.quart_may_serve:
            context.serving.set("flask")
        run(exc)

    return afterware_teardown_appcontext


class FlaskBinding(Binding):
    """One set of hooks on one Flask app or blueprint."""

    makers = {
        "before_request": before_request,
        "after_request": after_request,
        "teardown_request": teardown_request,
        "teardown_appcontext": teardown_appcontext,
    }

    def _attach(self, phase: Phase) -> None:
        super()._attach(phase)
        if phase == "teardown_request":
            self.on_app(_NOTE_REQUESTS)
        if phase == "teardown_appcontext":
            self.on_app(_NOTE_APP_CONTEXTS)

    def _watch(self) -> None:
        report = self._bound("after_response")

        def watch(app: flask.Flask) -> None:
            watching = self._watched(app, WatchWSGI(app.wsgi_app, report))
            app.wsgi_app = watching  # type: ignore[method-assign]  # documented
            flask.got_request_exception.connect(_note_exception, app)

        def mark(_: BaseException | None) -> None:
            flask.request.environ[self._served] = True

        if isinstance(self.target, flask.Flask):
            watch(self.target)
        else:
            # Which blueprint served a request is known while it is served only.
            self.target.teardown_request(self._marked(mark, None))
            self.on_app(OncePerApp(watch))

    def _report(self, ready: Ready) -> Callable[[Sent, WSGIEnvironment], None]:
        calls: list[pipeline.Step] | None = None
        ours = isinstance(self.target, flask.Flask)

        def report(sent: Sent, environ: WSGIEnvironment) -> None:
            nonlocal calls
            if calls is None:
                calls = _steps(ready())
            if ours or self._served in environ:
                pipeline.report(calls, sent)

        return report


def _note_exception(_: Any, exception: BaseException, **__: Any) -> None:
    """Leave the exception that no error handler took where the watch finds it."""
    flask.request.environ[EXCEPTION] = exception


def after_this_request(hook: Hook) -> None:
    """Run *hook* on the response of the request that is being served."""
    flask.after_this_request(_after_request_pipeline([hook]))


def _steps(hooks: list[Hook]) -> list[pipeline.Step]:
    return [(_plain(hook), hook) for hook in hooks]


def _plain(hook: Hook) -> Callable[..., Any]:
    """What to call for *hook* where nothing can be awaited."""
    if hook.suspends:
        call = on_lasting_loop(hook)
    elif hook.is_async:
        call = _driven(hook)
    else:
        call = hook.function
    return pipeline.guarded(hook, call, RESPONSES) if hook.on_error == "log" else call


def _driven(hook: Hook) -> Callable[..., Any]:
    function = hook.function

    def call(*args: Any) -> Any:
        try:
            return drive(function(*args))
        except Exception as error:
            _explain(hook, error)
            raise

    return call


def _after_request_pipeline(hooks: list[Hook]) -> Callable[[Any], Any]:
    """Plain hooks in a plain loop; with several `async def` among them, one coroutine for all.

    Driving one coroutine that awaits sixteen is half as dear as driving sixteen; for a single one,
    the coroutine around it would be the dearer part.
    """
    if sum(_awaited(hook) for hook in hooks) < 2:
        return pipeline.after_request([(_plain(hook), hook) for hook in hooks], RESPONSES)
    steps: list[pipeline.AsyncStep] = [
        (True, hook.function, hook) if _awaited(hook) else (False, _plain(hook), hook)
        for hook in hooks
    ]
    run_async = pipeline.after_request_async(steps, RESPONSES)

    def run(response: Any) -> Any:
        stopped_in: list[Hook] = []
        try:
            return drive(run_async(response, stopped_in))  # type: ignore[arg-type]
        except Exception as error:
            if stopped_in and stopped_in[0].is_async:
                _explain(stopped_in[0], error)
            raise

    return run


def _awaited(hook: Hook) -> bool:
    """Whether *hook* may share a coroutine with others: where one stops, the others stop too."""
    return hook.is_async and not hook.suspends and hook.on_error == "raise"


def _explain(hook: Hook, error: Exception) -> None:
    """Raise what *error* means, where it means that the hook needs an event loop."""
    where = ""
    if isinstance(error, Suspended):
        where = f" in {error.place}" if error.place else ""
    elif not wanted_a_loop(error):
        return
    raise HookSuspendedError(
        hook,
        f"awaited something that needs an event loop{where}; on Flask it is run without one",
        "Register it with suspends=True, and it runs on a loop that outlives the request."
        " It is not run again: what it did before it waited has been done.",
    ) from error
