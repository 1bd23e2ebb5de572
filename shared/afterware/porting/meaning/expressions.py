"""What literals, operators and subscripts stand for."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from ..flask.atoms import HostObject, HostPart
from ..tree.index import Function
from .core import Core
from .frames import Arguments, Frame
from .pieces import SITES, item_of
from .values import NOWHERE, UNKNOWN, Atom, Const, Data, Ext, Func, Inst, Map, Obj, Seq, Value, one

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
        kind = type(node).__name__.lower()
        site = self.site_of(node, frame) if kind != "tuple" else NOWHERE
        return one(Seq(tuple(items), exact, kind, site))

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
        return one(Map(tuple(items), self.site_of(node, frame)))

    def _ListComp(self, node: Any, frame: Frame) -> Value:
        site = self.site_of(node, frame)
        return one(Seq((self.eval(node.elt, frame),), exact=False, site=site))

    _SetComp = _ListComp

    _GeneratorExp = _ListComp

    def _DictComp(self, node: ast.DictComp, frame: Frame) -> Value:
        return one(Map(((None, self.eval(node.value, frame)),), self.site_of(node, frame)))

    def _Subscript(self, node: ast.Subscript, frame: Frame) -> Value:
        base = self.eval(node.value, frame)
        key = self.constant(self.eval(node.slice, frame))
        found: set[Atom] = set()
        for atom in base:
            if isinstance(atom, Seq):
                if isinstance(node.slice, ast.Slice):
                    found.add(replace(atom, exact=False))
                elif (
                    atom.exact
                    and isinstance(key, int)
                    and -len(atom.items) <= key < len(atom.items)
                    and not self.grows(atom)
                ):
                    found |= atom.items[key]
                elif not atom.exact or self.grows(atom) or not isinstance(key, int):
                    found |= self.contents(atom)
            elif isinstance(atom, Map):
                found |= self.contents(atom, key)
            elif isinstance(atom, HostPart):
                put: Value = UNKNOWN
                if atom.path.startswith("app."):
                    put = self.put_under(node.value, atom, key, frame)
                found |= put or {atom}
            elif isinstance(atom, Obj):
                found |= item_of(atom)
                if atom.path.endswith("()"):
                    found |= self.put_under(node.value, atom, key, frame)
            elif isinstance(atom, Ext):
                found.add(Obj(atom.path + "[]"))
            elif isinstance(atom, HostObject):
                if atom.kind == "funcs":
                    found.add(HostObject("funclist"))
                elif atom.kind in ("session", "app"):
                    found.add(HostPart(atom.kind))
            elif isinstance(atom, Inst):
                found |= self.call_method(atom, "__getitem__", Arguments([UNKNOWN]), frame)
        return frozenset(found)
