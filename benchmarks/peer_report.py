"""What the peers cost, for a person to read; what was promised and not kept is said too."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from .estimates import Estimate
from .peer_analysis import BOUNDS, PeerAnalysis, PeerResults
from .peer_apps import OURS

__all__ = ["peer_report"]

_LEFT = ("host", "task", "who", "promised")


def peer_report(results: PeerResults) -> RenderableType:
    """A table of added costs, and of a peer's over ours.

    :param results: what `peers` measured, whole.
    """
    analysis = PeerAnalysis(results)
    table = Table(title="Added cost of a request, µs, and a peer's over Afterware's")
    for heading in ("host", "task", "who", "added", "95% interval", "over ours", "95%", "promised"):
        table.add_column(heading, justify="left" if heading in _LEFT else "right")
    for host, task in analysis.tasks:
        for who in analysis.who(host, task):
            cost = _cells(analysis.added(host, task, who))
            if who == OURS:
                table.add_row(host, task, who, *cost, "", "", "")
            else:
                ratio = analysis.over_ours(host, task, who)
                table.add_row(
                    host, task, who, *cost, *_cells(ratio), verdict(ratio, BOUNDS[task, who])
                )
        table.add_section()
    shape = analysis.shape
    rounds = f"{sum(shape)} rounds in {len(shape)} processes; medians of differences by round."
    return Group(table, Text(rounds))


def verdict(ratio: Estimate, bound: float) -> str:
    """Whether a peer's cost is as many times ours as was promised."""
    return f"at least {bound:g}: {'kept' if ratio.value >= bound else 'NOT kept'}"


def _cells(estimate: Estimate) -> tuple[str, str]:
    return f"{estimate.value:.1f}", f"{estimate.low:.1f} to {estimate.high:.1f}"
