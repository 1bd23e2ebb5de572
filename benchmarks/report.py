"""What was measured, for a person to read: tables, promises, and three plain sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.console import Console, RenderableType
from rich.console import Group as Stack
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .analysis import FLOOR, Analysis, Group
from .estimates import Estimate
from .expectations import Expectation, expectations
from .results import VERSIONS, Results
from .scenarios import HOOKS, PAYLOADS

__all__ = [
    "WIDTH",
    "amount",
    "console",
    "describe",
    "machine",
    "promises",
    "report",
    "sentences",
    "span",
]

# How wide the tables are, in characters.
WIDTH: Final = 124

# Slopes of styles are laid side by side over the numbers of hooks that even the slow ones have.
_SHARED_HOOKS: Final = 16


def console() -> Console:
    """Where results are printed: standard output, as wide as the tables if nobody watches."""
    out = Console(highlight=False, emoji=False)
    return out if out.is_terminal else Console(highlight=False, emoji=False, width=WIDTH)


def report(results: Results) -> RenderableType:
    """All that there is to say about *results*, and nothing that is not in them.

    :param results: what a run measured, or what a file holds.
    """
    analysis = Analysis(results)
    parts: list[RenderableType] = [Text(machine(results)), Text(describe(results))]
    parts += [table(group) for group in analysis.groups]
    parts.append(Text(_LEGEND, style="dim"))
    smallest = next(name for name in PAYLOADS if any(g.payload == name for g in analysis.groups))
    promised = [each for each in expectations(analysis, smallest) if each.measured]
    if promised:
        parts.append(promises(promised, f"What is expected, with {smallest}"))
    parts += [Text(f"- {sentence}") for sentence in sentences(analysis, smallest)]
    return Stack(*(Padding(part, (0, 0, 1, 0)) for part in parts))


def machine(results: Results) -> str:
    """Where it was measured, in a line or two."""
    known = results.metadata
    versions = ", ".join(
        f"{name} {known[key]}" for name in VERSIONS if (key := f"{name}_version") in known
    )
    where = [
        f"Python {known.get('python_version', 'of an unknown version')}",
        known.get("cpu_model_name", "an unknown processor"),
        f"{known['cpu_count']} logical processors" if "cpu_count" in known else "",
        known.get("platform", ""),
    ]
    return f"{', '.join(part for part in where if part)}\n{versions}"


def describe(results: Results) -> str:
    """How much was measured, in a sentence."""
    told = []
    for host in results.hosts:
        shape = results.shape(host)
        rounds = f"{min(shape)}" if min(shape) == max(shape) else f"{min(shape)} to {max(shape)}"
        told.append(f"{host} in {_count(len(shape), 'process', 'processes')} of {rounds} rounds")
    return (
        f"{len(results.samples)} scenarios: {', '.join(told)}."
        " Intervals are of 95%, from a bootstrap over processes and rounds."
    )


def table(group: Group) -> Table:
    """Styles down, numbers of hooks across: added cost, its spread, its share of the request."""
    request = group.request
    result = Table(
        title=f"{group.host}, {group.payload}: a request without hooks takes"
        f" {amount(request.value)} µs ({span(request)}); what hooks add to it, in µs a request",
        title_justify="left",
        title_style="bold",
        box=None,
        header_style="bold",
        padding=(0, 1, 1, 0),
        pad_edge=False,
    )
    result.add_column("hooks", min_width=14)
    for hooks in HOOKS:
        result.add_column(str(hooks), justify="right")
    far = max((number for style in group.styles for number in group.hooks(style)), default=0)
    result.add_column(f"slope, 0-{_SHARED_HOOKS}", justify="right")
    if far > _SHARED_HOOKS:
        result.add_column(f"slope, 0-{far}", justify="right")
    result.add_column("intercept", justify="right")
    for style in group.styles:
        measured = group.hooks(style)
        cells = [
            _cell(group.added(style, hooks), group.share(style, hooks)) if hooks in measured else ""
            for hooks in HOOKS
        ]
        cells.append(_slope(group, style, _SHARED_HOOKS))
        if far > _SHARED_HOOKS:
            cells.append(_slope(group, style, far) if measured[-1] == far else "")
        intercept, share = group.intercept(style), group.intercept_share(style)
        cells.append(_cell(intercept, share.value) if intercept and share else "")
        result.add_row(style, *cells)
    return result


def sentences(analysis: Analysis, payload: str) -> Iterator[str]:
    """What a hook costs, in plain words; as many of the three as were measured.

    :param analysis: what was measured.
    :param payload: the payload that is asked about.
    """
    flask, quart = analysis.group("flask", payload), analysis.group("quart", payload)
    if quart:
        yield from _hop(quart, "def", "worker thread")
    if flask:
        yield from _hop(flask, "async def", "new thread and event loop")
    best = [each for group in (flask, quart) if group for each in _best(group)]
    if best:
        yield f"At best a hook costs {'; '.join(best)}."


def amount(value: float) -> str:
    """A figure with about three digits."""
    size = abs(value)
    return f"{value:.{2 if size < 10 else 1 if size < 100 else 0}f}"


def span(estimate: Estimate) -> str:
    """An interval, with as many decimals as its figure has."""
    decimals = len(amount(estimate.value).partition(".")[2])
    return f"{estimate.low:.{decimals}f}…{estimate.high:.{decimals}f}"


_LEGEND: Final = """\
Each cell: what was added, as the median over rounds; its interval; its share of a request without
hooks. inline: the same headers set in the view, which is the floor. Setting a header looks through
those that are there, so one more hook costs more among 64 than among 16, inline as well.
Slope: one more hook, on average over those numbers of hooks. Intercept: what it costs that there
are hooks at all, however many; from a line fitted to what the style adds to inline.
A ratio is the median of the rounds' ratios, which a change of the machine's speed leaves alone.
Met or not met is said of the figure; not certain: its interval reaches across the bound."""


def _hop(group: Group, colour: str, hop: str) -> Iterator[str]:
    kind = colour.removesuffix(" def")
    native, portable = f"native-{kind}", f"portable-{kind}"
    if native not in group.styles or portable not in group.styles:
        return
    ratio = group.slope_ratio(native, portable)
    hooks = group.hooks(native, portable)
    costs = group.slope(native, hooks), group.slope(portable, hooks)
    if ratio and costs[0] and costs[1]:
        yield (
            f"{'An' if kind == 'async' else 'A'} {colour} hook on {group.host.title()} costs"
            f" {_cost(costs[0])} natively (a {hop} for each) and {_cost(costs[1])} through"
            f" Afterware: {amount(ratio.value)} times less ({span(ratio)})."
        )


def _best(group: Group) -> Iterator[str]:
    best = group.best_native()
    if best is None or FLOOR not in group.styles:
        return
    hooks = [number for number in group.hooks(best, FLOOR) if number <= _SHARED_HOOKS]
    native, inline = group.slope(best, hooks), group.slope(FLOOR, hooks)
    if native and inline:
        yield (
            f"{_cost(native)} on {group.host.title()} natively ({best}), and the same work written"
            f" in the view {_cost(inline)}"
        )


def _cost(slope: Estimate) -> str:
    return f"{amount(slope.value)} µs ({span(slope)})"


def _slope(group: Group, style: str, most: int) -> str:
    slope = group.slope(style, [hooks for hooks in group.hooks(style) if hooks <= most])
    return _cell(slope) if slope else ""


def _cell(estimate: Estimate, share: float | None = None) -> str:
    lines = [amount(estimate.value), f"[dim]{span(estimate)}[/dim]"]
    if share is not None:
        lines.append(f"{share:.1%}")
    return "\n".join(lines)


def promises(promised: list[Expectation], title: str) -> Table:
    """What is expected beside what was measured.

    :param promised: expectations, all of them measured.
    :param title: what stands above the table.
    """
    result = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=None,
        header_style="bold",
        padding=(0, 2, 0, 0),
        pad_edge=False,
    )
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


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
