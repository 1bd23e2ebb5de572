"""Figures of what `load` measured: throughput, latency, and a view that waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ..estimates import Estimate
from ..load.analysis import LoadAnalysis
from ..load.scenarios import Load, Wait
from ..scenarios import BASELINE, HOSTS, STYLES
from .axes import spans_decades
from .model import Axis, Curve, Figure, Mark, Panel, Point, Row

__all__ = ["load_figures", "wait_figures"]

Measured = Mapping[str, LoadAnalysis]


@dataclass(frozen=True, slots=True)
class _Shown:
    """How a metric is shown. *scale* is how many of the unit a recorded value of 1 is."""

    title: str
    unit: str
    scale: float


_SHOWN: Final = {
    "throughput": _Shown("Throughput", "requests a second", 1),
    "p50": _Shown("Median latency", "ms", 1e3),
    "p90": _Shown("Latency, 90th percentile", "ms", 1e3),
    "p99": _Shown("Latency, 99th percentile", "ms", 1e3),
    "cpu": _Shown("Processor time of the server", "ms a request", 1e3),
    "memory": _Shown("Memory of the server's processes", "MiB", 2**-20),
}
_PERCENTILES: Final = ("p50", "p90", "p99")
_SERVERS: Final = {"flask": "Flask under gunicorn", "quart": "Quart under Hypercorn"}


def load_figures(measured: Measured) -> Iterator[Figure]:
    """What hooks do to servers under load.

    :param measured: analyses by label.
    """
    if not any(analysis.results.loads for analysis in measured.values()):
        return
    yield _by_hooks(measured, "throughput")
    yield _latency(measured)
    for metric in ("p50", "p90", "p99", "cpu", "memory"):
        yield _by_hooks(measured, metric)


def wait_figures(measured: Measured) -> Iterator[Figure]:
    """What more clients do to a view that waits.

    :param measured: analyses by label.
    """
    if not any(analysis.results.waits for analysis in measured.values()):
        return
    for metric in ("throughput", *_PERCENTILES):
        panels = tuple(
            Panel(
                label,
                curves=tuple(
                    Curve(host, host.title(), points)
                    for host in HOSTS
                    if (points := _by_clients(analysis, host, metric))
                ),
            )
            for label, analysis in measured.items()
            if analysis.results.waits
        )
        yield Figure(
            f"wait-{metric}",
            f"{_SHOWN[metric].title} of a view that waits",
            "The view waits 50 ms for something else, as a database or another service; so many"
            " clients ask at once.",
            Axis("clients, log scale", log=True),
            _axis(metric, panels),
            panels,
            "host",
        )


def _by_hooks(measured: Measured, metric: str) -> Figure:
    panels = tuple(
        Panel(f"{_SERVERS[host]}, {label}", curves=curves)
        for label, analysis in measured.items()
        for host in HOSTS
        if (curves := _curves(analysis, host, metric))
    )
    return Figure(
        f"load-{metric}",
        f"{_SHOWN[metric].title} against number of hooks",
        "Each hook sets a header. The dotted line is the same app without hooks.",
        Axis("hooks"),
        _axis(metric, panels),
        panels,
    )


def _curves(analysis: LoadAnalysis, host: str, metric: str) -> tuple[Curve, ...]:
    loads = [each for each in analysis.results.loads if each.host == host]
    curves = []
    for style in STYLES:
        points = tuple(
            Point(each.hooks, _estimate(analysis, each, metric))
            for each in sorted(loads, key=lambda each: each.hooks)
            if each.style == style
        )
        if points:
            level = style == BASELINE
            curves.append(Curve(style, "no hooks" if level else style, points, level))
    return tuple(curves)


def _latency(measured: Measured) -> Figure:
    numbers = [each.hooks for analysis in measured.values() for each in analysis.results.loads]
    most = 8 if 8 in numbers else max(numbers)
    panels = []
    for label, analysis in measured.items():
        for host in HOSTS:
            rows = tuple(
                Row(
                    "no hooks" if each.style == BASELINE else each.style,
                    tuple(
                        Mark(metric, metric, _estimate(analysis, each, metric))
                        for metric in _PERCENTILES
                    ),
                )
                for style in STYLES
                for each in analysis.results.loads
                if (each.host, each.style) == (host, style)
                and (each.hooks == most or style == BASELINE)
            )
            if rows:
                panels.append(Panel(f"{_SERVERS[host]}, {label}", rows=rows))
    values = [each.value for panel in panels for each in panel.estimates()]
    return Figure(
        "latency",
        f"Latency with {most} hooks",
        "Half of the requests are answered within p50, 90% within p90, 99% within p99.",
        Axis("latency, ms", log=spans_decades(values) or max(values) > 10 * min(values) > 0),
        None,
        tuple(panels),
    )


def _by_clients(analysis: LoadAnalysis, host: str, metric: str) -> tuple[Point, ...]:
    return tuple(
        Point(each.clients, _estimate(analysis, each, metric))
        for each in sorted(analysis.results.waits, key=lambda each: each.clients)
        if each.host == host
    )


def _estimate(analysis: LoadAnalysis, scenario: Load | Wait, metric: str) -> Estimate:
    return analysis.median(scenario, metric).scaled(_SHOWN[metric].scale)


def _axis(metric: str, panels: tuple[Panel, ...]) -> Axis:
    shown = _SHOWN[metric]
    values = [each.value for panel in panels for each in panel.estimates()]
    return Axis(f"{shown.title.lower()}, {shown.unit}", log=spans_decades(values))
