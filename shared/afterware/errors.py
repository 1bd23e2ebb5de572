"""What can go wrong with a hook. Each error names the hook, its file and line, and the remedy."""

from __future__ import annotations

from typing import Any

from .hook import Hook

__all__ = [
    "AfterwareError",
    "BodyStreamedError",
    "HookConfigurationError",
    "HookContextError",
    "HookError",
    "HookNotAdoptedWarning",
    "HookRegistrationError",
    "HookReturnError",
    "HookStopIterationError",
    "HookSuspendedError",
    "HookTooLateError",
    "SideBySideError",
    "UnknownHostError",
]


class AfterwareError(Exception):
    """The base of every error that Afterware raises itself."""


class HookRegistrationError(AfterwareError, TypeError):
    """A function cannot be a hook as it was registered: wrong arity, colour or option."""


class HookConfigurationError(AfterwareError, ValueError):
    """A ready-made hook was made with an option that it does not have, or cannot work with."""


class HookTooLateError(AfterwareError, RuntimeError):
    """A hook was registered after the app had begun to serve, so some requests missed it."""


class UnknownHostError(AfterwareError, TypeError):
    """`init_app` was given something that is no app or blueprint of Flask or Quart."""


class SideBySideError(AfterwareError, ValueError):
    """Two apps cannot be served on one port as they are."""


class BodyStreamedError(AfterwareError, RuntimeError):
    """A body was to be read that is not held in memory: a stream or a file."""


class HookError(AfterwareError):
    """A hook broke its contract while a request was served.

    :param hook: the hook, with its name, file and line.
    :param problem: what the hook did, as the end of a sentence that begins with its name.
    :param remedy: what to do about it, as a sentence of its own.
    """

    def __init__(self, hook: Hook, problem: str, remedy: str) -> None:
        super().__init__(f"{hook.describe()} {problem}. {remedy}")
        self.hook = hook


class HookNotAdoptedWarning(UserWarning):
    """An extension registered a function past `Hooks.adopt`, which is left to the host."""


class HookReturnError(HookError, TypeError):
    """A hook handed back something that its phase has no use for, `None` above all."""

    def __init__(self, hook: Hook, returned: Any, remedy: str) -> None:
        what = "None" if returned is None else f"{_a_or_an(type(returned).__qualname__)}"
        super().__init__(hook, f"returned {what}", remedy)
        self.returned = returned


class HookSuspendedError(HookError, RuntimeError):
    """An `async def` hook waited for an event loop on Flask, where it is run without one."""


class HookContextError(HookError, ValueError):
    """A hook reset a ContextVar by a token of another context than the one that it runs in."""


class HookStopIterationError(HookError, RuntimeError):
    """A hook in a worker thread raised StopIteration, which no future can carry."""

    def __init__(self, hook: Hook) -> None:
        super().__init__(
            hook,
            "raised StopIteration",
            "Give next() a default, or catch StopIteration in the hook: it cannot leave a thread.",
        )


def _a_or_an(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
