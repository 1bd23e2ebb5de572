"""Decides what of a hook can be rewritten for sure, and says why where it cannot."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ..flask.atoms import HostObject
from ..flask.host import FLASK_NAMES, PROXIES
from ..flask.model import FlaskEvaluator
from ..meaning.values import Ext, Func

if TYPE_CHECKING:
    from ..check import JudgedHook, Outcome
    from ..tree.index import Function, Module

__all__ = ["Left", "Plan", "Target", "plan_files"]

Target = Literal["afterware", "quart"]

_READS = frozenset({"response.get_data", "response.data", "response.get_json", "response.json"})
_STATEMENTS = frozenset({"response.add_etag", "response.make_conditional", "response.data+="})
_WAITS = frozenset({"blocking", "lock"})
_REQUEST = frozenset(
    {
        "request.get_json",
        "request.json",
        "request.data",
        "request.get_data",
        "request.form",
        "request.files",
        "request.values",
    }
)
_HELPERS = frozenset(
    {
        "helper.make_response",
        "helper.render_template",
        "helper.render_template_string",
        "helper.flash",
    }
)
_DECORATED = frozenset({"app", "blueprint", "this-request"})


@dataclass(frozen=True, slots=True)
class Left:
    """A hook that is left as it is, and why."""

    file: str
    line: int
    name: str
    why: str


@dataclass(slots=True)
class Plan:
    """How one hook is rewritten.

    :param recolour: whether it becomes `async def`.
    :param blocking: whether it is registered with blocking=True.
    :param edits: expressions that are rewritten, as (kind, node).
    """

    hook: JudgedHook
    function: Function
    recolour: bool
    blocking: bool
    edits: list[tuple[str, ast.AST]] = field(default_factory=list)


class _Unsure(Exception):  # noqa: N818 - a reason, not a failure
    """Why a hook is left."""


def plan_files(outcome: Outcome, to: Target) -> tuple[dict[Module, list[Plan]], list[Left]]:
    """The plans for each file, and the hooks that are left."""
    evaluator = FlaskEvaluator(outcome.project)
    plans: dict[Module, list[Plan]] = {}
    left: list[Left] = []
    for hook in outcome.hooks:
        try:
            with evaluator.question() as question:
                plan = _plan(hook, to, evaluator)
                if question.exhausted:
                    raise _Unsure("it leads to more code than is followed")
        except _Unsure as reason:
            left.append(Left(hook.file, hook.line, hook.name, str(reason)))
        else:
            if plan is not None:
                plans.setdefault(plan.function.module, []).append(plan)
    return plans, left


def _plan(hook: JudgedHook, to: Target, evaluator: FlaskEvaluator) -> Plan | None:
    function = hook.hook.function
    if function is None:
        raise _Unsure("its code is not in the tree")
    if isinstance(function.node, ast.Lambda):
        raise _Unsure("a lambda has no statements to await in; make it a def")
    known = _READS | _STATEMENTS | _WAITS
    if to == "quart":
        known |= _REQUEST | _HELPERS
    for note in hook.notes:
        if note.kind not in known:
            finding = next(each for each in hook.findings if each.kind == note.kind)
            raise _Unsure(f"{finding.code}: {finding.message}")
    edits = [(note.kind, note.node) for note in hook.notes if note.kind not in _WAITS]
    waits = len(edits) != len(hook.notes)
    if edits and waits:
        raise _Unsure("it awaits and it blocks: use an async library, or split it in two")
    for kind, node in edits:
        note_scope = function.module.scopes.get(id(node))
        if note_scope is not function:
            raise _Unsure("a function that it calls does the reading; that one has other callers")
        _check_edit(kind, node, function)
    recolour = bool(edits) and not function.is_async
    if to == "quart":
        recolour = not waits and not function.is_async
        if waits and not edits:
            return None  # a plain hook that waits runs in a worker thread: as it should
    elif hook.registered not in _DECORATED:
        raise _Unsure(f"it is registered by {_spoken(hook.registered)}; add it to a Hooks by hand")
    if to == "afterware" and len(function.decorators) != 1 and (edits or waits):
        raise _Unsure("it has other decorators, which would have to await it")
    if to == "afterware" and len(function.decorators) != 1:
        raise _Unsure("it has other decorators; see which of them are portable")
    if to == "afterware" and hook.registered != "this-request":
        decorator = function.decorators[0]
        if not (isinstance(decorator, ast.Attribute) and decorator.attr == "after_request"):
            raise _Unsure("what registers it goes by another name; write the app's own")
    if to == "quart" and len(function.decorators) > 1:
        raise _Unsure("it has other decorators, which would have to await it")
    if recolour and (other := _other_use(function, evaluator)):
        raise _Unsure(f"it is used in line {other} as well, which would get a coroutine")
    if to == "afterware":
        _only_proxies(function, evaluator)
    return Plan(hook, function, recolour, waits and to == "afterware", edits)


def _spoken(registered: str) -> str:
    return {
        "app-from-blueprint": "after_app_request",
        "call": "a call",
        "funcs-list": "after_request_funcs",
        "loop": "a loop",
        "method": "a call with a method",
        "partial": "a call with a partial",
        "subclass": "overriding process_response",
        "call-on-close": "call_on_close",
    }.get(registered, registered)


def _check_edit(kind: str, node: ast.AST, function: Function) -> None:
    parents = {
        id(child): each for each in ast.walk(function.node) for child in ast.iter_child_nodes(each)
    }
    parent = parents.get(id(node))
    if not isinstance(node, ast.Attribute) and kind not in _HELPERS:
        raise _Unsure("it reads by getattr")
    inside: ast.AST | None = parent
    while inside is not None and inside is not function.node:
        if isinstance(inside, (ast.Lambda, ast.GeneratorExp, ast.FunctionDef)):
            raise _Unsure("it reads in a lambda or a generator expression, where await is none")
        inside = parents.get(id(inside))
    if kind in _HELPERS:
        return
    assert isinstance(node, ast.Attribute)
    if not isinstance(node.value, ast.Name):
        raise _Unsure("what it reads is more than a name")
    called = isinstance(parent, ast.Call) and parent.func is node
    if kind.endswith((".get_data", ".get_json", ".add_etag", ".make_conditional")) and not called:
        raise _Unsure("it hands the method itself on")
    if kind == "response.get_data":
        assert isinstance(parent, ast.Call)
        if parent.args or any(each.arg != "as_text" for each in parent.keywords):
            raise _Unsure("get_data() has arguments that body.read() has not")
        if any(not isinstance(each.value, ast.Constant) for each in parent.keywords):
            raise _Unsure("whether get_data() gives text is decided elsewhere")
    if kind == "response.get_json":
        assert isinstance(parent, ast.Call)
        if parent.args or any(each.arg not in ("force", "silent") for each in parent.keywords):
            raise _Unsure("get_json() has arguments that body.read_json() has not")
    if kind == "response.data+=":
        raise _Unsure("AW109: whether text or bytes are added is for you to say")
    if kind == "response.make_conditional":
        assert isinstance(parent, ast.Call)
        above = parents.get(id(parent))
        if not isinstance(above, (ast.Return, ast.Expr)):
            raise _Unsure("what make_conditional() gives is used in an expression")
        if len(parent.args) != 1 or parent.keywords:
            raise _Unsure("make_conditional() has arguments that body.make_conditional() has not")
    if kind == "response.add_etag":
        assert isinstance(parent, ast.Call)
        if not isinstance(parents.get(id(parent)), ast.Expr):
            raise _Unsure("what add_etag() gives is used in an expression")


def _other_use(function: Function, evaluator: FlaskEvaluator) -> int:
    """A line that uses the function otherwise than to register it, or zero."""
    registering = {"after_request", "after_app_request", "after_this_request"}
    for module in evaluator.project.mentioning(function.module, function.name, rb"\b%s\b"):
        scopes = [module, *module.functions, *module.classes]
        registered = {
            id(argument)
            for scope in scopes
            for node in scope.nodes
            if isinstance(node, ast.Call)
            and isinstance(node.func, (ast.Attribute, ast.Name))
            and (getattr(node.func, "attr", "") or getattr(node.func, "id", "")) in registering
            for argument in node.args
        }
        for each in ast.walk(module.node):
            name = each.id if isinstance(each, ast.Name) else getattr(each, "attr", None)
            if name != function.name or id(each) in registered:
                continue
            if not isinstance(getattr(each, "ctx", None), ast.Load):
                continue
            scope = module.scopes.get(id(each))
            if scope is None:
                continue
            value = evaluator.eval(each, evaluator.frame(scope))
            if any(isinstance(atom, Func) and atom.function is function for atom in value):
                return getattr(each, "lineno", 1)
    return 0


def _only_proxies(function: Function, evaluator: FlaskEvaluator) -> None:
    """That a hook uses nothing of Flask but what Afterware has as well."""
    frame = evaluator.frame(function)
    for node in ast.walk(function.node):
        if not isinstance(node, (ast.Name, ast.Attribute)):
            continue
        if (
            not isinstance(node.ctx, ast.Load)
            or function.module.scopes.get(id(node)) is not function
        ):
            continue
        for atom in evaluator.eval(node, frame):
            if isinstance(atom, Ext) and atom.path.startswith("flask."):
                name = atom.path.removeprefix("flask.").partition(".")[0]
                if name in FLASK_NAMES and name not in PROXIES:
                    raise _Unsure(f"it uses flask.{name}, which is another on Quart")
            if isinstance(atom, HostObject) and isinstance(node, ast.Attribute):
                if isinstance(node.value, ast.Name) and node.value.id == "flask":
                    raise _Unsure(
                        "it uses flask's proxies by the module's name; import them from afterware"
                    )
