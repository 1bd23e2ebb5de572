"""The files of a tree as modules: parsed when asked for, found by import, searched by name."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .flow import read_module
from .imports import HOSTS, Imports, Package
from .neighbours import Neighbours
from .search import Search
from .sources import Skipped, Source, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .index import Module

__all__ = ["Package", "Project"]


class Project:
    """All files of a tree.

    :param sources: the files, parsed or not.
    :param known: libraries of which enough is known without their code; where one stands in an
        installed environment inside the tree, its code is not read.
    """

    def __init__(self, sources: Iterable[Source], known: frozenset[str] = frozenset()) -> None:
        self.known = known
        self.sources: dict[str, Source] = {source.key: source for source in sources}
        self.skipped: list[Skipped] = []
        self._modules: dict[str, Module | None] = {}
        self.imports = Imports(self.sources)
        self.neighbours = Neighbours(self.sources, self.imports)
        self.search = Search(self.neighbours, self.imports, self.module)
        # What others ask for, each where it belongs.
        self.linked = self.neighbours.linked
        self.mentioning = self.search.mentioning
        self.stores = self.search.stores
        self.additions = self.search.additions
        self.renamed = self.search.renamed
        self.passed = self.search.passed
        self.calls = self.search.calls
        self.inheriting = self.search.inheriting
        self.derived_or_aliased = self.search.derived_or_aliased
        self.classes_with = self.search.classes_with

    def module(self, source: Source) -> Module | None:
        """The module of a file, or None where it does not parse."""
        key = source.key
        if key not in self._modules:
            self._modules[key] = None
            try:
                self._modules[key] = read_module(source)
            except Unreadable as error:
                self.skipped.append(Skipped(source.name, str(error)))
            except (RecursionError, MemoryError):
                self.skipped.append(Skipped(source.name, "is nested too deeply to follow"))
        return self._modules[key]

    def find(self, module: Module, level: int, dotted: str) -> Module | Package | None:
        """What an import of *dotted* in *module* finds in the tree."""
        parts = dotted.split(".") if dotted else []
        directory = module.source.path.parent
        if level:
            for _ in range(level - 1):
                directory = directory.parent
            return self._module_at(str(directory), parts)
        if not parts or parts[0] in HOSTS:
            return None
        for base in self.imports.bases(module.source):
            found = self._module_at(base, parts)
            if isinstance(found, Package) and parts[0] in sys.stdlib_module_names:
                continue  # a directory of that name is no reason to hide Python's own module
            if found is not None:
                return (
                    None
                    if base.endswith(("site-packages", "dist-packages"))
                    and self._is_known(parts[0], module)
                    else found
                )
        return None

    def _module_at(self, base: str, parts: list[str]) -> Module | Package | None:
        found = self.imports.at(base, parts)
        return self.module(found) if isinstance(found, Source) else found

    def below(self, package: Package, name: str) -> Module | Package | None:
        """A module or directory inside a package without `__init__.py`."""
        return self._module_at(package.directory, [name])

    def submodule(self, module: Module, name: str) -> Module | Package | None:
        """A module inside a package."""
        if module.source.path.name != "__init__.py":
            return None
        return self._module_at(str(module.source.path.parent), [name])

    def _is_known(self, name: str, module: Module) -> bool:
        # Inside the library itself its own modules are the tree.
        return name in self.known and name not in module.source.name.split("/")
