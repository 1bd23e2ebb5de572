"""Finds files by the names that import them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .sources import Source

__all__ = ["HOSTS", "Imports", "Package"]

# Always the libraries themselves, though a tree may hold a copy of them.
HOSTS = frozenset({"flask", "quart", "werkzeug", "jinja2", "click", "blinker", "itsdangerous"})


@dataclass(frozen=True, slots=True)
class Package:
    """A directory of the tree that is imported as a namespace."""

    directory: str

    def __hash__(self) -> int:
        return zlib.crc32(self.directory.encode("utf-8", "replace"))


class Imports:
    """Finds files by the names that import them.

    :param sources: the files, by their paths.
    """

    def __init__(self, sources: dict[str, Source]) -> None:
        self.sources = sources
        self.directories: dict[str, bool] = {}
        self.tops: set[bytes] = set()
        self._bases: dict[str, list[str]] = {}
        for source in sources.values():
            self._add(source)
        self.tops.update(_name(PurePath(each).name) for each in self.directories)

    def _add(self, source: Source) -> None:
        directory = str(source.path.parent)
        root = str(source.root)
        while directory not in self.directories:
            self.directories[directory] = False
            if directory == root or len(directory) <= len(root):
                break
            directory = str(PurePath(directory).parent)
        if source.path.name == "__init__.py":
            self.directories[str(source.path.parent)] = True
        self.tops.add(_name(source.path.stem))
        self.tops.add(_name(source.path.parent.name))

    def at(self, base: str, parts: list[str]) -> Source | Package | None:
        """The file or the directory that a dotted name is below a directory."""
        path = "/".join([base, *parts]) if base not in ("", ".") else "/".join(parts) or "."
        if parts and f"{path}.py" in self.sources:
            return self.sources[f"{path}.py"]
        initial = f"{path}/__init__.py" if path != "." else "__init__.py"
        if initial in self.sources:
            return self.sources[initial]
        return Package(path) if path in self.directories else None

    def bases(self, source: Source) -> list[str]:
        """Directories that an absolute import may start from, the likeliest first."""
        directory = str(source.path.parent)
        found = self._bases.get(directory)
        if found is not None:
            return found
        plain: list[str] = []
        packages: list[str] = []
        root = str(source.root)
        name = directory
        while True:
            (packages if self.directories.get(name) else plain).append(name)
            inside = (f"{name}/src", f"{name}/lib")
            plain += [each for each in inside if each in self.directories]
            above = str(PurePath(name).parent)
            if name == root or above == name or len(name) <= len(root):
                break
            name = above
        # The given path may itself be a package, imported by the name of its directory.
        plain.append(str(source.root.parent if root != "." else source.root.absolute().parent))
        found = self._bases[directory] = [*plain, *packages]
        return found

    def files_of(self, source: Source, level: int, dotted: str) -> Iterable[Source]:
        """The files that an import may name."""
        parts = [part for part in dotted.split(".") if part]
        if level:
            directory = source.path.parent
            for _ in range(level - 1):
                directory = directory.parent
            bases = [str(directory)]
        else:
            if not parts or parts[0] in HOSTS:
                return
            bases = self.bases(source)
        for base in bases:
            path = "/".join([base, *parts]) if base not in ("", ".") else "/".join(parts)
            for candidate in (f"{path}.py", f"{path}/__init__.py"):
                if candidate in self.sources:
                    yield self.sources[candidate]
                    return


def _name(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
