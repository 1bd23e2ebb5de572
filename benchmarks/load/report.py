"""What was measured under load, for a person to read."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..estimates import Estimate
from ..report import amount, machine, promises
from ..results import Results
from ..scenarios import HOSTS
from .analysis import LoadAnalysis
from .results import LoadResults
from .scenarios import PROMISED, Load, Wait, every_load

__all__ = ["load_report"]

_LATENCIES: Final = ("p50", "p90", "p99")
_SERVERS: Final = {"flask": "gunicorn", "quart": "Hypercorn"}


def load_report(results: LoadResults) -> RenderableType:
    """All that there is to say about *results*, and nothing that is not in them.

    :param results: what a run measured, or what a file holds.
    """
    analysis = LoadAnalysis(results)
    parts: list[RenderableType] = [
        Text(f"{machine(Results({}, results.metadata))}\n{_served(results.metadata)}"),
        Text(_described(results)),
    ]
    parts += [
        _load_table(analysis, host, of_host)
        for host in HOSTS
        if (of_host := [each for each in every_load(host) if each in results.loads])
    ]
    if results.waits:
        parts.append(_wait_table(analysis))
    parts.append(Text(_LEGEND, style="dim"))
    promised = [each for each in analysis.expectations() if each.measured]
    if promised:
        parts.append(promises(promised, "What is expected under load"))
    parts += [Text(f"- {sentence}") for sentence in _sentences(analysis)]
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in parts))


_LEGEND: Final = """\
Throughput and latency as wrk saw them, which corrects latencies for requests that it could not send
while it waited. Over none: the median of the rounds' ratios, which a change of the machine's speed
leaves alone. CPU: time of all processes of the server, a request. Memory: of all its processes.
Met or not met is said of the figure; not certain: its interval reaches across the bound."""


def _served(known: dict[str, Any]) -> str:
    threads = known.get("gunicorn_threads", "an unknown number of")
    return (
        f"gunicorn {known.get('gunicorn_version', 'unknown')}, one worker of {threads} threads;"
        f" Hypercorn {known.get('hypercorn_version', 'unknown')}, one worker;"
        f" wrk {known.get('wrk_version', 'unknown')}, one thread"
    )


def _described(results: LoadResults) -> str:
    told = []
    if results.loads:
        shape = results.shape(results.loads[0])
        told.append(
            f"{_counted(len(results.loads), 'server', 'servers')} with 0 to"
            f" {max(each.hooks for each in results.loads)} hooks,"
            f" {_counted(sum(shape), 'round', 'rounds')} of each host in"
            f" {_counted(len(shape), 'set', 'sets')} of servers"
        )
    if results.waits:
        shape = results.shape(results.waits[0])
        told.append(f"a view that waits 50 ms, {_counted(sum(shape), 'round', 'rounds')}")
    return f"{'; '.join(told)}. Intervals are of 95%, from a bootstrap over sets and rounds."


def _table(title: str, *columns: str) -> Table:
    result = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=None,
        header_style="bold",
        padding=(0, 2, 0, 0),
        pad_edge=False,
    )
    for number, column in enumerate(columns):
        result.add_column(column, justify="right" if number else "left", no_wrap=not number)
    return result


def _load_table(analysis: LoadAnalysis, host: str, scenarios: list[Load]) -> Table:
    result = _table(
        f"{host} under {_SERVERS[host]}, 8 connections",
        "style",
        "hooks",
        "requests/s",
        "over none",
        "interval",
        "p50, ms",
        "p90, ms",
        "p99, ms",
        "CPU, µs",
        "memory, MiB",
    )
    for each in scenarios:
        ratio = None if each == each.baseline else analysis.ratio(each, each.baseline)
        result.add_row(
            each.style,
            str(each.hooks),
            amount(analysis.median(each, "throughput").value),
            *(_ratio(ratio) if ratio else ("", "")),
            *(_latency(analysis, each, metric) for metric in _LATENCIES),
            amount(analysis.median(each, "cpu").scaled(1e6).value),
            amount(analysis.median(each, "memory").scaled(2**-20).value),
        )
    return result


def _wait_table(analysis: LoadAnalysis) -> Table:
    result = _table(
        "A view that waits 50 ms for an upstream, no hooks",
        "clients",
        "host",
        "requests/s",
        "p50, ms",
        "p90, ms",
        "p99, ms",
        "over flask",
        "interval",
    )
    for each in sorted(analysis.results.waits, key=lambda wait: (wait.clients, wait.host)):
        ratio = analysis.ratio(each, Wait("flask", each.clients)) if each.host != "flask" else None
        result.add_row(
            str(each.clients),
            each.host,
            amount(analysis.median(each, "throughput").value),
            *(_latency(analysis, each, metric) for metric in _LATENCIES),
            *(_ratio(ratio) if ratio else ("", "")),
        )
    return result


def _sentences(analysis: LoadAnalysis) -> Iterator[str]:
    for host in HOSTS:
        for name, ratio in analysis.over_floor(host):
            value, interval = _ratio(ratio)
            yield (
                f"{host.title()} with {PROMISED} {name} hooks answers {value} times ({interval})"
                " what it does when its view sets the same headers."
            )
    waits = analysis.results.waits
    most = max((each.clients for each in waits), default=0)
    quart, flask = Wait("quart", most), Wait("flask", most)
    if quart in waits and flask in waits:
        yield (
            f"With {most} clients that wait 50 ms each, Quart answers"
            f" {amount(analysis.median(quart, 'throughput').value)} requests a second in one"
            f" process and Flask {amount(analysis.median(flask, 'throughput').value)}: no more"
            " of its requests wait at once than gunicorn has threads."
        )


def _latency(analysis: LoadAnalysis, scenario: Load | Wait, metric: str) -> str:
    return amount(analysis.median(scenario, metric).scaled(1e3).value)


def _ratio(ratio: Estimate) -> tuple[str, str]:
    interval = f"{_three(ratio.low)}…{_three(ratio.high)}"
    return _three(ratio.value), interval if isfinite(ratio.high) else "too few rounds"


def _three(value: float) -> str:
    """With three decimals, as what is promised differs in the second."""
    return f"{value:.3f}" if value < 10 else amount(value)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
