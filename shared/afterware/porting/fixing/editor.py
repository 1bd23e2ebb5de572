"""The editor: writes the edits of one hook into its code, with libcst, which keeps formatting."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeVar

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

if TYPE_CHECKING:
    from ..judging.rewriting import Replacement, Target
    from .grouping import Membership
    from .names import Names
    from .plan import HookPlan

__all__ = ["edited"]

# Line, column, and how many attributes, calls and subscripts stand between it and its first name:
# `response.data` and `response.data.decode()` begin at one place.
_Position = tuple[int, int, int]


def edited(
    parsed: cst.Module,
    first_line: int,
    lines: list[str],
    plan: HookPlan,
    to: Target,
    names: Names,
    group: Membership | None,
) -> cst.Module:
    """A piece of a file with the hook in it rewritten.

    :param first_line: the line of the file that the piece begins with, from one.
    :param lines: the lines of the piece.
    :param group: the set that the hook is put into, if it is.
    """
    editor = _Editor(first_line, lines, plan, to, names, group)
    return MetadataWrapper(parsed, unsafe_skip_copy=True).visit(editor)


class _Editor(cst.CSTTransformer):
    """Makes the edits of a plan, found by their positions."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(
        self,
        first_line: int,
        lines: list[str],
        plan: HookPlan,
        to: Target,
        names: Names,
        group: Membership | None,
    ) -> None:
        super().__init__()
        self.first_line = first_line
        self.lines = lines
        self.plan = plan
        self.to = to
        self.names = names
        self.group = group
        self.edits = {self._position(edit.node): edit for edit in plan.edits}

    # Positions

    def _position(self, node: ast.expr) -> _Position:
        """The position of an expression of the syntax tree, whose columns count bytes."""
        line = node.lineno - self.first_line + 1
        text = self.lines[line - 1].encode("utf-8", "surrogatepass")[: node.col_offset]
        return line, len(text.decode("utf-8", "surrogatepass")), _depth(node)

    def _position_of(self, node: cst.BaseExpression) -> _Position:
        """The same of an expression that is edited, whose parentheses count as its own."""
        first = node
        while first.lpar and isinstance(first, (cst.Attribute, cst.Call)):
            first = first.value if isinstance(first, cst.Attribute) else first.func
        start = self.get_metadata(PositionProvider, first).start
        return start.line, start.column, _depth_of(node)

    def _is_hook(self, node: cst.FunctionDef) -> bool:
        start = self.get_metadata(PositionProvider, node.asynchronous or node.name).start
        return start.line + self.first_line - 1 == self.plan.function.line

    # Functions

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.FlattenSentinel[cst.BaseStatement]:
        if not self._is_hook(original_node):
            return updated_node
        node = updated_node
        if self.plan.recolour:
            node = node.with_changes(asynchronous=cst.Asynchronous())
        if self.to == "quart":
            return node
        group = self.group
        decorator = node.decorators[0]
        callee = decorator.decorator
        if group is not None:
            callee = cst.parse_expression(f"{group.name}.after_request")
        if self.plan.options:
            text = cst.Module([]).code_for_node(callee)
            callee = cst.parse_expression(f"{text}({', '.join(self.plan.options)})")
        node = node.with_changes(decorators=[decorator.with_changes(decorator=callee)])
        return self._with_set(node, group) if group is not None and group.first else node

    def _with_set(
        self, node: cst.FunctionDef, group: Membership
    ) -> cst.FlattenSentinel[cst.BaseStatement]:
        """A hook below the set of hooks that it is the first of."""
        made = cst.parse_statement(f'{group.name} = {self.names.hooks_class}(order="reversed")\n')
        bound = cst.parse_statement(f"{group.name}.init_app({group.receiver})\n")
        assert isinstance(made, cst.SimpleStatementLine)
        # The blank lines before the hook stand before its set as well; its comments stay with it.
        above = sum(line.comment is None for line in node.leading_lines)
        blank = [cst.EmptyLine(indent=False)] * min(above, 2)
        made = made.with_changes(leading_lines=blank)
        if not node.leading_lines:
            node = node.with_changes(leading_lines=[cst.EmptyLine(indent=False)])
        return cst.FlattenSentinel([made, bound, node])

    # Expressions

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        return self._edited(original_node, updated_node)

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        return self._edited(original_node, updated_node)

    def _edited(
        self, original: cst.Call | cst.Attribute, updated: cst.Call | cst.Attribute
    ) -> cst.BaseExpression:
        edit = self.edits.get(self._position_of(original)) if self.edits else None
        if edit is None:
            return updated
        return cst.parse_expression(self._filled(edit.text, updated))

    def _filled(self, text: str, node: cst.Call | cst.Attribute) -> str:
        """The text of a replacement with what was there in it."""
        attribute = node.func if isinstance(node, cst.Call) else node
        code = cst.Module([]).code_for_node
        return text.format(
            body=self.names.body,
            awaited=self.names.awaited,
            itself=code(node),
            receiver=code(attribute.value) if isinstance(attribute, cst.Attribute) else "",
            passed=_passed(node) if isinstance(node, cst.Call) else "",
        )

    # Statements

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return _plain(original_node, updated_node)

    def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign:
        return _plain(original_node, updated_node)

    def leave_Expr(self, original_node: cst.Expr, updated_node: cst.Expr) -> cst.Expr:
        return _plain(original_node, updated_node)

    def leave_Return(self, original_node: cst.Return, updated_node: cst.Return) -> cst.Return:
        return _plain(original_node, updated_node)

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement]:
        edit = self._edit_then(original_node)
        if edit is None:
            return updated_node
        assert isinstance(original_node.body[0], cst.Return)
        changed = updated_node.body[0]
        assert isinstance(changed, cst.Return)
        assert changed.value is not None
        first = updated_node.with_changes(
            body=[cst.Expr(_without_parentheses(changed.value))],
            trailing_whitespace=cst.TrailingWhitespace(),
        )
        call = original_node.body[0].value
        assert isinstance(call, cst.Call)
        then = cst.parse_statement(self._filled(edit.then, call))
        assert isinstance(then, cst.SimpleStatementLine)
        then = then.with_changes(trailing_whitespace=updated_node.trailing_whitespace)
        return cst.FlattenSentinel([first, then])

    def _edit_then(self, node: cst.SimpleStatementLine) -> Replacement | None:
        """The edit of a `return` that becomes two statements."""
        statement = node.body[0]
        if len(node.body) != 1 or not isinstance(statement, cst.Return):
            return None
        if not isinstance(statement.value, cst.Call):
            return None
        edit = self.edits.get(self._position_of(statement.value))
        return edit if edit is not None and edit.then else None


def _depth(node: ast.expr) -> int:
    depth = 0
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript)):
        node = node.func if isinstance(node, ast.Call) else node.value
        depth += 1
    return depth


def _depth_of(node: cst.BaseExpression) -> int:
    depth = 0
    while isinstance(node, (cst.Attribute, cst.Call, cst.Subscript)):
        node = node.func if isinstance(node, cst.Call) else node.value
        depth += 1
    return depth


def _passed(call: cst.Call) -> str:
    """The arguments of a call, each after a comma."""
    plain = [each.with_changes(comma=cst.MaybeSentinel.DEFAULT) for each in call.args]
    return "".join(f", {cst.Module([]).code_for_node(each)}" for each in plain)


_HasValue = TypeVar("_HasValue", cst.Arg, cst.Assign, cst.Expr, cst.Return)


def _plain(original: _HasValue, updated: _HasValue) -> _HasValue:
    """Without the parentheses of an await that stands alone."""
    if isinstance(updated.value, cst.Await) and not isinstance(original.value, cst.Await):
        return updated.with_changes(value=_without_parentheses(updated.value))
    return updated


def _without_parentheses(node: cst.BaseExpression) -> cst.BaseExpression:
    return node.with_changes(lpar=[], rpar=[]) if isinstance(node, cst.Await) else node
