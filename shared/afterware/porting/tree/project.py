"""The files of a tree as modules: parsed when asked for, found by import, linked by imports."""

from __future__ import annotations

import re
import sys
import zlib
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from .flow import read_module
from .sources import Skipped, Source, Unreadable

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterable, Iterator

    from .index import Addition, Call, Class, Module, Scope, Store

__all__ = ["Package", "Project"]

_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]*)"
    rb"|import[ \t]+([\w., \t]+))",
    re.MULTILINE,
)
# Always the libraries themselves, though a tree may hold a copy of them.
_HOSTS = frozenset({"flask", "quart", "werkzeug", "jinja2", "click", "blinker", "itsdangerous"})
_NEARBY = 40  # files that are parsed for having a name in their text
# And how much text, in bytes, is parsed for that in all: names such as `init` stand everywhere.
_ALLOWANCE = 2 * 2**20
_SEARCHES = 60_000  # and how many texts are searched for names
_SMALL_TREE = 1500  # files; the whole of such a tree is one
_WORD = re.compile(rb"\w+")


# How a name stands in a text that stores to it as an attribute, calls it or inherits from it.
_STORED = rb"\.%s\b\s*(?::[^=\n]+)?(?:[-+|]?=[^=]|,[^()\n]*=)"
_CALLED = rb"\b%s\s*\(|@[\w.]*\b%s\b|\b%s\s+as\s|[(,]\s*(?:\w+\.)*%s\s*[,)]"
_ADDED = rb"\b%s\b(?:\[[^\n]*\]|\.(?:get|setdefault)\([^\n]*\))*(?:\s*[|+]?=[^=]|\s*\.\s*\w+\()"
_PASSED = rb"(?:[=(,:]|return)\s*(?:\w+\.)*%s\b"
_DERIVED = rb"class\s+\w+\s*\([^)]*%s|\b%s\s+as\s"
_BOUND = rb"\b%s\s*[:=]"
_INHERITED = rb"class\s+\w+\s*\([^)]*\b%s\b"


@dataclass(frozen=True, slots=True)
class Package:
    """A directory of the tree that is imported as a namespace."""

    directory: str

    def __hash__(self) -> int:
        return zlib.crc32(self.directory.encode("utf-8", "replace"))


class Project:
    """All files of a tree.

    :param sources: the files, parsed or not.
    :param known: libraries of which enough is known without their code; where one stands in an
        installed environment inside the tree, its code is not read.
    """

    def __init__(self, sources: Iterable[Source], known: frozenset[str] = frozenset()) -> None:
        self.known = known
        self.on_read: Callable[[str, int], None] | None = None
        self.sources: dict[str, Source] = {}
        self.directories: dict[str, bool] = {}
        self.skipped: list[Skipped] = []
        self._modules: dict[str, Module | None] = {}
        self._installed: dict[str, bool] = {}
        self._links: dict[str, str] = {}
        self._linked_homes: set[str] = set()
        self._members: dict[str, list[Source]] = {}
        self._homes: dict[str, list[Source]] = {}
        self._parsed: list[Module] = []
        self._stores: dict[tuple[str, str], list[Store]] = {}
        self._package_stores: dict[tuple[str, str], list[Store]] = {}
        self._package_sources: dict[str, list[Source]] = {}
        self._allowance = _ALLOWANCE
        self._searches = _SEARCHES
        self._words: dict[tuple[str, bytes], list[Source]] = {}
        self._base_lists: dict[str, list[str]] = {}
        self._tops: set[bytes] = set()
        self._mentions: dict[tuple[str, str, bytes], list[Module]] = {}
        for source in sources:
            self.sources[source.key] = source
            directory = str(source.path.parent)
            root = str(source.root)
            while directory not in self.directories:
                self.directories[directory] = False
                if directory == root or len(directory) <= len(root):
                    break
                directory = str(PurePath(directory).parent)
            if source.path.name == "__init__.py":
                self.directories[str(source.path.parent)] = True
        self._tops.update(
            PurePath(each).name.encode("utf-8", "surrogateescape") for each in self.directories
        )
        for source in self.sources.values():
            self._tops.add(source.path.stem.encode("utf-8", "surrogateescape"))
            self._tops.add(source.path.parent.name.encode("utf-8", "surrogateescape"))
            self._homes.setdefault(self.home(source), []).append(source)

    # Modules

    def module(self, source: Source) -> Module | None:
        """The module of a file, or None where it does not parse."""
        key = source.key
        if key not in self._modules:
            self._modules[key] = None
            try:
                module = self._modules[key] = read_module(source)
                self._parsed.append(module)
            except Unreadable as error:
                self.skipped.append(Skipped(source.name, str(error)))
            except (RecursionError, MemoryError):
                self.skipped.append(Skipped(source.name, "is nested too deeply to follow"))
        return self._modules[key]

    def _asked_for(self, source: Source) -> Module | None:
        """The module of a file that may have to do with a question, while that is allowed."""
        if source.key not in self._modules:
            if self._allowance < len(source.data):
                self._searches = 0
                return None
            self._allowance -= len(source.data)
        return self.module(source)

    def find(self, module: Module, level: int, dotted: str) -> Module | Package | None:
        """What an import of *dotted* in *module* finds in the tree."""
        parts = dotted.split(".") if dotted else []
        directory = module.source.path.parent
        if level:
            for _ in range(level - 1):
                directory = directory.parent
            return self._at(str(directory), parts)
        if not parts or parts[0] in _HOSTS:
            return None
        for base in self._bases(module.source):
            found = self._at(base, parts)
            if isinstance(found, Package) and parts[0] in sys.stdlib_module_names:
                continue  # a directory of that name is no reason to hide Python's own module
            if found is not None:
                return (
                    None if self._is_installed(base) and self._is_known(parts[0], module) else found
                )
        return None

    def _bases(self, source: Source) -> list[str]:
        """Directories that an absolute import may start from, the likeliest first."""
        directory = str(source.path.parent)
        found = self._base_lists.get(directory)
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
        found = self._base_lists[directory] = [*plain, *packages]
        return found

    def _at(self, base: str, parts: list[str]) -> Module | Package | None:
        path = "/".join([base, *parts]) if base not in ("", ".") else "/".join(parts) or "."
        if parts and f"{path}.py" in self.sources:
            return self.module(self.sources[f"{path}.py"])
        initial = f"{path}/__init__.py" if path != "." else "__init__.py"
        if initial in self.sources:
            return self.module(self.sources[initial])
        return Package(path) if path in self.directories else None

    def below(self, package: Package, name: str) -> Module | Package | None:
        """A module or directory inside a package without `__init__.py`."""
        return self._at(package.directory, [name])

    def submodule(self, module: Module, name: str) -> Module | Package | None:
        """A module inside a package."""
        if module.source.path.name != "__init__.py":
            return None
        return self._at(str(module.source.path.parent), [name])

    def _is_installed(self, base: str) -> bool:
        if base not in self._installed:
            self._installed[base] = base.endswith(("site-packages", "dist-packages"))
        return self._installed[base]

    def _is_known(self, name: str, module: Module) -> bool:
        # Inside the library itself its own modules are the tree.
        return name in self.known and name not in module.source.name.split("/")

    # Neighbours

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
                        yield from self._files_of(source, 0, words[0].decode("ascii", "replace"))
            elif dots or dotted.partition(b".")[0] in self._tops:
                text = dotted.decode("ascii", "replace")
                yield from self._files_of(source, len(dots), text)
                for name in _WORD.findall(names)[:40]:
                    if name not in self._tops:
                        continue
                    inner = f"{text}.{name.decode('ascii', 'replace')}".lstrip(".")
                    yield from self._files_of(source, len(dots), inner)

    def _files_of(self, source: Source, level: int, dotted: str) -> Iterable[Source]:
        parts = [part for part in dotted.split(".") if part]
        if level:
            directory = source.path.parent
            for _ in range(level - 1):
                directory = directory.parent
            bases = [str(directory)]
        else:
            if not parts or parts[0] in _HOSTS:
                return
            bases = self._bases(source)
        for base in bases:
            path = "/".join([base, *parts]) if base not in ("", ".") else "/".join(parts)
            for candidate in (f"{path}.py", f"{path}/__init__.py"):
                if candidate in self.sources:
                    yield self.sources[candidate]
                    return

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

    def mentioning(self, module: Module, name: str, how: bytes) -> list[Module]:
        """The modules linked with one whose text has a name in it, the nearest first.

        :param how: a pattern of how it must stand there, with `%s` for the name.
        """
        linked = self.linked(module.source)
        key = (linked[0].key if len(linked) > 1 else module.source.key, name, how)
        if key not in self._mentions:
            word = name.encode("utf-8", "replace")
            pattern = re.compile(how.replace(b"%s", re.escape(word)))
            if self._searches <= 0:  # what is parsed by now has to do
                home = self._top(module.source.key)
                found = [
                    each.source
                    for each in self._parsed
                    if word in each.source.data and self._top(each.source.key) == home
                ]
            else:
                found = [
                    each
                    for each in self._containing(key[0], word, linked)
                    if each.key in self._modules or pattern.search(each.data)
                ]
            here = module.source.path.parent
            found.sort(key=lambda each: (each.path.parent != here, not each.traced))
            modules = [self._asked_for(each) for each in found[:_NEARBY]]
            self._mentions[key] = [each for each in modules if each is not None]
        found_modules = self._mentions[key]
        return found_modules if module in found_modules else [module, *found_modules]

    def _containing(self, key: str, word: bytes, linked: list[Source]) -> list[Source]:
        """The files whose text has a word in it, searched once."""
        found = self._words.get((key, word))
        if found is None:
            self._searches -= len(linked)
            found = self._words[key, word] = [each for each in linked if word in each.data]
        return found

    def stores(self, name: str, module: Module) -> list[Store]:
        """Assignments to attributes of a name, in the modules linked with one."""
        key = (module.source.key, name)
        found = self._stores.get(key)
        if found is None:
            found = self._stores[key] = self._find_stores(name, module)
        return found

    def _find_stores(self, name: str, module: Module) -> list[Store]:
        found = [
            store
            for each in self.mentioning(module, name, _STORED)
            for store in each.stores.get(name, ())
        ]
        if not found and (package := self._package(module)):
            key = (package, name)
            if key not in self._package_stores:
                self._package_stores[key] = list(self._stores_in(package, name, module))
            return self._package_stores[key]
        return found

    def _stores_in(self, package: str, name: str, module: Module) -> Iterator[Store]:
        """Assignments to attributes of a name anywhere in a package, linked by imports or not."""
        pattern = re.compile(_STORED.replace(b"%s", re.escape(name.encode("utf-8", "replace"))))
        if package not in self._package_sources:
            self._package_sources[package] = [
                source
                for source in self._homes.get(self.home(module.source), ())
                if source.key.startswith(package)
            ]
        number = 0
        for source in self._package_sources[package]:
            if pattern.search(source.data):
                number += 1
                other = self._asked_for(source) if number <= _NEARBY else None
                if other is not None:
                    yield from other.stores.get(name, ())

    def _package(self, module: Module) -> str:
        directory = module.source.path.parent
        if not self.directories.get(str(directory)):
            return ""
        while self.directories.get(str(directory.parent)):
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
