"""Rewrites one module: its hooks, the reads in them, and the imports that they come to need."""

from __future__ import annotations

import ast
import contextlib
from typing import TYPE_CHECKING, TypeVar

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from ..flask.host import PROXIES
from .plan import Left, Plan, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..tree.index import Module

__all__ = ["rewrite_module"]

Place = tuple[int, int]

_REGISTERING = frozenset({"after_request", "after_request_funcs", "register_blueprint"})
_DOES_NOTHING = ("print", "log.", "logger.", "logging.", "warnings.")
_AWAITED = '''
async def {name}(value):
    """Quart's error responses are Werkzeug's, whose methods are no coroutines."""
    return await value if {inspect}.isawaitable(value) else value
'''


def rewrite_module(
    parsed: cst.Module, module: Module, plans: list[Plan], to: Target
) -> tuple[cst.Module, int, list[Left]]:
    """The module with its hooks rewritten, how many, and what was left after all."""
    left: list[Left] = []
    if to == "afterware":
        plans, left = _all_or_none_of_this_request(plans, module)
    if to == "quart":
        plans = [plan for plan in plans if plan.recolour or plan.edits]
    if not plans:
        return parsed, 0, left
    names = _Names(module)
    wrapper = MetadataWrapper(parsed)
    editor = _Editor(module, plans, to, names)
    new = wrapper.visit(editor)
    return _with_imports(new, editor, names, to), len(plans), left


def _all_or_none_of_this_request(
    plans: list[Plan], module: Module
) -> tuple[list[Plan], list[Left]]:
    """after_this_request is one import: all of a file's such hooks change, or none."""
    mine = [plan for plan in plans if plan.hook.registered == "this-request"]
    uses = sum(
        (isinstance(node, ast.Name) and node.id == "after_this_request")
        or (isinstance(node, ast.Attribute) and node.attr == "after_this_request")
        for node in ast.walk(module.node)
    )
    plain = all(isinstance(plan.function.decorators[0], ast.Name) for plan in mine)
    if not mine or (uses == len(mine) and plain):
        return plans, []
    why = "not all after_this_request hooks of the file can be rewritten, and they share an import"
    return [plan for plan in plans if plan not in mine], [
        Left(plan.hook.file, plan.hook.line, plan.hook.name, why) for plan in mine
    ]


class _Names:
    """Names for what is imported, clear of those that the module has."""

    def __init__(self, module: Module) -> None:
        self.taken = {node.id for node in ast.walk(module.node) if isinstance(node, ast.Name)}
        self.taken |= {node.arg for node in ast.walk(module.node) if isinstance(node, ast.arg)}
        self.taken |= {
            alias.asname or alias.name.partition(".")[0]
            for node in ast.walk(module.node)
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for alias in node.names
        }
        self.taken |= {
            node.name
            for node in ast.walk(module.node)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        }
        if module.source.path.name == "__init__.py":
            # A name of a package hides the module of that name in it.
            with contextlib.suppress(OSError):
                self.taken |= {each.stem for each in module.source.path.parent.iterdir()}
        self.body = self._free("body", "response_body", "afterware_body")
        self.hooks_class = self._free("Hooks", "PortableHooks")
        self.awaited = self._free("_awaited", "_awaited_value")

    def _free(self, *wanted: str) -> str:
        for name in wanted:
            if name not in self.taken:
                self.taken.add(name)
                return name
        number = 2
        while f"{wanted[-1]}_{number}" in self.taken:
            number += 1
        self.taken.add(f"{wanted[-1]}_{number}")
        return f"{wanted[-1]}_{number}"

    def hooks(self) -> str:
        """A name for one more set of hooks."""
        return self._free("hooks", "portable_hooks")


class _Editor(cst.CSTTransformer):
    """Makes the edits of all plans, found by their places."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, module: Module, plans: list[Plan], to: Target, names: _Names) -> None:
        super().__init__()
        self.to = to
        self.names = names
        self.lines = module.source.data.splitlines()
        self.module = module
        self.plans = {self._place(plan.function.node): plan for plan in plans}
        self.edits = {self._place(node): kind for plan in plans for kind, node in plan.edits}
        self.groups = self._grouped(plans) if to == "afterware" else {}
        self.receivers: dict[Place, str] = {}
        self.body = self.awaited = False

    def _place(self, node: ast.AST) -> Place:
        line: int = getattr(node, "lineno", 1)
        column: int = getattr(node, "col_offset", 0)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return line, 0
        text = self.lines[line - 1] if line <= len(self.lines) else b""
        if line == 1 and text.startswith(b"\xef\xbb\xbf"):
            text = text[3:]
        return line, len(text[:column].decode("utf-8", "replace"))

    def _grouped(self, plans: list[Plan]) -> dict[Place, tuple[str, bool, str]]:
        """For each hook the name of its set, whether it is the first of it, and the receiver."""
        found: dict[Place, tuple[str, bool, str]] = {}
        last: dict[tuple[int, str], tuple[ast.stmt, str]] = {}
        for plan in sorted(plans, key=lambda each: each.hook.line):
            if plan.hook.registered == "this-request":
                continue
            decorator = plan.function.decorators[0]
            assert isinstance(decorator, ast.Attribute)
            receiver = ast.unparse(decorator.value)
            block = self._block(plan)
            key = (id(block), receiver)
            node = plan.function.node
            assert isinstance(node, ast.stmt)
            previous = last.get(key)
            name = ""
            if previous is not None and not _order_matters(block, previous[0], node, receiver):
                name = previous[1]
            first = not name
            name = name or self.names.hooks()
            last[key] = (node, name)
            found[self._place(node)] = (name, first, receiver)
        return found

    def _block(self, plan: Plan) -> Sequence[ast.stmt]:
        parent = plan.function.parent
        top = parent.node if parent is not None else self.module.node
        for each in ast.walk(top):
            for name in ("body", "orelse", "finalbody"):
                body = getattr(each, name, None)
                if isinstance(body, list) and plan.function.node in body:
                    return body
        return []

    def _at(self, node: cst.CSTNode) -> Place:
        start = self.get_metadata(PositionProvider, node).start
        return start.line, start.column

    def _plan_of(self, node: cst.FunctionDef) -> Plan | None:
        line = self._at(node.asynchronous or node.name)[0]
        return self.plans.get((line, 0))

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.FlattenSentinel[cst.BaseStatement]:
        plan = self._plan_of(original_node)
        if plan is None:
            return updated_node
        node = updated_node
        if plan.recolour:
            node = node.with_changes(asynchronous=cst.Asynchronous())
        if self.to == "quart":
            return node
        decorator = node.decorators[0]
        place = (self._at(original_node.asynchronous or original_node.name)[0], 0)
        group = self.groups.get(place)
        callee: cst.BaseExpression = decorator.decorator
        if group is not None:
            callee = cst.parse_expression(f"{group[0]}.after_request")
        if plan.blocking:
            text = cst.Module([]).code_for_node(callee)
            callee = cst.parse_expression(f"{text}(blocking=True)")
        node = node.with_changes(decorators=[decorator.with_changes(decorator=callee)])
        if group is None or not group[1]:
            return node
        name, _, receiver = group
        made = cst.parse_statement(f'{name} = {self.names.hooks_class}(order="reversed")\n')
        bound = cst.parse_statement(f"{name}.init_app({receiver})\n")
        assert isinstance(made, cst.SimpleStatementLine)
        # The blank lines before the hook stand before its set as well; its comments stay with it.
        above = sum(line.comment is None for line in node.leading_lines)
        blank = [cst.EmptyLine(indent=False)] * min(above, 2)
        made = made.with_changes(leading_lines=blank)
        if not node.leading_lines:
            node = node.with_changes(leading_lines=[cst.EmptyLine(indent=False)])
        return cst.FlattenSentinel([made, bound, node])

    # Reads

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        kind = self._edit(original_node)
        if kind is None:
            if self._edit(original_node.func) is None:
                return updated_node
            kind = self._edit(original_node.func)
        func = updated_node.func
        if self.to == "quart":
            if kind in (
                "response.get_data",
                "response.get_json",
                "response.add_etag",
                "response.make_conditional",
            ):
                return self._quart(updated_node)
            if kind is not None and (
                kind.startswith("helper.") or kind in ("request.get_json", "request.get_data")
            ):
                return _await(updated_node)
            return updated_node
        if not isinstance(func, cst.Attribute):
            return updated_node
        response = cst.Module([]).code_for_node(func.value)
        if kind == "response.get_data":
            text = any(
                argument.keyword is not None
                and argument.keyword.value == "as_text"
                and isinstance(argument.value, cst.Name)
                and argument.value.value == "True"
                for argument in updated_node.args
            )
            return self._read(response, ".decode()" if text else "")
        if kind == "response.get_json":
            passed = _passed(updated_node)
            self.body = True
            return _await(
                cst.parse_expression(
                    f"{self.names.body}.read_json({response}{passed}, buffer=True)"
                )
            )
        if kind == "response.add_etag":
            passed = _passed(updated_node)
            self.body = True
            return _await(cst.parse_expression(f"{self.names.body}.add_etag({response}{passed})"))
        if kind == "response.make_conditional":
            self.body = True
            return _await(cst.parse_expression(f"{self.names.body}.make_conditional({response})"))
        return updated_node

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        kind = self._edit(original_node)
        if kind in ("response.data", "response.json"):
            if self.to == "quart":
                return self._quart(updated_node)
            response = cst.Module([]).code_for_node(updated_node.value)
            if kind == "response.data":
                return self._read(response, "")
            self.body = True
            return _await(
                cst.parse_expression(f"{self.names.body}.read_json({response}, buffer=True)")
            )
        if self.to == "quart" and kind in (
            "request.json",
            "request.data",
            "request.form",
            "request.files",
            "request.values",
        ):
            return _await(updated_node)
        return updated_node

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
        if self.to != "afterware" or len(original_node.body) != 1:
            return updated_node
        statement = original_node.body[0]
        if not isinstance(statement, cst.Return) or not isinstance(statement.value, cst.Call):
            return updated_node
        call = statement.value
        if self._edit(call.func) != "response.make_conditional":
            return updated_node
        assert isinstance(call.func, cst.Attribute)
        changed = updated_node.body[0]
        assert isinstance(changed, cst.Return)
        assert changed.value is not None
        awaited = updated_node.with_changes(
            body=[cst.Expr(_without_parentheses(changed.value))],
            trailing_whitespace=cst.TrailingWhitespace(),
        )
        back = cst.SimpleStatementLine(
            [cst.Return(call.func.value)], trailing_whitespace=updated_node.trailing_whitespace
        )
        return cst.FlattenSentinel([awaited, back])

    def _edit(self, node: cst.CSTNode) -> str | None:
        if not isinstance(node, (cst.Attribute, cst.Call)):
            return None
        kind = self.edits.get(self._at(node))
        if kind is None:
            return None
        if kind.startswith("helper."):
            return kind if isinstance(node, cst.Call) else None
        if isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name):
            return kind if node.attr.value == kind.rpartition(".")[2] else None
        return None

    def _read(self, response: str, after: str) -> cst.BaseExpression:
        self.body = True
        text = f"await {self.names.body}.read({response}, buffer=True)"
        return cst.parse_expression(f"({text}){after}")

    def _quart(self, node: cst.BaseExpression) -> cst.BaseExpression:
        self.awaited = True
        text = cst.Module([]).code_for_node(node)
        return cst.parse_expression(f"(await {self.names.awaited}({text}))")


def _passed(call: cst.Call) -> str:
    """The arguments of a call, each after a comma."""
    plain = [each.with_changes(comma=cst.MaybeSentinel.DEFAULT) for each in call.args]
    return "".join(f", {cst.Module([]).code_for_node(each)}" for each in plain)


def _await(node: cst.BaseExpression) -> cst.BaseExpression:
    return cst.Await(node, lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


_HasValue = TypeVar("_HasValue", cst.Arg, cst.Assign, cst.Expr, cst.Return)


def _plain(original: _HasValue, updated: _HasValue) -> _HasValue:
    """Without the parentheses of an await that stands alone."""
    if isinstance(updated.value, cst.Await) and not isinstance(original.value, cst.Await):
        return updated.with_changes(value=_without_parentheses(updated.value))
    return updated


def _without_parentheses(node: cst.BaseExpression) -> cst.BaseExpression:
    return node.with_changes(lpar=[], rpar=[]) if isinstance(node, cst.Await) else node


def _order_matters(
    block: Sequence[ast.stmt], first: ast.stmt, second: ast.stmt, receiver: str
) -> bool:
    """Whether something between two hooks may register on the same app or blueprint."""
    if first not in block or second not in block:
        return True
    between = block[block.index(first) + 1 : block.index(second)]
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


def _with_imports(new: cst.Module, editor: _Editor, names: _Names, to: Target) -> cst.Module:
    if to == "quart":
        if not editor.awaited:
            return new
        lines = (
            ["import inspect\n"]
            if "inspect" not in names.taken
            else ["import inspect as _inspect\n"]
        )
        inspect = "inspect" if "inspect" not in names.taken else "_inspect"
        new = _after_imports(new, lines)
        (helper,) = cst.parse_module(_AWAITED.format(name=names.awaited, inspect=inspect)).body
        blank = [cst.EmptyLine(indent=False)] * 2
        return _after_imports(new, [], [helper.with_changes(leading_lines=blank)])
    wanted: list[tuple[str, str]] = []
    if editor.groups:
        wanted.append(("Hooks", names.hooks_class))
    if editor.body:
        wanted.append(("body", names.body))
    taker = _TakesFromFlask(set(PROXIES) | _this_request_names(editor))
    new = new.visit(taker)
    wanted += [(name, alias) for name, alias in taker.taken]
    if not wanted:
        return new
    spelled = ", ".join(
        name if name == alias else f"{name} as {alias}" for name, alias in sorted(set(wanted))
    )
    if len(spelled) > 70:
        spelled = "(\n    " + ",\n    ".join(spelled.split(", ")) + ",\n)"
    return _after_imports(new, [f"from afterware import {spelled}\n"])


def _this_request_names(editor: _Editor) -> set[str]:
    used = any(plan.hook.registered == "this-request" for plan in editor.plans.values())
    return {"after_this_request"} if used else set()


class _TakesFromFlask(cst.CSTTransformer):
    """Takes names out of `from flask import ...`."""

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
