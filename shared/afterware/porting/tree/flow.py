"""One pass over a module: its scopes, which binding reaches which name, and what can run."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .index import (
    ADDING,
    Addition,
    Binding,
    Bindings,
    Call,
    Class,
    Function,
    Module,
    Scope,
    Store,
    container_name,
    terminal_name,
)
from .sources import Source, parse

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["read_module"]

Env = dict[str, Bindings]
_MANY = 24  # more bindings of a name than this reach no use that anybody would follow
_CONTAINERS = frozenset(
    """Counter Namespace OrderedDict SimpleNamespace WeakKeyDictionary WeakSet WeakValueDictionary
    defaultdict deque dict field list set""".split()
)
_Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


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


class _Pass:
    """Runs through one scope in the order of its statements."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.module = scope.module
        self.env: Env | None = {}
        self.found: list[Scope] = []
        self.made: dict[tuple[int, str], Binding] = {}
        self.seen: set[int] = set()
        self.exits: list[list[Env]] = []  # of the loops around, by break
        self.resumes: list[list[Env]] = []  # and by continue
        self.caught: list[list[Env]] = []  # what a handler may start with
        self.loops = 0

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

    # Names

    def bind(
        self,
        name: str,
        kind: Any,
        node: ast.AST,
        value: Any = None,
        path: tuple[int | None, ...] = (),
    ) -> None:
        key = (id(node), name)
        binding = self.made.get(key)
        if binding is None:
            binding = Binding(kind, self.scope, value, path, getattr(node, "lineno", 0))
            self.made[key] = binding
            home = self.module if name in self.scope.outer_names else self.scope
            home.bindings.setdefault(name, []).append(binding)
        if self.env is not None and name not in self.scope.outer_names:
            self.env[name] = (binding,)

    def target(
        self,
        target: ast.expr,
        kind: Any,
        value: Any,
        path: tuple[int | None, ...] = (),
        augmented: bool = False,
    ) -> None:
        if isinstance(target, ast.Name):
            self.bind(target.id, kind, target, value, path)
        elif isinstance(target, (ast.Tuple, ast.List)):
            star: int | None = None
            for index, item in enumerate(target.elts):
                step: int | None = index
                if isinstance(item, ast.Starred):
                    star, step = index, None
                elif star is not None:
                    step = index - len(target.elts)  # what follows a star is counted from the end
                self.target(item, kind, value, (*path, step))
        elif isinstance(target, ast.Starred):
            self.target(target.value, kind, value, path)
        else:
            fresh = id(target) not in self.seen
            self.node(target)
            if isinstance(target, ast.Attribute):
                self.expression(target.value)
                stored = value if kind == "assign" and not path and not augmented else None
                if fresh:
                    store = Store(target.value, stored, self.scope, target)
                    self.module.stores.setdefault(target.attr, []).append(store)
                    if augmented and isinstance(value, ast.expr):
                        self.addition(target, "extend", (value,))
            elif isinstance(target, ast.Subscript):
                if fresh and kind == "assign" and not path and isinstance(value, ast.expr):
                    if augmented:
                        self.addition(target, "extend", (value,))
                    else:
                        self.addition(target.value, "[]", (target.slice, value))
                self.expression(target.value)
                self.expression(target.slice)

    def container(
        self, value: ast.expr | None, names: tuple[str, ...], local: bool = False
    ) -> None:
        """Note the names of the containers that an expression makes, or that it is.

        :param local: whether they are names of this function only.
        """
        if isinstance(value, (ast.List, ast.Tuple, ast.Set, ast.Dict)):
            self.module.containers.setdefault(id(value), (names, local))
            for each in value.values if isinstance(value, ast.Dict) else value.elts:
                if isinstance(each, (ast.List, ast.Set, ast.Dict, ast.Call)):
                    self.container(each, names, local)
        elif isinstance(value, (ast.ListComp, ast.SetComp, ast.DictComp)):
            self.module.containers.setdefault(id(value), (names, local))
        elif isinstance(value, ast.Call):
            if terminal_name(value.func) in _CONTAINERS:
                self.module.containers.setdefault(id(value), (names, local))
            if isinstance(value.func, ast.Attribute) and value.func.attr in ("get", "setdefault"):
                self.renamed(container_name(value), names)
        elif isinstance(value, (ast.Name, ast.Attribute, ast.Subscript)):
            self.renamed(container_name(value), names)
        elif isinstance(value, ast.IfExp):
            self.container(value.body, names, local)
            self.container(value.orelse, names, local)
        elif isinstance(value, ast.BoolOp):
            for each in value.values:
                self.container(each, names, local)

    def assigned(self, value: ast.expr | None, targets: list[ast.expr]) -> None:
        """Note the names of the containers that are assigned."""
        names = tuple(filter(None, map(container_name, targets)))
        local = isinstance(self.scope, Function) and all(
            isinstance(each, ast.Name) and each.id not in self.scope.outer_names for each in targets
        )
        self.container(value, names, local)

    def renamed(self, name: str, names: Iterable[str]) -> None:
        if name:
            self.module.renames.setdefault(name, set()).update(
                each for each in names if each != name
            )

    def passed(self, node: ast.Call) -> None:
        """Note what goes by other names where it is passed to."""
        for index, each in enumerate(node.args):
            if isinstance(each, (ast.Name, ast.Attribute)):
                place = (node, index, self.scope)
                self.module.passed.setdefault(terminal_name(each), []).append(place)
        for keyword in node.keywords:
            if keyword.arg and isinstance(keyword.value, (ast.Name, ast.Attribute)):
                self.renamed(terminal_name(keyword.value), (keyword.arg,))

    def addition(
        self,
        base: ast.expr,
        how: str,
        values: tuple[ast.expr, ...],
        keywords: tuple[ast.keyword, ...] = (),
    ) -> None:
        name = container_name(base)
        if name:
            added = Addition(base, how, values, keywords, self.scope)
            self.module.additions.setdefault(name, []).append(added)
            for value in values:
                if isinstance(value, (ast.List, ast.Set, ast.Dict, ast.Call)):
                    self.container(value, (name,))

    def node(self, node: ast.AST) -> None:
        if self.env is not None and id(node) not in self.seen:
            self.seen.add(id(node))
            self.scope.nodes.append(node)
            self.module.scopes[id(node)] = self.scope

    # Expressions

    def expression(self, node: ast.AST | None) -> None:
        if node is None or self.env is None:
            return
        if isinstance(node, ast.Name):
            self.module.scopes[id(node)] = self.scope
            if isinstance(node.ctx, ast.Load):
                bound = self.env.get(node.id)
                if bound:
                    previous = self.scope.reach.get(id(node), ())
                    self.scope.reach[id(node)] = _merge(previous, bound)
            return
        if isinstance(node, ast.Constant):
            return
        if isinstance(node, ast.Lambda):
            self.defaults(node.args)
            self.nested(node, "<lambda>")
            return
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            self.comprehension(node)
            return
        if isinstance(node, ast.NamedExpr):
            self.expression(node.value)
            self.target(node.target, "assign", node.value)
            self.node(node)
            return
        if isinstance(node, ast.IfExp):
            self.expression(node.test)
            before = dict(self.env)
            self.narrow(node.test, True)
            self.expression(node.body)
            self.env = dict(before)
            self.narrow(node.test, False)
            self.expression(node.orelse)
            self.env = before
            self.node(node)
            return
        if isinstance(node, (ast.Yield, ast.YieldFrom)) and isinstance(self.scope, Function):
            self.scope.generator = True
            if node.value is not None:
                self.scope.yields.append(node.value)
        # A chain of attributes and calls is as deep as it is long: go down it in a loop.
        chain: list[ast.AST] = [node]
        while True:
            inner: ast.AST | None = None
            last = chain[-1]
            if isinstance(last, (ast.Attribute, ast.Subscript)):
                inner = last.value
            elif isinstance(last, ast.Call):
                inner = last.func
            elif isinstance(last, ast.BinOp):
                inner = last.left
            if inner is None or not isinstance(
                inner, (ast.Attribute, ast.Subscript, ast.Call, ast.BinOp)
            ):
                break
            chain.append(inner)
        below: ast.AST | None = None
        for link in reversed(chain):
            for child in ast.iter_child_nodes(link):
                if child is not below:
                    self.expression(child)
            below = link
            if isinstance(link, ast.Call) and id(link) not in self.seen:
                self.called(link, link.func)
                self.passed(link)
                if isinstance(link.func, ast.Attribute) and link.func.attr in ADDING:
                    passed = tuple(link.args)
                    self.addition(link.func.value, link.func.attr, passed, tuple(link.keywords))
            self.node(link)

    def called(self, node: ast.expr, callee: ast.AST, decorates: Scope | None = None) -> None:
        call = Call(node, self.scope, decorates, bool(self.loops))
        self.module.calls.setdefault(terminal_name(callee), []).append(call)

    def comprehension(self, node: _Comprehension) -> None:
        if self.env is None:
            return
        before = dict(self.env)
        self.loops += 1
        for generator in node.generators:
            self.expression(generator.iter)
            self.target(generator.target, "item", generator.iter)
            for condition in generator.ifs:
                self.expression(condition)
        if isinstance(node, ast.DictComp):
            self.expression(node.key)
            self.expression(node.value)
        else:
            self.expression(node.elt)
        self.loops -= 1
        self.env = before
        self.node(node)

    def defaults(self, arguments: ast.arguments) -> None:
        for default in (*arguments.defaults, *arguments.kw_defaults):
            self.expression(default)

    def nested(self, node: Any, name: str) -> Scope:
        existing = self.module.scopes.get(-id(node))
        if existing is not None:
            return existing
        scope: Scope
        if isinstance(node, ast.ClassDef):
            scope = Class(node, self.scope, self.module, name)
            self.module.classes.append(scope)
        else:
            scope = Function(node, self.scope, self.module, name)
            self.module.functions.append(scope)
        # Under minus its id stands the scope that a node makes, under its id the one it is in.
        self.module.scopes[-id(node)] = scope
        self.module.scopes[id(node)] = self.scope
        self.found.append(scope)
        return scope

    def narrow(self, test: ast.expr, truth: bool) -> None:
        """Take it as known what *test* says of names that may be None."""
        if self.env is None:
            return
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            self.narrow(test.operand, not truth)
        elif isinstance(test, ast.BoolOp):
            if isinstance(test.op, ast.And) == truth:
                for value in test.values:
                    self.narrow(value, truth)
        elif isinstance(test, ast.Compare) and len(test.ops) == 1:
            right = test.comparators[0]
            if isinstance(right, ast.Constant) and right.value is None:
                is_none = isinstance(test.ops[0], (ast.Is, ast.Eq))
                if is_none != truth:
                    self.not_none(test.left)
        elif isinstance(test, ast.NamedExpr):
            self.narrow(test.target, truth)
        elif isinstance(test, ast.Call):
            if truth and terminal_name(test.func) in ("isinstance", "callable", "hasattr"):
                for argument in test.args[:1]:
                    self.not_none(argument)
        elif truth:
            self.not_none(test)

    def not_none(self, node: ast.expr) -> None:
        if isinstance(node, ast.Name) and self.env is not None and node.id in self.env:
            bound = self.env[node.id]
            if not all(binding.kind == "narrow" for binding in bound):
                self.env[node.id] = (Binding("narrow", self.scope, bound),)

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
            and _ends_here(node.value)
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
        known = _known(node.test)
        before = dict(self.env or {})
        self.narrow(node.test, True)
        if known is False:
            self.env = None
        self.block(node.body)
        after = self.env
        self.env = before
        self.narrow(node.test, False)
        if known is True:
            self.env = None
        self.block(node.orelse)
        self.env = _join(after, self.env)

    def _For(self, node: ast.For | ast.AsyncFor) -> None:
        self.expression(node.iter)
        self.loop(node, lambda: self.target(node.target, "item", node.iter), endless=False)

    _AsyncFor = _For

    def _While(self, node: ast.While) -> None:
        def test() -> None:
            self.expression(node.test)
            self.narrow(node.test, True)

        self.loop(node, test, endless=_known(node.test) is True)

    def loop(self, node: ast.For | ast.AsyncFor | ast.While, head: Any, *, endless: bool) -> None:
        self.exits.append([])
        self.resumes.append([])
        self.loops += 1
        before: Env | None = dict(self.env or {})
        for _ in range(2):  # the second time round with what the first has bound
            self.env = dict(before or {})
            head()
            self.block(node.body)
            before = _join(before, _join(self.env, *self.resumes[-1]))
        self.loops -= 1
        self.resumes.pop()
        self.env = None if endless else before
        self.block(node.orelse)
        self.env = _join(self.env, *self.exits.pop())

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
            self.env = _join(self.env, before, *self.caught.pop())
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
            self.env = _join(*states)
            self.expression(handler.type)
            if handler.name:
                self.bind(handler.name, "unknown", handler)
            self.block(handler.body)
            self.node(handler)
            ends.append(self.env)
        ended = _join(*ends)
        if node.finalbody:
            # It runs on every way out; only one that came to its end goes on after it.
            self.env = dict(_join(ended, *states) or {})
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
        self.env = _join(*ends) if whole else _join(before, *ends)


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return every + [each for each in (arguments.vararg, arguments.kwarg) if each is not None]


def _merge(first: Bindings, second: Bindings) -> Bindings:
    if first == second or not second:
        return first
    if len(first) > _MANY:
        return first
    return (*first, *(binding for binding in second if binding not in first))


def _join(*states: Env | None) -> Env | None:
    """What holds where several ways meet; None where none of them comes here."""
    alive = [state for state in states if state is not None]
    if not alive:
        return None
    joined = dict(alive[0])
    for state in alive[1:]:
        if state is alive[0]:
            continue
        for name, bound in state.items():
            mine = joined.get(name)
            if mine is not bound:
                joined[name] = bound if mine is None else _merge(mine, bound)
    return joined


def _known(test: ast.expr) -> bool | None:
    """Whether a test has the same outcome always, and which."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if terminal_name(test) == "TYPE_CHECKING":
        return False
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _known(test.operand)
        return None if inner is None else not inner
    return None


def _ends_here(call: ast.Call) -> bool:
    """Whether a call never comes back."""
    return ast.unparse(call.func) in ("abort", "flask.abort", "sys.exit", "os._exit")
