"""The hooks of a scenario, by how they are called and what they do.

A native hook works on the body as the host's documentation says: `get_data` and `set_data`. That
reading is awaited on Quart, and not on Flask even in an `async def`. A portable hook uses
`afterware.body` on both.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from afterware import body

from .scenarios import HEADER, Scenario
from .work import digest, lengthened

__all__ = ["Hook", "make_hooks"]

Hook: TypeAlias = Callable[[Any], Any] | Callable[[Any], Awaitable[Any]]


def make_hooks(scenario: Scenario) -> list[Hook]:
    """New functions that take a response and return it, one for each hook of *scenario*.

    :param scenario: what is measured; a native or a portable style.
    """
    asynchronous = scenario.way.endswith("-async")
    if scenario.work == HEADER:
        set_header = _set_header_async if asynchronous else _set_header
        return [set_header(name, value) for name, value in scenario.headers.items()]
    if scenario.way == "portable-async":
        read, rewrite = _read_portably, _rewrite_portably
    elif scenario.host == "quart":
        read, rewrite = _read_on_quart, _rewrite_on_quart
    elif asynchronous:
        read, rewrite = _read_on_flask_async, _rewrite_on_flask_async
    else:
        read, rewrite = _read_on_flask, _rewrite_on_flask
    if scenario.work == "read":
        return [read(name) for name in scenario.header_names]
    return [rewrite() for _ in range(scenario.hooks)]


def _set_header(name: str, value: str) -> Hook:
    def hook(response: Any) -> Any:
        response.headers[name] = value
        return response

    return hook


def _set_header_async(name: str, value: str) -> Hook:
    async def hook(response: Any) -> Any:
        response.headers[name] = value
        return response

    return hook


def _read_on_flask(name: str) -> Hook:
    def hook(response: Any) -> Any:
        response.headers[name] = digest(response.get_data())
        return response

    return hook


def _read_on_flask_async(name: str) -> Hook:
    async def hook(response: Any) -> Any:
        response.headers[name] = digest(response.get_data())
        return response

    return hook


def _read_on_quart(name: str) -> Hook:
    async def hook(response: Any) -> Any:
        response.headers[name] = digest(await response.get_data(as_text=False))
        return response

    return hook


def _read_portably(name: str) -> Hook:
    async def hook(response: Any) -> Any:
        response.headers[name] = digest(await body.read(response))
        return response

    return hook


def _rewrite_on_flask() -> Hook:
    def hook(response: Any) -> Any:
        response.set_data(lengthened(response.get_data()))
        return response

    return hook


def _rewrite_on_flask_async() -> Hook:
    async def hook(response: Any) -> Any:
        response.set_data(lengthened(response.get_data()))
        return response

    return hook


def _rewrite_on_quart() -> Hook:
    async def hook(response: Any) -> Any:
        response.set_data(lengthened(await response.get_data(as_text=False)))
        return response

    return hook


def _rewrite_portably() -> Hook:
    async def hook(response: Any) -> Any:
        body.replace(response, lengthened(await body.read(response)))
        return response

    return hook
