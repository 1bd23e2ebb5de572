"""Several hooks of one phase, made into the one function that the host calls.

One function instead of many is what makes a hook cheaper here than a native one: the host's own
loop looks up, wraps and inspects each function on every request.

A step is a callable of the host's kind with the hook that it came from. Where steps are of both
colours, each also says whether it is to be awaited.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, MutableSequence, Sequence
from typing import TYPE_CHECKING, Any

from .errors import HookReturnError
from .hook import Hook
from .hop import Outlasted, cancel_from_here_on
from .tokens import explained

if TYPE_CHECKING:
    from .sent import Sent

__all__ = [
    "AsyncStep",
    "Step",
    "after_request",
    "after_request_async",
    "before_request",
    "before_request_async",
    "guarded",
    "guarded_async",
    "log_failure",
    "report",
    "report_async",
    "teardown",
    "teardown_async",
]

Step = tuple[Callable[..., Any], Hook]
AsyncStep = tuple[bool, Callable[..., Any], Hook]
Responses = tuple[type, ...]

logger = logging.getLogger("afterware")


def after_request(steps: Sequence[Step], responses: Responses) -> Callable[[Any], Any]:
    """A plain function that hands a response through *steps*.

    :param responses: the types that the host can send; anything else is refused by hook.
    """

    def run(response: Any) -> Any:
        for call, hook in steps:
            result = call(response)
            if result is not response:
                response = _accepted(hook, result, responses)
        return response

    return run


def after_request_async(
    steps: Sequence[AsyncStep], responses: Responses
) -> Callable[[Any, MutableSequence[Hook]], Awaitable[Any]]:
    """The same as a coroutine function, for steps of both colours.

    It notes the hook that raised, or that was closed while it waited, in its second argument. A
    cancellation that a hook has outlasted is kept back until the hooks after it have run.
    """

    async def run(response: Any, stopped_in: MutableSequence[Hook]) -> Any:
        cancelled = None
        for asynchronous, call, hook in steps:
            try:
                result = await call(response) if asynchronous else call(response)
            except Outlasted as outlasted:
                cancelled, result = outlasted, outlasted.result
            except BaseException:
                stopped_in.append(hook)
                raise
            if result is not response:
                response = _accepted(hook, result, responses)
        if cancelled is not None:
            raise cancelled
        return response

    return run


def before_request(steps: Sequence[Step]) -> Callable[[], Any]:
    """A plain function that runs *steps* until one answers the request itself."""

    def run() -> Any:
        for call, hook in steps:
            answer = call()
            if answer is not None:
                return _not_awaitable(hook, answer)
        return None

    return run


def before_request_async(steps: Sequence[AsyncStep]) -> Callable[[], Awaitable[Any]]:
    """The same as a coroutine function, for steps of both colours."""

    async def run() -> Any:
        for asynchronous, call, hook in steps:
            answer = await call() if asynchronous else call()
            if answer is not None:
                return _not_awaitable(hook, answer)
        return None

    return run


def teardown(steps: Sequence[Step]) -> Callable[[Any], None]:
    """A plain function that runs every one of *steps*, whichever of them fails.

    A single error is raised as it is, several as an ExceptionGroup, after the last step.
    """

    def run(exc: Any) -> None:
        errors: list[Exception] = []
        for call, hook in steps:
            try:
                _no_coroutine(hook, call(exc))
            except Exception as error:
                errors.append(explained(hook, error))
        _raise_all(steps, errors)

    return run


def teardown_async(steps: Sequence[AsyncStep]) -> Callable[[Any], Awaitable[None]]:
    """The same as a coroutine function, for steps of both colours.

    A cancellation that a hook has outlasted is kept back until the hooks after it have run.
    """

    async def run(exc: Any) -> None:
        errors: list[Exception] = []
        cancelled = False
        for asynchronous, call, hook in steps:
            try:
                _no_coroutine(hook, await call(exc) if asynchronous else call(exc))
            except Outlasted:
                cancelled = True
            except Exception as error:
                errors.append(explained(hook, error))
        if cancelled:
            # Raised here it would be one error of the teardown, or keep the host from its rest.
            cancel_from_here_on()
        _raise_all(steps, errors)

    return run


def report(steps: Sequence[Step], sent: Sent) -> None:
    """Run the *steps* of `after_response`. What one raises is logged: nobody is left to answer."""
    for call, hook in steps:
        try:
            call(sent)
        except Exception as error:
            log_failure(hook, error)


async def report_async(steps: Sequence[AsyncStep], sent: Sent) -> None:
    """The same for steps of both colours. A cancellation that one has outlasted comes last."""
    cancelled = None
    for asynchronous, call, hook in steps:
        try:
            await call(sent) if asynchronous else call(sent)
        except Outlasted as outlasted:
            cancelled = outlasted
        except Exception as error:
            log_failure(hook, error)
    if cancelled is not None:
        raise cancelled


def guarded(hook: Hook, call: Callable[..., Any], responses: Responses) -> Callable[..., Any]:
    """*call* for on_error="log": what it raises is logged, and the response goes on as it was."""

    def run(*args: Any) -> Any:
        before = _Snapshot(hook, args, responses)
        try:
            return before.checked(call(*args))
        except Exception as error:
            log_failure(hook, error)
            return before.restored()

    return run


def guarded_async(
    hook: Hook, call: Callable[..., Any], responses: Responses
) -> Callable[..., Awaitable[Any]]:
    """The same as a coroutine function."""

    async def run(*args: Any) -> Any:
        before = _Snapshot(hook, args, responses)
        try:
            return before.checked(await call(*args))
        except Exception as error:
            log_failure(hook, error)
            return before.restored()

    return run


def log_failure(hook: Hook, error: Exception) -> None:
    """Log that *hook* raised *error*, with its traceback."""
    logger.error("%s failed", hook.describe(), exc_info=explained(hook, error))


class _Snapshot:
    """What a hook was given, to go on with if it fails half-way through changing it."""

    def __init__(self, hook: Hook, args: tuple[Any, ...], responses: Responses) -> None:
        self.hook = hook
        self.responses = responses
        self.response = args[0] if hook.phase == "after_request" else None
        if self.response is not None:
            self.status = self.response.status
            self.headers = list(self.response.headers)
            self.body = self.response.response

    def checked(self, result: Any) -> Any:
        if self.response is not None:
            return _accepted(self.hook, result, self.responses)
        _no_coroutine(self.hook, result)
        return result

    def restored(self) -> Any:
        if self.response is not None:
            self.response.status = self.status
            self.response.headers[:] = self.headers
            self.response.response = self.body
        return self.response


def _raise_all(steps: Sequence[Step] | Sequence[AsyncStep], errors: list[Exception]) -> None:
    if len(errors) == 1:
        raise errors[0]
    if errors:
        phase = steps[0][-1].phase
        raise ExceptionGroup(f"several {phase} hooks failed", errors)


def _accepted(hook: Hook, result: Any, responses: Responses) -> Any:
    if isinstance(result, responses):
        return result
    _not_awaitable(hook, result)
    if result is None:
        remedy = "End it with `return response`, on every path."
    else:
        remedy = (
            "An after_request hook returns a response: the one it was given, or one made with"
            " current_app.response_class(...)."
        )
    raise HookReturnError(hook, result, remedy)


def _not_awaitable(hook: Hook, result: Any) -> Any:
    _no_coroutine(hook, result)
    if inspect.isawaitable(result):
        raise HookReturnError(hook, result, _RECOLOUR)
    return result


def _no_coroutine(hook: Hook, result: Any) -> None:
    """Refuse the coroutine that a `def` gives which only wraps an `async def`."""
    if inspect.iscoroutine(result):
        result.close()  # or Python would warn that it was never awaited, and of nothing else
        raise HookReturnError(hook, result, _RECOLOUR)


_RECOLOUR = (
    "It is a `def` around an `async def`, such as a decorator's wrapper or a lambda, so its colour"
    " is misread. Make the outer one `async def` and await the inner one."
)
