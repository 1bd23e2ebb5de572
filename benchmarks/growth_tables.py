"""How cost grows with the body, as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.table import Table

from .estimates import Estimate
from .growth import Growth
from .scenarios import GROWTH_HOOKS, HEADER, WORKS
from .tables import cell, cost_table

__all__ = ["GROWTH_LEGEND", "growth_tables"]

_DOES: Final = {
    HEADER: "hooks that set a header",
    "read": "hooks that read the body",
    "rewrite": "hooks that rewrite the body",
}
_NANOSECONDS: Final = 1000

GROWTH_LEGEND: Final = """\
A KB more: the slope of a straight line over the payloads, in ns a request and KB. One hook more:
the slope over the numbers of hooks measured. Reading makes a header of the body's length and
CRC-32; rewriting makes a body of one byte more. inline: the same in the view, which has the body at
hand before there is a response. A def hook cannot read on Quart, where reading is awaited."""


def growth_tables(growth: Growth) -> Iterator[Table]:
    """A table for each work that was measured: styles down, payloads across.

    :param growth: what was measured of a host.
    """
    for work in WORKS:
        if growth.is_grown(work):
            yield _table(growth, work)


def _table(growth: Growth, work: str) -> Table:
    result = cost_table(
        f"{growth.host}, {_DOES[work]}: what they add, in µs a request, by payload",
        "payload",
        [*growth.payloads, "a KB more, ns"],
    )
    if work == HEADER:
        requests = [cell(growth.group(name).request) for name in growth.payloads]
        result.add_row("(a request)", *requests, _per_kb(growth.request()))
    for style in growth.styles(work):
        numbers = [GROWTH_HOOKS] if work == HEADER else growth.hooks(style)
        for hooks in numbers:
            costs = [
                cell(growth.group(name).added(style, hooks))
                if name in growth.measured(hooks, style)
                else ""
                for name in growth.payloads
            ]
            result.add_row(f"{style}, {hooks}", *costs, _per_kb(growth.per_kb(style, hooks)))
        if work != HEADER:
            slopes = [growth.group(name).slope_over_all(style) for name in growth.payloads]
            result.add_row("  one hook more", *map(cell, slopes), "")
    return result


def _per_kb(slope: Estimate | None) -> str:
    return cell(slope.scaled(_NANOSECONDS) if slope else None)
