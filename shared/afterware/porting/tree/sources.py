"""Which files there are, what is in them, and which could not be read."""

from __future__ import annotations

import ast
import fnmatch
import os
import stat
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Skipped", "Source", "Tree", "Unreadable", "parse"]

# A file without any of these words registers no hook. The words are ASCII, and so are they in every
# encoding that Python reads source in, UTF-16 not being one of them.
TRACES = (
    b"after_request",
    b"after_this_request",
    b"after_app_request",
    b"call_on_close",
    b"process_response",
)

_NEVER = frozenset({"__pycache__", "node_modules"})
# No source that a person wrote is longer; a file that is would take all memory to parse.
_LARGEST = 64 * 1024 * 1024


class Unreadable(Exception):  # noqa: N818 - a state of the file
    """A file cannot be read or parsed; the message says why in a few words."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or directory that was left out.

    :param file: its path, relative to the path that was given.
    :param reason: why, in a few words.
    """

    file: str
    reason: str


@dataclass(slots=True)
class Source:
    """A file that may be parsed.

    :param path: where it is.
    :param name: relative to the path that was given, with forward slashes.
    :param root: the directory that was given.
    :param data: what is in it.
    :param key: the path as text, by which it is looked up.
    :param has_trace: whether a word that registers a hook is in it, once that is known.
    """

    path: Path
    name: str
    root: Path
    data: bytes
    key: str = ""
    has_trace: bool | None = None

    def __post_init__(self) -> None:
        self.key = str(self.path)

    @property
    def traced(self) -> bool:
        """Whether the text holds a word that registers a hook."""
        if self.has_trace is None:
            self.has_trace = any(trace in self.data for trace in TRACES)
        return self.has_trace


@dataclass
class Tree:
    """The files below the given paths.

    :param paths: files and directories, as given.
    :param exclude: patterns of names and relative paths that are left out.
    """

    paths: Iterable[Path]
    exclude: tuple[str, ...] = ()
    skipped: list[Skipped] = field(default_factory=list)
    _seen: set[tuple[int, int]] = field(default_factory=set)

    def __iter__(self) -> Iterator[Source]:
        for given in self.paths:
            root = given if given.is_dir() else given.parent
            if given.is_dir():
                yield from self._below(given, root)
            else:
                source = self._read(given, root)
                if source is not None:
                    yield source

    def _below(self, top: Path, root: Path) -> Iterator[Source]:
        # An explicit stack: directories may be nested deeper than Python recurses.
        stack = [top]
        while stack:
            directory = stack.pop()
            try:
                status = directory.stat()
                if not self._first_time(status):
                    continue
                with os.scandir(directory) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                self._skip(directory, root, _reason(error))
                continue
            below = []
            for entry in found:
                if self._excluded(entry.name, _relative(Path(entry.path), root)):
                    continue
                try:
                    # Links to directories are followed; `_first_time` keeps them from looping.
                    is_directory = entry.is_dir()
                except OSError as error:
                    self._skip(Path(entry.path), root, _reason(error))
                    continue
                if is_directory:
                    below.append(Path(entry.path))
                elif entry.name.endswith((".py", ".pyw")):
                    source = self._read(Path(entry.path), root)
                    if source is not None:
                        yield source
            stack.extend(reversed(below))

    def _read(self, path: Path, root: Path) -> Source | None:
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                self._skip(path, root, "is not a file")
                return None
            if not self._first_time(status):
                return None
            if status.st_size > _LARGEST:
                self._skip(path, root, f"is larger than {_LARGEST // 2**20} MiB")
                return None
            return Source(path, _relative(path, root), root, path.read_bytes())
        except OSError as error:
            self._skip(path, root, _reason(error))
            return None

    def _first_time(self, status: os.stat_result) -> bool:
        key = (status.st_dev, status.st_ino)
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _excluded(self, name: str, relative: str) -> bool:
        if name in _NEVER or (name.startswith(".") and name not in (".", "..")):
            return True
        return any(
            fnmatch.fnmatch(name, pattern) or fnmatch.fnmatch(relative, pattern.rstrip("/"))
            for pattern in self.exclude
        )

    def _skip(self, path: Path, root: Path, reason: str) -> None:
        self.skipped.append(Skipped(_relative(path, root), reason))


def parse(data: bytes) -> ast.Module:
    """The syntax tree of a file.

    The standard parser, not libcst: it is some twenty times faster, keeps to PEP 263 by itself,
    and reading needs no formatting. libcst rewrites, in `fix`.

    :raises Unreadable: it does not parse.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(data)
        except SyntaxError as error:
            line = f" in line {error.lineno}" if error.lineno else ""
            raise Unreadable(f"does not parse: {error.msg}{line}") from None
        except (ValueError, LookupError) as error:
            raise Unreadable(f"does not parse: {error}") from None
        except (RecursionError, MemoryError):
            raise Unreadable("is nested too deeply to parse") from None


def _relative(path: Path, root: Path) -> str:
    try:
        return path.relative_to(root).as_posix() or path.name
    except ValueError:
        return path.as_posix()


def _reason(error: OSError) -> str:
    return f"cannot be read: {error.strerror or error}"
