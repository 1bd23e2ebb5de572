"""Grouping: which hooks of a module share one set of hooks, so that their order stays."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..tree.index import Module
    from .plan import HookPlan

__all__ = ["Membership", "grouped"]

_REGISTERING = frozenset({"after_request", "after_request_funcs", "register_blueprint"})
_DOES_NOTHING = ("print", "log.", "logger.", "logging.", "warnings.")
_BLOCKS = ("body", "orelse", "finalbody")


@dataclass(frozen=True, slots=True)
class Membership:
    """The set of hooks that a hook is put into.

    :param name: the name of the set.
    :param first: whether the hook is the first of it, above which the set is made.
    :param receiver: the app or blueprint that the set is bound to, as the code has it.
    """

    name: str
    first: bool
    receiver: str


def grouped(
    plans: list[HookPlan], module: Module, new_name: Callable[[], str]
) -> dict[int, Membership]:
    """For each hook, by the line of its function, the set that it is put into.

    :param new_name: gives a name for one more set.
    """
    found: dict[int, Membership] = {}
    last: dict[tuple[int, str], tuple[ast.stmt, str]] = {}
    blocks = _blocks(module.node)
    for plan in sorted(plans, key=lambda each: each.hook.line):
        if plan.hook.registered == "this-request":
            continue
        decorator = plan.function.decorators[0]
        assert isinstance(decorator, ast.Attribute)
        receiver = ast.unparse(decorator.value)
        node = plan.function.node
        assert isinstance(node, ast.stmt)
        block = blocks.get(id(node), [])
        previous = last.get((id(block), receiver))
        name = ""
        if previous is not None and not _order_matters(block, previous[0], node, receiver):
            name = previous[1]
        found[node.lineno] = Membership(name or new_name(), not name, receiver)
        last[id(block), receiver] = (node, found[node.lineno].name)
    return found


def _blocks(top: ast.AST) -> dict[int, Sequence[ast.stmt]]:
    """The block that each statement stands in, by the id of the statement."""
    found: dict[int, Sequence[ast.stmt]] = {}
    for node in ast.walk(top):
        for name in _BLOCKS:
            block = getattr(node, name, None)
            if isinstance(block, list):
                found.update((id(statement), block) for statement in block)
    return found


def _order_matters(
    block: Sequence[ast.stmt], first: ast.stmt, second: ast.stmt, receiver: str
) -> bool:
    """Whether something between two hooks may register on the same app or blueprint."""
    places = {id(statement): index for index, statement in enumerate(block)}
    if id(first) not in places or id(second) not in places:
        return True
    between = block[places[id(first)] + 1 : places[id(second)]]
    return any(_may_register(statement, receiver) for statement in between)


def _may_register(node: ast.AST, receiver: str) -> bool:
    """Whether a statement may register a hook on an app or blueprint when it is run."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        # Only its decorators run now; its body when somebody calls it.
        return any(_may_register(each, receiver) for each in getattr(node, "decorator_list", ()))
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        # What is called for nothing that it gives is called for what it does.
        if not ast.unparse(node.value.func).startswith((f"{receiver}.", *_DOES_NOTHING)):
            return True
    if isinstance(node, ast.Call):
        passed = [*node.args, *(keyword.value for keyword in node.keywords)]
        if any(ast.unparse(each) == receiver for each in passed):
            return True
    if isinstance(node, ast.Attribute) and node.attr in _REGISTERING:
        if ast.unparse(node.value) == receiver:
            return True
    return any(_may_register(each, receiver) for each in ast.iter_child_nodes(node))
