"""Finds every hook of a project, in whatever way it is registered."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..meaning.evaluate import Arguments, Frame
from ..meaning.library import STANDARD
from ..meaning.values import Ext, Func, Inst, Map, Obj, Seq, Value, Wrapped, one
from ..tree.index import Call, Class, Function, Module, Scope, terminal_name
from .atoms import HostAttribute, HostObject, Registrar
from .model import FlaskEvaluator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..meaning.budget import Question

__all__ = ["Hook", "Registration", "scan"]

_NAMES = frozenset({"after_request", "after_app_request", "after_this_request", "call_on_close"})
_LIST_METHODS = frozenset({"append", "insert", "extend"})
_WORDS = {
    "after_this_request": "this-request",
    "call_on_close": "call-on-close",
    "after_app_request": "app-from-blueprint",
}


@dataclass(frozen=True, slots=True)
class Registration:
    """One place that registers something.

    :param call: the expression that registers, for its line.
    :param word: how, in the words of the report.
    :param value: what is registered.
    :param function: the function that is decorated, where that is how.
    :param unsure: whether finding out what is registered led further than is followed.
    """

    module: Module
    call: ast.AST
    word: str
    value: Value
    function: Function | None = None
    unsure: bool = False


@dataclass(slots=True, eq=False)
class Hook:
    """A function that runs on responses.

    :param function: its code; None where that is not in the tree.
    :param value: what is called: the function with its decorators and what is bound.
    :param module: the file that it is in, or that registers it.
    :param registered: how it was registered, in the words of the report.
    """

    function: Function | None
    value: Value
    module: Module
    line: int
    name: str
    registered: str
    registration: Registration

    @property
    def arguments(self) -> Arguments:
        """What the host calls it with."""
        if self.registered == "call-on-close":
            return Arguments()
        return Arguments([one(HostObject("response"))])


def scan(evaluator: FlaskEvaluator) -> tuple[list[Hook], list[Registration]]:
    """All hooks of the project, and the registrations whose function is not known."""
    found: dict[object, Hook] = {}
    unknown: list[Registration] = []
    for module in _modules(evaluator):
        try:
            registrations = sorted(_registrations(evaluator, module), key=_place)
        except RecursionError:
            continue
        for registration in registrations:
            with evaluator.question() as question:
                hooks = list(_hooks(evaluator, registration))
            if question.exhausted or registration.unsure:
                for hook in hooks:
                    hook.registration = replace(registration, unsure=True)
            if not hooks:
                unknown.append(registration)
            for hook in hooks:
                key = hook.function or (hook.module, hook.line)
                known = found.get(key)
                if known is None:
                    found[key] = hook
                else:
                    known.value |= hook.value
                    if hook.registration.unsure:
                        known.registration = hook.registration
    hooks = sorted(found.values(), key=lambda hook: (hook.module.source.name, hook.line))
    _give(evaluator, hooks)
    return hooks, unknown


def _modules(evaluator: FlaskEvaluator) -> list[Module]:
    project = evaluator.project
    traced = [source for source in project.sources.values() if source.traced]
    parsed = [project.module(source) for source in traced]
    found = [module for module in parsed if module is not None]
    # Where `app.after_request` itself is handed on, a module without a trace may register.
    for module in list(found):
        if _hands_on(module):
            for source in project.linked(module.source)[:200]:
                other = project.module(source)
                if other is not None and other not in found:
                    found.append(other)
    return found


def _hands_on(module: Module) -> bool:
    """Whether a registering method is used in another way than by calling it."""
    called = {
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
        and node.attr in _NAMES
        and isinstance(node.ctx, ast.Load)
        and id(node) not in called
        for scope in scopes
        for node in scope.nodes
    )


def _registrations(evaluator: FlaskEvaluator, module: Module) -> Iterator[Registration]:
    handed_on = _hands_on(module) or not module.source.traced
    lists = b"after_request_funcs" in module.source.data
    for name, calls in module.calls.items():
        wanted = (
            name in _NAMES
            or handed_on
            or name in ("map", "getattr")
            or (lists and (name in _LIST_METHODS or name in ("setdefault", "update")))
            or (name in module.bindings and _is_alias(module, name))
            or any(name in aliases for key, aliases in module.aliases.items() if key in _NAMES)
        )
        if not wanted:
            continue
        for call in calls:
            with evaluator.question() as question:
                found = list(_registered_by(evaluator, module, call))
            yield from _marked(found, question)
    for each in (_assigned, _overridden):
        with evaluator.question() as question:
            found = list(each(evaluator, module))
        yield from _marked(found, question)


def _marked(found: list[Registration], question: Question) -> list[Registration]:
    """Registrations, marked as unsure where the question was exhausted."""
    return [replace(each, unsure=True) for each in found] if question.exhausted else found


def _is_alias(module: Module, name: str) -> bool:
    return any(
        binding.kind == "assign" and terminal_name(binding.value) in _NAMES
        for binding in module.bindings[name]
        if isinstance(binding.value, ast.AST)
    )


def _registered_by(evaluator: FlaskEvaluator, module: Module, call: Call) -> Iterator[Registration]:
    frame = evaluator.frame(call.scope)
    if call.decorates is not None:
        for atom in evaluator.eval(call.node, frame):
            if isinstance(atom, Registrar):
                function = call.decorates
                assert isinstance(function, Function)
                index = function.decorators.index(call.node)
                value = evaluator.decorated(function, frame, index + 1)
                word = _WORDS.get(atom.name) or atom.receiver or "app"
                yield Registration(module, function.node, word, value, function)
                return
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
                word = _WORDS.get(atom.name) or _form(evaluator, argument, call, frame, value)
                yield Registration(module, node, word, value)
            return
        if isinstance(atom, HostAttribute) and atom.kind == "funclist" and node.args:
            value = evaluator.eval(node.args[-1], frame)
            if atom.name == "extend":
                value = evaluator.items(value)
            if atom.name in _LIST_METHODS:
                yield Registration(module, node, "funcs-list", value)
            return
        if isinstance(atom, HostAttribute) and atom.kind == "funcs" and node.args:
            items = _listed(evaluator, evaluator.eval(node.args[-1], frame))
            if atom.name in ("setdefault", "update") and items:
                yield Registration(module, node, "funcs-list", items)
            return
        if isinstance(atom, Ext) and atom.path == "builtins.map" and len(node.args) > 1:
            if any(isinstance(each, Registrar) for each in evaluator.eval(node.args[0], frame)):
                items = evaluator.items(evaluator.eval(node.args[1], frame))
                yield Registration(module, node, "loop", items)
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
    for _ in range(5):
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


def _listed(evaluator: FlaskEvaluator, value: Value) -> Value:
    """The functions in a list, or in the lists of a dict."""
    found: Value = frozenset()
    for atom in value:
        if isinstance(atom, Seq):
            found |= atom.any()
        elif isinstance(atom, Map):
            found |= _listed(evaluator, atom.any())
        elif isinstance(atom, Func):
            found |= one(atom)
    return found


def _assigned(evaluator: FlaskEvaluator, module: Module) -> Iterator[Registration]:
    """Lists of hooks that are assigned, and `app.process_response = function`."""
    if b"after_request_funcs" in module.source.data:
        scopes: list[Scope] = [module, *module.functions]
        for scope in scopes:
            frame = evaluator.frame(scope)
            for node in scope.nodes:
                if isinstance(node, ast.Assign):
                    targets = node.targets
                elif isinstance(node, ast.AugAssign):
                    targets = [node.target]
                else:
                    continue
                for target in targets:
                    base = target.value if isinstance(target, ast.Subscript) else target
                    if isinstance(base, (ast.Attribute, ast.Name)):
                        atoms = (
                            evaluator.eval(base, frame)
                            if isinstance(target, ast.Subscript)
                            else _stored_into(evaluator, base, frame)
                        )
                        if HostObject("funcs") in atoms:
                            items = _listed(evaluator, evaluator.eval(node.value, frame))
                            if items:
                                yield Registration(module, node, "funcs-list", items)
    for store in module.stores.get("process_response", ()):
        frame = evaluator.frame(store.scope)
        base_value = evaluator.eval(store.base, frame)
        if HostObject("app") in base_value and isinstance(store.value, ast.expr):
            value = evaluator.eval(store.value, frame)
            yield Registration(module, store.node, "subclass", value)


def _stored_into(evaluator: FlaskEvaluator, target: ast.expr, frame: Frame) -> Value:
    if isinstance(target, ast.Attribute) and target.attr == "after_request_funcs":
        if evaluator.eval(target.value, frame) or evaluator.model.speaks_flask(frame.scope.module):
            return one(HostObject("funcs"))
    return frozenset()


def _overridden(evaluator: FlaskEvaluator, module: Module) -> Iterator[Registration]:
    """Overrides of `process_response` in subclasses of the host's app."""
    for cls in module.classes:
        if "process_response" not in cls.bindings:
            continue
        if not _is_app(evaluator, cls):
            continue
        for binding in cls.bindings["process_response"]:
            function = binding.value
            if binding.kind == "scope" and isinstance(function, Function):
                value = evaluator.decorated(function, evaluator.frame(cls))
                myself = one(Inst(cls))
                value = frozenset(
                    replace(atom, bound=(myself, *atom.bound))
                    if isinstance(atom, Func) and not function.static
                    else atom
                    for atom in value
                )
                yield Registration(module, function.node, "subclass", value)


def _is_app(evaluator: FlaskEvaluator, cls: Class) -> bool:
    outside = evaluator.mro(cls)[1]
    return any(
        path == "flask.Flask"
        or (
            path.rpartition(".")[2].endswith("Flask") and not evaluator.model.foreign_to_flask(path)
        )
        for path in outside
    )


def _hooks(evaluator: FlaskEvaluator, registration: Registration) -> Iterator[Hook]:
    decorated = registration.function
    if decorated is not None:
        # Whatever stands between, the hook is the function below it all.
        yield Hook(
            decorated,
            registration.value,
            decorated.module,
            decorated.line,
            decorated.qualname,
            registration.word,
            registration,
        )
        return
    for atom in registration.value:
        functions = list(_functions(evaluator, one(atom)))
        for function, value in functions:
            if _abstract(function, registration.value):
                continue
            yield Hook(
                function,
                value,
                function.module,
                function.line,
                function.qualname,
                registration.word,
                registration,
            )
        if not functions and isinstance(atom, (Ext, Obj)) and not _is_standard(atom.path):
            yield Hook(
                None,
                one(atom),
                registration.module,
                getattr(registration.call, "lineno", 1),
                atom.path.removesuffix("()"),
                registration.word,
                registration,
            )


def _is_standard(path: str) -> bool:
    """Whether something came out of the standard library: out of a list, say, or a dict."""
    return path.partition(".")[0] in STANDARD


def _functions(
    evaluator: FlaskEvaluator, value: Value, seen: frozenset[Func] = frozenset()
) -> Iterable[tuple[Function, Value]]:
    """The functions themselves that a value calls, inside whatever wraps them."""
    for atom in value:
        if isinstance(atom, Func):
            if atom in seen:
                continue
            inner = _wrapped_by(atom)
            inside = list(_functions(evaluator, inner, seen | {atom}))
            if inside:
                for function, _ in inside:
                    yield function, one(atom)
            else:
                yield atom.function, one(atom)
        elif isinstance(atom, Wrapped):
            for function, _ in _functions(evaluator, atom.inner, seen):
                yield function, one(atom)
        elif isinstance(atom, Inst):
            called = evaluator.find_method(atom.cls, "__call__")
            if called is not None:
                func = Func(called, None, (one(atom),))
                kept = _kept_by(evaluator, atom, called)
                inside = list(_functions(evaluator, kept, seen)) if kept else []
                for function, _ in inside or [(called, kept)]:
                    yield function, one(func)


def _kept_by(evaluator: FlaskEvaluator, atom: Inst, called: Function) -> Value:
    """The function that an object was made for: the one whose answer its `__call__` gives back."""
    spec = called.args
    ordered = [*spec.posonlyargs, *spec.args]
    if not ordered or atom.frame is None:
        return frozenset()
    for expression in called.returns:
        for node in ast.walk(expression) if expression is not None else ():
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            base = node.func.value
            if isinstance(base, ast.Name) and base.id == ordered[0].arg:
                value = evaluator.attribute(atom, node.func.attr, evaluator.frame(atom.cls))
                passed = (atom.frame.arguments or {}).values()
                kept = frozenset(each for each in value if isinstance(each, (Func, Wrapped)))
                if kept and any(kept <= each for each in passed):
                    return kept
    return frozenset()


def _wrapped_by(func: Func) -> Value:
    """The function that a wrapper was made for: the one whose answer it gives back."""
    frame, function = func.frame, func.function
    if frame is None or not frame.arguments or isinstance(function.node, ast.Lambda):
        return frozenset()
    passed = {
        name: value
        for name, value in frame.arguments.items()
        if value and all(isinstance(atom, (Func, Wrapped)) for atom in value)
    }
    if len(passed) != 1:
        return frozenset()
    ((name, value),) = passed.items()
    for expression in function.returns:
        if expression is not None and _gives_result_of(expression, name, function):
            return value
    return frozenset()


def _gives_result_of(node: ast.expr, name: str, function: Function, deep: int = 0) -> bool:
    for each in ast.walk(node):
        if isinstance(each, ast.Call):
            callee = each.func
            if isinstance(callee, ast.Name) and callee.id == name:
                return True
            # ensure_sync(f)(...), ctx.run(f, ...)
            if any(isinstance(a, ast.Name) and a.id == name for a in each.args):
                return True
        elif isinstance(each, ast.Name) and deep < 4:
            for binding in function.reach.get(id(each), ()):
                if isinstance(binding.value, ast.expr) and binding.kind == "assign":
                    if _gives_result_of(binding.value, name, function, deep + 1):
                        return True
    return False


def _abstract(function: Function, value: Value) -> bool:
    """Whether a method only says that others override it, and another is there."""
    body = getattr(function.node, "body", None)
    if not isinstance(body, list) or len(value) < 2:
        return False
    last = body[-1]
    return isinstance(last, ast.Raise) and "NotImplementedError" in ast.dump(last)


def _give(evaluator: FlaskEvaluator, hooks: list[Hook]) -> None:
    """Tell the evaluator which parameters are given the response."""
    response = one(HostObject("response"))
    for hook in hooks:
        if hook.registered == "call-on-close":
            continue
        for atom in hook.value:
            if isinstance(atom, Func):
                names = [
                    each.arg for each in (*atom.function.args.posonlyargs, *atom.function.args.args)
                ]
                taken = len(atom.bound)
                bound = {name for name, _ in atom.keywords}
                free = [name for name in names[taken:] if name not in bound]
                if free:
                    evaluator.given.setdefault(atom.function, {})[free[0]] = response
    evaluator.forget()


def _place(registration: Registration) -> tuple[int, int]:
    return (
        getattr(registration.call, "lineno", 0),
        getattr(registration.call, "col_offset", 0),
    )
