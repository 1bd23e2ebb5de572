"""Evaluates what loops, unpacking and `with` take out of a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .values import UNKNOWN, Arguments, Atom, Const, Inst, Map, Obj, Seq, Value, item_of, one

if TYPE_CHECKING:
    import ast

    from .machine import Machine
    from .values import Frame

__all__ = ["Iteration"]


class Iteration:
    """Evaluates what loops, unpacking and `with` take out of a value.

    :param machine: calls the methods that do it, and knows what is in containers.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def items(self, value: Value) -> Value:
        """What an item of a value may be, when one iterates over it."""
        found: set[Atom] = set()
        for atom in value:
            if isinstance(atom, Seq):
                found |= self.machine.contents(atom)
            elif isinstance(atom, Map):
                found |= {Const(key) for key, _ in atom.items if key is not None}
            elif isinstance(atom, Obj):
                found |= item_of(atom)
            elif isinstance(atom, Inst):
                found |= self._iterated(atom)
            else:
                found |= self.machine.model.iterated(atom) or UNKNOWN
        return frozenset(found)

    def _iterated(self, atom: Inst) -> Value:
        """What iterating over an instance of a class of the tree gives."""
        frame = self.machine.frame(atom.cls)
        found: set[Atom] = set()
        for each in self.machine.call_method(atom, "__iter__", Arguments(), frame):
            if isinstance(each, Inst):
                found |= self.machine.call_method(each, "__next__", Arguments(), frame)
            else:
                found |= self.items(one(each))
        return frozenset(found)

    def unpack(self, value: Value, path: tuple[int | None, ...]) -> Value:
        """What is at a place inside a value.

        :param path: the index at each level; None stands for any item.
        """
        for step in path:
            found: set[Atom] = set()
            for atom in value:
                if isinstance(atom, Seq):
                    if step is None or not atom.exact:
                        found |= self.machine.contents(atom)
                    elif -len(atom.items) <= step < len(atom.items):
                        found |= atom.items[step]
                elif isinstance(atom, Obj):
                    found |= item_of(atom)
                else:
                    found |= self.machine.model.iterated(atom) or UNKNOWN
            value = frozenset(found)
        return value

    def entered(self, node: ast.expr, frame: Frame) -> Value:
        """What `with node as name` binds."""
        found: set[Atom] = set()
        for atom in self.machine.eval(node, frame):
            if isinstance(atom, Inst):
                result = self.machine.call_method(atom, "__enter__", Arguments(), frame)
                found |= result or {atom}
            elif isinstance(atom, Seq):  # of a function decorated with contextmanager
                found |= atom.any()
            else:
                found.add(atom)
        return frozenset(found)
