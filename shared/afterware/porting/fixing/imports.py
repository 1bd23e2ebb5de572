"""Imports: what a rewritten module comes to import, and what it no longer takes from Flask."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import libcst as cst

from ..flask.host import PROXIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .names import Names

__all__ = ["last_line_of_imports", "with_afterware", "with_awaited"]

_WIDE = 70  # columns of imported names, above which each has a line
_AWAITED = '''
async def {name}(value):
    """Quart's error responses are Werkzeug's, whose methods are no coroutines."""
    return await value if {inspect}.isawaitable(value) else value
'''


def last_line_of_imports(tree: ast.Module) -> int:
    """The last line of a module that its imports are on, or where one would be put."""
    last, seen = 0, False
    for number, statement in enumerate(tree.body):
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            seen = True
        elif not _takes_from_flask(statement):
            if seen or not (number == 0 and _is_text(statement)):
                continue
        last = statement.end_lineno or statement.lineno
    if not last and tree.body:  # after what is above the first statement
        first = tree.body[0]
        decorators = getattr(first, "decorator_list", [])
        last = min([first.lineno, *(each.lineno for each in decorators)]) - 1
    # Whole statements: more than one may stand on a line.
    for statement in tree.body:
        if statement.lineno <= last:
            last = max(last, statement.end_lineno or 0)
    return last


def _takes_from_flask(statement: ast.stmt) -> bool:
    """Whether a statement that is no function takes something from Flask."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    return any(
        isinstance(each, ast.ImportFrom) and each.module == "flask" for each in ast.walk(statement)
    )


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def with_awaited(module: cst.Module, names: Names) -> cst.Module:
    """The module with a function that awaits what may be a coroutine."""
    inspect = "_inspect" if "inspect" in names.taken else "inspect"
    line = "import inspect\n" if inspect == "inspect" else f"import inspect as {inspect}\n"
    module = _after_imports(module, [line])
    (helper,) = cst.parse_module(_AWAITED.format(name=names.awaited, inspect=inspect)).body
    blank = [cst.EmptyLine(indent=False)] * 2
    return _after_imports(module, [], [helper.with_changes(leading_lines=blank)])


def with_afterware(module: cst.Module, wanted: dict[str, str], *, this_request: bool) -> cst.Module:
    """The module with names of Afterware's, and with its proxies in place of Flask's.

    :param wanted: what is imported, each with the name that it is given.
    :param this_request: whether `after_this_request` is Afterware's as well.
    """
    taker = _TakesFromFlask({*PROXIES, "after_this_request"} if this_request else {*PROXIES})
    module = module.visit(taker)
    imported = sorted({*wanted.items(), *taker.taken})
    if not imported:
        return module
    spelled = ", ".join(name if name == alias else f"{name} as {alias}" for name, alias in imported)
    if len(spelled) > _WIDE:
        spelled = "(\n    " + ",\n    ".join(spelled.split(", ")) + ",\n)"
    return _after_imports(module, [f"from afterware import {spelled}\n"])


class _TakesFromFlask(cst.CSTTransformer):
    """Takes names out of `from flask import ...`.

    :param names: which.
    """

    def __init__(self, names: set[str]) -> None:
        super().__init__()
        self.names = names
        self.taken: list[tuple[str, str]] = []

    def visit_FunctionDef(self, _: cst.FunctionDef) -> bool:
        return False

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom | cst.RemovalSentinel:
        if isinstance(updated_node.names, cst.ImportStar):
            return updated_node
        if not isinstance(original_node.module, cst.Name) or original_node.module.value != "flask":
            return updated_node
        kept = []
        for alias in updated_node.names:
            name = alias.name.value if isinstance(alias.name, cst.Name) else ""
            if name in self.names:
                other = name
                if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
                    other = alias.asname.name.value
                self.taken.append((name, other))
            else:
                kept.append(alias)
        if len(kept) == len(updated_node.names):
            return updated_node
        if not kept:
            return cst.RemoveFromParent()
        if updated_node.lpar is None:
            kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return updated_node.with_changes(names=kept)


def _after_imports(
    module: cst.Module,
    lines: list[str],
    statements: Sequence[cst.BaseStatement | cst.SimpleStatementLine] = (),
) -> cst.Module:
    """The module with statements after its last import at the top."""
    body: list[cst.BaseStatement | cst.SimpleStatementLine] = list(module.body)
    last = -1
    for index, statement in enumerate(body):
        if isinstance(statement, cst.SimpleStatementLine) and isinstance(
            statement.body[0], (cst.Import, cst.ImportFrom)
        ):
            last = index
        elif last >= 0 or not _is_docstring(statement):
            if last >= 0 and not isinstance(statement, cst.If | cst.Try):
                break
            if last < 0:
                break
    if last < 0 and body and _is_docstring(body[0]):
        last = 0
    added = [cst.parse_statement(line) for line in lines]
    body[last + 1 : last + 1] = [*added, *statements]
    return module.with_changes(body=body)


def _is_docstring(statement: cst.BaseStatement | cst.SimpleStatementLine) -> bool:
    return (
        isinstance(statement, cst.SimpleStatementLine)
        and isinstance(statement.body[0], cst.Expr)
        and isinstance(statement.body[0].value, cst.SimpleString)
    )
