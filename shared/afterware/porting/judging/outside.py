"""Calls of what is not in the tree: what waits, what is started, what is handed over."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..flask import host
from ..flask.atoms import HostObject
from ..flask.model import FlaskEvaluator
from ..meaning.evaluate import Arguments
from ..meaning.implicit import by_builtin
from ..meaning.knowledge import STANDARD, blocks, blocks_by_name, lock_kind
from ..meaning.values import (
    UNKNOWN,
    Atom,
    ClassRef,
    Ext,
    Func,
    Getter,
    Inst,
    Map,
    Obj,
    Position,
    Record,
    Seq,
    Value,
    Wrapped,
)
from .shared_state import SharedState
from .walk import line_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..tree.index import Class
    from .walk import Spot

__all__ = ["Outside"]

_QUIET = frozenset({"structlog", "loguru", "eliot", "logbook", "pprint", "rich"})
_STARTS = ("threading.Thread", "threading.Timer", "multiprocessing.Process")
_SPAWNS = frozenset(
    """_thread.start_new_thread threading._start_new_thread gevent.spawn gevent.spawn_later
    eventlet.spawn eventlet.spawn_n eventlet.spawn_after asyncio.create_task
    asyncio.ensure_future""".split()
)
_SOON = frozenset("call_later call_soon_threadsafe call_soon create_task".split())
# What puts things into a container calls nothing on them.
_CONTAINER = frozenset(
    "append add insert extend appendleft put put_nowait setdefault update remove discard".split()
)
# These take functions and do not call them.
_KEEPS_FUNCTIONS = (
    "asyncio.iscoroutinefunction",
    "atexit.",
    "builtins.callable",
    "builtins.getattr",
    "builtins.hasattr",
    "builtins.id",
    "builtins.isinstance",
    "builtins.print",
    "builtins.repr",
    "builtins.str",
    "builtins.type",
    "functools.partial",
    "functools.update_wrapper",
    "functools.wraps",
    "inspect.",
    "logging.",
    "types.",
    "werkzeug.local.LocalProxy",
)
# What these load may be anything.
_LOADS = ("importlib.import_module()", "importlib.util.", "builtins.__import__()", "runpy.")
_PLAIN_BASES = ("object", "NamedTuple", "Generic", "Protocol")
_DEEP = 3  # containers inside one another


class Outside:
    """What calls outside the tree mean for a hook.

    :param evaluator: knows what expressions stand for.
    """

    def __init__(self, evaluator: FlaskEvaluator) -> None:
        self.evaluator = evaluator
        self.state = SharedState(evaluator)

    def state_of(self, atom: Obj | Inst, name: str, spot: Spot) -> None:
        """A use of something that may depend on the thread or the context."""
        if spot.aside:
            return
        obj = self.state.as_object(atom)
        if obj is not None and self.state.concerns(obj):
            spot.walk.later.append((obj, name, spot))

    def outside(self, atom: Ext | Obj, arguments: Arguments, spot: Spot) -> None:
        """A call of something that is not in the tree."""
        path = atom.path
        last = path.rpartition(".")[2]
        if path.startswith("flask.") and path.count(".") == 1 and last in host.HELPERS:
            spot.note(f"helper.{last}", last)
            return
        if path == "flask.Response" or path.startswith("flask.Response."):
            if "direct_passthrough" in arguments.keywords:
                spot.note("response.init_passthrough")
            return
        if isinstance(atom, Obj) and self.started(atom, last, arguments, spot):
            return
        if path in _SPAWNS or path.endswith(
            (".run_in_executor", ".add_job", ".start_background_task")
        ):
            self.spawn(("", line_of(spot.node), 0), arguments, spot)
            return
        if not spot.aside:
            self.waits(atom, last, arguments, spot)
        methods = by_builtin(path)
        if methods:
            for value in arguments.every():
                self.runs(value, methods, spot)
        self.callbacks(atom, arguments, spot)
        if _is_unknown(path) and last not in _CONTAINER:
            if not self.sent_to_receivers(arguments, spot):
                self.hand_over(arguments, spot)

    def waits(self, atom: Ext | Obj, last: str, arguments: Arguments, spot: Spot) -> None:
        """What a call waits for, and what it does to the thread or the context."""
        path = atom.path
        flags = atom.flags if isinstance(atom, Obj) else frozenset()
        reason = blocks(path, flags | self.evaluator.flags(arguments))
        if path.startswith("builtins.function.") and last in ("delay", "apply_async"):
            reason = "the network"
        if reason and not self.at_once(path, arguments, flags):
            is_lock = reason == "a lock"
            if isinstance(atom, Obj):
                is_lock = is_lock or bool(lock_kind(path.rpartition(".")[0]))
                if last in ("join", "result"):
                    spot.walk.joined.add(atom.site)
            if last != "release" or isinstance(atom, Ext):
                spot.note("lock" if is_lock else "blocking", reason)
        if self.state.is_context_call(path):
            spot.note("contextvar-reset", last)
        if isinstance(atom, Ext):
            if self.state.is_thread_time(path):
                spot.note("thread-time", last)
            if path in ("sys.setprofile", "sys.settrace"):
                spot.note("thread-profile", last)

    def at_once(self, path: str, arguments: Arguments, flags: frozenset[str] = frozenset()) -> bool:
        """Whether a call that may wait is told not to, or has nothing to wait for."""
        last = path.rpartition(".")[2]
        constant = self.evaluator.constant
        first = constant(arguments.get(0))
        block = constant(arguments.keywords.get("block", UNKNOWN))
        if last == "acquire":
            return constant(arguments.keywords.get("blocking", UNKNOWN)) is False or first is False
        if path.startswith("queue.") and last == "put":
            if block is False or constant(arguments.get(1)) is False:
                return True
            sizes = [flag for flag in flags if flag.startswith(("maxsize=", "0="))]
            return not sizes or all(flag in ("maxsize=0", "0=0", "maxsize=-1") for flag in sizes)
        if path.startswith("queue.") and last == "get":
            return block is False or first is False
        if last == "shutdown":
            return constant(arguments.keywords.get("wait", UNKNOWN)) is False
        return False

    # What goes on beside

    def started(self, atom: Obj, last: str, arguments: Arguments, spot: Spot) -> bool:
        """Whether a call starts work that goes on beside the hook."""
        path = atom.path
        if last == "start" and path.removesuffix("().start") in _STARTS:
            spot.walk.started.setdefault(atom.site, spot.made("thread", "a thread"))
            return True
        pool = "Executor" in path or path.startswith(("concurrent.", "flask_executor"))
        if (path.endswith(".submit") and pool) or (last in _SOON and path.startswith("asyncio.")):
            self.spawn(atom.site, arguments, spot)
            return True
        return False

    def spawn(self, site: Position, arguments: Arguments, spot: Spot) -> None:
        spot.walk.started.setdefault(site, spot.made("thread", "a thread"))
        self.callbacks(Ext("concurrent"), arguments, spot.beside())

    # What is handed over

    def callbacks(self, atom: Ext | Obj, arguments: Arguments, spot: Spot) -> None:
        """Functions that are handed over to be called."""
        path = atom.path
        if path.removesuffix("()") in _STARTS:
            self.in_a_thread(path, arguments, spot.beside())
            return
        if path.startswith(_KEEPS_FUNCTIONS):
            return
        items = self.evaluator.items
        for index, value in enumerate(arguments.positional):
            for func in value:
                if isinstance(func, (Func, Wrapped, Getter)):
                    rest = arguments.positional[index + 1 :]
                    if path in ("builtins.map", "builtins.filter"):
                        rest = [items(each) for each in rest]
                    elif path == "functools.reduce":
                        rest = [
                            arguments.get(2) or items(arguments.get(1)),
                            items(arguments.get(1)),
                        ]
                    self.called(func, Arguments(list(rest)), spot)
        given = frozenset[Atom]()
        for value in arguments.positional:
            given |= self.reachable(value)
        for name, value in arguments.keywords.items():
            for func in value:
                if isinstance(func, (Func, Wrapped, Getter)) and name != "target":
                    # What it will be given is known only to be among what is handed over.
                    self.called(func, Arguments([given] if given else []), spot)
                elif isinstance(func, ClassRef) and name == "cls":
                    self.method(Inst(func.cls), func.cls, "default", Arguments([given]), spot)

    def in_a_thread(self, path: str, arguments: Arguments, spot: Spot) -> None:
        args = arguments.keywords.get("args", arguments.get(2 if "Timer" in path else 3))
        passed = [item for each in args if isinstance(each, Seq) for item in each.items]
        target = arguments.keywords.get("target") or arguments.keywords.get("function")
        for func in target or arguments.get(1):
            self.called(func, Arguments(passed), spot)

    def waits_by_name(self, arguments: Arguments, spot: Spot) -> None:
        """What something waits for of which only the name is known."""
        if not isinstance(spot.node, ast.Call) or spot.aside:
            return
        path = dotted_text(spot.node.func)
        reason = blocks_by_name(path)
        if reason and not self.at_once(path, arguments):
            spot.note("lock" if reason == "a lock" else "blocking", reason)
        if self.state.is_context_call(path):
            spot.note("contextvar-reset", path.rpartition(".")[2])

    def unknown_callee(self, node: ast.Call, arguments: Arguments, spot: Spot) -> None:
        """A call of something of which nothing is known but its name."""
        self.waits_by_name(arguments, spot)
        last = dotted_text(node.func).rpartition(".")[2]
        if last == "submit":
            self.spawn(("", line_of(node), 0), arguments, spot)
        elif last not in _CONTAINER and not self.sent_to_receivers(arguments, spot):
            self.hand_over(arguments, spot)

    def sent_to_receivers(self, arguments: Arguments, spot: Spot) -> bool:
        """Follow a signal to those of the tree that are connected to it, if any are."""
        if not isinstance(spot.node, ast.Call) or not self.hosts_in_all(arguments):
            return False
        receivers = self.state.receivers(spot.node, spot.frame)
        for func in receivers:
            passed = Arguments(list(arguments.positional), dict(arguments.keywords))
            self.called(func, passed, spot)
        return bool(receivers)

    def hand_over(self, arguments: Arguments, spot: Spot) -> None:
        """Code outside the tree is given all this: if the response is in it, who knows."""
        for kind in sorted(self.hosts_in_all(arguments)):
            spot.note(f"undecided.{kind}", kind)

    def made_outside(self, bases: list[str], arguments: Arguments, spot: Spot) -> None:
        """A class outside the tree makes an instance."""
        if any(map(_is_unknown, bases)) and not all(each.endswith(_PLAIN_BASES) for each in bases):
            self.hand_over(arguments, spot)

    def hosts_in_all(self, arguments: Arguments) -> set[str]:
        """Which of the response and the request are in what is passed."""
        found: set[str] = set()
        for value in arguments.every():
            for atom in self.reachable(value):
                if isinstance(atom, HostObject) and atom.kind in ("response", "request"):
                    found.add(atom.kind)
        return found

    def reachable(self, value: Value, deep: int = 0) -> Value:
        """Something, and all that is in it if it is a container."""
        found = set(value)
        if deep < _DEEP:
            for atom in value:
                if isinstance(atom, (Seq, Map)):
                    found |= self.reachable(self.evaluator.contents(atom), deep + 1)
                elif isinstance(atom, Record):
                    for _, item in atom.items:
                        found |= self.reachable(item, deep + 1)
        return frozenset(found)

    if TYPE_CHECKING:
        # The judge's own, which walks on from here.
        def called(self, atom: Atom, arguments: Arguments, spot: Spot) -> None: ...

        def method(
            self, atom: Atom, cls: Class, name: str, arguments: Arguments, spot: Spot
        ) -> None: ...

        def runs(self, value: Value, names: Iterable[str], spot: Spot) -> None: ...


def dotted_text(node: ast.AST) -> str:
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


def _is_unknown(path: str) -> bool:
    if path.startswith(_LOADS):
        return True
    top = path.partition(".")[0].removesuffix("()").removesuffix("[]")
    return not (top in STANDARD or top in ("flask", "werkzeug") or top in _QUIET)
