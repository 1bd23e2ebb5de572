"""Evaluates literals, operators, comprehensions and subscripts."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..tree.index import Function
from . import budget
from .values import (
    NOWHERE,
    UNKNOWN,
    Arguments,
    Atom,
    Const,
    Data,
    Ext,
    Func,
    Inst,
    Map,
    Obj,
    Seq,
    Value,
    constant,
    item_of,
    joined,
    longer,
    one,
    shallow,
)

if TYPE_CHECKING:
    from .containers import Containers
    from .machine import Machine
    from .values import Frame

__all__ = ["Expressions"]

_STR = one(Data("str"))
_BOOL = one(Data("bool"))


class Expressions:
    """Evaluates literals, operators, comprehensions and subscripts.

    :param machine: evaluates what they are made of.
    :param containers: knows what is in containers.
    """

    def __init__(self, machine: Machine, containers: Containers) -> None:
        self.machine = machine
        self.containers = containers

    def constant(self, node: ast.Constant, _: Frame) -> Value:
        """A literal."""
        if isinstance(node.value, (str, int, bool, type(None))):
            return one(Const(node.value))
        return one(Data(type(node.value).__name__))

    def text(self, _: ast.JoinedStr, __: Frame) -> Value:
        """An f-string."""
        return _STR

    def compare(self, _: ast.Compare, __: Frame) -> Value:
        """A comparison."""
        return _BOOL

    def unary(self, node: ast.UnaryOp, _: Frame) -> Value:
        """An operator before an expression."""
        return _BOOL if isinstance(node.op, ast.Not) else one(Data("number"))

    def binary(self, node: ast.BinOp, frame: Frame) -> Value:
        """An operator between two expressions."""
        first = self.machine.eval(node.left, frame)
        second = self.machine.eval(node.right, frame)
        found: set[Atom] = set()
        for a in first:
            if isinstance(a, Const) and isinstance(a.value, str):
                found.add(Data("str"))
            elif isinstance(a, Seq):
                found.update(joined(a, b) for b in second if isinstance(b, Seq))
            elif isinstance(a, Obj) and isinstance(node.op, ast.Div):
                found.add(a)  # a path below another
            elif isinstance(a, (Data, Map)):
                found.add(a)
        return frozenset(found)

    def boolean(self, node: ast.BoolOp, frame: Frame) -> Value:
        """`and` or `or`: any but the last is the result only where it is false, or true."""
        either = isinstance(node.op, ast.Or)
        found: set[Atom] = set()
        for each in node.values[:-1]:
            for atom in self.machine.eval(each, frame):
                is_false = isinstance(atom, Const) and not atom.value
                if is_false != either:
                    found.add(atom)
        return self.machine.eval(node.values[-1], frame) | found

    def conditional(self, node: ast.IfExp, frame: Frame) -> Value:
        """`a if test else b`."""
        return self.machine.eval(node.body, frame) | self.machine.eval(node.orelse, frame)

    def inner(self, node: ast.NamedExpr | ast.Await, frame: Frame) -> Value:
        """An expression that is what is inside it."""
        return self.machine.eval(node.value, frame)

    def starred(self, node: ast.Starred, frame: Frame) -> Value:
        """What is unpacked."""
        return self.machine.items(self.machine.eval(node.value, frame))

    def function(self, node: ast.Lambda, frame: Frame) -> Value:
        """A lambda."""
        scope = frame.scope.module.scopes.get(-id(node))
        return one(Func(scope, frame)) if isinstance(scope, Function) else UNKNOWN

    def sequence(self, node: ast.List | ast.Tuple | ast.Set, frame: Frame) -> Value:
        """A list, a tuple or a set."""
        kind = type(node).__name__.lower()
        site = self.containers.site_of(node, frame) if kind != "tuple" else NOWHERE
        made = Seq((), True, kind)
        for each in node.elts[: budget.SITES]:
            if isinstance(each, ast.Starred):
                unpacked = self.machine.eval(each.value, frame)
                for atom in unpacked:
                    if isinstance(atom, Seq):
                        made = joined(made, replace(atom, exact=True))
                if len(unpacked) != 1:
                    made = replace(made, exact=False)
            else:
                made = replace(made, items=(*made.items, self.machine.eval(each, frame)))
        return one(shallow(replace(made, kind=kind, site=site)))

    def mapping(self, node: ast.Dict, frame: Frame) -> Value:
        """A dict."""
        items: dict[tuple[Any, Value], None] = {}
        for key, each in list(zip(node.keys, node.values, strict=True))[: budget.SITES]:
            value = self.machine.eval(each, frame)
            if key is None:
                for atom in value:
                    if isinstance(atom, Map):
                        items.update(dict.fromkeys(atom.items))
            else:
                items[constant(self.machine.eval(key, frame)), value] = None
        return one(shallow(Map(tuple(items), self.containers.site_of(node, frame))))

    def comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, frame: Frame
    ) -> Value:
        """A list, set or generator made by a comprehension."""
        site = self.containers.site_of(node, frame)
        return one(shallow(Seq((self.machine.eval(node.elt, frame),), exact=False, site=site)))

    def mapped(self, node: ast.DictComp, frame: Frame) -> Value:
        """A dict made by a comprehension."""
        items = ((None, self.machine.eval(node.value, frame)),)
        return one(shallow(Map(items, self.containers.site_of(node, frame))))

    def subscript(self, node: ast.Subscript, frame: Frame) -> Value:
        """`base[key]`."""
        base = self.machine.eval(node.value, frame)
        key = constant(self.machine.eval(node.slice, frame))
        found: set[Atom] = set()
        for atom in base:
            if isinstance(atom, Seq):
                found |= self._of_sequence(atom, node, key)
            elif isinstance(atom, Map):
                found |= self.machine.contents(atom, key)
            elif isinstance(atom, Obj):
                found |= item_of(atom)
                if atom.path.endswith("()"):
                    found |= self.containers.put_under(node.value, atom, key, frame)
            elif isinstance(atom, Ext):
                found.add(Obj(longer(atom.path, "[]")))
            elif isinstance(atom, Inst):
                passed = Arguments([UNKNOWN])
                found |= self.machine.call_method(atom, "__getitem__", passed, frame)
            else:
                found |= self.machine.model.item(atom, node, key, frame) or UNKNOWN
        return frozenset(found)

    def _of_sequence(self, atom: Seq, node: ast.Subscript, key: Any) -> Value:
        if isinstance(node.slice, ast.Slice):
            return one(replace(atom, exact=False))
        if isinstance(key, int) and atom.exact and not self.containers.grows(atom):
            if -len(atom.items) <= key < len(atom.items):
                return atom.items[key]
            return UNKNOWN
        return self.machine.contents(atom)

    def table(self) -> dict[type[ast.AST], Any]:
        """What evaluates which kind of expression."""
        return {
            ast.Constant: self.constant,
            ast.JoinedStr: self.text,
            ast.Compare: self.compare,
            ast.UnaryOp: self.unary,
            ast.BinOp: self.binary,
            ast.BoolOp: self.boolean,
            ast.IfExp: self.conditional,
            ast.NamedExpr: self.inner,
            ast.Await: self.inner,
            ast.Starred: self.starred,
            ast.Lambda: self.function,
            ast.List: self.sequence,
            ast.Tuple: self.sequence,
            ast.Set: self.sequence,
            ast.Dict: self.mapping,
            ast.ListComp: self.comprehension,
            ast.SetComp: self.comprehension,
            ast.GeneratorExp: self.comprehension,
            ast.DictComp: self.mapped,
            ast.Subscript: self.subscript,
        }
