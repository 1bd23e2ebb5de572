"""What stands for a scope and for a call while they are followed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .values import (
    UNKNOWN,
    Atom,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..tree.index import Module, Scope
    from ..tree.project import Package


__all__ = ["Arguments", "Frame", "Origin", "PackageRef"]


@dataclass(eq=False)
class Frame:
    """A scope with what its parameters stand for.

    :param arguments: by parameter; None stands for whatever the callers in the tree pass.
    :param parent: the frame of the scope around.
    """

    scope: Scope
    parent: Frame | None
    arguments: dict[str, Value] | None = None
    depth: int = 0
    cache: dict[int, Value] = field(default_factory=dict, repr=False)
    busy: set[int] = field(default_factory=set, repr=False)

    def __hash__(self) -> int:
        return hash((self.scope, self.depth))  # the same in each run: see `values`


@dataclass(slots=True)
class Arguments:
    """What a call passes.

    :param rest: what items of a `*args` may be, where their number is not known.
    """

    positional: list[Value] = field(default_factory=list)
    keywords: dict[str, Value] = field(default_factory=dict)
    rest: Value = UNKNOWN
    more_keywords: bool = False

    def every(self) -> Iterable[Value]:
        """Each value that is passed."""
        yield from self.positional
        yield from self.keywords.values()
        if self.rest:
            yield self.rest

    def get(self, index: int, name: str = "") -> Value:
        """What is passed at this position or under this name."""
        if index < len(self.positional):
            return self.positional[index]
        return self.keywords.get(name, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a container is made.

    :param names: what it goes by there.
    :param local: whether they are names of one function only.
    """

    module: Module
    scope: Scope
    names: tuple[str, ...]
    local: bool


@dataclass(frozen=True, slots=True)
class PackageRef(Atom):
    """A directory of the tree without an `__init__.py`."""

    __hash__ = Atom.__hash__

    package: Package
