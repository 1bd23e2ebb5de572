"""One difference: a way in which the same code behaves differently on the two hosts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from .stage import At, Facts

__all__ = [
    "COLUMNS",
    "FAMILIES",
    "About",
    "Bites",
    "Column",
    "Difference",
    "Family",
    "Need",
    "Probe",
    "difference",
    "family_of",
    "in_one_line",
]

Family = Literal[
    "response",
    "running",
    "lifecycle",
    "request",
    "wire",
    "configuration",
    "tests",
    "commands",
    "templates",
    "extensions",
    "streams",
]

# The digits with which an id begins say its family; the longest that fit.
FAMILIES: dict[str, tuple[Family, str]] = {
    "1": ("response", "The response object"),
    "2": ("running", "How a hook is run"),
    "3": ("lifecycle", "The life cycle of a request"),
    "4": ("request", "The request, the context and the helpers"),
    "5": ("wire", "Servers and what crosses the wire"),
    "6": ("configuration", "Configuration"),
    "7": ("tests", "Tests"),
    "8": ("commands", "The command line"),
    "9": ("templates", "Templates"),
    "00": ("extensions", "Extensions"),
    "05": ("streams", "Streams and files"),
}

Need = Literal[
    "await-response",
    "await-request",
    "await-helper",
    "missing-api",
    "blocking",
    "thread-bound",
    "lifecycle",
    "broken",
    "undecided",
]

About = Literal["hook", "view", "app", "server"]

Bites = Literal["loudly", "silently", "on some paths", "under load"]

# Where a probe is run: on each host as one would write it there, then bound through Afterware.
Column = Literal["flask", "quart", "bound", "bound_on_flask"]
COLUMNS: tuple[Column, ...] = ("flask", "quart", "bound", "bound_on_flask")

Probe: TypeAlias = "Callable[[At], Facts]"
"""Sees a difference happen, on the host that it is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A difference between Flask and Quart.

    `flask`, `quart` and `bound` say in a line each what happens, and are the claim that is held
    against what the probe sees; see `in_one_line`.

    :param id: AW and three digits; it never changes and is never used again for another.
    :param title: what differs, as one short sentence.
    :param probe: sees it happen, on the host that it is given.
    :param flask: what the probe sees on Flask.
    :param quart: what it sees on Quart.
    :param bound: what it sees on Quart where the app's hooks are bound through Afterware; that
        seldom changes what is no hook.
    :param bound_on_flask: the same on Flask; None says that it is the same as on Quart.
    :param later: from which version on it is otherwise, and what then: `{"quart 0.23": {...}}`.
    :param bites: how one comes to notice.
    :param whom: whose code it meets: hooks, views, tests, whole apps.
    :param remedy: what to do, in one line.
    :param about: what it is a property of; a hook can be mended by binding it, a server cannot.
    :param why: where Afterware does not remove it: why not, and what to do instead.
    :param needs: the words for what code needs on Quart because of it, which `afterware check`
        files under this id; empty where no checker can see it in code.
    :param before: the code on Flask, as Python source.
    :param after: the same code for both hosts.
    :param defect: for a defect of a host itself: which versions have it.
    :param see: public references, as URLs.
    """

    id: str
    title: str
    probe: Probe
    flask: str
    quart: str
    bound: str
    bound_on_flask: str | None = None
    later: Mapping[str, Mapping[Column, str]] = field(default_factory=dict)
    bites: Bites
    whom: str
    remedy: str
    about: About = "hook"
    why: str = ""
    needs: tuple[Need, ...] = ()
    before: str = ""
    after: str = ""
    defect: str = ""
    see: tuple[str, ...] = ()

    @property
    def family(self) -> Family:
        """The family that the id belongs to."""
        return family_of(self.id)

    def claim(self, versions: Mapping[str, str]) -> dict[Column, str]:
        """What each column is said to show with these versions.

        :param versions: by lower-case name of the package, and `python`.
        """
        claimed: dict[Column, str] = {
            "flask": self.flask,
            "quart": self.quart,
            "bound": self.bound,
            "bound_on_flask": self.bound if self.bound_on_flask is None else self.bound_on_flask,
        }
        for since, other in self.later.items():
            name, _, version = since.partition(" ")
            if _number(versions.get(name, "0")) >= _number(version):
                claimed.update(other)
        return claimed


def family_of(id: str) -> Family:  # noqa: A002 - the record's own word
    """The family of an id.

    :param id: AW and three digits.
    :raises KeyError: no family has such ids.
    """
    digits = id.removeprefix("AW")
    for length in (2, 1):
        if digits[:length] in FAMILIES:
            return FAMILIES[digits[:length]][0]
    raise KeyError(id)


def difference(id: str, title: str, **rest: Any) -> Callable[[Probe], Difference]:  # noqa: A002 - the record's own word
    """Make a record of the probe that is decorated; the parameters are those of `Difference`."""

    def made(probe: Probe) -> Difference:
        return Difference(id=id, title=title, probe=probe, **rest)

    return made


def in_one_line(facts: Facts) -> str:
    """What a probe saw, as claims are written: `name: value; name: value`."""
    return "; ".join(f"{name}: {value}" for name, value in facts.items())


def _number(version: str) -> tuple[int, ...]:
    parts = (part for part in version.split(".") if part.isdigit())
    return tuple(int(part) for part in parts)
