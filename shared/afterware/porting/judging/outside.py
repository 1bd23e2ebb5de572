"""Code outside the tree: what it calls of what it is handed, and what of it goes on beside."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Protocol

from ..flask import host
from ..flask.atoms import HostObject
from ..meaning.evaluate import Arguments
from ..meaning.implicit import by_builtin
from ..meaning.library import STANDARD
from ..meaning.values import (
    Atom,
    ClassRef,
    Ext,
    Func,
    Getter,
    Inst,
    Map,
    Obj,
    Record,
    Seq,
    Value,
    Wrapped,
)
from .effects import Effect, HandsOver, Spot, Starts
from .signals import receivers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..flask.model import FlaskEvaluator
    from ..meaning.values import Site
    from ..tree.index import Class

__all__ = ["Outside", "dotted_text"]

_QUIET = frozenset({"structlog", "loguru", "eliot", "logbook", "pprint", "rich"})
_THREADS = ("threading.Thread", "threading.Timer", "multiprocessing.Process")
_SPAWNS = frozenset(
    """_thread.start_new_thread threading._start_new_thread gevent.spawn gevent.spawn_later
    eventlet.spawn eventlet.spawn_n eventlet.spawn_after asyncio.create_task
    asyncio.ensure_future""".split()
)
_SPAWNING_METHODS = (".run_in_executor", ".add_job", ".start_background_task")
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


class Follower(Protocol):
    """What walks on where code outside the tree calls back."""

    def add(self, effect: Effect) -> None:
        """Put one more effect on the list."""

    def cut(self) -> None:
        """Say that there is more than was followed."""

    def follow(self, callee: Atom, arguments: Arguments, spot: Spot) -> None:
        """Walk what calling one thing runs."""

    def method(self, atom: Atom, cls: Class, name: str, arguments: Arguments, spot: Spot) -> None:
        """Walk a method of an object of the tree, if its class has it."""

    def implied(self, value: Value, names: Iterable[str], spot: Spot) -> None:
        """Walk methods that run without being called by name."""


class Outside:
    """Calls of what is not in the tree.

    :param evaluator: knows what expressions stand for.
    :param follower: walks what is called back.
    """

    def __init__(self, evaluator: FlaskEvaluator, follower: Follower) -> None:
        self.evaluator = evaluator
        self.follower = follower

    @staticmethod
    def starts(callee: Atom) -> bool:
        """Whether calling something starts work that goes on beside."""
        if not isinstance(callee, (Ext, Obj)):
            return False
        path = callee.path
        if path in _SPAWNS or path.endswith(_SPAWNING_METHODS):
            return True
        return isinstance(callee, Obj) and (_starts_thread(path) or _gives_job(path))

    def call(self, callee: Ext | Obj, arguments: Arguments, spot: Spot) -> None:
        """Walk what a call outside the tree runs."""
        path = callee.path
        last = path.rpartition(".")[2]
        if path.startswith("flask.") and path.count(".") == 1 and last in host.HELPERS:
            return
        if path == "flask.Response" or path.startswith("flask.Response."):
            return
        if self.starts(callee):
            if not isinstance(callee, Obj) or not (_starts_thread(path) or _gives_job(path)):
                self._spawn(_site_at(spot), arguments, spot)
            elif _starts_thread(path):
                self.follower.add(Starts(spot, callee.site))
            else:
                self._spawn(callee.site, arguments, spot)
            return
        methods = by_builtin(path)
        if methods:
            for value in arguments.every():
                self.follower.implied(value, methods, spot)
        self._callbacks(callee, arguments, spot)
        if _is_unseen(path) and last not in _CONTAINER:
            if not self._sent_to_receivers(arguments, spot):
                self.hand_over(arguments, spot)

    def call_by_name(self, node: ast.Call, arguments: Arguments, spot: Spot) -> None:
        """Walk what a call runs of which only the name is known."""
        last = dotted_text(node.func).rpartition(".")[2]
        if last == "submit":
            self._spawn(_site_at(spot), arguments, spot)
        elif last not in _CONTAINER and not self._sent_to_receivers(arguments, spot):
            self.hand_over(arguments, spot)

    def _spawn(self, site: Site, arguments: Arguments, spot: Spot) -> None:
        self.follower.add(Starts(spot, site))
        self._callbacks(Ext("concurrent"), arguments, spot.beside())

    # Functions that are handed over to be called

    def _callbacks(self, callee: Ext | Obj, arguments: Arguments, spot: Spot) -> None:
        path = callee.path
        if path.removesuffix("()") in _THREADS:
            self._in_a_thread(path, arguments, spot.beside())
            return
        if path.startswith(_KEEPS_FUNCTIONS):
            return
        items = self.evaluator.items
        follow = self.follower.follow
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
                    follow(func, Arguments(list(rest)), spot)
        given = frozenset[Atom]()
        for value in arguments.positional:
            given |= self._reachable(value)
        for name, value in arguments.keywords.items():
            for func in value:
                if isinstance(func, (Func, Wrapped, Getter)) and name != "target":
                    # What it will be given is known only to be among what is handed over.
                    follow(func, Arguments([given] if given else []), spot)
                elif isinstance(func, ClassRef) and name == "cls":
                    passed = Arguments([given])
                    self.follower.method(Inst(func.cls), func.cls, "default", passed, spot)

    def _in_a_thread(self, path: str, arguments: Arguments, spot: Spot) -> None:
        args = arguments.keywords.get("args", arguments.get(2 if "Timer" in path else 3))
        passed = [item for each in args if isinstance(each, Seq) for item in each.items]
        target = arguments.keywords.get("target") or arguments.keywords.get("function")
        for func in target or arguments.get(1):
            self.follower.follow(func, Arguments(passed), spot)

    def _sent_to_receivers(self, arguments: Arguments, spot: Spot) -> bool:
        """Follow a signal to those of the tree that are connected to it, if any are."""
        if not isinstance(spot.node, ast.Call) or not self._kinds_in(arguments):
            return False
        connected, whole = receivers(self.evaluator, spot.node, spot.frame)
        if not whole:
            self.follower.cut()
        for func in connected:
            passed = Arguments(list(arguments.positional), dict(arguments.keywords))
            self.follower.follow(func, passed, spot)
        return bool(connected)

    # What is handed over

    def hand_over(self, arguments: Arguments, spot: Spot) -> None:
        """Code outside the tree is given all this: if the response is in it, who knows."""
        kinds = self._kinds_in(arguments)
        if kinds:
            self.follower.add(HandsOver(spot, kinds))

    def made(self, bases: list[str], arguments: Arguments, spot: Spot) -> None:
        """A class outside the tree makes an instance."""
        if any(map(_is_unseen, bases)) and not all(each.endswith(_PLAIN_BASES) for each in bases):
            self.hand_over(arguments, spot)

    def _kinds_in(self, arguments: Arguments) -> frozenset[str]:
        """Which of the response and the request are in what is passed."""
        return frozenset(
            atom.kind
            for value in arguments.every()
            for atom in self._reachable(value)
            if isinstance(atom, HostObject) and atom.kind in ("response", "request")
        )

    def _reachable(self, value: Value, deep: int = 0) -> Value:
        """Something, and all that is in it if it is a container."""
        found = set(value)
        if deep < _DEEP:
            for atom in value:
                if isinstance(atom, (Seq, Map)):
                    found |= self._reachable(self.evaluator.contents(atom), deep + 1)
                elif isinstance(atom, Record):
                    for _, item in atom.items:
                        found |= self._reachable(item, deep + 1)
        return frozenset(found)


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


def _starts_thread(path: str) -> bool:
    return path.endswith(".start") and path.removesuffix("().start") in _THREADS


def _gives_job(path: str) -> bool:
    """Whether a call gives a pool or a loop something to do later."""
    pool = "Executor" in path or path.startswith(("concurrent.", "flask_executor"))
    last = path.rpartition(".")[2]
    return (last == "submit" and pool) or (last in _SOON and path.startswith("asyncio."))


def _site_at(spot: Spot) -> Site:
    return ("", spot.line, 0)


def _is_unseen(path: str) -> bool:
    """Whether nothing is known of what code outside the tree does with what it is given."""
    if path.startswith(_LOADS):
        return True
    top = path.partition(".")[0].removesuffix("()").removesuffix("[]")
    return not (top in STANDARD or top in ("flask", "werkzeug") or top in _QUIET)
