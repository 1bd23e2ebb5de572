"""A listing as text, for a terminal or a pipe: 80 columns do."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from .collect import Listing, Row
from .estimate import Cost

if TYPE_CHECKING:
    from .timing import Measured, Timing

__all__ = ["render"]

# Columns beside the name: how it is written, how it runs, and through what.
_COLUMNS = (9, 13, 9)
_GAP = "  "
_INDENT = "    "
_NARROWEST = 60


def render(listing: Listing, timing: Timing | None, width: int) -> str:
    """The whole listing.

    :param timing: what the hooks cost, if it was measured.
    :param width: how many columns a line may have.
    """
    width = max(width, _NARROWEST)
    lines = [_title(listing), *(wrap(_timed(timing), width) if timing else ())]
    if not listing.rows:
        lines += ["", "It has no hooks."]
    about = {phase.name: phase.about for phase in listing.phases}
    for phase, rows in groupby(listing.rows, lambda row: row.phase):
        lines += ["", *_heading(phase, about[phase], width)]
        for blueprint, its_rows in groupby(rows, lambda row: row.blueprint):
            scope = "app" if blueprint is None else f"blueprint {blueprint}"
            lines.append(click.style(f"  {scope}", dim=True))
            for row in its_rows:
                lines += _row(row, timing.measured[row] if timing else None, width)
    if listing.rows:
        lines += ["", *_closing(listing, timing, width)]
    for note in (*listing.notes, *(timing.notes if timing else ())):
        lines += ["", *wrap(note, width)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _title(listing: Listing) -> str:
    host = listing.host
    return (
        f"{host.app.import_name}: {_count(len(listing.rows), 'hook')} on"
        f" {host.name.title()} {host.version}, in the order in which they run"
    )


def _timed(timing: Timing) -> str:
    return (
        f"Measured on GET {timing.path} ({timing.status}), {_micro(timing.seconds)} µs with all"
        f" hooks. A figure is what a hook adds to it: the median of {timing.rounds} rounds with and"
        " without it, and its interval of 95 %."
    )


def _heading(phase: str, about: str, width: int) -> list[str]:
    written, runs, through = _COLUMNS
    head = f"{phase}, {about}"
    columns = f"{'written':<{written}}{_GAP}{'runs':<{runs}}{_GAP}{'through':<{through}}".rstrip()
    room = _room(width)
    if len(head) > room:
        return [click.style(head, bold=True), f"{'':<{room}}{_GAP}{columns}"]
    return [click.style(f"{head:<{room}}", bold=True) + f"{_GAP}{columns}"]


def _room(width: int) -> int:
    """How many columns are left for the name."""
    return width - sum(_COLUMNS) - len(_GAP) * len(_COLUMNS)


def _row(row: Row, measured: Measured | None, width: int) -> Iterator[str]:
    name = _INDENT + row.name.replace(".<locals>", "")
    colour = "async def" if row.is_async else "def"
    through = "Afterware" if row.afterware else "native"
    cells = [
        f"{text:<{size}}" for text, size in zip((colour, row.runs, through), _COLUMNS, strict=True)
    ]
    if row.advice:
        cells[1] = click.style(cells[1], fg="yellow")
    columns = _GAP + _GAP.join(cells)
    room = _room(width)
    if len(name) > room:
        yield click.style(name, bold=True)
        yield f"{'':<{room}}{columns}"
    else:
        yield click.style(f"{name:<{room}}", bold=True) + columns
    inner = _INDENT + "  "
    yield inner + _place(row) + "".join(f", {option}" for option in row.options)
    if measured is not None:
        yield from wrap(_cost(measured), width, initial_indent=inner, subsequent_indent=inner)
    if row.advice:
        warning = f"! {row.advice.warning}"
        for line in wrap(warning, width, initial_indent=inner, subsequent_indent=inner + "  "):
            yield click.style(line, fg="yellow")


def _place(row: Row) -> str:
    if not row.file:
        return "no source"
    return f"{_short(row.file)}:{row.line}"


def _short(file: str) -> str:
    """A path from here, or from where modules are found, if it is there."""
    path = Path(file)
    roots = [Path.cwd(), *sorted(map(Path, filter(None, sys.path)), key=_depth, reverse=True)]
    for root in roots:
        if path.is_relative_to(root) and "site-packages" not in path.relative_to(root).parts:
            return str(path.relative_to(root))
    return file


def _depth(path: Path) -> int:
    return len(path.parts)


def _cost(measured: Measured) -> str:
    if measured.added is None:
        return f"not measured: {measured.why_not}"
    if measured.added.high < 0:
        # What it does is dearer left undone: a connection that is not given back, say.
        return f"spares {_interval(measured.added.reversed())}: without it the request is slower"
    return f"adds {_interval(measured.added)}"


def _closing(listing: Listing, timing: Timing | None, width: int) -> Iterator[str]:
    advised = [row for row in listing.rows if row.advice]
    if not advised:
        yield from wrap("No hook hops to another thread or event loop.", width)
        yield from _elsewhere(listing, width)
        return
    yield click.style("What to do", bold=True)
    for cure, rows in _by_cure(advised):
        yield ""
        for row in rows:
            gain = _gain(timing.measured[row]) if timing else ""
            text = f"- {row.phase} {row.name.replace('.<locals>', '')}{gain}"
            yield from wrap(text, width, subsequent_indent="  ", break_on_hyphens=False)
        yield from wrap(cure, width, initial_indent="  ", subsequent_indent="  ")
    hopping = [row for row in advised if row.hops]
    if timing is None and hopping:
        yield ""
        yield from wrap(
            f"{_count(len(hopping), 'hook')} of {len(listing.rows)}"
            f" {'hops' if len(hopping) == 1 else 'hop'}. --time measures what that costs.",
            width,
        )
    elif timing is not None:
        yield from _sum(hopping, timing, width)
    yield from _elsewhere(listing, width)


def _by_cure(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        if row.advice:
            grouped.setdefault(row.advice.cure, []).append(row)
    return list(grouped.items())


def _gain(measured: Measured) -> str:
    """What binding a hook would change, as the end of its line."""
    if measured.saved is None:
        return f" ({measured.why_not})" if measured.added is None else ""
    said = " with suspends=True" if measured.waits else ""
    told = f": bound{said}, it takes {_interval(measured.saved)} off"
    if measured.bound is not None:
        told += f", and adds {_interval(measured.bound)}"
    if measured.slow:
        told += ". That is long: it seems to wait, and wants blocking=True, which saves no time"
    return told


def _sum(hopping: Sequence[Row], timing: Timing, width: int) -> Iterator[str]:
    results = [timing.measured[row] for row in hopping]
    gains = [each.saved.median for each in results if each.saved and not each.slow]
    if gains:
        yield ""
        yield from wrap(
            f"Bound through Afterware, {_count(len(gains), 'hook')} would take some"
            f" {_micro(sum(gains))} µs off the {_micro(timing.seconds)} µs of this request.",
            width,
        )


def _elsewhere(listing: Listing, width: int) -> Iterator[str]:
    """What a port would change, for an app that is well as it is."""
    native = [row for row in listing.rows if not row.afterware and not row.is_async]
    hopping = [row for row in native if row.phase.endswith(("_request", "_appcontext"))]
    if listing.host.name == "flask" and hopping:
        yield ""
        yield from wrap(
            f"On Quart {_count(len(hopping), 'native def hook')} would hop to a worker thread on"
            " each request. Bound through Afterware they would not; `afterware check` says what"
            " else a port needs.",
            width,
        )


def _interval(estimate: Cost) -> str:
    between = f"({_micro(estimate.low)} to {_micro(estimate.high)} µs)"
    if not estimate.certain:
        return f"nothing that shows {between}"
    return f"{_micro(estimate.median)} µs {between}"


def _micro(seconds: float) -> str:
    micro = seconds * 1e6
    return f"{micro:.0f}" if abs(micro) >= 100 else f"{micro:.1f}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
