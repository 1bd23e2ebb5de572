"""Registrations: the places of a module that hand a function to the host."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ..meaning.values import (
    UNKNOWN,
    Ext,
    Func,
    Inst,
    Map,
    Seq,
    Value,
    one,
)
from ..tree.index import Call, Class, Function, Module, Scope, terminal_name
from .atoms import HostAttribute, HostObject, Registrar
from .entries import WAYS, Registration, Role

if TYPE_CHECKING:
    from ..meaning.evaluate import Frame
    from .model import FlaskEvaluator

__all__ = ["hands_on", "registrations"]

_ROLES = {method: role for role, ways in WAYS.items() for method in ways.methods}
_LISTS = {name: role for role, ways in WAYS.items() for name in ways.lists}
_OVERRIDES = {name: role for role, ways in WAYS.items() for name in ways.overrides}
_LIST_METHODS = frozenset({"append", "insert", "extend"})
_DICT_METHODS = frozenset({"setdefault", "update"})
_ASSIGNMENTS = 5  # that are followed from one name to the next


def registrations(evaluator: FlaskEvaluator, module: Module) -> list[Registration]:
    """The registrations of a module, by their places."""
    found: list[Registration] = []
    for look, call in _questions(evaluator, module):
        with evaluator.question() as question:
            part = list(look())
            unsure = question.exhausted
        if unsure:
            part = [replace(each, unsure=True) for each in part] or _by_name(module, call)
        found += part
    return sorted(found, key=lambda each: each.place)


_Look = Callable[[], Iterable[Registration]]


def _questions(evaluator: FlaskEvaluator, module: Module) -> Iterator[tuple[_Look, Call | None]]:
    """What there is to look at, each a question of its own; and the call that it is about."""
    for call in _candidates(module):
        yield partial(_by_call, evaluator, module, call), call
    if any(name.encode() in module.source.data for name in _LISTS):
        scopes: list[Scope] = [module, *module.functions]
        for scope in scopes:
            yield partial(_in_lists, evaluator, scope), None
    yield partial(_assigned, evaluator, module), None
    yield partial(_overridden, evaluator, module), None


def _by_name(module: Module, call: Call | None) -> list[Registration]:
    """The registration that a call may be, of which only the name is known."""
    name = terminal_name(call.node) if call is not None else ""
    if call is None or name not in _ROLES:
        return []
    word = WAYS[_ROLES[name]].methods[name] or "call"
    return [Registration(module, call.node, _ROLES[name], word, UNKNOWN, unsure=True)]


def hands_on(module: Module) -> bool:
    """Whether a method that registers is used in another way than by calling it."""
    uses = {
        id(
            call.node.func
            if isinstance(call.node, ast.Call) and call.decorates is None
            else call.node
        )
        for calls in module.calls.values()
        for call in calls
    }
    scopes: list[Scope] = [module, *module.functions, *module.classes]
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in _ROLES
        and isinstance(node.ctx, ast.Load)
        and id(node) not in uses
        for scope in scopes
        for node in scope.nodes
    )


def _candidates(module: Module) -> Iterator[Call]:
    """The calls and decorators that may register, by the name of what is called."""
    anything = hands_on(module) or not module.source.traced
    lists = any(name.encode() in module.source.data for name in _LISTS)
    renamed = {name for key, names in module.aliases.items() if key in _ROLES for name in names}
    for name, calls in module.calls.items():
        if (
            anything
            or name in _ROLES
            or name in ("map", "getattr")
            or (lists and name in _LIST_METHODS | _DICT_METHODS)
            or (name in module.bindings and _is_alias(module, name))
            or name in renamed
        ):
            yield from calls


def _is_alias(module: Module, name: str) -> bool:
    return any(
        binding.kind == "assign" and terminal_name(binding.value) in _ROLES
        for binding in module.bindings[name]
        if isinstance(binding.value, ast.AST)
    )


# By calls and decorators


def _by_call(evaluator: FlaskEvaluator, module: Module, call: Call) -> Iterator[Registration]:
    frame = evaluator.frame(call.scope)
    if call.decorates is not None:
        yield from _by_decorator(evaluator, module, call, frame)
        return
    node = call.node
    assert isinstance(node, ast.Call)
    for atom in evaluator.eval(node.func, frame):
        if isinstance(atom, Registrar):
            argument = _first_argument(node)
            if argument is not None:
                if isinstance(argument, ast.Starred):
                    argument = argument.value
                value = evaluator.eval(argument, frame)
                role = _ROLES[atom.name]
                word = WAYS[role].methods[atom.name]
                word = word or _form(evaluator, argument, call, frame, value)
                yield Registration(module, node, role, word, value)
            return
        if isinstance(atom, HostAttribute) and atom.kind == "funclist" and node.args:
            value = evaluator.eval(node.args[-1], frame)
            if atom.name == "extend":
                value = evaluator.items(value)
            if atom.name in _LIST_METHODS:
                yield Registration(module, node, Role.AFTER_REQUEST, "funcs-list", value)
            return
        if isinstance(atom, HostAttribute) and atom.kind == "funcs" and node.args:
            items = _functions(evaluator.eval(node.args[-1], frame))
            if atom.name in _DICT_METHODS and items:
                yield Registration(module, node, Role.AFTER_REQUEST, "funcs-list", items)
            return
        if isinstance(atom, Ext) and atom.path == "builtins.map" and len(node.args) > 1:
            for each in evaluator.eval(node.args[0], frame):
                if isinstance(each, Registrar):
                    items = evaluator.items(evaluator.eval(node.args[1], frame))
                    yield Registration(module, node, _ROLES[each.name], "loop", items)
                    break
            return


def _by_decorator(
    evaluator: FlaskEvaluator, module: Module, call: Call, frame: Frame
) -> Iterator[Registration]:
    for atom in evaluator.eval(call.node, frame):
        if isinstance(atom, Registrar):
            function = call.decorates
            assert isinstance(function, Function)
            index = function.decorators.index(call.node)
            value = evaluator.decorated(function, frame, index + 1)
            role = _ROLES[atom.name]
            word = WAYS[role].methods[atom.name] or atom.receiver or "app"
            yield Registration(module, function.node, role, word, value, function)
            return


def _first_argument(node: ast.Call) -> ast.expr | None:
    if node.args:
        return node.args[0]
    for keyword in node.keywords:
        if keyword.arg in ("f", "func", "function"):
            return keyword.value
    return None


def _form(
    evaluator: FlaskEvaluator, argument: ast.expr, call: Call, frame: Frame, value: Value
) -> str:
    """The word for a function that is passed in a call."""
    if call.loop and _from_loop(argument, frame):
        return "loop"
    if isinstance(argument, ast.Lambda):
        return "lambda"
    if _is_partial(evaluator, argument, frame):
        return "partial"
    functions = [atom.function for atom in value if isinstance(atom, Func)]
    if any(isinstance(function.node, ast.Lambda) for function in functions):
        return "lambda"
    if any(function.owner is not None for function in functions):
        if not any(isinstance(atom, Inst) for atom in value):
            return "method"
    if (
        not functions
        and isinstance(argument, ast.Attribute)
        and not any(isinstance(atom, Ext) for atom in value)
    ):
        return "method"
    return "call"


def _from_loop(argument: ast.expr, frame: Frame) -> bool:
    for node in ast.walk(argument):
        if isinstance(node, ast.Name):
            bound = frame.scope.reach.get(id(node), ())
            if any(binding.kind == "item" for binding in bound):
                return True
            for binding in bound:
                if binding.kind == "assign" and isinstance(binding.value, ast.expr):
                    if binding.value is not argument and _from_loop(binding.value, frame):
                        return True
    return False


def _is_partial(evaluator: FlaskEvaluator, argument: ast.expr, frame: Frame) -> bool:
    for _ in range(_ASSIGNMENTS):
        if isinstance(argument, ast.Call):
            callee = evaluator.eval(argument.func, frame)
            return any(
                isinstance(a, Ext) and a.path.startswith("functools.partial") for a in callee
            )
        if not isinstance(argument, ast.Name):
            return False
        bound = frame.scope.reach.get(id(argument)) or tuple(
            frame.scope.module.bindings.get(argument.id, ())
        )
        if len(bound) != 1 or not isinstance(bound[0].value, ast.expr):
            return False
        argument = bound[0].value
        frame = evaluator.frame(bound[0].scope)
    return False


# By assignments


def _functions(value: Value) -> Value:
    """The functions in a list, or in the lists of a dict."""
    found: Value = UNKNOWN
    for atom in value:
        if isinstance(atom, Seq):
            found |= atom.any()
        elif isinstance(atom, Map):
            found |= _functions(atom.any())
        elif isinstance(atom, Func):
            found |= one(atom)
    return found


def _in_lists(evaluator: FlaskEvaluator, scope: Scope) -> Iterator[Registration]:
    """`app.after_request_funcs[None] = [function]`, and the like."""
    frame = evaluator.frame(scope)
    for node in scope.nodes:
        if not isinstance(node, (ast.Assign, ast.AugAssign)):
            continue
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if _is_list_of_hooks(evaluator, target, frame):
                items = _functions(evaluator.eval(node.value, frame))
                if items:
                    role = Role.AFTER_REQUEST
                    yield Registration(scope.module, node, role, "funcs-list", items)


def _is_list_of_hooks(evaluator: FlaskEvaluator, target: ast.expr, frame: Frame) -> bool:
    if isinstance(target, ast.Subscript):
        return isinstance(target.value, (ast.Attribute, ast.Name)) and (
            HostObject("funcs") in evaluator.eval(target.value, frame)
        )
    if isinstance(target, ast.Attribute) and target.attr in _LISTS:
        return bool(evaluator.eval(target.value, frame)) or evaluator.model.speaks_flask(
            frame.scope.module
        )
    return False


def _assigned(evaluator: FlaskEvaluator, module: Module) -> Iterator[Registration]:
    """`app.process_response = function`."""
    for name, role in _OVERRIDES.items():
        for store in module.stores.get(name, ()):
            frame = evaluator.frame(store.scope)
            base = evaluator.eval(store.base, frame)
            if HostObject("app") in base and isinstance(store.value, ast.expr):
                value = evaluator.eval(store.value, frame)
                yield Registration(module, store.node, role, "subclass", value)


def _overridden(evaluator: FlaskEvaluator, module: Module) -> Iterator[Registration]:
    """Methods of the host's app that a subclass overrides."""
    for name, role in _OVERRIDES.items():
        for cls in module.classes:
            if name not in cls.bindings or not _is_app(evaluator, cls):
                continue
            for binding in cls.bindings[name]:
                function = binding.value
                if binding.kind == "scope" and isinstance(function, Function):
                    value = _bound(evaluator, cls, function)
                    yield Registration(module, function.node, role, "subclass", value)


def _bound(evaluator: FlaskEvaluator, cls: Class, function: Function) -> Value:
    """A method as an instance of its class has it."""
    myself = one(Inst(cls))
    return frozenset(
        replace(atom, bound=(myself, *atom.bound))
        if isinstance(atom, Func) and not function.static
        else atom
        for atom in evaluator.decorated(function, evaluator.frame(cls))
    )


def _is_app(evaluator: FlaskEvaluator, cls: Class) -> bool:
    outside = evaluator.mro(cls)[1]
    return any(
        path == "flask.Flask"
        or (
            path.rpartition(".")[2].endswith("Flask") and not evaluator.model.foreign_to_flask(path)
        )
        for path in outside
    )
