"""State that belongs to a thread or a context, and who else touches it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from ..meaning.evaluate import THREAD_LOCALS
from ..meaning.knowledge import lock_kind
from ..meaning.values import Atom, Func, Inst, Obj
from ..tree.index import Function, Module, Scope, terminal_name
from .walk import line_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..flask.model import FlaskEvaluator
    from ..meaning.evaluate import Frame

__all__ = ["SharedState"]

_THREAD_IDS = re.compile(
    r"(?:threading\.(?:get_ident|get_native_id|current_thread|currentThread)|_thread\.get_ident"
    r"|thread\.get_ident|greenlet\.getcurrent|gevent\.getcurrent|asyncio\.current_task)\(\)"
    r"(?:\.(?:ident|name|native_id|getName\(\)))?"
)
_THREAD_TIMES = frozenset({"time.thread_time", "time.thread_time_ns"})
_CONTEXT_CALLS = re.compile(
    r"structlog\.contextvars\.(?:clear_contextvars|unbind_contextvars|reset_contextvars"
    r"|get_contextvars|get_merged_contextvars)|opentelemetry\.context\.detach"
    r"|(?:.*\.)?\w*(?:_var|_ctx|_context|_cv|ctxvar|contextvar)\.reset"
)
_PLAIN_THREAD = frozenset(
    "ident name native_id daemon getName is_alive isDaemon __class__ __name__".split()
)
_OPENS_PEEWEE = frozenset({"connect", "connection_context", "atomic", "bind_ctx", "Model"})
_PROFILERS = frozenset({"cProfile.Profile()", "profile.Profile()", "pyinstrument.Profiler()"})
_MANY = 40


class SharedState:
    """Knows what state other functions of the project leave on a thread or in a context.

    :param evaluator: knows what expressions stand for.
    """

    def __init__(self, evaluator: FlaskEvaluator) -> None:
        self.evaluator = evaluator

    def concerns(self, atom: Obj) -> bool:
        """Whether an object's attributes depend on the thread or the context."""
        path = atom.path
        return (
            path in THREAD_LOCALS
            or path == "contextvars.ContextVar()"
            or path.startswith(
                ("sqlite3.connect()", "peewee.", "playhouse.", "threading.current_thread()")
            )
            or lock_kind(path) == "RLock"
            or "scoped_session()" in path
            or path in _PROFILERS
            or path == "flask.app_context()"
        )

    def as_object(self, atom: Atom) -> Obj | None:
        """What the attributes of something depend on: itself, or the thread-local that it is."""
        if isinstance(atom, Obj):
            return atom
        if isinstance(atom, Inst):
            inside, outside = self.evaluator.mro(atom.cls)
            if any(f"{path}()" in THREAD_LOCALS for path in outside):
                cls = inside[-1]
                return Obj("threading.local()", (cls.module.source.name, cls.line, 0))
        return None

    @staticmethod
    def is_thread_id(path: str) -> bool:
        """Whether a value tells threads or tasks apart."""
        return _THREAD_IDS.fullmatch(path) is not None

    @staticmethod
    def is_thread_time(path: str) -> bool:
        """Whether a clock counts the time of the thread that reads it."""
        return path in _THREAD_TIMES

    @staticmethod
    def is_context_call(path: str) -> bool:
        """Whether a call outside the tree reads or resets what is bound to the context."""
        return _CONTEXT_CALLS.fullmatch(path.replace("()", "")) is not None

    def use(
        self, atom: Obj, name: str, node: ast.AST, frame: Frame, own: set[Function]
    ) -> Iterator[tuple[str, str]]:
        """What is wrong with using an attribute of such an object, as (kind, subject).

        :param own: the functions that the hook itself runs.
        """
        path = atom.path
        if path in THREAD_LOCALS:
            if not name.startswith("__") and self._touched_elsewhere(atom, name, node, own):
                yield "thread-local", name
        elif path == "contextvars.ContextVar()":
            yield from self._contextvar(atom, name, node, frame, own)
        elif path.startswith("sqlite3.connect()"):
            if self._left_by_another(atom, own) and "check_same_thread=False" not in atom.flags:
                if name not in ("row_factory", "text_factory", "isolation_level"):
                    yield "sqlite", name
        elif lock_kind(path) == "RLock":
            if name == "release" and not self._acquired(atom, own):
                yield "rlock", name
        elif "scoped_session()" in path:
            positional = any(flag == "1=" or flag.startswith("1=") for flag in atom.flags)
            if "scopefunc=" not in atom.flags and not positional:
                yield "scoped-session", name
        elif path.startswith(("peewee.", "playhouse.")):
            if path.endswith("()") and name in (
                "close",
                "is_closed",
                "commit",
                "rollback",
                "connection",
            ):
                if not self._opened_here(node, frame):
                    yield "thread-connection", name
        elif path in _PROFILERS:
            if name in ("disable", "stop") and self._left_by_another(atom, own):
                yield "thread-profile", name
        elif path == "flask.app_context()":
            if name in ("pop", "__exit__") and self._left_by_another(atom, own):
                yield "context-pop", name
        elif path == "threading.current_thread()":
            if name not in _PLAIN_THREAD:
                yield "thread-local", name

    def _left_by_another(self, atom: Obj, own: set[Function]) -> bool:
        if not atom.elsewhere:
            return False
        return "closure" not in atom.flags or not _made_in(atom, own)

    def _opened_here(self, node: ast.AST, frame: Frame) -> bool:
        return any(
            isinstance(each, ast.Call)
            and terminal_name(each.func) in _OPENS_PEEWEE
            and getattr(each, "lineno", 0) < getattr(node, "lineno", 0)
            for each in frame.scope.nodes
        )

    def _touched_elsewhere(self, atom: Obj, name: str, node: ast.AST, own: set[Function]) -> bool:
        """Whether another function leaves this attribute on the thread, and none of the hook's."""
        module = self._module_of(node, own)
        mine = others = initial = False
        for store in self.evaluator.project.stores(name, module):
            if not self._is_of(store.base, store.scope, atom):
                continue
            put = not isinstance(getattr(store.node, "ctx", None), ast.Del)
            if store.scope.name == "__init__" and store.scope.qualname != "__init__":
                initial = True  # each thread starts with it
            elif store.scope in own and put:
                mine = mine or line_of(store.node) < line_of(node)
            elif store.scope not in own:
                others = others or put
        for addition in self.evaluator.project.additions(name, module):
            base = addition.base
            if isinstance(base, ast.Attribute) and addition.scope not in own:
                others = others or self._is_of(base.value, addition.scope, atom)
        reading = not (isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store))
        if others:
            return True
        return reading and not mine and not initial and not self._has_default(atom, name, module)

    def _is_of(self, base: ast.expr, scope: Scope, atom: Obj) -> bool:
        """Whether an expression is this object."""
        value = self.evaluator.eval(base, self.evaluator.frame(scope))
        return any(_same(self.as_object(each), atom) for each in value)

    def _has_default(self, atom: Obj, name: str, module: Module) -> bool:
        """Whether a class of the tree that is a thread-local has a value of its own for all."""
        return any(
            cls.module.source.name == atom.site[0] and cls.line == atom.site[1]
            for cls in self.evaluator.project.classes_with(name, module)
        )

    def _module_of(self, node: ast.AST, own: set[Function]) -> Module:
        for function in own:
            if id(node) in function.module.scopes:
                return function.module
        return next(iter(own)).module

    def _contextvar(
        self, atom: Obj, name: str, node: ast.AST, frame: Frame, own: set[Function]
    ) -> Iterator[tuple[str, str]]:
        if name == "reset":
            if not self._token_is_own(atom, node, frame, own):
                yield "contextvar-reset", name
            return
        setters, getters = self._context_users(atom, own)
        if name == "get" and setters:
            before = [line for line in self._uses_in(own, "set", atom) if line < line_of(node)]
            if not before:
                yield "contextvar", name
        elif name == "set" and (setters or getters):
            if not self._uses_in(own, "reset", atom):
                yield "contextvar-set", name

    def _token_is_own(self, atom: Obj, node: ast.AST, frame: Frame, own: set[Function]) -> bool:
        """Whether what is reset was set by the hook itself, in the same context."""
        tokens = [
            token
            for call in frame.scope.nodes
            if isinstance(call, ast.Call) and call.func is node
            for each in call.args[:1]
            for token in self.evaluator.eval(each, frame)
            if isinstance(token, Obj) and token.path == "contextvars.ContextVar().set()"
        ]
        if tokens:
            return all(not token.elsewhere or _made_in(token, own) for token in tokens)
        return bool(self._uses_in(own, "set", atom))

    def _uses_in(self, own: set[Function], verb: str, atom: Obj) -> list[int]:
        """The lines on which the hook itself calls a method of a ContextVar."""
        return [
            node.lineno
            for function in own
            for node in function.nodes
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == verb
            and self._is_of(node.func.value, function, atom)
        ]

    def _context_users(self, atom: Obj, own: set[Function]) -> tuple[bool, bool]:
        found = {"set": False, "get": False}
        module = next(iter(own)).module
        for verb in found:
            for call in self.evaluator.project.calls({verb}, module):
                if call.scope in own or not isinstance(call.node, ast.Call):
                    continue
                if isinstance(call.scope, Function) and call.scope.is_async:
                    continue
                func = call.node.func
                if isinstance(func, ast.Attribute):
                    if self._is_of(func.value, call.scope, atom):
                        found[verb] = True
                        break
        return found["set"], found["get"]

    def _acquired(self, atom: Obj, own: set[Function]) -> bool:
        for function in own:
            for node in function.nodes:
                if isinstance(node, ast.Call) and terminal_name(node.func) == "acquire":
                    if isinstance(node.func, ast.Attribute):
                        if self._is_of(node.func.value, function, atom):
                            return True
        return False

    def receivers(self, node: ast.Call, frame: Frame) -> list[Func]:
        """The functions of the tree that are connected to a signal that is sent."""
        if terminal_name(node.func) not in ("send", "send_async"):
            return []
        return list(self._connected(node, frame))

    def _connected(self, node: ast.Call, frame: Frame) -> Iterable[Func]:
        assert isinstance(node.func, ast.Attribute)
        signal = self.evaluator.eval(node.func.value, frame)
        calls = self.evaluator.project.calls({"connect", "connect_via"}, frame.scope.module)
        for call in calls[:_MANY]:
            inner = self.evaluator.frame(call.scope)
            target = call.node.func if isinstance(call.node, ast.Call) else call.node
            if not isinstance(target, ast.Attribute):
                continue
            if not any(
                _same(a, b)
                for a in self.evaluator.eval(target.value, inner)
                for b in signal
                if isinstance(b, Obj)
            ):
                continue
            if call.decorates is not None:
                if isinstance(call.decorates, Function):
                    yield Func(call.decorates, inner)
            elif isinstance(call.node, ast.Call) and call.node.args:
                for atom in self.evaluator.eval(call.node.args[0], inner):
                    if isinstance(atom, Func):
                        yield atom


def _made_in(atom: Obj, own: set[Function]) -> bool:
    """Whether one of these functions makes an object."""
    name, line, _ = atom.site
    return any(
        function.module.source.name == name
        and function.line <= line <= (getattr(function.node, "end_lineno", 0) or 0)
        for function in own
    )


def _same(first: Atom | None, second: Obj) -> bool:
    if not isinstance(first, Obj) or (first.path, first.site) != (second.path, second.site):
        return False
    # Two signals of one namespace are made at one place, and told apart by their names.
    return first.flags - {"closure"} == second.flags - {"closure"}
