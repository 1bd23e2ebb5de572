"""The page: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup

from ..analysis import Analysis
from ..checking.analysis import CheckAnalysis
from ..checking.report import rows
from ..checking.results import CheckResults
from ..checking.shapes import SIZES
from ..errors import BenchmarkError
from ..files import File, labelled, of_kind
from ..load.analysis import LoadAnalysis
from ..load.results import LoadResults
from ..peer_analysis import BOUNDS, PeerAnalysis, PeerResults
from ..peer_apps import OURS
from ..report import describe, sentences
from ..results import MACHINE, VERSIONS, Results
from ..soak.results import SoakResults
from .drawing import WIDTH, Drawing, draw
from .model import Figure, told
from .peers import TASKS, peers_figure
from .promises import Promise, in_words, promised
from .runs import hooks_figures, payload_figures, per_kb_figure, slope_figure, smallest
from .servers import load_figures, wait_figures
from .tables import Table, table
from .templating import TEMPLATES, source
from .themes import DARK, LIGHT, Theme, rules

__all__ = ["MOST_BYTES", "page"]

# What somebody can be asked to load who only wants to look.
MOST_BYTES: Final = 1_000_000

_TITLE: Final = "What after_request hooks cost"


@dataclass(frozen=True, slots=True)
class _Shown:
    """A figure, ready for the template."""

    figure: Figure
    drawings: list[Drawing]
    table: Table


@dataclass(frozen=True, slots=True)
class _List:
    title: str
    items: list[str]


@dataclass(frozen=True, slots=True)
class _Section:
    name: str
    title: str
    texts: list[str] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    figures: list[_Shown] = field(default_factory=list)
    further: list[_Shown] = field(default_factory=list)
    further_title: str = ""


def page(files: Sequence[File]) -> str:
    """The results as a page of HTML.

    :param files: what to show: of each kind one, or several of different versions.
    :raises BenchmarkError: two files of a kind are of the same versions, or there is too much for
        one page.
    """
    named = labelled(files)
    if soaks := of_kind(named, SoakResults):
        raise BenchmarkError(
            f"The page has no place for a soak, and {len(soaks)} of the files hold one. `show`"
            " prints it."
        )
    sections = [
        *_runs(of_kind(named, Results)),
        *_peers(of_kind(named, PeerResults)),
        *_servers(of_kind(named, LoadResults)),
        *_checker(of_kind(named, CheckResults)),
        _machine(named),
    ]
    html = TEMPLATES.get_template("page.html").render(
        title=_TITLE,
        lead=(
            "after_request hooks on Flask and on Quart: written natively, written through"
            " Afterware, and the same work written in the view. Every figure is a median; bands,"
            " bars and brackets are intervals of 95%. Point at a mark to read its number."
        ),
        sections=sections,
        width=WIDTH,
        style=Markup(_style()),  # noqa: S704  # from files of this package
    )
    if len(html.encode()) > MOST_BYTES:
        raise BenchmarkError(
            f"The page would have {len(html.encode()):,} bytes, and {MOST_BYTES:,} are the most."
            " Give fewer files."
        )
    return html


def _runs(measured: dict[str, Results]) -> Iterator[_Section]:
    if not measured:
        return
    analyses = {label: Analysis(results) for label, results in measured.items()}
    least = smallest(analyses)
    slope = slope_figure(analyses)
    yield _Section(
        "hooks",
        "Cost of hooks",
        [f"{label}: {describe(results)}" for label, results in measured.items()],
        lists=[
            _List(f"In words: {label}", items)
            for label, analysis in analyses.items()
            if (items := list(sentences(analysis, least)))
        ],
        figures=_shown([*([slope] if slope else []), *hooks_figures(analyses)]),
    )
    grown = per_kb_figure(analyses)
    figures = _shown([*payload_figures(analyses), *([grown] if grown else [])])
    if figures:
        yield _Section("payload", "Cost and payload", figures=figures)
    yield from _expected(
        "expected",
        "What is expected of hooks",
        {label: promised(results) for label, results in measured.items()},
    )


def _peers(measured: dict[str, PeerResults]) -> Iterator[_Section]:
    if not measured:
        return
    analyses = {label: PeerAnalysis(results) for label, results in measured.items()}
    rows = []
    for label, analysis in analyses.items():
        for host, task in analysis.tasks:
            request = told(analysis.request(host, task))
            for who in analysis.who(host, task):
                name = (f"{host.title()}, {label}", TASKS.get(task, task), who)
                added = told(analysis.added(host, task, who))
                if who == OURS:
                    rows.append((*name, request, added, "", "", ""))
                    continue
                ratio = analysis.over_ours(host, task, who)
                bound = BOUNDS[task, who]
                kept = "met" if ratio.value >= bound else "not met"
                rows.append((*name, request, added, told(ratio), f"at least {bound:g}", kept))
    headings = ("", "task", "who", "request without, µs", "added, µs", "over ours", "expected", "")
    yield _Section(
        "peers",
        "Ready-made hooks and their peers",
        tables=[Table("A peer's cost over Afterware's, with equal work", headings, tuple(rows), 3)],
        figures=_shown([peers_figure(analyses)]),
    )


def _servers(measured: dict[str, LoadResults]) -> Iterator[_Section]:
    if not measured:
        return
    analyses = {label: LoadAnalysis(results) for label, results in measured.items()}
    figures = _shown(load_figures(analyses))
    if figures:
        yield _Section(
            "load",
            "Servers under load",
            [
                _rounds(label, each.results)
                for label, each in analyses.items()
                if each.results.loads
            ],
            figures=figures[:2],
            further=figures[2:],
            further_title="Percentiles by number of hooks, processor time and memory",
        )
    yield from _expected(
        "load-expected",
        "What is expected under load",
        {label: in_words(each.expectations()) for label, each in analyses.items()},
    )
    figures = _shown(wait_figures(analyses))
    if figures:
        yield _Section(
            "waiting",
            "A view that waits",
            figures=[each for each in figures if each.figure.name != "wait-p90"],
            further=[each for each in figures if each.figure.name == "wait-p90"],
            further_title="The 90th percentile",
        )


def _checker(measured: dict[str, CheckResults]) -> Iterator[_Section]:
    if not measured:
        return
    analyses = {label: CheckAnalysis(results) for label, results in measured.items()}
    headings = ("", "shape", *(f"x {size}, ms" for size in SIZES), "exponent")
    costs = tuple((label, *row) for label, each in analyses.items() for row in rows(each))
    caption = "CPU of the checker by the size of a tree, and the power with which it grows"
    yield _Section("check", "The checker", tables=[Table(caption, headings, costs, 2)])
    yield from _expected(
        "check-expected",
        "What is expected of the checker",
        {label: in_words(each.expectations()) for label, each in analyses.items()},
    )


def _rounds(label: str, results: LoadResults) -> str:
    shape = results.shape(results.loads[0])
    return f"{label}: rounds of each host: {sum(shape)}; sets of servers: {len(shape)}."


def _expected(name: str, title: str, promises: dict[str, list[Promise]]) -> Iterator[_Section]:
    rows = [
        (label, each.what, each.measured, each.bound, each.verdict)
        for label, told_of in promises.items()
        for each in told_of
    ]
    if rows:
        headings = ("", "what", "measured", "expected", "")
        caption = "Met or not is said of the figure; not certain: its interval reaches the bound"
        yield _Section(name, title, tables=[Table(caption, headings, tuple(rows), 2)])


def _machine(named: Mapping[str, list[File]]) -> _Section:
    files = [(label, file) for label, group in named.items() for file in group]
    known = {
        key: f"{key.removesuffix('_version').replace('_', ' ')}"
        for key in (
            *MACHINE,
            *(f"{name}_version" for name in VERSIONS),
            *sorted(key for _, file in files for key in file.metadata if key.endswith("_version")),
        )
    }
    rows = tuple(
        (words, *(str(file.metadata.get(key, "")) for _, file in files))
        for key, words in known.items()
        if any(file.metadata.get(key) for _, file in files)
    )
    headings = ("", *(f"{file.kind}, {label}" for label, file in files))
    return _Section(
        "machine",
        "Machine and versions",
        tables=[Table("Where each of the results was measured", headings, rows, 1)],
    )


def _shown(figures: Iterable[Figure]) -> list[_Shown]:
    return [_Shown(each, draw(each), table(each)) for each in figures]


def _style() -> str:
    return "\n".join(
        [
            _variables(LIGHT),
            rules(LIGHT),
            f"@media (prefers-color-scheme: dark) {{\n{_variables(DARK)}\n{rules(DARK)}\n}}",
            source("drawing.css"),
            source("page.css"),
        ]
    )


def _variables(theme: Theme) -> str:
    return (
        f":root{{--paper:{theme.paper};--ink:{theme.ink};--faint:{theme.faint};"
        f"--grid:{theme.grid};--link:{theme.hues['blue']}}}"
    )
