"""Frames, and the one way in which everything is evaluated."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..flask.atoms import HostObject, HostPart
from .budget import NoQuestionError, Question
from .values import (
    MORE,
    UNKNOWN,
    Atom,
    ClassRef,
    Const,
    Data,
    Func,
    Inst,
    Map,
    Obj,
    Position,
    Seq,
    Site,
    Value,
    one,
)

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Iterator

    from ..tree.index import Binding, Call, Class, Function, Module, Scope, Store
    from ..tree.project import Project


from .frames import Arguments, Frame, Origin
from .pieces import DEEP, FRAMES

__all__ = ["Core"]

_WIDE = 40  # atoms of one value
_STEPS = 45_000  # expressions that one question may lead to


class Core:
    """What every part of the evaluator builds on.

    :param project: the files.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        # Functions known to be given the response, by being registered: parameter by name.
        self.given: dict[Function, dict[str, Value]] = {}
        self._generic: dict[int, Frame] = {}
        self._called: dict[Any, Frame] = {}
        self._callers: dict[Function, list[Call]] = {}
        self._mros: dict[Class, tuple[list[Class], list[str]]] = {}
        self._made: dict[Site, Origin] = {}
        self._parameter_names: dict[tuple[str, Module], tuple[list[str], bool]] = {}
        self._additions: dict[tuple[Site, Any, bool], tuple[Value, int]] = {}
        self._adding: set[Site] = set()
        self._depth = 0
        self._cuts = 0
        self._question: Question | None = None
        self._subclasses: dict[Class, list[Class]] = {}
        self._host_classes: dict[tuple[str, str], list[Class]] = {}
        self._speaks: dict[Module, bool] = {}

    @contextmanager
    def question(self) -> Iterator[Question]:
        """Start on a new question, with a budget of its own."""
        question, before = Question(_STEPS), self._question
        self._question = question
        try:
            yield question
        finally:
            if question.steps > question.limit // 10:
                self.forget()  # what was cut short there may have an answer now
            self._question = before

    def frame(self, scope: Scope) -> Frame:
        """The frame of a scope whose parameters stand for what all callers pass."""
        found = self._generic.get(id(scope))
        if found is None:
            parent = self.frame(scope.parent) if scope.parent is not None else None
            found = self._generic[id(scope)] = Frame(scope, parent)
        return found

    def forget(self) -> None:
        """Forget what was found out, now that more is given."""
        for frame in (*self._generic.values(), *self._called.values()):
            frame.cache.clear()
        self._additions.clear()

    def call_frame(self, func: Func, arguments: Arguments, caller: Frame) -> Frame:
        """The frame of a call: the function's parameters bound to what is passed."""
        function = func.function
        parent = func.frame
        if parent is None and function.parent is not None:
            parent = self.frame(function.parent)
        if caller.depth >= FRAMES:
            return self.frame(function)
        bound = self.bind(function, func, arguments)
        key = (
            function,
            id(parent),
            tuple(sorted(bound.items(), key=lambda item: item[0])),
        )
        found = self._called.get(key)
        if found is None:
            found = self._called[key] = Frame(function, parent, bound, caller.depth + 1)
        return found

    def bind(self, function: Function, func: Func, arguments: Arguments) -> dict[str, Value]:
        """What each parameter stands for; one that is not passed has its default."""
        spec = function.args
        names = [each.arg for each in (*spec.posonlyargs, *spec.args)]
        passed = [*func.bound, *arguments.positional]
        bound: dict[str, Value] = dict(zip(names, passed, strict=False))
        extra = passed[len(names) :]
        if arguments.rest:
            for name in names[len(passed) :]:
                bound[name] = arguments.rest
            extra.append(arguments.rest)
        if spec.vararg is not None:
            bound[spec.vararg.arg] = one(Seq(tuple(extra), not arguments.rest, "tuple"))
        keywords = {**dict(func.keywords), **arguments.keywords}
        known = {*names, *(each.arg for each in spec.kwonlyargs)}
        for name in sorted(known & keywords.keys()):
            bound[name] = keywords[name]
        if spec.kwarg is not None:
            others = tuple((k, v) for k, v in keywords.items() if k not in known)
            bound[spec.kwarg.arg] = one(Map(others))
        for name in sorted(known - bound.keys()):
            bound[name] = self.default(function, name)
        return bound

    def default(self, function: Function, name: str) -> Value:
        """What a parameter's default stands for."""
        spec = function.args
        ordered = [*spec.posonlyargs, *spec.args]
        outer = self.frame(function.parent) if function.parent is not None else None
        if outer is None:
            return UNKNOWN
        for each, default in zip(reversed(ordered), reversed(spec.defaults), strict=False):
            if each.arg == name:
                return self.eval(default, outer)
        for each, keyword_default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
            if each.arg == name and keyword_default is not None:
                return self.eval(keyword_default, outer)
        return UNKNOWN

    def eval(self, node: ast.AST | None, frame: Frame) -> Value:
        """What an expression may stand for, in a frame."""
        if node is None:
            return UNKNOWN
        question = self._question
        if question is None:
            raise NoQuestionError
        key = id(node)
        found = frame.cache.get(key)
        if found is not None:
            return found
        if key in frame.busy or self._depth > DEEP or question.exhausted:
            self._cuts += 1
            return UNKNOWN
        method = getattr(self, f"_{type(node).__name__}", None)
        if method is None:
            return UNKNOWN
        frame.busy.add(key)
        self._depth += 1
        question.steps += 1
        cuts = self._cuts
        try:
            value: Value = method(node, frame)
        finally:
            self._depth -= 1
            frame.busy.discard(key)
        if len(value) > _WIDE:
            value = self._narrowed(value)
        if cuts == self._cuts or self._depth == 0 or question.steps > question.limit // 10:
            frame.cache[key] = value
        return value

    def _narrowed(self, value: Value) -> Value:
        """As many atoms as are followed, and first of all those that can be called."""
        data = [atom for atom in value if isinstance(atom, (Const, Data))]
        others = [atom for atom in value if not isinstance(atom, (Const, Data))]
        kept = [*others, *data][:_WIDE]
        return frozenset([*kept, MORE]) if len(others) > _WIDE else frozenset(kept)

    if TYPE_CHECKING:
        # The other parts, which call one another through the whole that they make.
        def _scope_made_by(self, node: ast.AST, frame: Frame) -> Scope | None: ...

        def _set_in(self, atom: Obj, frame: Frame) -> Value: ...

        def _stored(self, store: Store) -> Value: ...

        def _stores_on(self, kind: str, name: str, frame: Frame) -> Value: ...

        def annotated(self, annotation: ast.expr, frame: Frame) -> Value: ...

        def arguments(self, node: ast.Call, frame: Frame) -> Arguments: ...

        def attribute(self, atom: Atom, name: str, frame: Frame) -> Value: ...

        def binding(self, binding: Binding, frame: Frame) -> Value: ...

        def call(
            self, atom: Atom, arguments: Arguments, frame: Frame, node: ast.expr | None
        ) -> Value: ...

        def callers(self, function: Function) -> list[Call]: ...

        def calls_of(
            self, call: Call, function: Function, caller: Frame
        ) -> Iterable[tuple[Func, Arguments]]: ...

        def contents(self, atom: Seq | Map, key: Any = None) -> Value: ...

        def grows(self, atom: Seq) -> bool: ...

        def site_of(self, node: ast.AST, frame: Frame) -> Site: ...

        def new_container(
            self, path: str, node: ast.AST | None, frame: Frame, first: Value
        ) -> Value: ...

        def by_factory(self, factory: Value, node: ast.AST | None, frame: Frame) -> Value: ...

        def put_under(
            self, base: ast.expr, atom: HostPart | Obj, key: Any, frame: Frame
        ) -> Value: ...

        def of_instance(self, value: Value, atom: Inst) -> Value: ...

        def as_host(self, cls: Class) -> Value: ...

        def host_kind(self, cls: Class) -> str: ...

        def of_custom(self, kind: str, name: str, frame: Frame) -> Value: ...

        def place(self, node: ast.expr | None, frame: Frame) -> Position: ...

        def plain_host_attribute(self, atom: HostObject, name: str, frame: Frame) -> Value: ...

        def call_method(
            self, atom: Inst, name: str, arguments: Arguments, frame: Frame
        ) -> Value: ...

        @staticmethod
        def constant(value: Value) -> Any: ...

        def decorated(self, function: Function, frame: Frame, upto: int | None = None) -> Value: ...

        def entered(self, node: ast.expr, frame: Frame) -> Value: ...

        def external(self, path: str) -> Value: ...

        def subclasses(self, cls: Class) -> list[Class]: ...

        def speaks_flask(self, module: Module) -> bool: ...

        def find_method(self, cls: Class, name: str) -> Function | None: ...

        def host_attribute(self, atom: HostObject, name: str, frame: Frame) -> Value: ...

        def imported(self, module: Module, level: int, dotted: str, name: str | None) -> Value: ...

        def items(self, value: Value) -> Value: ...

        def member(self, atom: Inst | ClassRef, name: str, frame: Frame) -> Value: ...

        def module_attribute(self, module: Module, name: str) -> Value: ...

        def mro(self, cls: Class) -> tuple[list[Class], list[str]]: ...

        def name(self, name: str, frame: Frame) -> Value: ...

        def of_super(self, name: str, frame: Frame) -> Value: ...

        def parameter(self, name: str, frame: Frame) -> Value: ...

        def unpack(self, value: Value, path: tuple[int | None, ...]) -> Value: ...
