"""Which files of a tree belong together: those that imports connect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .imports import Imports
    from .sources import Source

__all__ = ["Neighbours"]

_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]*)"
    rb"|import[ \t]+([\w., \t]+))",
    re.MULTILINE,
)
_SMALL_TREE = 1500  # files; the whole of such a tree is one
_WORD = re.compile(rb"\w+")


class Neighbours:
    """Which files of a tree belong together: those that imports connect.

    :param sources: the files, by their paths.
    :param imports: finds files by the names that import them.
    """

    def __init__(self, sources: dict[str, Source], imports: Imports) -> None:
        self.sources = sources
        self.imports = imports
        self._links: dict[str, str] = {}
        self._linked_homes: set[str] = set()
        self._members: dict[str, list[Source]] = {}
        self._homes: dict[str, list[Source]] = {}
        for source in sources.values():
            self._homes.setdefault(self.home(source), []).append(source)
        self._tops = imports.tops

    def at_home(self, source: Source) -> list[Source]:
        """The files of the part of the tree that a file is in."""
        return self._homes.get(self.home(source), [])

    def home(self, source: Source) -> str:
        """The part of the tree that belongs together: a top directory, or the files beside it."""
        if len(self.sources) <= _SMALL_TREE:
            return f"{source.root}\0"
        top = source.name.partition("/")[0] if "/" in source.name else ""
        return f"{source.root}\0{top}"

    def linked(self, source: Source) -> list[Source]:
        """The files that imports connect with one, itself among them."""
        home = self.home(source)
        if home not in self._linked_homes:
            self._link(home)
        top = self._top(source.key)
        return self._members.get(top, [source])

    def _link(self, home: str) -> None:
        self._linked_homes.add(home)
        top = home.partition("\0")[2]
        members = list(self._homes.get(home, ()))
        # A file beside the directories may import from any of them.
        root = home.partition("\0")[0]
        others = self._homes.get(f"{root}\0", []) if top else []
        for source in [*members, *others]:
            for found in self._imported_sources(source):
                self._union(source.key, found.key)
        for source in (*members, *others):
            self._linked_homes.add(self.home(source))
        self._members.clear()
        for path, source in self.sources.items():
            if path in self._links:
                self._members.setdefault(self._top(path), []).append(source)

    def _imported_sources(self, source: Source) -> Iterable[Source]:
        for match in _IMPORT.finditer(source.data):
            dots, dotted, names, plain = match.groups()
            if plain is not None:
                for each in plain.split(b","):
                    words = each.split()
                    if words and words[0].partition(b".")[0] in self._tops:
                        yield from self.imports.files_of(
                            source, 0, words[0].decode("ascii", "replace")
                        )
            elif dots or dotted.partition(b".")[0] in self._tops:
                text = dotted.decode("ascii", "replace")
                yield from self.imports.files_of(source, len(dots), text)
                for name in _WORD.findall(names)[:40]:
                    if name not in self._tops:
                        continue
                    inner = f"{text}.{name.decode('ascii', 'replace')}".lstrip(".")
                    yield from self.imports.files_of(source, len(dots), inner)

    def _top(self, path: str) -> str:
        top = path
        while (above := self._links.get(top, top)) != top:
            top = above
        while (above := self._links.get(path, path)) != top:
            self._links[path] = top
            path = above
        return top

    def _union(self, first: str, second: str) -> None:
        self._links.setdefault(first, first)
        self._links.setdefault(second, second)
        a, b = self._top(first), self._top(second)
        if a != b:
            self._links[b] = a
