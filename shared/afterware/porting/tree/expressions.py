"""Reads the expressions of a scope: what they bind, store and call, and what reaches them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .environment import Env, merge
from .index import (
    ADDING,
    Addition,
    Binding,
    Call,
    Class,
    Function,
    Scope,
    Store,
    container_name,
    terminal_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ExpressionReader"]

_CONTAINERS = frozenset(
    """Counter Namespace OrderedDict SimpleNamespace WeakKeyDictionary WeakSet WeakValueDictionary
    defaultdict deque dict field list set""".split()
)
_Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


class ExpressionReader:
    """Notes what the expressions of one scope read, bind, store and call.

    :param scope: what is read.
    """

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
                    self.scope.reach[id(node)] = merge(previous, bound)
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
