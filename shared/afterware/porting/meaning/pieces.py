"""Small pieces that several parts of the evaluator share."""

from __future__ import annotations

from dataclasses import replace

from .values import (
    UNKNOWN,
    Obj,
    Value,
    one,
)

__all__ = ["CONTAINERS", "DEEP", "FRAMES", "SITES", "item_of"]

DEEP = 90  # expressions inside one another, through names and calls
FRAMES = 24  # calls inside one another

SITES = 60  # places that call a function
CONTAINERS = ("collections.", "weakref.", "types.", "queue.", "builtins.", "dataclasses.field")


def item_of(atom: Obj) -> Value:
    """What is in something that a library made; what is in a plain container is not known."""
    if atom.path.startswith(CONTAINERS):
        return UNKNOWN
    return one(replace(atom, path=atom.path + "[]"))
