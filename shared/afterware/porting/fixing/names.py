"""Names for what a rewritten module imports, clear of those that it has."""

from __future__ import annotations

import ast
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..tree.index import Module

__all__ = ["Names"]


class Names:
    """The names that a module has, and those that it is given.

    :param body: for Afterware's module `body`.
    :param hooks_class: for its class `Hooks`.
    :param awaited: for a function that awaits what may be a coroutine.
    """

    def __init__(self, module: Module) -> None:
        self.taken = _names_in(module.node)
        if module.source.path.name == "__init__.py":
            # A name of a package hides the module of that name in it.
            with contextlib.suppress(OSError):
                self.taken |= {each.stem for each in module.source.path.parent.iterdir()}
        self.body = self._free("body", "response_body", "afterware_body")
        self.hooks_class = self._free("Hooks", "PortableHooks")
        self.awaited = self._free("_awaited", "_awaited_value")

    def hooks(self) -> str:
        """A name for one more set of hooks."""
        return self._free("hooks", "portable_hooks")

    def _free(self, *wanted: str) -> str:
        for name in wanted:
            if name not in self.taken:
                self.taken.add(name)
                return name
        number = 2
        while f"{wanted[-1]}_{number}" in self.taken:
            number += 1
        self.taken.add(f"{wanted[-1]}_{number}")
        return f"{wanted[-1]}_{number}"


def _names_in(top: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(top):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found.update(each.asname or each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
    return found
