"""Write an after_request hook once; run it on Flask and on Quart at native cost."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import body, helpers, received
    from .context import current_app, g, request, session
    from .contract import (
        HookObject,
        SupportsAfterRequest,
        SupportsAfterResponse,
        SupportsAround,
        SupportsBeforeRequest,
        SupportsInitApp,
        SupportsSurround,
        SupportsTeardownAppcontext,
        SupportsTeardownRequest,
    )
    from .errors import (
        AfterwareError,
        BodyStreamedError,
        HookConfigurationError,
        HookContextError,
        HookError,
        HookNotAdoptedWarning,
        HookRegistrationError,
        HookReturnError,
        HookStopIterationError,
        HookSuspendedError,
        HookTooLateError,
        SideBySideError,
        UnknownHostError,
    )
    from .hook import Hook
    from .hosts import after_this_request
    from .registry import Hooks
    from .sent import Sent
    from .side_by_side import SideBySide
else:
    # Each is imported when it is first asked for (PEP 562): both hosts' command lines load the
    # plug-ins of this package at every start, and those need none of it.
    _HOMES = {
        "AfterwareError": "errors",
        "BodyStreamedError": "errors",
        "Hook": "hook",
        "HookConfigurationError": "errors",
        "HookContextError": "errors",
        "HookError": "errors",
        "HookNotAdoptedWarning": "errors",
        "HookObject": "contract",
        "HookRegistrationError": "errors",
        "HookReturnError": "errors",
        "HookStopIterationError": "errors",
        "HookSuspendedError": "errors",
        "HookTooLateError": "errors",
        "Hooks": "registry",
        "Sent": "sent",
        "SideBySide": "side_by_side",
        "SideBySideError": "errors",
        "SupportsAfterRequest": "contract",
        "SupportsAfterResponse": "contract",
        "SupportsAround": "contract",
        "SupportsBeforeRequest": "contract",
        "SupportsInitApp": "contract",
        "SupportsSurround": "contract",
        "SupportsTeardownAppcontext": "contract",
        "SupportsTeardownRequest": "contract",
        "UnknownHostError": "errors",
        "after_this_request": "hosts",
        "body": None,
        "current_app": "context",
        "g": "context",
        "helpers": None,
        "received": None,
        "request": "context",
        "session": "context",
    }

    def __getattr__(name):
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        home = _HOMES[name]
        value = _import_module(f".{home or name}", __name__)
        if home is not None:
            value = getattr(value, name)
        globals()[name] = value
        return value

    def __dir__():
        return sorted({*globals(), *_HOMES})


__all__ = [
    "AfterwareError",
    "BodyStreamedError",
    "Hook",
    "HookConfigurationError",
    "HookContextError",
    "HookError",
    "HookNotAdoptedWarning",
    "HookObject",
    "HookRegistrationError",
    "HookReturnError",
    "HookStopIterationError",
    "HookSuspendedError",
    "HookTooLateError",
    "Hooks",
    "Sent",
    "SideBySide",
    "SideBySideError",
    "SupportsAfterRequest",
    "SupportsAfterResponse",
    "SupportsAround",
    "SupportsBeforeRequest",
    "SupportsInitApp",
    "SupportsSurround",
    "SupportsTeardownAppcontext",
    "SupportsTeardownRequest",
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
