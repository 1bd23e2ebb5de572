"""Judges entries: runs the rules of an entry's role over what it does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .effects import Spot, line_of
from .rule import Note
from .rules import rules
from .rules.unseen_code import UNFINISHED
from .walk import behaviour_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..flask.entries import Entry
    from ..flask.model import FlaskEvaluator
    from .rule import Rule

__all__ = ["Verdict", "cut_short", "judge"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What of an entry is otherwise on Quart.

    :param notes: each thing, in the order of the lines of the entry's file.
    :param unfinished: whether the entry leads to more code than is followed: there may be more.
    """

    notes: Sequence[Note] = field(default_factory=tuple)
    unfinished: bool = False


def judge(entry: Entry, evaluator: FlaskEvaluator, chosen: Sequence[Rule] | None = None) -> Verdict:
    """Judge one entry. What it finds does not depend on what was asked before.

    :param chosen: the rules; by default all.
    """
    notes: dict[tuple[str, int, str], Note] = {}
    with evaluator.question() as question:
        behaviour = behaviour_of(entry, evaluator)
        for rule in rules() if chosen is None else chosen:
            if entry.role in rule.roles:
                for note in rule.find(behaviour, evaluator):
                    notes.setdefault((note.kind, id(note.node), note.subject), note)
        unfinished = behaviour.unfinished or question.exhausted or entry.unsure
    if unfinished:
        note = Note(UNFINISHED, behaviour.start)
        notes[note.kind, id(note.node), note.subject] = note
    ordered = sorted(notes.values(), key=lambda note: (line_of(note.via), note.kind))
    return Verdict(ordered, unfinished)


def cut_short(entry: Entry, evaluator: FlaskEvaluator) -> Verdict:
    """The verdict on an entry that could not be judged: it is not known what it needs."""
    start = Spot(entry.module, evaluator.frame(entry.module), entry.node, entry.node)
    return Verdict((Note(UNFINISHED, start),), unfinished=True)
