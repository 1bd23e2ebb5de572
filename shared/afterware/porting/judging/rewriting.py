"""Rewriting: how the code of a finding is written instead, as the rules say it.

A rule sees the syntax tree and says what stands in place of an expression; `fixing` writes it.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Literal

__all__ = ["Replacement", "Target", "Unsure", "Use"]

# What is written: hooks that run on both hosts, or native ones of Quart.
Target = Literal["afterware", "quart"]


class Unsure(Exception):  # noqa: N818 - a reason, not a failure
    """Why something is not rewritten."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """What is written in place of an expression.

    In the text `{itself}` is the expression as it was, `{receiver}` what its attribute is read of,
    `{passed}` the arguments of its call, each after a comma. `{body}` is the name of Afterware's
    module of that name, `{awaited}` that of a function which awaits what may be a coroutine.

    :param node: the expression.
    :param then: a statement that follows the one that it is in, which returns it.
    """

    node: ast.expr
    text: str
    then: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """The code of a finding, in the function that is rewritten.

    :param node: the code: the attribute that is read, or the call.
    :param above: the nodes around it, from the nearest.
    """

    node: ast.AST
    above: tuple[ast.AST, ...]

    @property
    def attribute(self) -> ast.Attribute:
        """The attribute that is read.

        :raises Unsure: it is read in another way, or of more than a name.
        """
        if not isinstance(self.node, ast.Attribute):
            raise Unsure("it reads by getattr")
        if not isinstance(self.node.value, ast.Name):
            raise Unsure("what it reads is more than a name")
        return self.node

    @property
    def method_call(self) -> ast.Call:
        """The call of the attribute that is read.

        :raises Unsure: it is not called.
        """
        attribute = self.attribute
        parent = self.above[0] if self.above else None
        if isinstance(parent, ast.Call) and parent.func is attribute:
            return parent
        raise Unsure("it hands the method itself on")

    @property
    def around_call(self) -> ast.AST | None:
        """What the call of the attribute stands in."""
        return self.above[1] if len(self.above) > 1 else None

    @property
    def call(self) -> ast.Call:
        """The call.

        :raises Unsure: it is none.
        """
        if not isinstance(self.node, ast.Call):
            raise Unsure("it is used in another way than by a call")
        return self.node
