"""Run probes on the versions that are installed, and hold what they saw against the records."""

from __future__ import annotations

import gc
import importlib
import platform
from collections.abc import Callable, Iterable
from contextvars import copy_context
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from .record import COLUMNS, Column, Difference, in_one_line
from .servers import Servers
from .stage import At, Facts, quiet

__all__ = ["Observation", "observe", "observe_one", "versions"]

# The name of the fact that a probe could not cope with a host.
FAILED = "the probe failed"

PACKAGES = ("Flask", "Quart", "Werkzeug", "asgiref", "gunicorn", "Hypercorn")


@dataclass(frozen=True)
class Observation:
    """What the probe of a difference saw.

    :param difference: the record.
    :param saw: the facts of each column.
    :param claimed: what the record says of each column with these versions.
    """

    difference: Difference
    saw: dict[Column, Facts]
    claimed: dict[Column, str]

    def line(self, column: Column) -> str:
        """What was seen in a column, in one line."""
        return in_one_line(self.saw[column])

    @property
    def seen(self) -> bool:
        """Whether the hosts differ."""
        return self.saw["flask"] != self.saw["quart"]

    @property
    def removed(self) -> bool:
        """Whether the hosts differ, and do not where the hook is bound through Afterware."""
        bound = self.saw["bound"]
        return self.seen and bound == self.saw["bound_on_flask"] and FAILED not in bound

    @property
    def changed(self) -> list[Column]:
        """The columns of which the record's claim does not hold."""
        return [column for column in COLUMNS if self.line(column) != self.claimed[column]]


def versions() -> dict[str, str]:
    """The versions that observations depend on, by lower-case name."""
    found = {"python": ".".join(platform.python_version_tuple()[:2])}
    for package in PACKAGES:
        try:
            found[package.lower()] = version(package)
        except PackageNotFoundError:
            found[package.lower()] = "not installed"
    return found


def observe(
    differences: Iterable[Difference], tell: Callable[[Observation], None] = lambda _: None
) -> list[Observation]:
    """Run the probes of *differences*, each on both hosts, with and without Afterware.

    :param tell: called with each observation as it is made.
    """
    installed = versions()
    observations = []
    with Servers() as servers:
        for each in differences:
            observation = observe_one(each, installed, servers=servers)
            tell(observation)
            observations.append(observation)
    return observations


def observe_one(
    difference: Difference,
    installed: dict[str, str] | None = None,
    *,
    servers: Servers | None = None,
    flask: Any = None,
    quart: Any = None,
) -> Observation:
    """Run one probe.

    :param installed: what `versions()` gives.
    :param servers: for the probes that ask over a socket.
    :param flask: what to take for Flask, by default the module `flask`.
    :param quart: what to take for Quart, by default the module `quart`.
    """
    flask = flask or importlib.import_module("flask")
    quart = quart or importlib.import_module("quart")
    places: dict[Column, At] = {
        "flask": At(flask, False, servers),
        "quart": At(quart, False, servers),
        "bound": At(quart, True, servers),
        "bound_on_flask": At(flask, True, servers),
    }
    saw = {column: _look(difference, places[column]) for column in COLUMNS}
    return Observation(difference, saw, difference.claim(installed or versions()))


def _look(difference: Difference, at: At) -> Facts:
    with quiet():
        try:
            return copy_context().run(difference.probe, at)
        except Exception as error:
            # A probe must cope with every host; where it does not, that is a change to be told.
            return {FAILED: f"{type(error).__name__}: {error}".splitlines()[0]}
        finally:
            # Coroutines that a host left unawaited go now, while nobody listens to their warnings.
            gc.collect(1)
