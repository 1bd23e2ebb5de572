"""What the tests of ready-made hooks share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from afterware import Hooks


@pytest.fixture
def bind() -> Callable[..., Hooks]:
    """Bind ready-made hooks to a host's app."""

    def bind(host: Any, *objects: object) -> Hooks:
        hooks = Hooks()
        hooks.add(*objects)
        hooks.init_app(host.app)
        return hooks

    return bind
