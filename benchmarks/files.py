"""Which kind of result a file holds, and what is in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

import pyperf  # type: ignore[import-untyped]  # it has no types

from .checking.results import CheckResults
from .checking.results import from_suite as check_from_suite
from .errors import BenchmarkError
from .load.results import LoadResults
from .load.results import from_suite as load_from_suite
from .peer_analysis import PeerResults, peers_from_suite
from .results import Results, from_suite, load_suite
from .scenarios import HOSTS
from .soak.results import SoakResults, soak_from_suite

__all__ = ["KINDS", "AnyResults", "File", "labelled", "of_kind", "read"]

AnyResults: TypeAlias = Results | PeerResults | LoadResults | SoakResults | CheckResults

Kind = TypeVar("Kind")

# The commands that write results, each a kind of file; `soak` is `load --soak`.
KINDS: Final = ("run", "peers", "load", "soak", "check")

_READERS: Final[dict[str, Callable[[pyperf.BenchmarkSuite], AnyResults]]] = {
    "run": from_suite,
    "peers": peers_from_suite,
    "load": load_from_suite,
    "soak": soak_from_suite,
    "check": check_from_suite,
}


@dataclass(frozen=True, slots=True)
class File:
    """A file of results.

    :param path: where it is.
    :param kind: one of `KINDS`.
    :param results: what it holds, of the kind's own class.
    """

    path: Path
    kind: str
    results: AnyResults

    @property
    def metadata(self) -> dict[str, Any]:
        """Versions and kind of machine."""
        return self.results.metadata

    @property
    def python(self) -> str:
        """The Python that was measured, such as `3.13`."""
        return ".".join(
            str(self.metadata.get("python_version", "unknown")).split()[0].split(".")[:2]
        )


def read(path: Path) -> File:
    """The results in a file, of whichever kind.

    :param path: a file that `run`, `peers`, `load` or `check` has saved.
    :raises BenchmarkError: it cannot be read, or holds something else.
    """
    measured = load_suite(path)
    kind = _kind(measured.get_benchmark_names())
    if kind is None:
        first = measured.get_benchmark_names()[0]
        raise BenchmarkError(
            f"{path} is not a result of `run`, `peers`, `load` or `check`: it has {first!r}."
        )
    try:
        return File(path, kind, _READERS[kind](measured))
    except BenchmarkError as error:
        raise BenchmarkError(f"{path} is not a result of `{kind}`: {error}") from error


def labelled(files: Sequence[File]) -> dict[str, list[File]]:
    """The files by what tells those of one kind apart: the Python, and if need be the hosts.

    :param files: at least one.
    :returns: files by label, in the order of the labels; no two of a label are of one kind.
    :raises BenchmarkError: two of one kind were measured with the same versions.
    """
    labels = [_by_python, _by_hosts]
    for label in labels:
        found: dict[str, list[File]] = {}
        for file in files:
            found.setdefault(label(file), []).append(file)
        clash = next(filter(None, map(_clash, found.values())), None)
        if clash is None:
            return {name: found[name] for name in sorted(found, key=_version)}
    assert clash is not None
    first, second = clash
    raise BenchmarkError(
        f"{first.path} and {second.path} both hold what `{first.kind}` measured with"
        f" {_by_hosts(first)}. Give one of them; `compare` holds two such files side by side."
    )


def of_kind(named: Mapping[str, Sequence[File]], kind: type[Kind]) -> dict[str, Kind]:
    """What the files of one kind hold, by label.

    :param named: files by label, as `labelled` gives them.
    :param kind: the class of their results.
    """
    return {
        label: file.results
        for label, files in named.items()
        for file in files
        if isinstance(file.results, kind)
    }


def _by_python(file: File) -> str:
    return f"Python {file.python}"


def _by_hosts(file: File) -> str:
    known = file.metadata
    hosts = [f"{host.title()} {known.get(f'{host}_version', 'unknown')}" for host in HOSTS]
    return ", ".join([f"Python {str(known.get('python_version', 'unknown')).split()[0]}", *hosts])


def _clash(files: Sequence[File]) -> tuple[File, File] | None:
    seen: dict[str, File] = {}
    for file in files:
        if file.kind in seen:
            return seen[file.kind], file
        seen[file.kind] = file
    return None


def _version(label: str) -> list[str]:
    """Sorts 3.9 before 3.11."""
    return [f"{int(part):09}" if part.isdecimal() else part for part in re.split(r"(\d+)", label)]


def _kind(names: Sequence[str]) -> str | None:
    parts = names[0].split("/")
    if parts[0] in ("load", "wait"):
        return "load"
    if parts[0] == "soak":
        return "soak"
    if parts[0] == "check":
        return "check"
    if parts[0] in HOSTS:
        return {3: "peers", 4: "run"}.get(len(parts))
    return None
