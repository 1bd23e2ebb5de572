"""What README shows of the reference results: pictures, and the sections that hold tables.

A section is what stands between `<!-- figures: NAME -->` and `<!-- end -->`, and is rewritten as a
whole. Nothing in it depends on anything but the results, so that it can be held against them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from markupsafe import Markup, escape

from ..analysis import Analysis
from ..errors import BenchmarkError
from ..files import File, labelled, of_kind
from ..load.analysis import LoadAnalysis
from ..load.results import LoadResults
from ..load.scenarios import PROMISED, Load, Wait
from ..peer_analysis import BOUNDS, PeerAnalysis, PeerResults
from ..peer_apps import OURS
from ..report import describe, machine, sentences
from ..results import Results
from ..scenarios import HOSTS, STYLES
from .drawing import WIDTH, Drawing, draw
from .model import Figure, told
from .peers import TASKS
from .promises import promised
from .runs import hooks_figures, slope_figure, smallest
from .servers import load_figures, wait_figures
from .templating import TEMPLATES, source
from .themes import DARK, LIGHT, rules

__all__ = ["IMAGES", "PREFIX", "SECTIONS", "Filled", "filled"]

Kind = TypeVar("Kind")

# Where pictures are, seen from README, and what the names of all of them begin with.
IMAGES: Final = "docs/images"
PREFIX: Final = "benchmark-"

# Two of them fit side by side on a page of GitHub, and one on a phone.
_SHOWN_WIDTH: Final = 410

_SECTION: Final = re.compile(
    r"(?P<begin><!-- figures: (?P<name>[\w-]+) -->\n)(?P<body>.*?)(?P<end><!-- end -->)", re.DOTALL
)
_MARK: Final = re.compile(r"<!-- (figures: .*?|end) -->")


@dataclass(slots=True)
class Filled:
    """A README with its sections filled in, and the pictures that they show.

    :param text: the README.
    :param images: the pictures by file name.
    :param names: the sections that it has.
    """

    text: str
    images: dict[str, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)


def filled(text: str, files: Sequence[File]) -> Filled:
    """Fill the sections of a README from results.

    :param text: the README.
    :param files: the reference results.
    :raises BenchmarkError: it has no section, or one that does not exist or is not ended; or the
        results lack what a section needs.
    """
    marks = [match.group(1) for match in _MARK.finditer(text)]
    if not marks:
        raise BenchmarkError(
            f"It has no section to fill in. Put <!-- figures: {next(iter(SECTIONS))} --> and"
            f" <!-- end --> around one; there are {', '.join(SECTIONS)}."
        )
    for number, mark in enumerate(marks):
        if (mark == "end") != bool(number % 2) or (number == len(marks) - 1 and mark != "end"):
            raise BenchmarkError(f"<!-- {mark} --> has no other half: sections begin and end.")
    measured = _Measured(files)
    done = Filled("")

    def fill(match: re.Match[str]) -> str:
        name = match.group("name")
        if name not in SECTIONS:
            raise BenchmarkError(f"There are no figures {name!r}, but {', '.join(SECTIONS)}.")
        done.names.append(name)
        body = SECTIONS[name](measured, done.images)
        return f"{match.group('begin')}{body.rstrip()}\n{match.group('end')}"

    done.text = _SECTION.sub(fill, text)
    return done


class _Measured:
    """The reference results by kind and label; those of the newest Python are drawn."""

    def __init__(self, files: Sequence[File]) -> None:
        self._named = labelled(files)

    @property
    def runs(self) -> dict[str, Results]:
        return self._all(Results, "run")

    @property
    def peers(self) -> dict[str, PeerAnalysis]:
        return {name: PeerAnalysis(each) for name, each in self._all(PeerResults, "peers").items()}

    @property
    def load(self) -> dict[str, LoadAnalysis]:
        return {name: LoadAnalysis(each) for name, each in self._all(LoadResults, "load").items()}

    def _all(self, kind: type[Kind], command: str) -> dict[str, Kind]:
        found = of_kind(self._named, kind)
        if not found:
            raise BenchmarkError(f"A section needs a result of `{command}`, and there is none.")
        return found


def _hooks(measured: _Measured, images: dict[str, str]) -> str:
    analyses = {label: Analysis(results) for label, results in measured.runs.items()}
    label, newest = list(analyses.items())[-1]
    least = smallest(analyses)
    rows = {style: [style] for style in STYLES if style != STYLES[0]}
    headings = ["one more hook, µs"]
    slopes = slope_figure(analyses)
    for panel in slopes.panels if slopes else ():
        headings.append(panel.title)
        costs = {row.label: told(row.marks[0].estimate) for row in panel.rows}
        for style, row in rows.items():
            row.append(costs.get(style, ""))
    return "\n\n".join(
        [
            f"What hooks that set a header each add to a request with a body of {least} ({label}):",
            _pictures([next(hooks_figures({label: newest}))], images),
            "What one more hook costs, on average over 0 to 16, with intervals of 95%:",
            _table(headings, [row for row in rows.values() if any(row[1:])]),
            "\n".join(f"- {sentence}" for sentence in sentences(newest, least)),
        ]
    )


def _expected(measured: _Measured, images: dict[str, str]) -> str:
    del images
    rows: dict[str, list[str]] = {}
    labels = list(measured.runs)
    for number, results in enumerate(measured.runs.values()):
        for each in promised(results):
            row = rows.setdefault(each.what, [each.what, each.bound, *([""] * len(labels))])
            row[2 + number] = f"{each.measured}: {each.verdict}"
    return _table(["", "expected", *labels], list(rows.values()))


def _peers(measured: _Measured, images: dict[str, str]) -> str:
    del images
    analyses = measured.peers
    first = next(iter(analyses.values()))
    rows = [
        [
            f"{host.title()}, {TASKS.get(task, task)}: {who}",
            f"{BOUNDS[task, who]:g}",
            *(told(analysis.over_ours(host, task, who)) for analysis in analyses.values()),
        ]
        for host, task in first.tasks
        for who in first.who(host, task)
        if who != OURS
    ]
    headings = ["cost over Afterware's", "at least expected", *analyses]
    return _table(headings, rows)


def _load(measured: _Measured, images: dict[str, str]) -> str:
    analyses = measured.load
    label, newest = list(analyses.items())[-1]
    rows = []
    for style in STYLES:
        row = ["no hooks" if style == STYLES[0] else f"{PROMISED} hooks, {style}"]
        for analysis in analyses.values():
            for host in HOSTS:
                scenario = Load(host, style, 0 if style == STYLES[0] else PROMISED)
                there = (scenario, "throughput") in analysis.results.samples
                row.append(told(analysis.median(scenario, "throughput")) if there else "")
        if any(row[1:]):
            rows.append(row)
    headings = [f"{host.title()}, {each}" for each in analyses for host in HOSTS]
    return "\n\n".join(
        [
            f"Requests a second against the number of hooks ({label}):",
            _pictures([next(load_figures({label: newest}))], images),
            f"Requests a second with {PROMISED} hooks, with intervals of 95%:",
            _table(["", *headings], rows),
        ]
    )


def _waiting(measured: _Measured, images: dict[str, str]) -> str:
    analyses = measured.load
    label, newest = list(analyses.items())[-1]
    clients = sorted({each.clients for each in newest.results.waits})
    rows = []
    for name, analysis in analyses.items():
        for host in HOSTS:
            waits = [Wait(host, number) for number in clients]
            cells = [
                told(analysis.median(each, "throughput")) if each in analysis.results.waits else ""
                for each in waits
            ]
            rows.append([f"{host.title()}, {name}", *cells])
    figures = [
        each
        for each in wait_figures({label: newest})
        if each.name in ("wait-throughput", "wait-p99")
    ]
    return "\n\n".join(
        [
            f"A view that waits 50 ms for something else, as more clients ask at once ({label}):",
            _pictures(figures, images),
            "Requests a second, with intervals of 95% where there was more than one round:",
            _table(["clients", *map(str, clients)], rows),
        ]
    )


def _machine(measured: _Measured, images: dict[str, str]) -> str:
    del images
    return "\n".join(
        f"- {machine(results).replace(chr(10), '; ')}. {describe(results)}"
        for results in measured.runs.values()
    )


# What makes each section, out of the results; it puts its pictures with the others.
SECTIONS: Final[Mapping[str, Callable[[_Measured, dict[str, str]], str]]] = {
    "hooks": _hooks,
    "expected": _expected,
    "peers": _peers,
    "load": _load,
    "waiting": _waiting,
    "machine": _machine,
}


def _pictures(figures: Iterable[Figure], images: dict[str, str]) -> str:
    """The pictures in a row, for light and for dark; they are put with the others."""
    shown = []
    for figure in figures:
        for panel, drawing in zip(figure.panels, draw(figure), strict=True):
            host = next((each for each in HOSTS if panel.title.lower().startswith(each)), "")
            name = "-".join(filter(None, (f"{PREFIX}{figure.name}", host)))
            for theme, colours in (("light", LIGHT), ("dark", DARK)):
                images[f"{name}-{theme}.svg"] = _image(figure, drawing, rules(colours))
            alternative = f"{figure.title}: {drawing.title}. The numbers are in the table below."
            shown.append(
                '<picture><source media="(prefers-color-scheme: dark)"'
                f' srcset="{IMAGES}/{name}-dark.svg"><img src="{IMAGES}/{name}-light.svg"'
                f' width="{_SHOWN_WIDTH}" alt="{escape(alternative)}"></picture>'
            )
    return "\n".join(["<p>", *shown, "</p>"])


def _image(figure: Figure, drawing: Drawing, colours: str) -> str:
    return TEMPLATES.get_template("image.svg").render(
        figure=figure,
        drawing=drawing,
        width=WIDTH,
        style=Markup(f"{colours}\n{source('drawing.css')}"),  # noqa: S704  # from this package
    )


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---", *(["---:"] * (len(headings) - 1))], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
