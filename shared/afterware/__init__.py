"""Write an after_request hook once; run it on Flask and on Quart at native cost."""

from . import body, helpers, received
from .context import current_app, g, request, session
from .errors import (
    AfterwareError,
    BodyStreamedError,
    HookConfigurationError,
    HookError,
    HookRegistrationError,
    HookReturnError,
    HookStopIterationError,
    HookSuspendedError,
    HookTooLateError,
    UnknownHostError,
)
from .registry import Hooks
from .sent import Sent
from .this_request import after_this_request

__all__ = [
    "AfterwareError",
    "BodyStreamedError",
    "HookConfigurationError",
    "HookError",
    "HookRegistrationError",
    "HookReturnError",
    "HookStopIterationError",
    "HookSuspendedError",
    "HookTooLateError",
    "Hooks",
    "Sent",
    "UnknownHostError",
    "after_this_request",
    "body",
    "current_app",
    "g",
    "helpers",
    "received",
    "request",
    "session",
]
