"""What was measured, for a person to read: tables, promises, and three plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Console, RenderableType
from rich.console import Group as Stack
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .analysis import FLOOR, Analysis, Group
from .estimates import Estimate
from .expectations import expectations, growth_expectations
from .growth import Growth
from .growth_tables import GROWTH_LEGEND, growth_tables
from .results import VERSIONS, Results
from .scenarios import GROWTH_HOOKS, HEADER, HOOKS, PAYLOADS, work_of
from .tables import amount, cell, cost_table, promises, span

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
_SHARED_HOOKS: Final = GROWTH_HOOKS


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
    growths = [Growth(analysis, host) for host in results.hosts]
    grown = [each for growth in growths for each in growth_tables(growth)]
    parts += [table(group) for group in analysis.groups if not _is_told_by(growths, group)]
    parts.append(Text(_LEGEND, style="dim"))
    if grown:
        parts += [*grown, Text(GROWTH_LEGEND, style="dim")]
    smallest = next(name for name in PAYLOADS if any(g.payload == name for g in analysis.groups))
    promised = [each for each in expectations(analysis, smallest) if each.measured]
    if promised:
        parts.append(promises(promised, f"What is expected, with {smallest}"))
    promised = [each for each in growth_expectations(analysis) if each.measured]
    if promised:
        parts.append(promises(promised, "What is expected of a body that grows"))
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
    styles = [style for style in group.styles if work_of(style) == HEADER]
    far = max((number for style in styles for number in group.hooks(style)), default=0)
    columns = [*map(str, HOOKS), f"slope, 0-{_SHARED_HOOKS}"]
    columns += [f"slope, 0-{far}"] if far > _SHARED_HOOKS else []
    result = cost_table(
        f"{group.host}, {group.payload}: a request without hooks takes"
        f" {amount(request.value)} µs ({span(request)}); what hooks add to it, in µs a request",
        "hooks",
        [*columns, "intercept"],
    )
    for style in styles:
        measured = group.hooks(style)
        cells = [
            cell(group.added(style, hooks), group.share(style, hooks)) if hooks in measured else ""
            for hooks in HOOKS
        ]
        cells.append(_slope(group, style, _SHARED_HOOKS))
        if far > _SHARED_HOOKS:
            cells.append(_slope(group, style, far) if measured[-1] == far else "")
        intercept, share = group.intercept(style), group.intercept_share(style)
        cells.append(cell(intercept, share.value) if intercept and share else "")
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


_LEGEND: Final = """\
Each cell: what was added, as the median over rounds; its interval; its share of a request without
hooks. inline: the same headers set in the view, which is the floor. Setting a header looks through
those that are there, so one more hook costs more among 64 than among 16, inline as well.
Slope: one more hook, on average over those numbers of hooks. Intercept: what it costs that there
are hooks at all, however many; from a line fitted to what the style adds to inline.
A ratio is the median of the rounds' ratios, which a change of the machine's speed leaves alone.
Met or not met is said of the figure; not certain: its interval reaches across the bound."""


def _is_told_by(growths: Sequence[Growth], group: Group) -> bool:
    """Whether the tables over payloads say all that was measured of *group*."""
    styles = group.styles
    numbers = {n for each in styles if work_of(each) == HEADER for n in group.hooks(each)}
    growth = next(each for each in growths if each.host == group.host)
    works = {work_of(style) for style in styles}
    return bool(works) and numbers <= {GROWTH_HOOKS} and all(map(growth.is_grown, works))


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
    return cell(group.slope(style, [hooks for hooks in group.hooks(style) if hooks <= most]))


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
