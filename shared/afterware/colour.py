"""What a function is, decided once, when it is registered: its colour, its arity, its place.

Both hosts decide colour per request with `iscoroutinefunction`, which misreads an object whose
`__call__` is `async def`. Here such an object, a partial of one and a bound method are read right.
A `def` that hands back a coroutine cannot be told from outside; it is caught at its first run.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any

from .errors import HookRegistrationError
from .hook import ARGUMENTS, Hook, OnError, Phase

if sys.version_info >= (3, 12):
    from inspect import iscoroutinefunction as _iscoroutinefunction
else:
    # Before 3.12 only asyncio's sees a function that is marked (python/cpython#122858).
    from asyncio import iscoroutinefunction as _iscoroutinefunction

__all__ = ["is_async", "make_hook", "whereabouts"]


def make_hook(
    phase: Phase,
    function: Callable[..., Any],
    *,
    blocking: bool = False,
    suspends: bool = False,
    shield: bool = False,
    on_error: OnError = "raise",
) -> Hook:
    """Look at *function* once and for all.

    :param phase: when it is to run.
    :param function: any callable: function, method, partial, object with `__call__`.
    :param blocking: it is a `def` that waits on the network, a disk or a lock.
    :param suspends: it is an `async def` that really awaits such a thing.
    :param shield: what it has begun comes to its end though the client leaves.
    :param on_error: "raise" or "log".
    :raises HookRegistrationError: it cannot serve in that phase, or the options do not fit it.
    """
    if not callable(function):
        raise HookRegistrationError(
            f"{phase} takes a function, not {function!r}. Write `@hooks.{phase}` above a def."
        )
    name, file, line = whereabouts(function)
    asynchronous = is_async(function)
    hook = Hook(
        phase, function, asynchronous, blocking, suspends, on_error, name, file, line, shield
    )
    _refuse_wrong_kind(hook)
    _refuse_wrong_options(hook)
    _refuse_wrong_arity(hook)
    return hook


def is_async(function: Callable[..., Any]) -> bool:
    """Whether calling *function* gives a coroutine, as far as its definition tells.

    :param function: any callable; partials are seen through, and so is `__call__`.
    """
    function = _without_partials(function)
    return _iscoroutinefunction(function) or _iscoroutinefunction(_called(function))


def _without_partials(function: Callable[..., Any]) -> Callable[..., Any]:
    while isinstance(function, functools.partial):
        function = function.func
    return function


def _called(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function that runs when *function* is called: itself, or its class's `__call__`."""
    if inspect.isroutine(function) or isinstance(function, type):
        return function
    return type(function).__call__


def whereabouts(function: Callable[..., Any]) -> tuple[str, str, int]:
    """The dotted name of *function*, its file and its line, as `Hook` tells them.

    :param function: any callable; partials and wrappers that name what they wrap are seen through.
    """
    inner = _without_partials(function)
    if inspect.isroutine(inner) or isinstance(inner, type):
        named: Any = inner
    else:
        named = type(inner)
    name = f"{named.__module__}.{named.__qualname__}"
    # A decorated function is known by the one that was written, which functools.wraps keeps.
    code = getattr(inspect.unwrap(_called(inner)), "__code__", None)
    if code is None:
        return name, "", 0
    return name, code.co_filename, code.co_firstlineno


def _refuse_wrong_kind(hook: Hook) -> None:
    inner = _without_partials(hook.function)
    if isinstance(inner, type):
        raise HookRegistrationError(
            f"{hook.describe()} is a class. Register an instance of it,"
            f" or hand the instance to `hooks.add()` if its methods are named after phases."
        )
    for kind in (inner, _called(inner)):
        if inspect.isgeneratorfunction(kind) or inspect.isasyncgenfunction(kind):
            raise HookRegistrationError(
                f"{hook.describe()} is a generator: it has `yield` in it, so calling it runs"
                " nothing. Split it into a before_request and a teardown_request hook."
            )


def _refuse_wrong_options(hook: Hook) -> None:
    if hook.on_error not in ("raise", "log"):
        raise HookRegistrationError(
            f"{hook.describe()} has on_error={hook.on_error!r}. Choose 'raise' or 'log'."
        )
    if hook.blocking and hook.is_async:
        raise HookRegistrationError(
            f"{hook.describe()} is `async def` and has blocking=True, which is for a `def`."
            " If it awaits the network or a disk, say suspends=True instead."
        )
    if hook.suspends and not hook.is_async:
        raise HookRegistrationError(
            f"{hook.describe()} is a `def` and has suspends=True, which is for an `async def`."
            " If it waits on the network, a disk or a lock, say blocking=True instead."
        )


def _refuse_wrong_arity(hook: Hook) -> None:
    expected = ARGUMENTS[hook.phase]
    code = getattr(hook.function, "__code__", None)
    # The common case needs no signature object, which is dear where hooks are made per request.
    if (
        inspect.isfunction(hook.function)
        and code is not None
        and code.co_argcount == len(expected)
        and code.co_kwonlyargcount == 0
        and not hasattr(hook.function, "__wrapped__")
    ):
        return
    try:
        signature = inspect.signature(hook.function)
    except (TypeError, ValueError):
        return  # written in C, with no signature to hold it against
    try:
        signature.bind(*expected)
    except TypeError:
        takes = f"takes {signature}"
        wanted = f"({', '.join(expected)})"
        raise HookRegistrationError(
            f"{hook.describe()} {takes}, but a {hook.phase} hook is called with {wanted}."
            f" Define it as `def {_bare(hook.name)}{wanted}`; what else it needs,"
            " bind with functools.partial or a class."
        ) from None


def _bare(name: str) -> str:
    last = name.rsplit(".", 1)[-1]
    return last if last.isidentifier() else "hook"
