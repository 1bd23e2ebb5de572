"""What a soak saw, for a person to read."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..report import machine
from ..results import Results
from .results import SoakResults, broken

__all__ = ["soak_report"]

_LEGEND = """\
Notes answered: a client read the whole 201. There: each with its audit row, in one transaction.
Others: notes whose client left before it had the answer. Memory: resident, of all processes of a
server, when it was warm and at the end. Stops: from SIGTERM, sent when all clients had left."""


def soak_report(results: SoakResults) -> RenderableType:
    """All that there is to say about *results*.

    :param results: what a soak saw, or what a file holds.
    """
    known = results.metadata
    clients = known.get("soak_clients", "An unknown number of")
    said = Text(
        f"{machine(Results({}, known))}\n{clients} clients a twin, which leave at random, for"
        f" {known.get('soak_seconds', 'unknown')} s"
    )
    table = Table(
        box=None, header_style="bold", padding=(0, 2, 0, 0), pad_edge=False, title_justify="left"
    )
    for number, column in enumerate(
        (
            "twin",
            "notes/s",
            "answered",
            "there",
            "others",
            "warm, MiB",
            "end, MiB",
            "growth",
            "stops",
            "median, s",
            "slowest, s",
        )
    ):
        table.add_column(column, justify="right" if number else "left")
    for host in results.hosts:
        table.add_row(*_row(results, host))
    found = broken(results)
    verdict = [Text(f"- {each}") for each in found] or [Text("Every bound is kept.")]
    parts: list[RenderableType] = [said, table, Text(_LEGEND, style="dim"), Group(*verdict)]
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in parts))


def _row(results: SoakResults, host: str) -> tuple[str, ...]:
    begins, ends = results.memory(host)
    stops = sorted(results.values(host, "stop"))
    kept = results.count(host, "kept")
    return (
        host,
        f"{sum(results.values(host, 'throughput')):.1f}",
        str(results.count(host, "answered")),
        str(kept),
        str(results.count(host, "rows") - kept),
        f"{begins / 2**20:.1f}",
        f"{ends / 2**20:.1f}",
        f"{(ends / begins - 1) * 100:+.1f}%",
        str(len(stops)),
        f"{stops[len(stops) // 2]:.2f}",
        f"{stops[-1]:.2f}",
    )
