"""One difference: a way in which the same hook behaves differently on the two hosts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["FAMILIES", "Difference", "Family", "Need"]

Family = Literal["response", "running", "lifecycle", "request", "wire"]

# The hundreds digit of an id says its family.
FAMILIES: dict[str, tuple[Family, str]] = {
    "1": ("response", "The response object"),
    "2": ("running", "How a hook is run"),
    "3": ("lifecycle", "The life cycle of a request"),
    "4": ("request", "The request, the context and the helpers"),
    "5": ("wire", "Servers and what crosses the wire"),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A difference between Flask and Quart, with what `afterware check` files under it.

    :param id: AW and three digits; it never changes and is never used again for another.
    :param title: what differs, as one short sentence.
    :param needs: what a hook needs on Quart because of it; empty where a checker cannot see it in a
        hook, or where the hook needs nothing.
    """

    id: str
    title: str
    needs: tuple[Need, ...] = ()

    @property
    def family(self) -> Family:
        """The family that the id belongs to."""
        return FAMILIES[self.id[2]][0]
