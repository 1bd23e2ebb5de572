"""What a run of probes comes to, counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .observe import Observation

__all__ = ["Summary", "named", "outcome", "summed_up"]


@dataclass(frozen=True)
class Summary:
    """A run, counted.

    :param seen: differences between the hosts.
    :param removed: those of them that are gone where the hook is bound through Afterware.
    :param hook_seen: those that are about the hook, not the view, the app or the server.
    :param hook_removed: those of them that are gone.
    :param alike: what is the same on both hosts, and is in the catalogue for its remedy.
    :param changed: where a record's claim does not hold on these versions.
    """

    seen: int
    removed: int
    hook_seen: int
    hook_removed: int
    alike: int
    changed: int

    def __str__(self) -> str:
        noun = "difference" if self.seen == 1 else "differences"
        line = (
            f"{self.seen} {noun} seen, {self.removed} removed by Afterware,"
            f" {self.seen - self.removed} remain"
            f" (about the hook: {self.hook_removed} of {self.hook_seen} removed)"
        )
        if self.alike:
            line += f"; {self.alike} alike on both"
        if self.changed:
            line += f"; {self.changed} changed since they were recorded"
        return line


def summed_up(observations: Sequence[Observation]) -> Summary:
    """Count *observations*."""
    seen = [each for each in observations if each.seen]
    hook = [each for each in seen if each.difference.about == "hook"]
    return Summary(
        seen=len(seen),
        removed=sum(each.removed for each in seen),
        hook_seen=len(hook),
        hook_removed=sum(each.removed for each in hook),
        alike=sum(not each.seen for each in observations),
        changed=sum(bool(each.changed) for each in observations),
    )


def outcome(observation: Observation) -> str:
    """`removed`, `remains` or `alike`."""
    if not observation.seen:
        return "alike"
    return "removed" if observation.removed else "remains"


def named(versions: dict[str, str]) -> str:
    """Versions as a reader wants them: `Python 3.11, Flask 3.1.3, ...`."""
    names = {"python": "Python", "asgiref": "asgiref", "gunicorn": "gunicorn"}
    return ", ".join(f"{names.get(key, key.title())} {value}" for key, value in versions.items())
