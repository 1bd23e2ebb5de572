"""Judges a hook: walks everything that it runs and notes what of it is otherwise on Quart."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..flask import host
from ..flask.atoms import HostAttribute, HostObject, HostPart, Proxied, Registrar
from ..flask.model import FlaskEvaluator
from ..meaning.evaluate import Arguments, Frame
from ..meaning.implicit import IMPLICIT, implied
from ..meaning.knowledge import blocks, is_lock
from ..meaning.values import (
    MORE,
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
from ..tree.index import Class, Function, terminal_name
from .files import Sent, is_removal, removed_by
from .outside import Outside
from .returns import broken_ways
from .walk import Note, Spot, Walk, line_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..flask.registrations import Hook
    from ..meaning.budget import Question

__all__ = ["Judge", "Note"]

_FRAMES = 600  # calls of one hook that are followed
_AWAITING = frozenset({"asyncio.gather", "asyncio.wait_for", "asyncio.shield"})


class Judge(Outside):
    """Judges hooks of one project.

    :param evaluator: knows what expressions stand for.
    """

    def __init__(self, evaluator: FlaskEvaluator) -> None:
        super().__init__(evaluator)
        self.sent = Sent(evaluator)
        self.unfinished = False

    def judge(self, hook: Hook) -> list[Note]:
        """What of a hook is otherwise on Quart, in the order of its lines."""
        with self.evaluator.question() as question:
            return self._notes(hook, question)

    def _notes(self, hook: Hook, question: Question) -> list[Note]:
        walk = Walk(hook)
        top = self.evaluator.frame(hook.module)
        start = hook.function.node if hook.function is not None else hook.registration.call
        spot = Spot(walk, top, start, start)
        for atom in hook.value:
            self.called(atom, hook.arguments, spot)
        if hook.registered == "subclass":
            spot.note("process_response")
        if hook.registered == "call-on-close":
            spot.note("call_on_close")
        for name, node in broken_ways(self.evaluator, hook):
            spot.at(node).note(name)
        for site, note in walk.started.items():
            if site not in walk.joined:
                walk.notes.setdefault((note.kind, id(note.node), note.subject), note)
        for obj, name, use in walk.later:
            for kind, subject in self.state.use(obj, name, use.node, use.frame, walk.functions):
                use.note(kind, subject)
        self.unfinished = walk.unfinished or question.exhausted or hook.registration.unsure
        if self.unfinished:
            spot.note("undecided.unfinished")
        return sorted(walk.notes.values(), key=lambda note: (line_of(note.via), note.kind))

    # Walking

    def visit(self, frame: Frame, spot: Spot) -> None:
        """Walk a function's code.

        :param spot: what calls it.
        """
        walk = spot.walk
        key = (id(frame), spot.aside)
        if key in walk.visited:
            return
        if len(walk.visited) > _FRAMES:
            walk.unfinished = True
            return
        walk.visited.add(key)
        scope = frame.scope
        if isinstance(scope, Function):
            walk.functions.add(scope)
        awaited = self.awaited(frame)
        augmented = {id(node.target) for node in scope.nodes if isinstance(node, ast.AugAssign)}
        inside = Spot(walk, frame, spot.node, spot.via, spot.aside)
        for node in scope.nodes:
            here = inside.at(node)
            if isinstance(node, ast.Attribute):
                if id(node) not in awaited:
                    self.attribute(node, here, id(node) in augmented)
            elif isinstance(node, ast.Call):
                self.call(node, here, id(node) in awaited)
            elif isinstance(node, (ast.With, ast.AsyncWith)):
                for item in node.items:
                    self.entered(item.context_expr, inside.at(item.context_expr))
            elif isinstance(node, ast.Subscript):
                self.subscript(node, here)
            elif isinstance(node, IMPLICIT):
                for expression, names in implied(node):
                    self.runs(self.evaluator.eval(expression, frame), names, here)

    def awaited(self, frame: Frame) -> set[int]:
        """The expressions whose coroutine is awaited, by id: here or where they are passed."""
        found: set[int] = set()
        for node in frame.scope.nodes:
            if isinstance(node, ast.Await):
                self._mark(node.value, found)
                if isinstance(node.value, ast.Call):
                    for each in self._passed_to_be_awaited(node.value, frame):
                        self._mark(each, found)
        return found

    @staticmethod
    def _mark(node: ast.expr, found: set[int]) -> None:
        found.add(id(node))
        if isinstance(node, ast.Call):
            found.add(id(node.func))

    def _passed_to_be_awaited(self, call: ast.Call, frame: Frame) -> Iterable[ast.expr]:
        for atom in self.evaluator.eval(call.func, frame):
            if isinstance(atom, Ext) and atom.path in _AWAITING:
                yield from call.args
            elif isinstance(atom, Func) and atom.function.is_async:
                names = {
                    node.value.id
                    for node in atom.function.nodes
                    if isinstance(node, ast.Await) and isinstance(node.value, ast.Name)
                }
                spec = atom.function.args
                parameters = [each.arg for each in (*spec.posonlyargs, *spec.args)]
                for name, each in zip(parameters[len(atom.bound) :], call.args, strict=False):
                    if name in names:
                        yield each

    # Attributes and items

    def attribute(self, node: ast.Attribute, spot: Spot, augmented: bool) -> None:
        base = self.evaluator.eval(node.value, spot.frame)
        storing = isinstance(node.ctx, ast.Store) and not augmented
        self.used(base, spot)
        for atom in base:
            if isinstance(atom, Inst):
                self.of_instance(atom, atom.cls, node.attr, spot, storing)
                if self.evaluator.find_method(atom.cls, node.attr) is None:
                    self.state_of(atom, node.attr, spot)
            elif isinstance(atom, HostObject):
                self.of_host(atom, node, storing, augmented, spot)
            elif isinstance(atom, Obj):
                self.state_of(atom, node.attr, spot)
        if not storing:
            for value in self.evaluator.eval(node, spot.frame):
                if isinstance(value, HostAttribute):
                    self.host_attr(value, spot, augmented)

    def of_instance(self, atom: Atom, cls: Class, name: str, spot: Spot, storing: bool) -> None:
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
                self.called(Func(function, None, (one(atom),)), passed, spot)
        elif storing:
            passed = Arguments([one(Const(name)), UNKNOWN])
            self.method(atom, cls, "__setattr__", passed, spot)
        elif not evaluator.has_attribute(cls, name):
            self.method(atom, cls, "__getattr__", Arguments([one(Const(name))]), spot)

    def of_host(
        self, atom: HostObject, node: ast.Attribute, storing: bool, augmented: bool, spot: Spot
    ) -> None:
        if atom.kind in host.CLASS_OF:
            for cls in self.evaluator.model.custom_classes(atom.kind, node.attr, spot.module):
                self.of_instance(Inst(cls), cls, node.attr, spot, storing)
        if atom.kind != "response":
            return
        if storing and node.attr == "response":
            spot.note("response.response", "assigned")
        if storing and node.attr == "call_on_close":
            spot.note("call_on_close")
        if augmented and node.attr in ("data", "response"):
            spot.note("response.data+=" if node.attr == "data" else "response.response", "added to")

    def host_attr(self, atom: HostAttribute, spot: Spot, augmented: bool = False) -> None:
        kind, name = atom.kind, atom.name
        if kind == "response":
            if (
                name in host.RESPONSE_COROUTINES and not augmented
            ) or name in host.RESPONSE_MISSING:
                spot.note(f"response.{name}", name)
        elif kind == "request":
            if name in host.REQUEST_COROUTINES or name in host.REQUEST_MISSING:
                spot.note(f"request.{name}", name)
        elif kind == "app" and name in host.APP_MISSING:
            spot.note("app.missing", name)

    def used(self, value: Value, spot: Spot) -> None:
        """A LocalProxy does its work whenever it is used."""
        for atom in value:
            if isinstance(atom, Proxied):
                for inner in atom.inner:
                    if isinstance(inner, Obj):
                        self.state_of(inner, atom.name or "get", spot)
                    else:
                        self.called(inner, Arguments(), spot)

    def runs(self, value: Value, names: Iterable[str], spot: Spot) -> None:
        """Methods that run although nothing calls them by name."""
        self.used(value, spot)
        for atom in value:
            if isinstance(atom, Inst):
                for name in names:
                    self.method(atom, atom.cls, name, Arguments([UNKNOWN]), spot)

    def subscript(self, node: ast.Subscript, spot: Spot) -> None:
        base = self.evaluator.eval(node.value, spot.frame)
        self.used(base, spot)
        if spot.aside:
            return
        for atom in self.evaluator.eval(node.slice, spot.frame):
            if isinstance(atom, Obj) and self.state.is_thread_id(atom.path):
                spot.note("thread-id")
        for atom in base:
            if isinstance(atom, Inst):
                name = "__getitem__" if isinstance(node.ctx, ast.Load) else "__setitem__"
                self.method(atom, atom.cls, name, Arguments([UNKNOWN, UNKNOWN]), spot)

    def entered(self, node: ast.expr, spot: Spot) -> None:
        """`with node:`."""
        value = self.evaluator.eval(node, spot.frame)
        self.used(value, spot)
        for atom in value:
            if isinstance(atom, Inst):
                self.method(atom, atom.cls, "__enter__", Arguments(), spot)
                self.method(atom, atom.cls, "__exit__", Arguments([UNKNOWN] * 3), spot)
            elif isinstance(atom, (Obj, Ext)) and not spot.aside:
                self.outside_entered(atom, spot)
        if not value and not spot.aside:
            if terminal_name(node).lower().endswith(("lock", "mutex", "semaphore")):
                spot.note("lock", "a lock")

    def outside_entered(self, atom: Obj | Ext, spot: Spot) -> None:
        path = atom.path
        if is_lock(path):
            spot.note("lock", "a lock")
        elif path.startswith("concurrent.futures."):
            spot.note("blocking", "another thread")
            if isinstance(atom, Obj):
                spot.walk.joined.add(atom.site)
        elif isinstance(atom, Obj):
            if path.startswith(("tempfile.TemporaryDirectory", "subprocess.Popen()")):
                spot.note("blocking", "a file")
            self.state_of(atom, "__enter__", spot)
            if atom.elsewhere or path.startswith(("sqlite3.", "psycopg")):
                reason = blocks(f"{path}.__exit__", atom.flags)
                if reason:
                    spot.note("blocking", reason)

    # Calls

    def call(self, node: ast.Call, spot: Spot, awaited: bool) -> None:
        evaluator = self.evaluator
        callee = evaluator.eval(node.func, spot.frame)
        arguments = evaluator.arguments(node, spot.frame)
        self.used(callee, spot)
        for atom in callee:
            if awaited and isinstance(atom, (Ext, Obj, HostAttribute)):
                continue
            if isinstance(atom, Ext) and atom.path == "builtins.getattr":
                for value in evaluator.eval(node, spot.frame):
                    if isinstance(value, HostAttribute):
                        self.host_attr(value, spot)
                self.via_getattr(arguments, spot)
            else:
                self.called(atom, arguments, spot)
        # A parameter whose only known value is its default, None, is given something by others.
        if not awaited and all(isinstance(atom, (Const, Proxied)) for atom in callee):
            self.unknown_callee(node, arguments, spot)
        self.own_method(node, callee, spot)
        if not spot.aside:
            self.removals(node, callee, spot)
            self.thread_keys(node, arguments, spot)

    def own_method(self, node: ast.Call, callee: Value, spot: Spot) -> None:
        """A method that neither the host's class nor any of the tree's has."""
        if not isinstance(node.func, ast.Attribute):
            return
        name = node.func.attr
        for kind, names in host.NAMES_OF.items():
            if callee == one(HostPart(f"{kind}.{name}")) and name not in names:
                spot.note(f"undecided.{kind}", kind)

    def via_getattr(self, arguments: Arguments, spot: Spot) -> None:
        name = self.evaluator.constant(arguments.get(1))
        if isinstance(name, str):
            for atom in arguments.get(0):
                self.got(atom, name, spot)

    def got(self, atom: Atom, name: str, spot: Spot) -> None:
        """An attribute that is read by a name in a string."""
        if isinstance(atom, Inst):
            self.of_instance(atom, atom.cls, name, spot, storing=False)
            self.state_of(atom, name, spot)
        elif isinstance(atom, Obj):
            self.state_of(atom, name, spot)
        elif isinstance(atom, HostObject) and atom.kind in host.CLASS_OF:
            for cls in self.evaluator.model.custom_classes(atom.kind, name, spot.module):
                self.of_instance(Inst(cls), cls, name, spot, storing=False)

    def getter(self, getter: Getter, arguments: Arguments, spot: Spot) -> None:
        """A call of what attrgetter or methodcaller made."""
        for dotted in getter.names:
            value = arguments.get(0)
            for name in dotted.split("."):
                found: set[Atom] = set()
                for atom in value:
                    self.got(atom, name, spot)
                    found |= self.evaluator.attribute(atom, name, spot.frame)
                value = frozenset(found)
                for atom in value:
                    if isinstance(atom, HostAttribute):
                        self.host_attr(atom, spot)
            if getter.arguments is not None:
                for atom in value:
                    self.called(atom, Arguments(list(getter.arguments)), spot)

    def called(self, atom: Atom, arguments: Arguments, spot: Spot) -> None:
        """Follow a call of one thing."""
        evaluator = self.evaluator
        if isinstance(atom, Func):
            self.visit(evaluator.call_frame(atom, arguments), spot)
        elif isinstance(atom, Wrapped):
            self.hand_over(arguments, spot)
            for inner in atom.inner:
                self.called(inner, arguments, spot)
        elif isinstance(atom, ClassRef):
            self.made(atom, arguments, spot)
        elif isinstance(atom, Inst):
            self.method(atom, atom.cls, "__call__", arguments, spot)
        elif isinstance(atom, HostAttribute):
            self.host_called(atom, spot)
        elif isinstance(atom, Getter):
            self.getter(atom, arguments, spot)
        elif isinstance(atom, Registrar):
            if atom.name == "call_on_close":
                spot.note("call_on_close")
                for each in arguments.get(0):
                    self.called(each, Arguments(), spot)
        elif isinstance(atom, (Ext, Obj)):
            self.outside(atom, arguments, spot)
        elif isinstance(atom, HostPart):
            if atom.path.startswith(("app.config", "app.extensions")):
                self.hand_over(arguments, spot)
            if not atom.path.startswith(("request", "response", "session", "g.")):
                self.waits_by_name(arguments, spot)
        elif atom == MORE:
            spot.walk.unfinished = True

    def made(self, atom: ClassRef, arguments: Arguments, spot: Spot) -> None:
        """An instance of a class of the tree is made."""
        for name in ("__init__", "__new__", "__post_init__"):
            self.method(Inst(atom.cls), atom.cls, name, arguments, spot)
        if self.evaluator.find_method(atom.cls, "__init__") is None:
            self.made_outside(self.evaluator.mro(atom.cls)[1], arguments, spot)

    def method(self, atom: Atom, cls: Class, name: str, arguments: Arguments, spot: Spot) -> None:
        function = self.evaluator.find_method(cls, name)
        if function is None:
            return
        self.called(Func(function, None, (one(atom),)), arguments, spot)

    def host_called(self, atom: HostAttribute, spot: Spot) -> None:
        if atom.kind in ("app", "blueprint") and atom.name in host.APP_COROUTINES:
            if atom.name != "process_response" or spot.walk.hook.registered != "subclass":
                spot.note(f"helper.{atom.name}", atom.name)

    # Files and threads

    def removals(self, node: ast.Call, callee: Value, spot: Spot) -> None:
        for atom in callee:
            if isinstance(atom, Obj) and "delete=False" in atom.flags:
                if atom.path.endswith(".close"):
                    continue
            if isinstance(atom, (Ext, Obj)) and is_removal(atom.path):
                for expression, whole in removed_by(node, atom.path):
                    if self.sent.is_sent(expression, spot.frame, whole):
                        spot.note("file-removed")
                        return

    def thread_keys(self, node: ast.Call, arguments: Arguments, spot: Spot) -> None:
        if terminal_name(node.func) not in ("pop", "get", "setdefault", "discard", "remove"):
            return
        for value in arguments.every():
            for atom in value:
                if isinstance(atom, Obj) and self.state.is_thread_id(atom.path):
                    spot.note("thread-id")
