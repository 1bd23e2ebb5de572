"""Judges a hook: walks everything that it runs and notes what of it is otherwise on Quart."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import host
from .evaluate import Arguments, Evaluator, Frame
from .files import Sent, is_removal, removed_by
from .index import Function, Module, terminal_name
from .knowledge import STANDARD, blocks, blocks_by_name, is_lock, lock_kind
from .returns import broken_ways
from .shared_state import SharedState
from .values import (
    Atom,
    ClassRef,
    Const,
    Ext,
    Func,
    Host,
    HostAttr,
    Inst,
    Map,
    Obj,
    Part,
    Reg,
    Seq,
    Value,
    Wrapped,
    one,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .scan import Hook

__all__ = ["Judge", "Note"]

_FRAMES = 600  # calls of one hook that are followed
_QUIET = frozenset({"structlog", "loguru", "eliot", "logbook", "pprint", "rich"})
_STARTS = ("threading.Thread()", "threading.Timer()", "multiprocessing.Process()")
_SPAWNS = frozenset(
    """_thread.start_new_thread threading._start_new_thread gevent.spawn gevent.spawn_later
    eventlet.spawn eventlet.spawn_n eventlet.spawn_after asyncio.create_task
    asyncio.ensure_future""".split()
)
_AWAITING = frozenset({"asyncio.gather", "asyncio.wait_for", "asyncio.shield"})
_CONTAINER = frozenset(
    "append add insert extend appendleft put put_nowait setdefault update remove discard".split()
)


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that is otherwise on Quart.

    :param kind: what, as `codes` knows it.
    :param module: the file that it is in.
    :param via: where the hook's own file leads there, if it is in another.
    :param subject: what the line does: the name of the attribute, what is waited for.
    """

    kind: str
    module: Module
    node: ast.AST
    via: ast.AST
    subject: str = ""


@dataclass(slots=True)
class _Walk:
    """The state of judging one hook."""

    hook: Hook
    notes: dict[tuple[str, int, str], Note] = field(default_factory=dict)
    visited: set[tuple[int, bool]] = field(default_factory=set)
    functions: set[Function] = field(default_factory=set)
    started: dict[tuple[str, int, int], Note] = field(default_factory=dict)
    joined: set[tuple[str, int, int]] = field(default_factory=set)
    later: list[tuple[Obj, str, ast.AST, Frame, ast.AST]] = field(default_factory=list)


class Judge:
    """Judges hooks of one project.

    :param evaluator: knows what expressions stand for.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.state = SharedState(evaluator)
        self.sent = Sent(evaluator)

    def judge(self, hook: Hook) -> list[Note]:
        """What of a hook is otherwise on Quart, in the order of its lines."""
        self.evaluator.begin()
        walk = _Walk(hook)
        top = self.evaluator.frame(hook.module)
        start = hook.function.node if hook.function is not None else hook.registration.call
        for atom in hook.value:
            self.called(atom, hook.arguments, top, start, walk, start, False)
        if hook.registered == "subclass":
            self.note(walk, "process_response", hook.module, start, start)
        if hook.registered == "call-on-close":
            self.note(walk, "call_on_close", hook.module, start, start)
        for name, node in broken_ways(self.evaluator, hook):
            module = hook.module
            self.note(walk, name, module, node, node)
        for site, note in walk.started.items():
            if site not in walk.joined:
                walk.notes.setdefault((note.kind, id(note.node), note.subject), note)
        for obj, name, node, frame, via in walk.later:
            for kind, subject in self.state.use(obj, name, node, frame, walk.functions):
                self.note(walk, kind, frame.scope.module, node, via, subject)
        return sorted(walk.notes.values(), key=lambda note: (_line(note.via), note.kind))

    def note(
        self,
        walk: _Walk,
        kind: str,
        module: Module,
        node: ast.AST,
        via: ast.AST,
        subject: str = "",
    ) -> None:
        if module is walk.hook.module:
            via = node
        walk.notes.setdefault((kind, id(node), subject), Note(kind, module, node, via, subject))

    # Walking

    def visit(self, frame: Frame, walk: _Walk, via: ast.AST, aside: bool) -> None:
        """Walk a function's code.

        :param aside: it runs in a thread of its own, where waiting and thread state are its own.
        """
        key = (id(frame), aside)
        if key in walk.visited or len(walk.visited) > _FRAMES:
            return
        walk.visited.add(key)
        scope = frame.scope
        if isinstance(scope, Function):
            walk.functions.add(scope)
        awaited = self.awaited(frame)
        augmented = {id(node.target) for node in scope.nodes if isinstance(node, ast.AugAssign)}
        own = scope.module is walk.hook.module
        for node in scope.nodes:
            here = node if own else via
            if isinstance(node, ast.Attribute):
                if id(node) not in awaited:
                    self.attribute(node, frame, walk, here, aside, id(node) in augmented)
            elif isinstance(node, ast.Call):
                self.call(node, frame, walk, here, aside, id(node) in awaited)
            elif isinstance(node, (ast.With, ast.AsyncWith)):
                for item in node.items:
                    self.entered(item.context_expr, frame, walk, here, aside)
            elif isinstance(node, ast.Subscript):
                self.subscript(node, frame, walk, here, aside)

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

    def attribute(
        self,
        node: ast.Attribute,
        frame: Frame,
        walk: _Walk,
        via: ast.AST,
        aside: bool,
        augmented: bool,
    ) -> None:
        module = frame.scope.module
        base = self.evaluator.eval(node.value, frame)
        storing = isinstance(node.ctx, ast.Store) and not augmented
        for atom in base:
            if isinstance(atom, Inst):
                method = self.evaluator.find_method(atom.cls, node.attr)
                if method is not None and method.is_property and not storing:
                    func = Func(method, None, (one(atom),))
                    self.called(func, Arguments(), frame, node, walk, via, aside)
            elif isinstance(atom, Host):
                self.of_host(atom, node, storing, augmented, module, walk, via)
            elif isinstance(atom, Obj) and not aside:
                self.state_of(atom, node, frame, walk, via)
        if not storing:
            for value in self.evaluator.eval(node, frame):
                if isinstance(value, HostAttr):
                    self.host_attr(value, node, module, walk, via, augmented)

    def of_host(
        self,
        atom: Host,
        node: ast.Attribute,
        storing: bool,
        augmented: bool,
        module: Module,
        walk: _Walk,
        via: ast.AST,
    ) -> None:
        if atom.kind == "response" and storing and node.attr == "response":
            self.note(walk, "response.response", module, node, via, "assigned")
        if atom.kind == "response" and storing and node.attr == "call_on_close":
            self.note(walk, "call_on_close", module, node, via)
        if augmented and atom.kind == "response" and node.attr in ("data", "response"):
            kind = "response.data+=" if node.attr == "data" else "response.response"
            self.note(walk, kind, module, node, via, "added to")

    def host_attr(
        self,
        atom: HostAttr,
        node: ast.AST,
        module: Module,
        walk: _Walk,
        via: ast.AST,
        augmented: bool = False,
    ) -> None:
        kind, name = atom.kind, atom.name
        if kind == "response":
            if (
                name in host.RESPONSE_COROUTINES and not augmented
            ) or name in host.RESPONSE_MISSING:
                self.note(walk, f"response.{name}", module, node, via, name)
        elif kind == "request":
            if name in host.REQUEST_COROUTINES or name in host.REQUEST_MISSING:
                self.note(walk, f"request.{name}", module, node, via, name)
        elif kind == "app" and name in host.APP_MISSING:
            self.note(walk, "app.missing", module, node, via, name)

    def state_of(
        self, atom: Obj, node: ast.Attribute, frame: Frame, walk: _Walk, via: ast.AST
    ) -> None:
        if self.state.concerns(atom):
            walk.later.append((atom, node.attr, node, frame, via))

    def subscript(
        self, node: ast.Subscript, frame: Frame, walk: _Walk, via: ast.AST, aside: bool
    ) -> None:
        if aside:
            return
        for atom in self.evaluator.eval(node.slice, frame):
            if isinstance(atom, Obj) and self.state.is_thread_id(atom.path):
                self.note(walk, "thread-id", frame.scope.module, node, via)
        for atom in self.evaluator.eval(node.value, frame):
            if isinstance(atom, Inst):
                name = "__getitem__" if isinstance(node.ctx, ast.Load) else "__setitem__"
                self.method(
                    atom, name, Arguments([frozenset(), frozenset()]), frame, node, walk, via, aside
                )

    def entered(self, node: ast.expr, frame: Frame, walk: _Walk, via: ast.AST, aside: bool) -> None:
        module = frame.scope.module
        value = self.evaluator.eval(node, frame)
        for atom in value:
            if isinstance(atom, Inst):
                self.method(atom, "__enter__", Arguments(), frame, node, walk, via, aside)
                nothing = Arguments([frozenset()] * 3)
                self.method(atom, "__exit__", nothing, frame, node, walk, via, aside)
            elif isinstance(atom, (Obj, Ext)):
                path = atom.path
                if is_lock(path):
                    if not aside:
                        self.note(walk, "lock", module, node, via, "a lock")
                elif path.startswith("concurrent.futures.") and not aside:
                    self.note(walk, "blocking", module, node, via, "another thread")
                    walk.joined.add(atom.site if isinstance(atom, Obj) else ("", 0, 0))
                elif not aside and isinstance(atom, Obj):
                    if path.startswith("tempfile.TemporaryDirectory") or _entering_waits(path):
                        self.note(walk, "blocking", module, node, via, "a file")
                    if self.state.concerns(atom):
                        walk.later.append((atom, "__enter__", node, frame, via))
                    if atom.left or atom.path.startswith(("sqlite3.", "psycopg")):
                        reason = blocks(f"{path}.__exit__", atom.flags)
                        if reason:
                            self.note(walk, "blocking", module, node, via, reason)
        if not value and not aside:
            name = terminal_name(node).lower()
            if name.endswith(("lock", "mutex", "semaphore")):
                self.note(walk, "lock", module, node, via, "a lock")

    def method(
        self,
        atom: Inst,
        name: str,
        arguments: Arguments,
        frame: Frame,
        node: ast.AST,
        walk: _Walk,
        via: ast.AST,
        aside: bool,
    ) -> None:
        function = self.evaluator.find_method(atom.cls, name)
        if function is not None:
            func = Func(function, None, (one(atom),))
            self.called(func, arguments, frame, node, walk, via, aside)

    # Calls

    def call(
        self,
        node: ast.Call,
        frame: Frame,
        walk: _Walk,
        via: ast.AST,
        aside: bool,
        awaited: bool,
    ) -> None:
        evaluator = self.evaluator
        callee = evaluator.eval(node.func, frame)
        arguments = evaluator.arguments(node, frame)
        for atom in callee:
            if awaited and isinstance(atom, (Ext, Obj, HostAttr)):
                continue
            if isinstance(atom, Reg):
                self.registers(atom, arguments, frame, node, walk, via, aside)
                continue
            if isinstance(atom, Ext) and atom.path == "builtins.getattr":
                for value in evaluator.eval(node, frame):
                    if isinstance(value, HostAttr):
                        self.host_attr(value, node, frame.scope.module, walk, via)
                self.via_getattr(node, arguments, frame, walk, via, aside)
                continue
            self.called(atom, arguments, frame, node, walk, via, aside)
        # A parameter whose only known value is its default, None, is given something by others.
        if not awaited and all(isinstance(atom, Const) for atom in callee):
            self.unknown_callee(node, arguments, frame, walk, via, aside)
        if not aside:
            self.removals(node, callee, frame, walk, via)
            self.thread_keys(node, arguments, frame, walk, via)

    def via_getattr(
        self,
        node: ast.Call,
        arguments: Arguments,
        frame: Frame,
        walk: _Walk,
        via: ast.AST,
        aside: bool,
    ) -> None:
        name = self.evaluator.constant(arguments.get(1))
        for atom in arguments.get(0):
            if isinstance(atom, Obj) and isinstance(name, str) and not aside:
                if self.state.concerns(atom):
                    walk.later.append((atom, name, node, frame, via))

    def registers(
        self,
        atom: Reg,
        arguments: Arguments,
        frame: Frame,
        node: ast.Call,
        walk: _Walk,
        via: ast.AST,
        aside: bool,
    ) -> None:
        if atom.name == "call_on_close":
            self.note(walk, "call_on_close", frame.scope.module, node, via)
            for each in arguments.get(0):
                self.called(each, Arguments(), frame, node, walk, via, aside)

    def called(
        self,
        atom: Atom,
        arguments: Arguments,
        frame: Frame,
        node: ast.AST,
        walk: _Walk,
        via: ast.AST,
        aside: bool,
    ) -> None:
        """Follow a call of one thing."""
        evaluator, module = self.evaluator, frame.scope.module
        if isinstance(atom, Func):
            self.visit(evaluator.call_frame(atom, arguments, frame), walk, via, aside)
        elif isinstance(atom, Wrapped):
            if _hands_over(arguments):
                self.undecided(arguments, node, module, walk, via)
            for inner in atom.inner:
                self.called(inner, arguments, frame, node, walk, via, aside)
        elif isinstance(atom, ClassRef):
            made = Inst(atom.cls)
            for name in ("__init__", "__new__", "__post_init__"):
                self.method(made, name, arguments, frame, node, walk, via, aside)
            if _hands_over(arguments) and evaluator.find_method(atom.cls, "__init__") is None:
                outside = evaluator.mro(atom.cls)[1]
                if any(_is_unknown(path) for path in outside) and not _plain_bases(outside):
                    self.undecided(arguments, node, module, walk, via)
        elif isinstance(atom, Inst):
            self.method(atom, "__call__", arguments, frame, node, walk, via, aside)
        elif isinstance(atom, HostAttr):
            self.host_called(atom, node, module, walk, via)
        elif isinstance(atom, (Ext, Obj)):
            self.outside(atom, arguments, frame, node, walk, via, aside)
        elif isinstance(atom, Part):
            if not atom.path.startswith(("request", "response", "session", "g.")):
                self.unknown_callee(node, arguments, frame, walk, via, aside, strong=True)

    def host_called(
        self, atom: HostAttr, node: ast.AST, module: Module, walk: _Walk, via: ast.AST
    ) -> None:
        if atom.kind in ("app", "blueprint") and atom.name in host.APP_COROUTINES:
            if atom.name == "process_response" and walk.hook.registered == "subclass":
                return
            self.note(walk, f"helper.{atom.name}", module, node, via, atom.name)

    def outside(
        self,
        atom: Ext | Obj,
        arguments: Arguments,
        frame: Frame,
        node: ast.AST,
        walk: _Walk,
        via: ast.AST,
        aside: bool,
    ) -> None:
        """A call of something that is not in the tree."""
        module, path = frame.scope.module, atom.path
        top = path.partition(".")[0].removesuffix("()")
        flags = atom.flags if isinstance(atom, Obj) else frozenset()
        last = path.rpartition(".")[2]
        if top == "flask" and path.count(".") == 1 and last in host.HELPERS:
            self.note(walk, f"helper.{last}", module, node, via, last)
            return
        if path == "flask.Response" or path.startswith("flask.Response."):
            if "direct_passthrough" in arguments.keywords:
                self.note(walk, "response.init_passthrough", module, node, via)
            return
        if isinstance(atom, Obj) and self.started(atom, last, arguments, frame, node, walk, via):
            return
        if path in _SPAWNS or path.endswith(
            (".run_in_executor", ".add_job", ".start_background_task")
        ):
            self.spawn(("", _line(node), 0), arguments, frame, node, walk, via)
            return
        if not aside:
            waits = blocks(path, flags | self.evaluator.flags(arguments))
            if path.startswith("builtins.function.") and last in ("delay", "apply_async"):
                waits = "the network"
            if waits and not _at_once(path, last, arguments, flags, self.evaluator):
                kind = "lock" if waits == "a lock" else "blocking"
                if isinstance(atom, Obj) and lock_kind(path.rpartition(".")[0]):
                    kind = "lock"
                if not self.handled_as_state(atom, last):
                    self.note(walk, kind, module, node, via, waits)
                if last in ("join", "result") and isinstance(atom, Obj):
                    walk.joined.add(atom.site)
            if self.state.is_context_call(path):
                self.note(walk, "contextvar-reset", module, node, via, last)
            if isinstance(atom, Ext) and self.state.is_thread_time(path):
                self.note(walk, "thread-time", module, node, via, last)
        self.callbacks(atom, arguments, frame, node, walk, via, aside)
        if _hands_over(arguments) and _is_unknown(path) and last not in _CONTAINER:
            if isinstance(node, ast.Call) and self.sent_to_receivers(
                node, arguments, frame, walk, via, aside
            ):
                return
            self.undecided(arguments, node, module, walk, via)

    def handled_as_state(self, atom: Ext | Obj, last: str) -> bool:
        return isinstance(atom, Obj) and last in ("release",)

    def started(
        self,
        atom: Obj,
        last: str,
        arguments: Arguments,
        frame: Frame,
        node: ast.AST,
        walk: _Walk,
        via: ast.AST,
    ) -> bool:
        """Whether a call starts work that goes on beside the hook."""
        path = atom.path
        if last == "start" and path.removesuffix(".start") in _STARTS:
            walk.started.setdefault(
                atom.site, Note("thread", frame.scope.module, node, via, "a thread")
            )
            return True
        if path.endswith(".submit") and (
            "Executor" in path or path.startswith(("concurrent.", "flask_executor"))
        ):
            self.spawn(atom.site, arguments, frame, node, walk, via)
            return True
        if last in ("call_later", "call_soon_threadsafe", "call_soon", "create_task") and (
            path.startswith("asyncio.")
        ):
            self.spawn(atom.site, arguments, frame, node, walk, via)
            return True
        return False

    def spawn(
        self,
        site: tuple[str, int, int],
        arguments: Arguments,
        frame: Frame,
        node: ast.AST,
        walk: _Walk,
        via: ast.AST,
    ) -> None:
        note = Note("thread", frame.scope.module, node, via, "a thread")
        walk.started.setdefault(site, note)
        self.callbacks(Ext("concurrent"), arguments, frame, node, walk, via, True)

    def callbacks(
        self,
        atom: Ext | Obj,
        arguments: Arguments,
        frame: Frame,
        node: ast.AST,
        walk: _Walk,
        via: ast.AST,
        aside: bool,
    ) -> None:
        """Functions that are handed over to be called."""
        path = atom.path
        if path.startswith(
            (
                "functools.partial",
                "functools.wraps",
                "functools.update_wrapper",
                "atexit.",
                "builtins.isinstance",
                "builtins.callable",
                "builtins.getattr",
                "builtins.hasattr",
                "logging.",
                "inspect.",
                "asyncio.iscoroutinefunction",
                "builtins.id",
                "builtins.type",
                "builtins.print",
                "builtins.repr",
                "builtins.str",
                "types.",
            )
        ):
            return
        if path in _STARTS or path.removesuffix("()") in {s.removesuffix("()") for s in _STARTS}:
            args = arguments.keywords.get("args", arguments.get(2 if "Timer" in path else 3))
            passed = Arguments(
                [item for each in args if isinstance(each, Seq) for item in each.items],
                rest=frozenset(),
            )
            target = arguments.keywords.get("target") or arguments.keywords.get("function")
            target = target or arguments.get(1)
            for func in target:
                self.called(func, passed, frame, node, walk, via, True)
            return
        for index, value in enumerate(arguments.positional):
            for func in value:
                if isinstance(func, (Func, Wrapped)):
                    rest = arguments.positional[index + 1 :]
                    if path in ("builtins.map", "builtins.filter"):
                        rest = [self.evaluator.items(each) for each in rest]
                    elif path == "functools.reduce":
                        items = self.evaluator.items(arguments.get(1))
                        rest = [arguments.get(2) or items, items]
                    elif path in ("builtins.sorted", "builtins.min", "builtins.max"):
                        rest = [self.evaluator.items(arguments.get(0))]
                    self.called(func, Arguments(list(rest)), frame, node, walk, via, aside)
        for name, value in arguments.keywords.items():
            for func in value:
                if isinstance(func, (Func, Wrapped)) and name != "target":
                    self.called(func, Arguments(), frame, node, walk, via, aside)

    def unknown_callee(
        self,
        node: ast.AST,
        arguments: Arguments,
        frame: Frame,
        walk: _Walk,
        via: ast.AST,
        aside: bool,
        strong: bool = False,
    ) -> None:
        """A call of something of which nothing is known but its name."""
        if not isinstance(node, ast.Call):
            return
        path = _dotted(node.func)
        reason = blocks_by_name(path)
        module = frame.scope.module
        if reason and not aside:
            kind = "lock" if reason == "a lock" else "blocking"
            if not _at_once(path, path.rpartition(".")[2], arguments, frozenset(), self.evaluator):
                self.note(walk, kind, module, node, via, reason)
        if not aside and self.state.is_context_call(path):
            self.note(walk, "contextvar-reset", module, node, via, path.rpartition(".")[2])
        if strong:
            return
        last = path.rpartition(".")[2]
        if last == "submit":
            self.spawn(("", _line(node), 0), arguments, frame, node, walk, via)
            return
        if _hands_over(arguments) and last not in _CONTAINER:
            if self.sent_to_receivers(node, arguments, frame, walk, via, aside):
                return
            self.undecided(arguments, node, module, walk, via)

    def sent_to_receivers(
        self,
        node: ast.Call,
        arguments: Arguments,
        frame: Frame,
        walk: _Walk,
        via: ast.AST,
        aside: bool,
    ) -> bool:
        """Follow a signal to those of the tree that are connected to it, if any are."""
        receivers = self.state.receivers(node, frame)
        for func in receivers:
            passed = Arguments(list(arguments.positional), dict(arguments.keywords))
            self.called(func, passed, frame, node, walk, via, aside)
        return bool(receivers)

    def undecided(
        self, arguments: Arguments, node: ast.AST, module: Module, walk: _Walk, via: ast.AST
    ) -> None:
        kinds = {kind for value in arguments.every() for kind in _hosts_in(value)}
        for kind in sorted(kinds & {"response", "request"}):
            self.note(walk, f"undecided.{kind}", module, node, via, kind)

    def removals(
        self, node: ast.Call, callee: Value, frame: Frame, walk: _Walk, via: ast.AST
    ) -> None:
        for atom in callee:
            if isinstance(atom, Obj) and "delete=False" in atom.flags and _closes(atom.path):
                continue
            if isinstance(atom, (Ext, Obj)) and is_removal(atom.path):
                for expression, whole in removed_by(node, atom.path):
                    if self.sent.is_sent(expression, frame, whole):
                        self.note(walk, "file-removed", frame.scope.module, node, via)
                        return

    def thread_keys(
        self, node: ast.Call, arguments: Arguments, frame: Frame, walk: _Walk, via: ast.AST
    ) -> None:
        if terminal_name(node.func) not in ("pop", "get", "setdefault", "discard", "remove"):
            return
        for value in arguments.every():
            for atom in value:
                if isinstance(atom, Obj) and self.state.is_thread_id(atom.path):
                    self.note(walk, "thread-id", frame.scope.module, node, via)


def _closes(path: str) -> bool:
    return path.endswith(".close")


def _line(node: ast.AST) -> int:
    return getattr(node, "lineno", 0)


def _dotted(node: ast.AST) -> str:
    """The text of a dotted expression, with what is called or subscripted left out."""
    parts: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Subscript):
            if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
                if node.slice.value.isidentifier():
                    parts.append(node.slice.value)
            node = node.value
        elif isinstance(node, ast.Name):
            parts.append(node.id)
            break
        else:
            parts.append("_")
            break
    return ".".join(reversed(parts))


def _hosts_in(value: Value, deep: int = 0) -> Iterable[str]:
    for atom in value:
        if isinstance(atom, Host):
            yield atom.kind
        elif isinstance(atom, Seq) and deep < 3:
            for item in atom.items:
                yield from _hosts_in(item, deep + 1)
        elif isinstance(atom, Map) and deep < 3:
            yield from _hosts_in(atom.any(), deep + 1)


def _hands_over(arguments: Arguments) -> bool:
    return any(
        kind in ("response", "request") for value in arguments.every() for kind in _hosts_in(value)
    )


def _is_unknown(path: str) -> bool:
    top = path.partition(".")[0].removesuffix("()").removesuffix("[]")
    return not (top in STANDARD or top in ("flask", "werkzeug") or top in _QUIET)


def _plain_bases(outside: Iterable[str]) -> bool:
    return all(path.endswith(("object", "NamedTuple", "Generic", "Protocol")) for path in outside)


def _entering_waits(path: str) -> bool:
    return path.startswith(("subprocess.Popen()", "zipfile.ZipFile()")) and path.endswith("Popen()")


def _at_once(
    path: str,
    last: str,
    arguments: Arguments,
    flags: frozenset[str],
    evaluator: Evaluator,
) -> bool:
    """Whether a call that may wait is told not to, or has nothing to wait for."""
    first = evaluator.constant(arguments.get(0))
    blocking = evaluator.constant(arguments.keywords.get("blocking", frozenset()))
    block = evaluator.constant(arguments.keywords.get("block", frozenset()))
    if last == "acquire":
        return blocking is False or first is False
    if path.startswith("queue.") and last == "put":
        second = evaluator.constant(arguments.get(1))
        if block is False or second is False:
            return True
        sizes = [flag for flag in flags if flag.startswith(("maxsize=", "0="))]
        return not sizes or all(flag in ("maxsize=0", "0=0", "maxsize=-1") for flag in sizes)
    if path.startswith("queue.") and last == "get":
        return block is False or first is False
    if last == "shutdown":
        return evaluator.constant(arguments.keywords.get("wait", frozenset())) is False
    return False
