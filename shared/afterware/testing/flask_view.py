"""Contexts and requests of Quart in the shape that Flask's proxies and helpers look for."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from .loops import run
from .scope import ENVIRON

__all__ = ["FlaskRequest", "FlaskView"]


class FlaskRequest:
    """A request of Quart as a test reads Flask's: what Quart gives to be awaited is there at once.

    :param request: the request of Quart.
    """

    def __init__(self, request: Any) -> None:
        self.__dict__["_request"] = request

    @property
    def environ(self) -> Any:
        """The environ that the test's request was made of."""
        return self._request.scope.get(ENVIRON, {})

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._request, name)
        if inspect.iscoroutine(value):
            return run(value)
        if inspect.iscoroutinefunction(value):
            return functools.wraps(value)(lambda *args, **kwargs: run(value(*args, **kwargs)))
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._request, name, value)

    def __repr__(self) -> str:
        return repr(self._request)


class FlaskView:
    """A context of Quart in the shape that Flask's proxies and helpers look for.

    :param contexts: the live contexts of Quart, the outer one first.
    :param pushed: what pushed them, and pops them.
    """

    def __init__(self, contexts: list[Any], pushed: Any) -> None:
        self._contexts = contexts
        self._pushed = pushed
        self._requests: dict[int, FlaskRequest] = {}

    def __getattr__(self, name: str) -> Any:
        if name == "request":
            request = self._contexts[-1].request
            return self._requests.setdefault(id(request), FlaskRequest(request))
        if name in ("push", "pop"):
            return getattr(self._pushed, name)
        # `flashes` is `_flashes` where Quart has one kind of context, from 0.23 on.
        for context in reversed(self._contexts):
            for each in (name, f"_{name}"):
                if hasattr(type(context), each) or each in vars(context):
                    return getattr(context, each)
        raise AttributeError(f"Quart's context has no {name!r}, which Flask's has")

    def __setattr__(self, name: str, value: Any) -> None:
        if name in ("_contexts", "_pushed", "_requests"):
            super().__setattr__(name, value)
        elif f"_{name}" in vars(self._contexts[-1]):
            setattr(self._contexts[-1], f"_{name}", value)
        else:
            setattr(self._contexts[-1], name, value)
