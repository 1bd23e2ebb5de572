"""Plain functions that a test puts in the place of asynchronous ones can be awaited.

`monkeypatch.setattr("app.db.init_db", fake)` was written when `init_db` was plain. After the port
it is `async def`, and the app awaits what it calls. (`mock.patch` makes an AsyncMock by itself.)
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest

__all__ = ["fakes_awaitable"]

_MISSING: Any = object()


@contextmanager
def fakes_awaitable() -> Iterator[None]:
    """While this lasts, monkeypatch.setattr makes a plain function async where it replaces one."""
    plain = pytest.MonkeyPatch.setattr

    @functools.wraps(plain)
    def setattr_(self: Any, target: Any, name: Any, *args: Any, **kwargs: Any) -> None:
        # Either (object, "name", value) or ("dotted.name", value).
        values = [*args, kwargs.pop("value", _MISSING)]
        value = values[0]
        if value is _MISSING:
            plain(self, target, _as_before(_found(target), name), **kwargs)
        else:
            # Plugins that run asynchronous tests replace the function of a test in this way.
            if not isinstance(target, pytest.Item):
                value = _as_before(getattr(target, name, None), value)
            plain(self, target, name, value, *args[1:], **kwargs)

    pytest.MonkeyPatch.setattr = setattr_  # type: ignore[method-assign]  # put back below
    try:
        yield
    finally:
        pytest.MonkeyPatch.setattr = plain  # type: ignore[method-assign]  # as it was


def _found(dotted: Any) -> Any:
    """What a dotted name stands for, or None."""
    if not isinstance(dotted, str):
        return None
    try:
        return functools.reduce(_step, dotted.split("."), None)
    except (ImportError, AttributeError):
        return None


def _step(found: Any, name: str) -> Any:
    import importlib

    if found is None:
        return importlib.import_module(name)
    try:
        return getattr(found, name)
    except AttributeError:
        return importlib.import_module(f"{found.__name__}.{name}")


def _as_before(replaced: Any, value: Any) -> Any:
    """*value*, to be awaited if what it replaces is."""
    if not inspect.iscoroutinefunction(replaced) or not callable(value):
        return value
    if inspect.iscoroutinefunction(value) or isinstance(value, type):
        return value
    return _awaitable(value)


def _awaitable(function: Callable[..., Any]) -> Callable[..., Any]:
    async def fake(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        return await result if inspect.isawaitable(result) else result

    if isinstance(function, mock.NonCallableMock):
        return fake  # what a mock has in its __dict__ is its own; the test holds the mock
    return functools.update_wrapper(fake, function)
