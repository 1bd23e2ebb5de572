"""Evaluates expressions, followed through the whole tree.

Names are looked up by the bindings that reach them, attributes through classes and instances, calls
through the functions called, with their arguments. Nothing is run.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from . import budget
from .additions import Additions
from .attributes import Attributes
from .budget import Cell, NoQuestionError
from .calls import Calls
from .classes import Classes
from .containers import Containers
from .expressions import Expressions
from .frames import Frames
from .iteration import Iteration
from .library import THREAD_LOCALS, Library, flags
from .machine import Model
from .members import Members
from .names import Names
from .parameters import Parameters
from .solver import Solver
from .values import MORE, UNKNOWN, Arguments, Const, Data, Ext, Frame, constant, one

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ..tree.index import Binding, Function
    from ..tree.project import Project
    from .budget import Question
    from .machine import Machine
    from .values import Value

__all__ = ["THREAD_LOCALS", "Arguments", "Evaluator", "Frame"]

_M = TypeVar("_M", bound=Model)


class Evaluator(Generic[_M]):
    """Evaluates expressions of a project.

    :param project: the files.
    :param model: makes what a framework adds.
    """

    def __init__(self, project: Project, model: Callable[[Machine], _M]) -> None:
        self.project = project
        # What a framework passes to functions: by the function and the name of the parameter.
        self.given: dict[Function, dict[str, Value]] = {}
        self.solver = Solver()
        project.on_read = self.solver.read
        self.frames = Frames(self)
        self.classes = Classes(self)
        additions = Additions(self)
        containers = Containers(self, additions)
        self.parameters = Parameters(self, self.frames, containers)
        self.iteration = Iteration(self)
        self.names = Names(self, self.parameters, self.iteration)
        self.members = Members(self, self.classes, self.parameters)
        self.attributes = Attributes(self, self.names, self.members)
        self.calls = Calls(self, self.attributes, containers, Library(self, containers))
        expressions = Expressions(self, containers)
        self._rules: dict[type, Callable[[Any, Frame], Value]] = {
            ast.Call: self.calls.read,
            ast.Attribute: self.attributes.read,
            **expressions.table(),
        }
        self._plain: dict[type, Callable[[Any, Frame], Value]] = {
            ast.Constant: expressions.constant,
            ast.Name: self.names.read,
            ast.JoinedStr: expressions.text,
            ast.Compare: expressions.compare,
            ast.UnaryOp: expressions.unary,
        }
        # The verbs, each where it belongs.
        self.frame = self.frames.frame
        self.attribute = self.attributes.attribute
        self.stored = self.attributes.stored
        self.call = self.calls.call
        self.call_method = self.calls.call_method
        self.items = self.iteration.items
        self.contents = containers.contents
        self.arguments = self.parameters.arguments
        self.callers = self.parameters.callers
        self.calls_of = self.parameters.calls_of
        self.name = self.names.name
        self.decorated = self.names.decorated
        self.imported = self.names.imported
        self.mro = self.classes.mro
        self.subclasses = self.classes.subclasses
        self.find_method = self.classes.find_method
        self.find_setter = self.classes.find_setter
        self.has_attribute = self.classes.has_attribute
        self.bound = self.members.bound
        self.set_in = self.attributes.set_in
        self.put_under = additions.put_under
        self.descriptors = self.members.descriptors
        self.constant = constant
        self.flags = flags
        self.call_frame = self.frames.call_frame
        self.model = model(self)

    def question(self) -> AbstractContextManager[Question]:
        """A question, with a budget that is all its own: `with evaluator.question() as question:`.

        Once it is exhausted, every answer is that nothing is known.
        """
        return self.solver.question()

    def forget(self) -> None:
        """Forget every answer, because what is given has changed."""
        self.solver.forget()
        self.frames.forget()

    def eval(self, node: ast.AST | None, frame: Frame) -> Value:
        """What an expression may stand for, in a frame.

        :raises NoQuestionError: there is no question that it belongs to.
        """
        if self.solver.current is None:
            raise NoQuestionError
        kind = type(node)
        plain = self._plain.get(kind)
        if plain is not None:
            return plain(node, frame)
        cells = frame.cells
        cell = cells.get(id(node))
        if cell is None:
            rule = self._rules.get(kind)
            if rule is None:
                return UNKNOWN
            cell = cells[id(node)] = Cell(UNKNOWN)
        return self.solver.solve(cell, self._evaluate, node, frame)  # type: ignore[no-any-return]

    def _evaluate(self, node: ast.AST | None, frame: Frame) -> Value:
        value = self._rules[type(node)](node, frame)
        return value if len(value) <= budget.WIDE else _narrowed(value)

    def binding(self, binding: Binding, frame: Frame) -> Value:
        """What a name stands for where a binding of it holds."""
        cell = frame.cells.get(id(binding))
        if cell is None:
            cell = frame.cells[id(binding)] = Cell(UNKNOWN)
        return self.solver.solve(cell, self._bound, binding, frame)  # type: ignore[no-any-return]

    def _bound(self, binding: Binding, frame: Frame) -> Value:
        value = self.names.bound(binding, frame)
        return value if len(value) <= budget.WIDE else _narrowed(value)

    def external(self, path: str) -> Value:
        """Something that is not in the tree, by its dotted path."""
        known = self.model.external(path)
        return known if known is not None else one(Ext(path))


def _narrowed(value: Value) -> Value:
    """As many atoms as are followed, and first of all those that can be called."""
    data = sorted((atom for atom in value if isinstance(atom, (Const, Data))), key=hash)
    others = sorted((atom for atom in value if not isinstance(atom, (Const, Data))), key=hash)
    kept = [*others, *data][: budget.WIDE]
    return frozenset([*kept, MORE]) if len(others) > budget.WIDE else frozenset(kept)
