"""One pass over a module: its scopes, which binding reaches which name, and what can run."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .environment import Env, ends_here, join, known
from .expressions import ExpressionReader
from .index import Class, Function, Module, Scope, terminal_name
from .sources import Source, parse

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["read_module"]


def read_module(source: Source) -> Module:
    """Parse a file and index it.

    :raises Unreadable: it does not parse.
    :raises RecursionError: it is nested too deeply to follow.
    """
    tree = parse(source.data)
    module = Module(
        node=tree,
        parent=None,
        module=None,  # type: ignore[arg-type]  # itself, which is not made yet
        name=source.path.stem,
        source=source,
    )
    module.module = module
    pending: list[Scope] = [module]
    while pending:
        pending.extend(_Pass(pending.pop()).run())
    return module


class _Pass(ExpressionReader):
    """Runs through one scope in the order of its statements."""

    def run(self) -> list[Scope]:
        scope, node = self.scope, self.scope.node
        if isinstance(scope, Function):
            arguments = scope.args
            for parameter in _parameters(arguments):
                self.bind(parameter.arg, "param", parameter, value=parameter.arg)
            if isinstance(node, ast.Lambda):
                self.expression(node.body)
                scope.returns.append(node.body)
                return self.found
        self.block(node.body)  # type: ignore[attr-defined]
        scope.exit = self.env or {}
        if isinstance(scope, Function):
            scope.falls = self.env is not None
        return self.found

    # Statements

    def block(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            if self.env is None:
                # What cannot run binds names all the same.
                if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    self.nested(statement, statement.name)
                continue
            for states in self.caught:
                states.append(dict(self.env))
            self.statement(statement)
            if self.env is not None:
                for states in self.caught:
                    states.append(dict(self.env))

    def statement(self, node: ast.stmt) -> None:
        method = getattr(self, f"_{type(node).__name__}", None)
        if method is not None:
            method(node)
        else:
            for child in ast.iter_child_nodes(node):
                self.expression(child)
        self.node(node)

    def _FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.expression(decorator)
        self.defaults(node.args)
        fresh = -id(node) not in self.module.scopes
        scope = self.nested(node, node.name)
        self.bind(node.name, "scope", node, scope)
        if fresh:
            for decorator in node.decorator_list:
                self.called(decorator, decorator, scope)

    _AsyncFunctionDef = _FunctionDef

    def _ClassDef(self, node: ast.ClassDef) -> None:
        for each in (*node.decorator_list, *node.bases):
            self.expression(each)
        for keyword in node.keywords:
            self.expression(keyword.value)
        self.bind(node.name, "scope", node, self.nested(node, node.name))

    def _Assign(self, node: ast.Assign) -> None:
        self.expression(node.value)
        self.assigned(node.value, node.targets)
        for target in node.targets:
            self.target(target, "assign", node.value)

    def _AnnAssign(self, node: ast.AnnAssign) -> None:
        self.expression(node.value)
        if isinstance(self.scope, Class) and isinstance(node.target, ast.Name):
            self.scope.annotations[node.target.id] = node.annotation
        if node.value is not None:
            self.assigned(node.value, [node.target])
            self.target(node.target, "assign", node.value)
        elif isinstance(node.target, ast.Name):
            self.scope.bindings.setdefault(node.target.id, [])

    def _AugAssign(self, node: ast.AugAssign) -> None:
        self.expression(node.value)
        if isinstance(node.target, ast.Name):
            before = (self.env or {}).get(node.target.id, ())
            self.bind(node.target.id, "augment", node.target, (node.value, before))
        else:
            self.target(node.target, "assign", node.value, augmented=True)

    def _Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                (self.env or {}).pop(target.id, None)
            else:
                self.target(target, "unknown", None)

    def _Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.module.imports.append((0, alias.name, None))
            if alias.asname:
                self.alias(alias)
                self.bind(alias.asname, "import", alias, (0, alias.name, None))
            else:
                top = alias.name.partition(".")[0]
                self.bind(top, "import", alias, (0, top, None))

    def _ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            reference = (node.level, node.module or "", alias.name)
            self.module.imports.append(reference)
            if alias.name == "*":
                self.module.stars.append((node.level, node.module or ""))
            else:
                self.alias(alias)
                self.bind(alias.asname or alias.name, "import", alias, reference)

    def alias(self, alias: ast.alias) -> None:
        if alias.asname and alias.asname != alias.name:
            last = alias.name.rpartition(".")[2]
            self.module.aliases.setdefault(last, set()).add(alias.asname)

    def _Global(self, node: ast.Global | ast.Nonlocal) -> None:
        self.scope.outer_names.update(node.names)

    _Nonlocal = _Global

    def _Return(self, node: ast.Return) -> None:
        self.expression(node.value)
        self.container(node.value, (self.scope.name,))
        if isinstance(self.scope, Function):
            if node.value not in self.scope.returns or node.value is None:
                self.scope.returns.append(node.value)
        self.node(node)
        self.env = None

    def _Raise(self, node: ast.Raise) -> None:
        self.expression(node.exc)
        self.expression(node.cause)
        self.env = None

    def _Expr(self, node: ast.Expr) -> None:
        self.expression(node.value)
        if (
            isinstance(node.value, ast.Call)
            and terminal_name(node.value) in ("abort", "exit", "_exit")
            and ends_here(node.value)
        ):
            self.node(node)
            self.env = None

    def _Break(self, _: ast.Break) -> None:
        if self.exits and self.env is not None:
            self.exits[-1].append(self.env)
        self.env = None

    def _Continue(self, _: ast.Continue) -> None:
        if self.resumes and self.env is not None:
            self.resumes[-1].append(self.env)
        self.env = None

    def _If(self, node: ast.If) -> None:
        self.expression(node.test)
        outcome = known(node.test)
        before = dict(self.env or {})
        self.narrow(node.test, True)
        if outcome is False:
            self.env = None
        self.block(node.body)
        after = self.env
        self.env = before
        self.narrow(node.test, False)
        if outcome is True:
            self.env = None
        self.block(node.orelse)
        self.env = join(after, self.env)

    def _For(self, node: ast.For | ast.AsyncFor) -> None:
        self.expression(node.iter)
        self.loop(node, lambda: self.target(node.target, "item", node.iter), endless=False)

    _AsyncFor = _For

    def _While(self, node: ast.While) -> None:
        def test() -> None:
            self.expression(node.test)
            self.narrow(node.test, True)

        self.loop(node, test, endless=known(node.test) is True)

    def loop(self, node: ast.For | ast.AsyncFor | ast.While, head: Any, *, endless: bool) -> None:
        self.exits.append([])
        self.resumes.append([])
        self.loops += 1
        before: Env | None = dict(self.env or {})
        for _ in range(2):  # the second time round with what the first has bound
            self.env = dict(before or {})
            head()
            self.block(node.body)
            before = join(before, join(self.env, *self.resumes[-1]))
        self.loops -= 1
        self.resumes.pop()
        self.env = None if endless else before
        self.block(node.orelse)
        self.env = join(self.env, *self.exits.pop())

    def _With(self, node: ast.With | ast.AsyncWith) -> None:
        swallows = False
        for item in node.items:
            self.expression(item.context_expr)
            swallows = swallows or terminal_name(item.context_expr) in ("suppress", "ignored")
            if item.optional_vars is not None:
                self.target(item.optional_vars, "with", item.context_expr)
        if swallows:
            before = dict(self.env or {})
            self.caught.append([])
            self.block(node.body)
            self.env = join(self.env, before, *self.caught.pop())
        else:
            self.block(node.body)

    _AsyncWith = _With

    def _Try(self, node: ast.Try) -> None:
        states: list[Env] = [dict(self.env or {})]
        self.caught.append(states)
        self.block(node.body)
        self.caught.pop()
        ends: list[Env | None] = []
        after_body = self.env
        if after_body is not None:
            self.block(node.orelse)
        ends.append(self.env)
        for handler in node.handlers:
            self.env = join(*states)
            self.expression(handler.type)
            if handler.name:
                self.bind(handler.name, "unknown", handler)
            self.block(handler.body)
            self.node(handler)
            ends.append(self.env)
        ended = join(*ends)
        if node.finalbody:
            # It runs on every way out; only one that came to its end goes on after it.
            self.env = dict(join(ended, *states) or {})
            before = len(self.scope.returns) if isinstance(self.scope, Function) else 0
            self.block(node.finalbody)
            if self.env is None:
                self.overridden(node, before)
            elif ended is not None:
                self.env = {**self.env}
            else:
                self.env = None
        else:
            self.env = ended

    _TryStar = _Try

    def overridden(self, node: ast.Try, before: int) -> None:
        """A return in `finally` replaces every return of the `try`."""
        scope = self.scope
        if not isinstance(scope, Function) or len(scope.returns) == before:
            return
        inside = {
            id(each.value)
            for part in (node.body, node.orelse, *(handler.body for handler in node.handlers))
            for statement in part
            for each in ast.walk(statement)
            if isinstance(each, ast.Return) and each.value is not None
        }
        scope.returns[:before] = [
            value
            for value in scope.returns[:before]
            if value is not None and id(value) not in inside
        ]

    def _Match(self, node: ast.Match) -> None:
        self.expression(node.subject)
        before = dict(self.env or {})
        ends: list[Env | None] = []
        whole = False
        for case in node.cases:
            self.env = dict(before)
            for pattern in ast.walk(case.pattern):
                name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
                if isinstance(name, str):
                    whole_subject = pattern is case.pattern
                    value = node.subject if whole_subject else None
                    self.bind(name, "assign" if whole_subject else "unknown", pattern, value)
            self.expression(case.guard)
            plain = isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None
            whole = whole or (plain and case.guard is None)
            self.block(case.body)
            ends.append(self.env)
        self.env = join(*ends) if whole else join(before, *ends)


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return every + [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
