"""Entries: the functions that a host calls, each in a role, and where they are registered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ..meaning.evaluate import Arguments
from ..meaning.values import Value, one
from .atoms import HostObject

if TYPE_CHECKING:
    import ast

    from ..tree.index import Function, Module

__all__ = ["PHASES", "WAYS", "Entry", "Registration", "Role", "Ways"]


class Role(StrEnum):
    """What a host calls a function for."""

    BEFORE_REQUEST = "before-request"
    AFTER_REQUEST = "after-request"
    TEARDOWN_REQUEST = "teardown-request"
    TEARDOWN_APPCONTEXT = "teardown-appcontext"
    AFTER_RESPONSE = "after-response"
    VIEW = "view"
    ERROR_HANDLER = "error-handler"
    CONTEXT_PROCESSOR = "context-processor"
    URL_VALUE_PREPROCESSOR = "url-value-preprocessor"
    URL_DEFAULTS = "url-defaults"
    TEMPLATE_FILTER = "template-filter"
    TEMPLATE_TEST = "template-test"
    TEMPLATE_GLOBAL = "template-global"
    CLI_COMMAND = "cli-command"
    SHELL_CONTEXT_PROCESSOR = "shell-context-processor"
    SIGNAL_RECEIVER = "signal-receiver"
    TEST = "test"
    FIXTURE = "fixture"


# A hook is an entry whose role is one of these.
PHASES = frozenset(
    {
        Role.BEFORE_REQUEST,
        Role.AFTER_REQUEST,
        Role.TEARDOWN_REQUEST,
        Role.TEARDOWN_APPCONTEXT,
        Role.AFTER_RESPONSE,
    }
)


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways in which functions of one role are registered.

    :param methods: the methods that register, each with its word in the report; an empty word
        says that it depends on how the method is used.
    :param lists: the attributes of an app that hold the registered functions.
    :param overrides: the methods of an app that a subclass may override instead.
    :param passes: the kinds of the host's objects that the host calls the function with.
    """

    methods: Mapping[str, str]
    lists: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()


# The roles that are looked for.
WAYS: dict[Role, Ways] = {
    Role.AFTER_REQUEST: Ways(
        {
            "after_request": "",
            "after_app_request": "app-from-blueprint",
            "after_this_request": "this-request",
        },
        lists=("after_request_funcs",),
        overrides=("process_response",),
        passes=("response",),
    ),
    Role.AFTER_RESPONSE: Ways({"call_on_close": "call-on-close"}),
}


@dataclass(frozen=True, slots=True)
class Registration:
    """One place that registers something.

    :param call: the expression that registers, for its line.
    :param word: how, in the words of the report.
    :param value: what is registered.
    :param function: the function that is decorated, where that is how.
    :param unsure: whether looking at it led further than is followed.
    """

    module: Module
    call: ast.AST
    role: Role
    word: str
    value: Value
    function: Function | None = None
    unsure: bool = False

    @property
    def line(self) -> int:
        """The line of the expression, from one."""
        return getattr(self.call, "lineno", 1)

    @property
    def place(self) -> tuple[int, int]:
        """The line and the column of the expression, to sort by."""
        return getattr(self.call, "lineno", 0), getattr(self.call, "col_offset", 0)


@dataclass(slots=True, eq=False)
class Entry:
    """A function that a host calls.

    :param role: what for.
    :param function: its code; None where that is not in the tree.
    :param value: what is called: the function with its decorators and what is bound.
    :param module: the file that it is in, or that registers it.
    :param registered: how it was registered, in the words of the report.
    :param unsure: whether looking for it led further than is followed: it may run more.
    """

    role: Role
    function: Function | None
    value: Value
    module: Module
    line: int
    name: str
    registered: str
    registration: Registration
    unsure: bool = False

    @property
    def node(self) -> ast.AST:
        """The function's code, or what registers it where that is not in the tree."""
        return self.function.node if self.function is not None else self.registration.call

    @property
    def arguments(self) -> Arguments:
        """What the host calls it with."""
        ways = WAYS.get(self.role)
        return Arguments([one(HostObject(kind)) for kind in ways.passes] if ways else [])
