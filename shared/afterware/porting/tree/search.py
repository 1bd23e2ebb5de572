"""Finds what modules have under a name, in all files that belong together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterable

    from .imports import Imports
    from .index import Addition, Call, Class, Module, Scope, Store
    from .neighbours import Neighbours
    from .sources import Source

__all__ = ["Search"]

_NEARBY = 8  # files that are parsed for having a name in their text, the nearest
_COMMON = 24  # files that have a name in their text: one that more have tells nothing
_BEFORE, _AFTER = 300, 200  # bytes around a word in which the pattern must be found
_FEW = 6  # times that a word is in a text for which only what is around it is searched
_SEARCHES = 60  # names that are searched for one by one, before the words of all files are listed
_WORD = re.compile(rb"[^\W\d]\w*")

# How a name stands in a text that stores to it as an attribute, calls it or inherits from it.
_STORED = rb"\.%s\b\s*(?::[^=\n]+)?(?:[-+|]?=[^=]|,[^()\n]*=)"
_CALLED = rb"\b%s\s*\(|@[\w.]*\b%s\b|\b%s\s+as\s|[(,]\s*(?:\w+\.)*%s\s*[,)]"
_ADDED = rb"\b%s\b(?:\[[^\n]*\]|\.(?:get|setdefault)\([^\n]*\))*(?:\s*[|+]?=[^=]|\s*\.\s*\w+\()"
_PASSED = rb"(?:[=(,:]|return)\s*(?:\w+\.)*%s\b"
_DERIVED = rb"class\s+\w+\s*\([^)]*%s|\b%s\s+as\s"
_BOUND = rb"\b%s\s*[:=]"
_INHERITED = rb"class\s+\w+\s*\([^)]*\b%s\b"


class Search:
    """Finds what modules have under a name, in all files that belong together.

    :param neighbours: knows which files belong together.
    :param imports: knows the directories.
    :param module: parses a file.
    """

    def __init__(
        self,
        neighbours: Neighbours,
        imports: Imports,
        module: Callable[[Source], Module | None],
    ) -> None:
        self.neighbours = neighbours
        self.imports = imports
        self.module = module
        # Is told of each file that is searched out, and its length, each time.
        self.on_read: Callable[[str, int], None] | None = None
        self._patterns: dict[tuple[str, bytes], re.Pattern[bytes]] = {}
        self._words: dict[tuple[str, bytes], list[Source]] = {}
        self._searched: dict[str, int] = {}
        self._listed: dict[str, dict[bytes, list[Source]]] = {}
        self._matching: dict[tuple[str, str, bytes], list[Source]] = {}
        self._nearest: dict[tuple[str, str, str, bytes], list[Source]] = {}
        self._package_stores: dict[tuple[str, str], list[Source]] = {}
        self._package_sources: dict[str, list[Source]] = {}

    def mentioning(self, module: Module, name: str, how: bytes) -> list[Module]:
        """The modules linked with one whose text has a name in it, the nearest first.

        :param how: a pattern of how it must stand there, with `%s` for the name.
        """
        here = module.source.path.parent
        linked = self.neighbours.linked(module.source)
        group = linked[0].key if len(linked) > 1 else module.source.key
        key = (group, str(here), name, how)
        nearest = self._nearest.get(key)
        if nearest is None:
            matched = self._matched(group, linked, name, how)
            if len(matched) > _COMMON:
                matched = [each for each in matched if each.path.parent == here]
            nearest = sorted(matched, key=lambda each: (each.path.parent != here, not each.traced))[
                :_NEARBY
            ]
            self._nearest[key] = nearest
        found = self._read(nearest)
        return found if module in found else [module, *found]

    def mentioned_often(self, module: Module, name: str, how: bytes) -> bool:
        """Whether more files have a name in their text than `mentioning` gives."""
        linked = self.neighbours.linked(module.source)
        group = linked[0].key if len(linked) > 1 else module.source.key
        return len(self._matched(group, linked, name, how)) > _NEARBY

    def _matched(self, group: str, linked: list[Source], name: str, how: bytes) -> list[Source]:
        key = (group, name, how)
        found = self._matching.get(key)
        if found is None:
            word = name.encode("utf-8", "replace")
            pattern = self._pattern(name, how)
            holding = self._containing(group, word, linked)
            found = self._matching[key] = [
                each for each in holding if _has(each.data, word, pattern)
            ]
        return found

    def _pattern(self, name: str, how: bytes) -> re.Pattern[bytes]:
        found = self._patterns.get((name, how))
        if found is None:
            word = re.escape(name.encode("utf-8", "replace"))
            found = self._patterns[name, how] = re.compile(how.replace(b"%s", word))
        return found

    def _read(self, sources: list[Source]) -> list[Module]:
        """The modules of files that are searched out."""
        found: list[Module] = []
        for source in sources:
            if self.on_read is not None:
                self.on_read(source.key, len(source.data))
            module = self.module(source)
            if module is not None:
                found.append(module)
        return found

    def _containing(self, group: str, word: bytes, linked: list[Source]) -> list[Source]:
        """The files whose text has a word in it, searched once."""
        found = self._words.get((group, word))
        if found is not None:
            return found
        number = self._searched[group] = self._searched.get(group, 0) + 1
        if number <= _SEARCHES or _WORD.fullmatch(word) is None:
            found = [each for each in linked if word in each.data]
        else:
            found = self._list(group, linked).get(word, [])
        self._words[group, word] = found
        return found

    def _list(self, group: str, linked: list[Source]) -> dict[bytes, list[Source]]:
        """The files of each word."""
        listed = self._listed.get(group)
        if listed is None:
            listed = self._listed[group] = {}
            for source in linked:
                for word in set(_WORD.findall(source.data)):
                    listed.setdefault(word, []).append(source)
        return listed

    # What they have

    def stores(self, name: str, module: Module) -> list[Store]:
        """Assignments to attributes of a name, in the modules linked with one."""
        found = [
            store
            for each in self.mentioning(module, name, _STORED)
            for store in each.stores.get(name, ())
        ]
        package = "" if found else self._package(module)
        if package:
            for other in self._read(self._storing(package, name, module)):
                found += other.stores.get(name, ())
        return found

    def _storing(self, package: str, name: str, module: Module) -> list[Source]:
        """The files of a package that assign to attributes of a name, linked or not."""
        found = self._package_stores.get((package, name))
        if found is None:
            if package not in self._package_sources:
                self._package_sources[package] = [
                    source
                    for source in self.neighbours.at_home(module.source)
                    if source.key.startswith(package)
                ]
            word = name.encode("utf-8", "replace")
            pattern = self._pattern(name, _STORED)
            sources = self._containing(package, word, self._package_sources[package])
            found = [each for each in sources if _has(each.data, word, pattern)][:_NEARBY]
            self._package_stores[package, name] = found
        return found

    def _package(self, module: Module) -> str:
        directory = module.source.path.parent
        if not self.imports.directories.get(str(directory)):
            return ""
        while self.imports.directories.get(str(directory.parent)):
            directory = directory.parent
        return f"{directory}/"

    def additions(self, name: str, module: Module) -> list[Addition]:
        """What is put into containers that go by a name, in the modules linked with one."""
        return [
            addition
            for each in self.mentioning(module, name, _ADDED)
            for addition in each.additions.get(name, ())
        ]

    def renamed(self, name: str, module: Module) -> set[str]:
        """What else that which goes by a name goes by."""
        return {
            other
            for each in self.mentioning(module, name, _PASSED)
            for other in each.renames.get(name, ())
        }

    def passed(self, name: str, module: Module) -> list[tuple[ast.Call, int, Scope]]:
        """The calls that are passed what has a name, with its position."""
        return [
            place
            for each in self.mentioning(module, name, _PASSED)
            for place in each.passed.get(name, ())
        ]

    def calls(self, names: Iterable[str], module: Module) -> list[Call]:
        """Calls of what has one of these names, or is imported under another for it."""
        found: list[Call] = []
        seen: set[int] = set()
        for name in sorted(names):
            for each in self.mentioning(module, name, _CALLED):
                for alias in sorted({name, *each.aliases.get(name, ())}):
                    for call in each.calls.get(alias, ()):
                        if id(call) not in seen:
                            seen.add(id(call))
                            found.append(call)
        return found

    def inheriting(self, name: str, module: Module) -> list[Class]:
        """The classes that inherit from one of a name, in the modules linked with one."""
        return [
            cls
            for each in self.mentioning(module, name, _INHERITED)
            for cls in each.classes
            if cls.bases
        ]

    def derived_or_aliased(self, name: str, module: Module) -> list[Class]:
        """The classes with bases, in the linked modules that inherit from a name or rename it."""
        return [
            cls
            for each in self.mentioning(module, name, _DERIVED)
            for cls in each.classes
            if cls.bases
        ]

    def classes_with(self, name: str, module: Module) -> list[Class]:
        """The classes whose body binds a name, in the modules linked with one."""
        return [
            cls
            for each in self.mentioning(module, name, _BOUND)
            for cls in each.classes
            if name in cls.bindings
        ]


def _has(data: bytes, word: bytes, pattern: re.Pattern[bytes]) -> bool:
    """Whether a text has a word in it as a pattern says: looked for only where the word is."""
    if data.count(word) > _FEW:
        return pattern.search(data) is not None
    at = data.find(word)
    while at >= 0:
        end = at + len(word)
        if pattern.search(data, max(0, at - _BEFORE), end + _AFTER):
            return True
        at = data.find(word, end)
    return False
