"""Plans: what of a hook is rewritten, or why it is not."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..flask.atoms import HostObject
from ..flask.host import FLASK_NAMES, PROXIES
from ..judging.colours import Colours
from ..judging.rewriting import Replacement, Target, Unsure, Use
from ..judging.rules import kinds
from ..meaning.values import Ext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..flask.model import FlaskEvaluator
    from ..judging.outcome import JudgedEntry, Outcome
    from ..judging.rule import Note
    from ..tree.index import Function, Module

__all__ = ["HookPlan", "Unfixed", "plan_files"]

_DECORATED = frozenset({"app", "blueprint", "this-request"})
_BLOCKING = "blocking=True"
# What mends a finding by how the hook is registered; natively a plain hook needs no word for it.
_OPTIONS: dict[Target, frozenset[str]] = {
    "afterware": frozenset({_BLOCKING, "shield=True"}),
    "quart": frozenset({_BLOCKING}),
}
_WAYS = {
    "app-from-blueprint": "after_app_request",
    "call": "a call",
    "funcs-list": "after_request_funcs",
    "loop": "a loop",
    "method": "a call with a method",
    "partial": "a call with a partial",
    "subclass": "overriding process_response",
    "call-on-close": "call_on_close",
}


@dataclass(frozen=True, slots=True)
class Unfixed:
    """A hook that stays as it is, and why."""

    file: str
    line: int
    name: str
    why: str


@dataclass(slots=True)
class HookPlan:
    """How one hook is rewritten.

    :param recolour: whether it becomes `async def`.
    :param options: what its registration says besides, as in `blocking=True`.
    :param edits: what is written in place of expressions.
    """

    hook: JudgedEntry
    function: Function
    recolour: bool
    options: tuple[str, ...] = ()
    edits: list[Replacement] = field(default_factory=list)


def plan_files(outcome: Outcome, to: Target) -> tuple[dict[Module, list[HookPlan]], list[Unfixed]]:
    """The plans for each file, and the hooks that stay as they are."""
    evaluator = outcome.evaluator
    colours = Colours(evaluator)
    plans: dict[Module, list[HookPlan]] = {}
    unfixed: list[Unfixed] = []
    for hook in outcome.hooks:
        try:
            plan = _plan(hook, to, evaluator, colours)
        except Unsure as reason:
            unfixed.append(Unfixed(hook.file, hook.line, hook.name, str(reason)))
        else:
            if plan is not None:
                plans.setdefault(plan.function.module, []).append(plan)
    return plans, unfixed


def _plan(
    hook: JudgedEntry, to: Target, evaluator: FlaskEvaluator, colours: Colours
) -> HookPlan | None:
    function = hook.entry.function
    if function is None:
        raise Unsure("its code is not in the tree")
    if isinstance(function.node, ast.Lambda):
        raise Unsure("a lambda has no statements to await in; make it a def")
    found = sorted(hook.findings, key=lambda each: (each.line, each.kind))
    for finding in found:
        kind = kinds()[finding.kind]
        if to not in kind.rewrites and kind.option not in _OPTIONS[to]:
            raise Unsure(f"{finding.code}: {finding.message}")
    options = tuple({kinds()[each.kind].option: 0 for each in found if kinds()[each.kind].option})
    changed = [each.note for each in found if not kinds()[each.kind].option]
    waits = _BLOCKING in options
    if waits and (changed or len(options) > 1):
        raise Unsure("it awaits and it blocks: use an async library, or split it in two")
    edits = [_replacement(note, function, to) for note in changed]
    if to == "quart" and waits:
        return None  # a plain hook that waits runs in a worker thread: as it should
    if to == "afterware":
        _check_registration(hook, function, bool(changed or options))
    elif len(function.decorators) > 1:
        raise Unsure("it has other decorators, which would have to await it")
    recolour = colours.becomes_async(function, to, awaits=bool(edits), waits=waits)
    if to == "afterware":
        _check_names(function, evaluator)
    return HookPlan(hook, function, recolour, options, edits)


def _check_registration(hook: JudgedEntry, function: Function, changes: bool) -> None:
    """That a hook is registered in a way that can be written for Afterware.

    :raises Unsure: it is not.
    """
    if hook.registered not in _DECORATED:
        way = _WAYS.get(hook.registered, hook.registered)
        raise Unsure(f"it is registered by {way}; add it to a Hooks by hand")
    if len(function.decorators) != 1:
        raise Unsure(
            "it has other decorators, which would have to await it"
            if changes
            else "it has other decorators; see which of them are portable"
        )
    if hook.registered != "this-request":
        decorator = function.decorators[0]
        if not (isinstance(decorator, ast.Attribute) and decorator.attr == "after_request"):
            raise Unsure("what registers it goes by another name; write the app's own")


def _replacement(note: Note, function: Function, to: Target) -> Replacement:
    """What is written in place of the code of a note.

    :raises Unsure: it is not certain.
    """
    node = note.node
    if function.module.scopes.get(id(node)) is not function:
        raise Unsure("a function that it calls does the reading; that one has other callers")
    above = tuple(_above(node, function))
    if any(isinstance(each, (ast.Lambda, ast.GeneratorExp, ast.FunctionDef)) for each in above):
        raise Unsure("it reads in a lambda or a generator expression, where await is none")
    return kinds()[note.kind].rewrites[to](Use(node, above))


def _above(node: ast.AST, function: Function) -> Iterator[ast.AST]:
    """The nodes around one, from the nearest, up to the function."""
    parents = {
        id(child): each for each in ast.walk(function.node) for child in ast.iter_child_nodes(each)
    }
    above = parents.get(id(node))
    while above is not None and above is not function.node:
        yield above
        above = parents.get(id(above))


def _check_names(function: Function, evaluator: FlaskEvaluator) -> None:
    """That a hook uses nothing of Flask but what Afterware has as well.

    :raises Unsure: it does, or may.
    """
    with evaluator.question() as question:
        frame = evaluator.frame(function)
        for node in ast.walk(function.node):
            if not isinstance(node, (ast.Name, ast.Attribute)):
                continue
            if not isinstance(node.ctx, ast.Load):
                continue
            if function.module.scopes.get(id(node)) is not function:
                continue
            for atom in evaluator.eval(node, frame):
                if isinstance(atom, Ext) and atom.path.startswith("flask."):
                    name = atom.path.removeprefix("flask.").partition(".")[0]
                    if name in FLASK_NAMES and name not in PROXIES:
                        raise Unsure(f"it uses flask.{name}, which is another on Quart")
                if isinstance(atom, HostObject) and isinstance(node, ast.Attribute):
                    if isinstance(node.value, ast.Name) and node.value.id == "flask":
                        raise Unsure(
                            "it uses flask's proxies by the module's name;"
                            " import them from afterware"
                        )
        if question.exhausted:
            raise Unsure("what it uses of Flask leads to more code than is followed")
