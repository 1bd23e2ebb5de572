"""What literals, operators and subscripts stand for."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from .core import Core
from .frames import Arguments, Frame
from .index import Function
from .pieces import SITES, item_of
from .values import (
    UNKNOWN,
    Atom,
    Const,
    Data,
    Ext,
    Func,
    Host,
    Inst,
    Map,
    Obj,
    Part,
    Seq,
    Value,
    one,
)

__all__ = ["Expressions"]


class Expressions(Core):
    """What literals, operators and subscripts stand for."""

    def _Constant(self, node: ast.Constant, _: Frame) -> Value:
        if isinstance(node.value, (str, int, bool, type(None))):
            return one(Const(node.value))
        return one(Data(type(node.value).__name__))

    def _JoinedStr(self, _: ast.JoinedStr, __: Frame) -> Value:
        return one(Data("str"))

    def _Compare(self, _: ast.Compare, __: Frame) -> Value:
        return one(Data("bool"))

    def _UnaryOp(self, node: ast.UnaryOp, _: Frame) -> Value:
        return one(Data("bool")) if isinstance(node.op, ast.Not) else one(Data("number"))

    def _BinOp(self, node: ast.BinOp, frame: Frame) -> Value:
        left, right = self.eval(node.left, frame), self.eval(node.right, frame)
        joined: list[Atom] = []
        for a in left:
            if isinstance(a, Const) and isinstance(a.value, str):
                joined.append(Data("str"))
            elif isinstance(a, Seq):
                joined += [
                    Seq((*a.items, *b.items), a.exact and b.exact, a.kind)
                    for b in right
                    if isinstance(b, Seq)
                ]
            elif isinstance(a, Obj) and isinstance(node.op, ast.Div):
                joined.append(a)  # a path below another
            elif isinstance(a, (Data, Map)):
                joined.append(a)
        return frozenset(joined)

    def _BoolOp(self, node: ast.BoolOp, frame: Frame) -> Value:
        values = [self.eval(each, frame) for each in node.values]
        if isinstance(node.op, ast.Or):
            kept = [
                frozenset(a for a in value if not (isinstance(a, Const) and not a.value))
                for value in values[:-1]
            ]
        else:
            kept = [
                frozenset(a for a in value if isinstance(a, Const) and not a.value)
                for value in values[:-1]
            ]
        return frozenset().union(*kept, values[-1])

    def _IfExp(self, node: ast.IfExp, frame: Frame) -> Value:
        return self.eval(node.body, frame) | self.eval(node.orelse, frame)

    def _NamedExpr(self, node: ast.NamedExpr, frame: Frame) -> Value:
        return self.eval(node.value, frame)

    def _Await(self, node: ast.Await, frame: Frame) -> Value:
        return self.eval(node.value, frame)

    def _Starred(self, node: ast.Starred, frame: Frame) -> Value:
        return self.items(self.eval(node.value, frame))

    def _Lambda(self, node: ast.Lambda, frame: Frame) -> Value:
        scope = self._scope_made_by(node, frame)
        return one(Func(scope, frame)) if isinstance(scope, Function) else UNKNOWN

    def _List(self, node: ast.List | ast.Tuple | ast.Set, frame: Frame) -> Value:
        items: list[Value] = []
        exact = True
        for each in node.elts[:SITES]:
            if isinstance(each, ast.Starred):
                inner = self.eval(each.value, frame)
                for atom in inner:
                    if isinstance(atom, Seq):
                        items.extend(atom.items)
                exact = exact and len(inner) == 1
            else:
                items.append(self.eval(each, frame))
        return one(Seq(tuple(items), exact, type(node).__name__.lower()))

    _Tuple = _List

    _Set = _List

    def _Dict(self, node: ast.Dict, frame: Frame) -> Value:
        items: list[tuple[Any, Value]] = []
        for key, each in list(zip(node.keys, node.values, strict=True))[:SITES]:
            value = self.eval(each, frame)
            if key is None:
                for atom in value:
                    if isinstance(atom, Map):
                        items.extend(atom.items)
            else:
                items.append((self.constant(self.eval(key, frame)), value))
        return one(Map(tuple(items)))

    def _ListComp(self, node: Any, frame: Frame) -> Value:
        return one(Seq((self.eval(node.elt, frame),), exact=False))

    _SetComp = _ListComp

    _GeneratorExp = _ListComp

    def _DictComp(self, node: ast.DictComp, frame: Frame) -> Value:
        return one(Map(((None, self.eval(node.value, frame)),)))

    def _Subscript(self, node: ast.Subscript, frame: Frame) -> Value:
        base = self.eval(node.value, frame)
        key = self.constant(self.eval(node.slice, frame))
        found: set[Atom] = set()
        for atom in base:
            if isinstance(atom, Seq):
                if isinstance(node.slice, ast.Slice):
                    found.add(replace(atom, exact=False))
                elif atom.exact and isinstance(key, int) and -len(atom.items) <= key:
                    if key < len(atom.items):
                        found |= atom.items[key]
                else:
                    found |= atom.any()
            elif isinstance(atom, Map):
                found |= atom.any() if key is None else atom.get(key)
            elif isinstance(atom, Part):
                found.add(atom)
            elif isinstance(atom, Obj):
                found |= item_of(atom)
            elif isinstance(atom, Ext):
                found.add(Obj(atom.path + "[]"))
            elif isinstance(atom, Host):
                if atom.kind == "funcs":
                    found.add(Host("funclist"))
                elif atom.kind in ("session", "app"):
                    found.add(Part(atom.kind))
            elif isinstance(atom, Inst):
                found |= self.call_method(atom, "__getitem__", Arguments([UNKNOWN]), frame)
        found |= self.stored_items(node.value, frame)
        return frozenset(found)

    def stored_items(self, base: ast.expr, frame: Frame) -> Value:
        """What is put under a key of a module's or class's own dict: `TABLE["a"] = f`."""
        if not isinstance(base, ast.Name):
            return UNKNOWN
        found: set[Atom] = set()
        for scope in {frame.scope, frame.scope.module}:
            inner = frame if scope is frame.scope else self.frame(scope)
            for value in scope.items.get(base.id, ()):
                found |= self.eval(value, inner)
        return frozenset(found)
