"""Waiting: what a call or a `with` waits for, on the thread that it runs on."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..flask.atoms import HostPart
from ..meaning.knowledge import blocks, blocks_by_name, is_lock, lock_kind
from ..meaning.values import UNKNOWN, Ext, Obj
from ..tree.index import terminal_name
from .outside import dotted_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..meaning.evaluate import Arguments
    from .effects import Calls, Enters
    from .rule import Questions

__all__ = ["A_LOCK", "call_path", "waits_for", "waits_to_enter"]

A_LOCK = "a lock"
_IN_MEMORY = ("request", "response", "session", "g.")


def call_path(call: Calls) -> str:
    """What is called, dotted: its path where it is known, else its text."""
    if isinstance(call.callee, (Ext, Obj)):
        return call.callee.path
    if call.callee is None or _is_of_host(call):
        if isinstance(call.spot.node, ast.Call):
            return dotted_text(call.spot.node.func)
    return ""


def _is_of_host(call: Calls) -> bool:
    """Whether something is called that hangs on a host's object, and may be anything."""
    return isinstance(call.callee, HostPart) and not call.callee.path.startswith(_IN_MEMORY)


def waits_for(call: Calls, ask: Questions) -> str:
    """What a call waits for: "a file", "the network"; nothing where it does not wait."""
    if call.awaited or call.spot.aside:
        return ""
    path = call_path(call)
    callee = call.callee
    flags = callee.flags if isinstance(callee, Obj) else frozenset[str]()
    if isinstance(callee, (Ext, Obj)):
        last = path.rpartition(".")[2]
        reason = blocks(path, flags | ask.flags(call.arguments))
        if path.startswith("builtins.function.") and last in ("delay", "apply_async"):
            reason = "the network"
        if last == "release" and isinstance(callee, Obj):
            return ""
    else:
        reason = blocks_by_name(path)
    if not reason or _at_once(path, call.arguments, flags, ask):
        return ""
    if isinstance(callee, Obj) and lock_kind(path.rpartition(".")[0]):
        return A_LOCK
    return reason


def _at_once(path: str, arguments: Arguments, flags: frozenset[str], ask: Questions) -> bool:
    """Whether a call that may wait is told not to, or has nothing to wait for."""
    last = path.rpartition(".")[2]
    first = ask.constant(arguments.get(0))
    block = ask.constant(arguments.keywords.get("block", UNKNOWN))
    if last == "acquire":
        return ask.constant(arguments.keywords.get("blocking", UNKNOWN)) is False or first is False
    if path.startswith("queue.") and last == "put":
        if block is False or ask.constant(arguments.get(1)) is False:
            return True
        sizes = [flag for flag in flags if flag.startswith(("maxsize=", "0="))]
        return not sizes or all(flag in ("maxsize=0", "0=0", "maxsize=-1") for flag in sizes)
    if path.startswith("queue.") and last == "get":
        return block is False or first is False
    if last == "shutdown":
        return ask.constant(arguments.keywords.get("wait", UNKNOWN)) is False
    return False


def waits_to_enter(enters: Enters) -> Iterator[tuple[Obj | Ext | None, str]]:
    """The things for which a `with` waits, each with what it waits for."""
    if enters.spot.aside or enters.asynchronous:
        return
    for atom in enters.value:
        if isinstance(atom, (Obj, Ext)):
            for reason in _entered(atom):
                yield atom, reason
    name = terminal_name(enters.spot.node).lower()
    if not enters.value and name.endswith(("lock", "mutex", "semaphore")):
        yield None, A_LOCK


def _entered(atom: Obj | Ext) -> Iterator[str]:
    path = atom.path
    if is_lock(path):
        yield A_LOCK
    elif path.startswith("concurrent.futures."):
        yield "another thread"
    elif isinstance(atom, Obj):
        if path.startswith(("tempfile.TemporaryDirectory", "subprocess.Popen()")):
            yield "a file"
        if atom.elsewhere or path.startswith(("sqlite3.", "psycopg")):
            reason = blocks(f"{path}.__exit__", atom.flags)
            if reason:
                yield reason
