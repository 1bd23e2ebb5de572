"""The figure of what `peers` measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..peer_analysis import PeerAnalysis
from ..peer_apps import OURS
from ..scenarios import HOSTS
from .axes import spans_decades
from .model import Axis, Figure, Mark, Panel, Row

__all__ = ["TASKS", "peers_figure"]

# What everybody does, by task.
TASKS: Final = {
    "security-headers": "security headers",
    "cors": "CORS",
    "compress-idle": "compression, nothing to compress",
    "compress-busy": "compression, 10 KB",
}


def peers_figure(measured: Mapping[str, PeerAnalysis]) -> Figure:
    """What the ready-made hooks and their peers add to a request.

    :param measured: analyses by label.
    """
    panels = []
    for label, analysis in measured.items():
        for host in HOSTS:
            rows = tuple(
                Row(
                    who,
                    (
                        Mark(
                            "ours" if who == OURS else "peer",
                            "added, µs a request",
                            analysis.added(host, task, who),
                        ),
                    ),
                    TASKS.get(task, task),
                )
                for each, task in analysis.tasks
                if each == host
                for who in analysis.who(host, task)
            )
            panels.append(Panel(f"{host.title()}, {label}", rows=rows))
    values = [each.value for panel in panels for each in panel.estimates()]
    return Figure(
        "peers",
        "Ready-made hooks and the packages that do the same",
        "What each adds to a request, with equal work. Round and blue is Afterware.",
        Axis("added time, µs a request", log=spans_decades(v for v in values if v > 0)),
        None,
        tuple(panels),
        "who",
        "task",
    )
