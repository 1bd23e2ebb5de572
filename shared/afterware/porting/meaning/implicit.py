"""Methods that run without being called by name: `str(x)`, `len(x)`, `for _ in x`, `x == y`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["IMPLICIT", "by_builtin", "implied"]

_TEXT = ("__str__", "__repr__", "__format__")
_TRUTH = ("__bool__", "__len__")
_ITEMS = ("__iter__", "__next__")
_BINARY = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.FloorDiv: "floordiv",
    ast.Mod: "mod", ast.Pow: "pow", ast.BitOr: "or", ast.BitAnd: "and", ast.BitXor: "xor",
    ast.LShift: "lshift", ast.RShift: "rshift", ast.MatMult: "matmul",
}  # fmt: skip
_UNARY = {ast.USub: "__neg__", ast.UAdd: "__pos__", ast.Invert: "__invert__"}
_COMPARE = {
    ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge",
}  # fmt: skip
_REFLECTED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}
_BUILTINS = {
    **dict.fromkeys(("print", "str", "repr", "format", "ascii"), _TEXT),
    "len": ("__len__",),
    "bool": _TRUTH,
    **dict.fromkeys(("int", "round", "float"), ("__int__", "__float__", "__index__", "__round__")),
    "bytes": ("__bytes__", *_ITEMS, "__len__"),
    **dict.fromkeys(
        """all any dict enumerate filter frozenset iter list map max min next reversed set sorted
        sum tuple zip""".split(),
        (*_ITEMS, "__len__", "keys", "__getitem__"),
    ),
    "hash": ("__hash__",),
    "abs": ("__abs__",),
    "dir": ("__dir__",),
}

# The nodes that `implied` knows.
IMPLICIT = (
    ast.Assert, ast.Assign, ast.AsyncFor, ast.AugAssign, ast.Await, ast.BinOp, ast.BoolOp,
    ast.Compare, ast.Delete, ast.DictComp, ast.For, ast.FormattedValue, ast.GeneratorExp, ast.If,
    ast.IfExp, ast.ListComp, ast.SetComp, ast.Starred, ast.UnaryOp, ast.While, ast.YieldFrom,
)  # fmt: skip

Implied = tuple[ast.expr, tuple[str, ...]]


def by_builtin(path: str) -> tuple[str, ...]:
    """The methods that a function outside the tree calls on what it is given."""
    top, _, name = path.partition(".")
    if top == "builtins":
        return _BUILTINS.get(name, ())
    if top in ("logging", "loguru", "structlog", "string"):
        return _TEXT
    if path.startswith(("itertools.", "collections.", "statistics.", "math.", "functools.reduce")):
        return _ITEMS
    return ()


def implied(node: ast.AST) -> Iterator[Implied]:
    """The expressions that a piece of code works on, and the methods that this may run."""
    if isinstance(node, ast.FormattedValue):
        yield node.value, _TEXT
    elif isinstance(node, ast.Compare):
        yield from _compared(node)
    elif isinstance(node, (ast.BinOp, ast.AugAssign)):
        name = _BINARY[type(node.op)]
        if isinstance(node, ast.AugAssign):
            yield node.target, (f"__i{name}__", f"__{name}__")
            yield node.value, (f"__r{name}__",)
        else:
            yield node.left, (f"__{name}__",)
            right: tuple[str, ...] = (f"__r{name}__",)
            if isinstance(node.op, ast.Mod):  # "..." % value
                right += _TEXT
                if isinstance(node.right, ast.Tuple):
                    for each in node.right.elts:
                        yield each, _TEXT
            yield node.right, right
    elif isinstance(node, ast.BoolOp):
        for each in node.values:
            yield each, _TRUTH
    elif isinstance(node, (ast.If, ast.While, ast.IfExp, ast.Assert)):
        yield node.test, _TRUTH
    elif isinstance(node, ast.UnaryOp):
        yield node.operand, _TRUTH if isinstance(node.op, ast.Not) else (_UNARY[type(node.op)],)
    elif isinstance(node, (ast.For, ast.AsyncFor)):
        yield node.iter, _ITEMS
    elif isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        for generator in node.generators:
            yield generator.iter, _ITEMS
            for test in generator.ifs:
                yield test, _TRUTH
    elif isinstance(node, (ast.Starred, ast.YieldFrom)):
        yield node.value, _ITEMS
    elif isinstance(node, ast.Await):
        yield node.value, ("__await__",)
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Tuple, ast.List)):
        yield node.value, _ITEMS
    elif isinstance(node, ast.Delete):
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                yield target.value, ("__delitem__",)


def _compared(node: ast.Compare) -> Iterator[Implied]:
    left = node.left
    for operator, right in zip(node.ops, node.comparators, strict=True):
        if isinstance(operator, (ast.In, ast.NotIn)):
            yield right, ("__contains__", *_ITEMS)
            yield left, ("__eq__",)
        elif type(operator) in _COMPARE:
            name = _COMPARE[type(operator)]
            yield left, (f"__{name}__",)
            yield right, (f"__{_REFLECTED[name]}__",)
        left = right
