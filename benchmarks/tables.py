"""What tables of costs are made of: figures, intervals, columns, promises."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from .estimates import Estimate
from .expectations import Expectation

__all__ = ["amount", "cell", "cost_table", "promises", "span"]


def amount(value: float) -> str:
    """A figure with about three digits."""
    size = abs(value)
    return f"{value:.{2 if size < 10 else 1 if size < 100 else 0}f}"


def span(estimate: Estimate) -> str:
    """An interval, with as many decimals as its figure has."""
    decimals = len(amount(estimate.value).partition(".")[2])
    return f"{estimate.low:.{decimals}f}…{estimate.high:.{decimals}f}"


def cell(estimate: Estimate | None, share: float | None = None) -> str:
    """A figure, its interval below it, and below that its share of a request; nothing for None."""
    if estimate is None:
        return ""
    lines = [amount(estimate.value), f"[dim]{span(estimate)}[/dim]"]
    if share is not None:
        lines.append(f"{share:.1%}")
    return "\n".join(lines)


def cost_table(title: str, first: str, columns: Sequence[str]) -> Table:
    """An empty table of cells: a title, what the rows are called, and what the columns are."""
    result = _table(title, padding=(0, 1, 1, 0))
    result.add_column(first, min_width=14, no_wrap=True)
    for column in columns:
        result.add_column(column, justify="right")
    return result


def promises(promised: Sequence[Expectation], title: str) -> Table:
    """What is expected beside what was measured.

    :param promised: expectations, all of them measured.
    :param title: what stands above the table.
    """
    result = _table(title, padding=(0, 2, 0, 0))
    result.add_column("", no_wrap=True)
    result.add_column("measured", justify="right")
    result.add_column("interval", justify="right")
    result.add_column("expected", justify="right")
    result.add_column("")
    for each in promised:
        assert each.measured is not None
        shown = each.measured.scaled(100) if each.share else each.measured
        unit = "%" if each.share else ""
        bound = f"{each.bound * 100:g}%" if each.share else f"{each.bound:g}"
        verdict = "met" if each.met else "not met"
        if not each.certain:
            verdict += ", not certain"
        result.add_row(
            each.what,
            amount(shown.value) + unit,
            span(shown) + unit,
            f"at {'least' if each.at_least else 'most'} {bound}",
            Text(verdict, style="" if each.met else "bold"),
        )
    return result


def _table(title: str, padding: tuple[int, int, int, int]) -> Table:
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=None,
        header_style="bold",
        padding=padding,
        pad_edge=False,
    )
