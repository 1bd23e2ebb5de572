"""Walks the code that an entry runs, through the whole tree, and lists what it does."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..flask import host
from ..flask.atoms import HostAttribute, HostObject, HostPart, Proxied, Registrar
from ..flask.model import FlaskEvaluator
from ..meaning.evaluate import Arguments, Frame
from ..meaning.implicit import IMPLICIT, implied
from ..meaning.values import (
    MORE,
    NONE,
    UNKNOWN,
    Atom,
    ClassRef,
    Const,
    Ext,
    Func,
    Getter,
    Inst,
    Obj,
    Value,
    Wrapped,
    one,
)
from ..tree.index import Class, Function
from .awaiting import awaited_in, entered_in, gives_coroutine
from .effects import (
    Behaviour,
    Calls,
    Effect,
    Enters,
    Indexes,
    Reads,
    Returns,
    Spot,
    Stores,
    Takes,
    Uses,
)
from .outside import Outside
from .state import as_object

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..flask.entries import Entry

__all__ = ["behaviour_of"]

_FRAMES = 600  # calls of one entry that are followed


def behaviour_of(entry: Entry, evaluator: FlaskEvaluator) -> Behaviour:
    """All that an entry does."""
    return Walk(entry, evaluator).run()


class Walk:
    """The walk through what one entry runs.

    :param evaluator: knows what expressions stand for.
    """

    def __init__(self, entry: Entry, evaluator: FlaskEvaluator) -> None:
        self.entry = entry
        self.evaluator = evaluator
        self.outside = Outside(evaluator, self)
        top = evaluator.frame(entry.module)
        self.behaviour = Behaviour(entry, Spot(entry.module, top, entry.node, entry.node))
        self._visited: dict[tuple[int, bool], Frame] = {}

    def run(self) -> Behaviour:
        """Walk all of it."""
        entry = self.entry
        for atom in entry.value:
            self.follow(atom, entry.arguments, self.behaviour.start)
        for atom in entry.value:
            if isinstance(atom, Func):
                self._contract(atom, self.behaviour.start)
        return self.behaviour

    def add(self, effect: Effect) -> None:
        """Put one more effect on the list."""
        self.behaviour.effects.append(effect)

    def cut(self) -> None:
        """Say that there is more than was followed."""
        self.behaviour.unfinished = True

    # What the host and the entry give each other

    def _contract(self, func: Func, start: Spot) -> None:
        entry, function = self.entry, func.function
        given = entry.arguments
        fits = _fits(function, func, len(given.positional))
        self.add(Takes(start, function, fits))
        if not fits or function.generator:
            return
        inside = function is entry.function or function.module is entry.module
        own = start.at(function.node) if inside else start
        if function.falls:
            self.add(Returns(own, function, None, NONE))
        frame = self.evaluator.call_frame(func, given)
        for expression in function.returns:
            if expression is None:
                self.add(Returns(own, function, None, NONE))
                continue
            spot = start.at(expression) if inside else start
            value = self.evaluator.eval(expression, frame)
            unawaited = not function.is_async and gives_coroutine(self.evaluator, expression, frame)
            self.add(Returns(spot, function, expression, value, unawaited))

    # The code of one function

    def _visit(self, frame: Frame, caller: Spot) -> None:
        """Walk the code of a function, or of a module."""
        key = (id(frame), caller.aside)
        if key in self._visited:
            return
        if len(self._visited) > _FRAMES:
            self.cut()
            return
        self._visited[key] = frame
        scope = frame.scope
        if isinstance(scope, Function):
            self.behaviour.functions.add(scope)
        awaited = awaited_in(frame, self.evaluator)
        entered = entered_in(frame)
        augmented = {id(node.target) for node in scope.nodes if isinstance(node, ast.AugAssign)}
        inside = caller.inside(frame)
        for node in scope.nodes:
            spot = inside.at(node)
            if isinstance(node, ast.Attribute):
                self._attribute(node, spot, id(node) in awaited, id(node) in augmented)
            elif isinstance(node, ast.Call):
                self._call(node, spot, id(node) in awaited, id(node) in entered)
            elif isinstance(node, (ast.With, ast.AsyncWith)):
                asynchronous = isinstance(node, ast.AsyncWith)
                for item in node.items:
                    self._entered(item.context_expr, inside.at(item.context_expr), asynchronous)
            elif isinstance(node, ast.Subscript):
                self._subscript(node, spot)
            elif isinstance(node, IMPLICIT):
                for expression, names in implied(node):
                    self.implied(self.evaluator.eval(expression, frame), names, spot)

    # Attributes and items

    def _attribute(self, node: ast.Attribute, spot: Spot, awaited: bool, augmented: bool) -> None:
        name = node.attr
        base = self.evaluator.eval(node.value, spot.frame)
        storing = isinstance(node.ctx, ast.Store) and not augmented
        if awaited:
            value = self.evaluator.eval(node, spot.frame)
            self.add(Reads(spot, base, name, value, awaited=True))
            return
        self._looked_up(base, spot)
        if storing or augmented:
            self.add(Stores(spot, base, name, augmented))
        for atom in base:
            self._member(atom, name, spot, storing)
        if not storing:
            value = self.evaluator.eval(node, spot.frame)
            self.add(Reads(spot, base, name, value, augmented=augmented))

    def _member(self, atom: Atom, name: str, spot: Spot, storing: bool) -> None:
        """What reading or assigning an attribute of one thing runs."""
        if isinstance(atom, Inst):
            self._of_instance(atom, atom.cls, name, spot, storing)
            if self.evaluator.find_method(atom.cls, name) is None:
                self._used(atom, name, spot)
        elif isinstance(atom, HostObject):
            if atom.kind in host.CLASS_OF:
                for cls in self.evaluator.model.custom_classes(atom.kind, name, spot.module):
                    self._of_instance(Inst(cls), cls, name, spot, storing)
        elif isinstance(atom, Obj):
            self._used(atom, name, spot)

    def _used(self, atom: Atom, name: str, spot: Spot) -> None:
        obj = as_object(atom, self.evaluator)
        if obj is not None:
            self.add(Uses(spot, obj, name))

    def _of_instance(self, atom: Atom, cls: Class, name: str, spot: Spot, storing: bool) -> None:
        """What reading or assigning an attribute of an instance of a class of the tree runs."""
        evaluator = self.evaluator
        described = evaluator.descriptors(cls, name)
        for each in described:
            verb, value = ("__set__", UNKNOWN) if storing else ("__get__", one(ClassRef(cls)))
            self.method(each, each.cls, verb, Arguments([one(atom), value]), spot)
        if described:
            return
        find = evaluator.find_setter if storing else evaluator.find_method
        function = find(cls, name)
        if function is not None:
            if storing or function.is_property:
                passed = Arguments([UNKNOWN] if storing else [])
                self.follow(Func(function, None, (one(atom),)), passed, spot)
        elif storing:
            passed = Arguments([one(Const(name)), UNKNOWN])
            self.method(atom, cls, "__setattr__", passed, spot)
        elif not evaluator.has_attribute(cls, name):
            self.method(atom, cls, "__getattr__", Arguments([one(Const(name))]), spot)

    def _looked_up(self, value: Value, spot: Spot) -> None:
        """A LocalProxy looks its object up whenever it is used."""
        for atom in value:
            if isinstance(atom, Proxied):
                for inner in atom.inner:
                    if isinstance(inner, Obj):
                        self._used(inner, atom.name or "get", spot)
                    else:
                        self.follow(inner, Arguments(), spot)

    def implied(self, value: Value, names: Iterable[str], spot: Spot) -> None:
        """Walk methods that run without being called by name."""
        self._looked_up(value, spot)
        for atom in value:
            if isinstance(atom, Inst):
                for name in names:
                    self.method(atom, atom.cls, name, Arguments([UNKNOWN]), spot)

    def _subscript(self, node: ast.Subscript, spot: Spot) -> None:
        base = self.evaluator.eval(node.value, spot.frame)
        self._looked_up(base, spot)
        storing = not isinstance(node.ctx, ast.Load)
        self.add(Indexes(spot, base, self.evaluator.eval(node.slice, spot.frame), storing))
        for atom in base:
            if isinstance(atom, Inst):
                name = "__setitem__" if storing else "__getitem__"
                self.method(atom, atom.cls, name, Arguments([UNKNOWN, UNKNOWN]), spot)

    def _entered(self, node: ast.expr, spot: Spot, asynchronous: bool) -> None:
        """`with node:`, or `async with node:`."""
        value = self.evaluator.eval(node, spot.frame)
        self._looked_up(value, spot)
        self.add(Enters(spot, value, asynchronous))
        for atom in value:
            if isinstance(atom, Inst):
                enter, leave = (
                    ("__aenter__", "__aexit__") if asynchronous else ("__enter__", "__exit__")
                )
                self.method(atom, atom.cls, enter, Arguments(), spot)
                self.method(atom, atom.cls, leave, Arguments([UNKNOWN] * 3), spot)
            elif isinstance(atom, Obj):
                self._used(atom, "__enter__", spot)

    # Calls

    def _call(self, node: ast.Call, spot: Spot, awaited: bool, entered: bool) -> None:
        evaluator = self.evaluator
        callees = evaluator.eval(node.func, spot.frame)
        arguments = evaluator.arguments(node, spot.frame)
        self._looked_up(callees, spot)
        # A parameter whose only known value is its default, None, is given something by others.
        if all(isinstance(atom, (Const, Proxied)) for atom in callees):
            self.add(Calls(spot, None, arguments, awaited or entered, direct=True))
            if not awaited:
                self.outside.call_by_name(node, arguments, spot)
        alone = len(callees) == 1
        for atom in callees:
            if isinstance(atom, (Ext, Obj, HostAttribute)) and awaited:
                self.add(Calls(spot, atom, arguments, awaited, direct=True, alone=alone))
            elif isinstance(atom, Ext) and atom.path == "builtins.getattr":
                self._by_getattr(node, arguments, spot)
            else:
                self._follow(atom, Calls(spot, atom, arguments, awaited or entered, True, alone))

    def follow(self, callee: Atom, arguments: Arguments, spot: Spot) -> None:
        """Walk what calling one thing runs."""
        self._follow(callee, Calls(spot, callee, arguments))

    def _follow(self, callee: Atom, call: Calls) -> None:
        arguments, spot = call.arguments, call.spot
        if isinstance(callee, (Ext, Obj)):
            if not self.outside.starts(callee):
                self.add(call)
            self.outside.call(callee, arguments, spot)
            return
        self.add(call)
        if isinstance(callee, Func):
            self._visit(self.evaluator.call_frame(callee, arguments), spot)
        elif isinstance(callee, Wrapped):
            self.outside.hand_over(arguments, spot)
            for inner in callee.inner:
                self.follow(inner, arguments, spot)
        elif isinstance(callee, ClassRef):
            self._made(callee, arguments, spot)
        elif isinstance(callee, Inst):
            self.method(callee, callee.cls, "__call__", arguments, spot)
        elif isinstance(callee, Getter):
            self._getter(callee, arguments, spot)
        elif isinstance(callee, Registrar) and callee.name == "call_on_close":
            for each in arguments.get(0):
                self.follow(each, Arguments(), spot)
        elif isinstance(callee, HostPart):
            if callee.path.startswith(("app.config", "app.extensions")):
                self.outside.hand_over(arguments, spot)
        elif callee == MORE:
            self.cut()

    def _by_getattr(self, node: ast.Call, arguments: Arguments, spot: Spot) -> None:
        value = self.evaluator.eval(node, spot.frame)
        name = self.evaluator.constant(arguments.get(1))
        known = isinstance(name, str)
        self.add(Reads(spot, arguments.get(0), name if known else "", value))
        if known:
            for atom in arguments.get(0):
                self._member(atom, name, spot, storing=False)

    def _getter(self, getter: Getter, arguments: Arguments, spot: Spot) -> None:
        """A call of what attrgetter or methodcaller made."""
        for dotted in getter.names:
            base = arguments.get(0)
            for name in dotted.split("."):
                found: set[Atom] = set()
                for atom in base:
                    self._member(atom, name, spot, storing=False)
                    found |= self.evaluator.attribute(atom, name, spot.frame)
                value = frozenset(found)
                self.add(Reads(spot, base, name, value))
                base = value
            if getter.arguments is not None:
                for atom in base:
                    self.follow(atom, Arguments(list(getter.arguments)), spot)

    def _made(self, atom: ClassRef, arguments: Arguments, spot: Spot) -> None:
        """An instance of a class of the tree is made."""
        for name in ("__init__", "__new__", "__post_init__"):
            self.method(Inst(atom.cls), atom.cls, name, arguments, spot)
        if self.evaluator.find_method(atom.cls, "__init__") is None:
            self.outside.made(self.evaluator.mro(atom.cls)[1], arguments, spot)

    def method(self, atom: Atom, cls: Class, name: str, arguments: Arguments, spot: Spot) -> None:
        """Walk a method of an object of the tree, if its class has it."""
        function = self.evaluator.find_method(cls, name)
        if function is not None:
            self.follow(Func(function, None, (one(atom),)), arguments, spot)


def _fits(function: Function, func: Func, number: int) -> bool:
    """Whether a function can be called with this many more arguments."""
    spec = function.args
    names = [each.arg for each in (*spec.posonlyargs, *spec.args)]
    given = len(func.bound) + number
    if given > len(names) and spec.vararg is None:
        return False
    keywords = {name for name, _ in func.keywords}
    if keywords & set(names[:given]):
        return False
    required = names[: len(names) - len(spec.defaults)]
    if any(name not in keywords for name in required[given:]):
        return False
    needed = [
        each.arg
        for each, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
        if default is None
    ]
    return all(name in keywords for name in needed)
