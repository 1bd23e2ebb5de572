"""Two results side by side, as text, as Markdown for a pull request, or as JSON.

What counts as a change, and how sure that is, is in `changes`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import isfinite
from typing import Any

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .changes import Change, changes, warnings
from .estimates import CONFIDENCE, Estimate
from .files import AnyResults
from .tables import amount, span

__all__ = ["Comparison", "compared", "comparison", "json_of", "markdown"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is to be said of two results.

    :param found: how each quantity changed.
    :param notes: what makes them hard to compare.
    :param allowed: how much worse is allowed, as a share; None: any.
    """

    found: list[Change]
    notes: list[str]
    allowed: float | None = None

    @property
    def worse(self) -> list[Change]:
        """What became worse by more than is allowed, with certainty."""
        if self.allowed is None:
            return []
        return [each for each in self.found if each.is_worse_by(self.allowed)]

    @property
    def verdict(self) -> str:
        """Whether too much became worse, in a sentence; nothing where anything is allowed."""
        if self.allowed is None:
            return ""
        names = ", ".join(each.quantity.name for each in self.worse)
        much = f"worse by more than {self.allowed * 100:g}% with certainty"
        return f"{len(self.worse)} {much}: {names}." if names else f"Nothing became {much}."


def compared(first: AnyResults, second: AnyResults, allowed: float | None = None) -> Comparison:
    """Two results, compared.

    :param first: what is compared with.
    :param second: what is compared, of the same kind.
    :param allowed: how much worse is allowed, as a share; None: any.
    :raises BenchmarkError: they are of two kinds, or have nothing in common.
    """
    return Comparison(changes(first, second), warnings(first, second), allowed)


def comparison(told: Comparison) -> RenderableType:
    """The comparison as a table to print.

    :param told: what is to be said.
    """
    parts: list[RenderableType] = [Text(f"Note: {note}.", style="bold") for note in told.notes]
    result = Table(box=None, header_style="bold", padding=(0, 2, 0, 0), pad_edge=False)
    added = any(each.added for each in told.found)
    for title in _TITLES if added else _TITLES[:4]:
        result.add_column(title, justify="left" if title in ("scenario", "") else "right")
    for each in told.found:
        result.add_row(*(_row(each) if added else _row(each)[:4]))
    parts.append(Padding(result, (1, 0)))
    parts.append(Text(_summary(told.found)))
    if told.verdict:
        parts.append(Text(told.verdict, style="bold" if told.worse else ""))
    return Stack(*parts)


def markdown(told: Comparison, names: tuple[str, str]) -> str:
    """The comparison as GitHub renders it, to paste into a pull request.

    :param told: what is to be said.
    :param names: what the two files are called.
    """
    certain = [each for each in told.found if each.is_certain]
    added = any(each.added for each in told.found)
    lines = [f"### Benchmark: `{_plain(names[1])}` against `{_plain(names[0])}`", ""]
    if told.verdict:
        lines += [f"**{told.verdict}**", ""]
    lines += [_summary(told.found, briefly=True), ""]
    if certain:
        lines += [*_rows(certain, added=added), ""]
    if told.notes:
        lines += [*(f"- {_plain(note)}" for note in told.notes), ""]
    lines += [
        f"<details><summary>All {len(told.found)} scenarios</summary>",
        "",
        *_rows(told.found, added=added),
        "",
        _certainty(told.found),
        "",
        "</details>",
    ]
    return "\n".join(lines)


def json_of(told: Comparison) -> str:
    """The comparison for a program: values as recorded, in seconds, bytes or a second's requests.

    :param told: what is to be said.
    """
    return json.dumps(
        {
            "confidence": CONFIDENCE,
            "notes": told.notes,
            "fail_above": told.allowed,
            "failed": bool(told.worse),
            "changes": [_entry(each, told.allowed) for each in told.found],
        },
        indent=1,
        allow_nan=False,
    )


_TITLES = ("scenario", "median", "change", "", "added", "change", "")


def _row(change: Change) -> list[str]:
    quantity = change.quantity
    percent = Estimate(*((end - 1) * 100 for end in _ends(change.factor)))
    row = [
        quantity.name,
        _pair(change.values, change),
        f"{percent.value:+.1f}% ({percent.low:+.1f}…{percent.high:+.1f})",
        change.verdict,
    ]
    if change.added is None or change.more is None:
        return [*row, "", "", ""]
    more = change.more.scaled(quantity.scale)
    return [
        *row,
        _pair(change.added, change),
        f"{amount(more.value)} ({span(more)})",
        change.added_verdict,
    ]


def _pair(values: tuple[float, float], change: Change) -> str:
    first, second = (amount(value * change.quantity.scale) for value in values)
    return f"{first} -> {second} {change.quantity.unit}"


def _rows(found: list[Change], *, added: bool) -> list[str]:
    titles = _TITLES if added else _TITLES[:4]
    aligned = ("---" if title in ("scenario", "") else "---:" for title in titles)
    rows = [titles, tuple(aligned)]
    for each in found:
        name, *cells = _row(each)
        cells = [f"**{cell}**" if cell in each.quantity.words else cell for cell in cells]
        rows.append((f"`{name}`", *cells[: len(titles) - 1]))
    return [f"| {' | '.join(row)} |" for row in rows]


def _entry(change: Change, allowed: float | None) -> dict[str, Any]:
    quantity = change.quantity
    added = None
    if change.added is not None and change.more is not None:
        added = {
            "first": change.added[0],
            "second": change.added[1],
            "more": _interval(change.more),
            "verdict": change.added_verdict,
        }
    return {
        "name": quantity.name,
        "more_is_better": quantity.more_is_better,
        "first": change.values[0],
        "second": change.values[1],
        "factor": _interval(change.factor),
        "verdict": change.verdict,
        "added": added,
        "failed": allowed is not None and change.is_worse_by(allowed),
    }


def _interval(estimate: Estimate) -> dict[str, float | None]:
    """An end that nobody knows is null, as JSON has no infinity."""
    value, low, high = (end if isfinite(end) else None for end in _ends(estimate))
    return {"value": value, "low": low, "high": high}


def _ends(estimate: Estimate) -> tuple[float, float, float]:
    return estimate.value, estimate.low, estimate.high


def _summary(found: list[Change], *, briefly: bool = False) -> str:
    added = [each.added_verdict for each in found if each.more]
    whole = "Whole requests" if added else "Of what was measured"
    told = f"{whole}: {_counts([each.verdict for each in found])}."
    if added:
        told += f" What hooks add: {_counts(added)}."
    return told if briefly else f"{told} {_certainty(found)}"


def _counts(verdicts: list[str]) -> str:
    counted = [
        f"{verdicts.count(word)} {word}"
        for word in ("slower", "faster", "larger", "smaller")
        if word in ("slower", "faster") or word in verdicts
    ]
    return ", ".join([*counted, f"{verdicts.count('not certain')} not certain"])


def _certainty(found: list[Change]) -> str:
    comparisons = sum(2 if each.more else 1 for each in found)
    return (
        f"Certain means: {CONFIDENCE:.0%} for all {comparisons} comparisons together, by a"
        " bootstrap over processes and rounds, Student's t and Bonferroni's correction."
    )


def _plain(text: str) -> str:
    """Without what Markdown would take for its own."""
    return text.replace("`", "'").replace("|", "/").replace("<", "&lt;").replace("\n", " ")
