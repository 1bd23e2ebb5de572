"""What the clients of one twin sent, and what they were told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from uuid import uuid4

__all__ = ["Ledger"]


@dataclass(slots=True)
class Ledger:
    """One twin's.

    A note has a text of its own, which is also the id of the request that sends it.

    :param sent: the texts of all notes that were sent, wholly or in part.
    :param answered: by text, the id of each note of which a client read the whole 201.
    :param faults: what else went wrong, and how often.
    """

    prefix: str = field(default_factory=lambda: f"soak-{uuid4().hex[:12]}-")
    sent: set[str] = field(default_factory=set)
    answered: dict[str, int] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def new_text(self) -> str:
        """The text of the next note."""
        text = f"{self.prefix}{next(self._numbers)}"
        self.sent.add(text)
        return text
