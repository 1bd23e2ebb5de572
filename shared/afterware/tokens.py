"""Where the tokens of ContextVars hold.

`var.reset(token)` wants the very context in which `var.set(...)` was called, and no copy of it. On
Flask a thread serves all of a request in one context. On Quart a task does, and after_response
comes when that task is over: here its context is kept, so that a token of before_request or of a
view can be handed back in after_response.

A context is entered only by tasks of the loop that owns it, one after the other, and never by
another thread: what is entered twice at once raises, and the request would hang.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine, Generator
from contextvars import Context, copy_context
from types import TracebackType
from typing import Any, NoReturn, TypeVar, cast

from .errors import HookContextError
from .hook import Hook

__all__ = ["HOME", "Home", "at_home", "current_context", "explained", "raise_explained"]

T = TypeVar("T")

# Where, in the ASGI scope, the home of a request is found.
HOME = "afterware.home"


class Home:
    """The context in which a request is served, for what comes after it.

    :param context: that context; None until the app has begun with the request.
    """

    __slots__ = ("context",)

    def __init__(self) -> None:
        self.context: Context | None = None


async def at_home(home: Home, coroutine: Coroutine[Any, Any, T]) -> T:
    """What *coroutine* gives, which serves a request; *home* learns of its context.

    :param coroutine: it must not have been started.
    """
    if sys.version_info >= (3, 12):
        home.context = current_context()
        return await coroutine
    home.context = copy_context()
    return cast("T", await InContext(coroutine, home.context))


def current_context() -> Context:
    """The context of the running task; before Python 3.12, where none can tell, a copy of it."""
    if sys.version_info >= (3, 12):
        task = asyncio.current_task()
        if task is not None:
            return task.get_context()
    return copy_context()


class InContext:
    """Awaits a coroutine in the running task, and in a context that is not the task's own.

    :param coroutine: it must not have been started.
    :param context: each step of the coroutine is run in it.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, T], context: Context) -> None:
        self._coroutine = coroutine
        self._context = context

    def __await__(self) -> Generator[Any, Any, Any]:
        run, coroutine = self._context.run, self._coroutine
        try:
            awaited = run(coroutine.send, None)
            while True:
                try:
                    sent = yield awaited
                except BaseException as error:
                    # A cancellation, or the closing of this generator: for the coroutine to know.
                    awaited = run(coroutine.throw, error)
                else:
                    awaited = run(coroutine.send, sent)
        except StopIteration as stop:
            return stop.value


# In whose words Python says that a token is of another context.
_FOREIGN = "was created in a different Context"


def explained(hook: Hook, error: Exception) -> Exception:
    """*error* itself, or what it means where *hook* handed back a token of another context."""
    if not (isinstance(error, ValueError) and _FOREIGN in str(error)):
        return error
    said = [name for name in ("blocking", "suspends", "shield") if getattr(hook, name)]
    if said:
        option = f"{said[0]}=True"
        remedy = (
            f"With {option} it runs in a copy of the request's context, so the tokens of other"
            f" hooks and of views do not hold in it. Reset the variable in a hook without {option},"
            " or set it to the value that it had."
        )
    else:
        remedy = (
            "The token was made where a copy of the request's context was in use: in a hook with"
            " blocking=True, suspends=True or shield=True, in a `def` that Quart ran in a worker"
            " thread, or in a task. Set the variable in the request itself, or set it to the value"
            " that it had instead of resetting it."
        )
    explanation = HookContextError(hook, f"reset a ContextVar{_place(error)} by a token", remedy)
    explanation.__cause__ = error
    return explanation


def raise_explained(hook: Hook, error: Exception) -> NoReturn:
    """Raise what `explained` gives, from where *error* is handled."""
    explanation = explained(hook, error)
    if explanation is error:
        raise error.with_traceback(error.__traceback__)
    raise explanation from error


def _place(error: BaseException) -> str:
    traceback: TracebackType | None = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return ""
    code = traceback.tb_frame.f_code
    return f" in {code.co_qualname} ({code.co_filename}:{traceback.tb_lineno})"
