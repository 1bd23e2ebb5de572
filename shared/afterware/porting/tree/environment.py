"""The bindings that hold at a point of a scope's code, and how they meet."""

from __future__ import annotations

import ast

from .index import Bindings, terminal_name

__all__ = ["Env", "ends_here", "join", "known", "merge"]

Env = dict[str, Bindings]
_MANY = 24  # more bindings of a name than this reach no use that anybody would follow


def merge(first: Bindings, second: Bindings) -> Bindings:
    if first == second or not second:
        return first
    if len(first) > _MANY:
        return first
    return (*first, *(binding for binding in second if binding not in first))


def join(*states: Env | None) -> Env | None:
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
                joined[name] = bound if mine is None else merge(mine, bound)
    return joined


def known(test: ast.expr) -> bool | None:
    """Whether a test has the same outcome always, and which."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if terminal_name(test) == "TYPE_CHECKING":
        return False
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = known(test.operand)
        return None if inner is None else not inner
    return None


def ends_here(call: ast.Call) -> bool:
    """Whether a call never comes back."""
    return ast.unparse(call.func) in ("abort", "flask.abort", "sys.exit", "os._exit")
