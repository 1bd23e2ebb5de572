"""What the peers cost, for a person to read; what was promised and not kept is said too."""

from __future__ import annotations

from typing import Any, Final

import pyperf  # type: ignore[import-untyped]  # it has no types
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from .estimates import CONFIDENCE, Estimate, Resampler
from .peer_apps import NOBODY, OURS, PEERS

__all__ = ["BOUNDS", "peer_report"]

# How many times ours a peer's added cost is promised to be, at least.
BOUNDS: Final = {
    ("security-headers", "talisman"): 8.0,
    ("security-headers", "secure"): 8.0,
    ("cors", "flask-cors"): 8.0,
    ("cors", "quart-cors"): 10.0,
    ("compress-idle", "flask-compress"): 4.0,
    ("compress-busy", "flask-compress"): 1.0,
}


def peer_report(measured: pyperf.BenchmarkSuite) -> RenderableType:
    """A table of added costs, and of a peer's over ours.

    :param measured: what `peers` measured, whole.
    """
    runs: dict[str, list[tuple[float, ...]]] = {
        benchmark.get_name(): [tuple(run.values) for run in benchmark.get_runs() if run.values]
        for benchmark in measured.get_benchmarks()
    }
    shape = [len(values) for values in next(iter(runs.values()))]
    resampler = Resampler(shape)
    flat = {name: [value for run in values for value in run] for name, values in runs.items()}
    table = Table(title="Added cost of a request, µs, and a peer's over Afterware's")
    for heading in ("host", "task", "who", "added", "95% interval", "over ours", "95%", "promised"):
        table.add_column(heading, justify="left" if heading in _LEFT else "right")
    for (host, task), others in PEERS.items():
        nobody = flat[f"{host}/{task}/{NOBODY}"]
        ours = _less(flat[f"{host}/{task}/{OURS}"], nobody)
        table.add_row(host, task, OURS, *_cost(resampler.estimate(ours)), "", "", "")
        for who in others:
            theirs = _less(flat[f"{host}/{task}/{who}"], nobody)
            ratio = _ratio(resampler, theirs, ours)
            table.add_row(
                host, task, who, *_cost(resampler.estimate(theirs)), *_times(ratio, task, who)
            )
        table.add_section()
    rounds = f"{sum(shape)} rounds in {len(shape)} processes; medians of differences by round."
    return Group(table, Text(rounds))


_LEFT = ("host", "task", "who", "promised")


def _less(values: list[float], baseline: list[float]) -> list[float]:
    return [value - base for value, base in zip(values, baseline, strict=True)]


def _ratio(resampler: Resampler, upper: list[float], lower: list[float]) -> Estimate:
    """The median of *upper* over that of *lower*; in single rounds noise would divide noise."""
    draws = sorted(
        high / low if low > 0 else float("inf")
        for high, low in zip(resampler.medians(upper), resampler.medians(lower), strict=True)
    )
    tail = (1 - CONFIDENCE) / 2
    low = resampler.estimate(lower).value
    value = resampler.estimate(upper).value / low if low > 0 else float("inf")
    return Estimate(value, draws[int(tail * len(draws))], draws[-1 - int(tail * len(draws))])


def _cost(estimate: Estimate) -> tuple[str, str]:
    micro = estimate.scaled(1e6)
    return f"{micro.value:.1f}", f"{micro.low:.1f} to {micro.high:.1f}"


def _times(ratio: Estimate, task: str, who: str) -> tuple[Any, ...]:
    bound = BOUNDS[task, who]
    kept = "kept" if ratio.value >= bound else "NOT kept"
    return (
        f"{ratio.value:.1f}",
        f"{ratio.low:.1f} to {ratio.high:.1f}",
        f"at least {bound:g}: {kept}",
    )
