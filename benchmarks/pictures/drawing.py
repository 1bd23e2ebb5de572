"""Figures laid out in pixels; the templates turn the layout into SVG.

A picture is 440 pixels wide, so that its words can still be read on a phone and two fit side by
side on a screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .axes import Scale, fitted
from .model import Axis, Curve, Figure, Panel, Point, Row, told
from .themes import LOOKS, SHAPES

__all__ = ["WIDTH", "Drawing", "draw"]

WIDTH: Final = 440
_TOP: Final = 44.0
_LEFT: Final = 50.0
_PLOT_HEIGHT: Final = 220.0
_FOOT: Final = 44.0
_LETTER: Final = 6.5  # how wide one is, on average, at 12 pixels
_LINE: Final = 14.5  # from one line of words to the next
_ROW: Final = 23.0


@dataclass(frozen=True, slots=True)
class Text:
    """Words at a place. *anchor* is which end of them is there: `start`, `middle` or `end`."""

    x: float
    y: float
    words: str
    anchor: str = "start"
    role: str = "faint"


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line between two places."""

    x1: float
    y1: float
    x2: float
    y2: float
    role: str = "grid"


@dataclass(frozen=True, slots=True)
class Whisker:
    """An interval, and the value in it."""

    x: float
    y: float
    x1: float
    y1: float
    x2: float
    y2: float
    hue: str
    shape: str
    words: str


@dataclass(frozen=True, slots=True)
class Path:
    """A curve, the band of its intervals, and its name with a line and a sign that lead to it."""

    hue: str
    dash: str
    shape: str
    line: str
    band: str
    leader: str
    label: Text


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that is drawn of a panel, in pixels.

    :param height: how high it is; it is `WIDTH` wide.
    :param title: for those who see it.
    :param words: for those who do not.
    """

    height: float
    title: str
    words: str
    strokes: list[Stroke]
    texts: list[Text]
    paths: list[Path]
    whiskers: list[Whisker]


def draw(figure: Figure) -> list[Drawing]:
    """Lay out the panels of *figure*, on axes that they share.

    :param figure: what to draw.
    """
    if figure.up:
        return [_Curves(figure, figure.up, panel).drawing() for panel in figure.panels]
    return [_Rows(figure, panel).drawing() for panel in figure.panels]


def _ends(figure: Figure) -> tuple[float, float]:
    estimates = [each for panel in figure.panels for each in panel.estimates()]
    values = [each.value for each in estimates]
    ends = [end for each in estimates for end in (each.low, each.high)]
    return fitted(values, ends, log=figure.measured.log)


def _words(figure: Figure, panel: Panel) -> str:
    names = [curve.label for curve in panel.curves] or [row.label for row in panel.rows]
    return (
        f"{figure.measured.title} of {', '.join(dict.fromkeys(names))}. {figure.text}"
        " The numbers are in the table that follows."
    )


def _label(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:g}"


class _Curves:
    """A panel of curves."""

    def __init__(self, figure: Figure, up: Axis, panel: Panel) -> None:
        self._figure, self._up, self._panel = figure, up, panel
        names = [curve.label for each in figure.panels for curve in each.curves]
        right = WIDTH - max(map(len, names)) * _LETTER - 30
        xs = [
            point.x
            for each in figure.panels
            for curve in each.curves
            for point in curve.points
            if not curve.level
        ]
        left = min(xs) if figure.across.log else 0.0
        self._bottom = _TOP + _PLOT_HEIGHT
        self._x = Scale(left, max(xs), _LEFT + 8, right, figure.across.log)
        self._y = Scale(*_ends(figure), self._bottom, _TOP, up.log)
        self._xs = sorted(set(xs))

    def drawing(self) -> Drawing:
        strokes, texts = self._axes()
        return Drawing(
            self._bottom + _FOOT,
            self._panel.title,
            _words(self._figure, self._panel),
            strokes,
            texts,
            self._paths(),
            [
                self._whisker(curve, point)
                for curve in self._panel.curves
                for point in self._seen(curve)
            ],
        )

    def _axes(self) -> tuple[list[Stroke], list[Text]]:
        strokes, texts = (
            [],
            [
                Text(0, 14, self._panel.title, role="title"),
                Text(0, 32, self._up.title + (", log scale" if self._up.log else "")),
            ],
        )
        for value in self._y.ticks():
            y = self._y.at(value)
            strokes.append(Stroke(_LEFT, y, self._x.end + 4, y))
            texts.append(Text(_LEFT - 6, y + 4, _label(value), "end"))
        strokes.append(Stroke(_LEFT, self._bottom, self._x.end + 4, self._bottom, "axis"))
        ticks = self._figure.across.ticks
        reached = -WIDTH * 1.0
        for value in self._xs:
            x, words = self._x.at(value), ticks.get(value, f"{value:g}")
            half = len(words) * _LETTER / 2
            strokes.append(Stroke(x, self._bottom, x, self._bottom + 4, "axis"))
            if x - half > reached + 4:
                texts.append(Text(x, self._bottom + 18, words, "middle"))
                reached = x + half
        middle = (self._x.start + self._x.end) / 2
        texts.append(Text(middle, self._bottom + 37, self._figure.across.title, "middle"))
        return strokes, texts

    def _seen(self, curve: Curve) -> list[Point]:
        """The points that the axis can show: on a log axis, those above zero."""
        return [point for point in curve.points if not self._up.log or point.estimate.value > 0]

    def _paths(self) -> list[Path]:
        shown = [(curve, self._seen(curve)) for curve in self._panel.curves]
        shown = [(curve, points) for curve, points in shown if points]
        wanted = [self._y.at(points[-1].estimate.value) for _, points in shown]
        heights = _apart(wanted, _TOP + 4, self._bottom)
        return [
            self._path(curve, points, height)
            for (curve, points), height in zip(shown, heights, strict=True)
        ]

    def _path(self, curve: Curve, points: Sequence[Point], height: float) -> Path:
        look = LOOKS[curve.key]
        if curve.level:
            xs = [_LEFT, self._x.end]
            points = [points[0], points[0]]
        else:
            xs = [self._x.at(point.x) for point in points]
        line = [(x, self._y.at(point.estimate.value)) for x, point in zip(xs, points, strict=True)]
        high = [(x, self._y.at(point.estimate.high)) for x, point in zip(xs, points, strict=True)]
        low = [(x, self._y.at(point.estimate.low)) for x, point in zip(xs, points, strict=True)]
        x, y = line[-1]
        away = self._x.end + 13
        return Path(
            look.hue,
            look.dash,
            SHAPES[look.shape],
            _outline(line),
            f"{_outline([*high, *reversed(low)])}Z",
            _outline([(x + 6, y), (away - 3, height)]),
            Text(away + 12, height + 4, curve.label, role="name"),
        )

    def _whisker(self, curve: Curve, point: Point) -> Whisker:
        look, x, estimate = LOOKS[curve.key], self._x.at(point.x), point.estimate
        tick = self._figure.across.ticks.get(point.x, f"{point.x:g}")
        return Whisker(
            x,
            self._y.at(estimate.value),
            x,
            self._y.at(estimate.low),
            x,
            self._y.at(estimate.high),
            look.hue,
            SHAPES[look.shape],
            f"{curve.label}, {tick}: {told(estimate)}",
        )


class _Rows:
    """A panel of rows."""

    def __init__(self, figure: Figure, panel: Panel) -> None:
        self._figure, self._panel = figure, panel
        rows = [row for each in figure.panels for row in each.rows]
        self._several = any(len(row.marks) > 1 for row in rows)
        left = max(len(row.label) for row in rows) * _LETTER + 18
        self._x = Scale(*_ends(figure), left, WIDTH - (14 if self._several else 56), self._log)

    @property
    def _log(self) -> bool:
        return self._figure.across.log

    def drawing(self) -> Drawing:
        texts = [Text(0, 14, self._panel.title, role="title")]
        whiskers: list[Whisker] = []
        y, group = (_TOP + 2 if self._several else 30.0), ""
        if self._several:
            texts += self._legend(whiskers)
        top = y
        for row in self._panel.rows:
            if row.group != group:
                group = row.group
                y += _ROW
                texts.append(Text(0, y - 7, group, role="group"))
            y += _ROW
            texts.append(Text(8 if group else 0, y - 7, row.label, role="name"))
            whiskers += self._whiskers(row, y - 11)
            if not self._several:
                figure = told(row.marks[0].estimate).partition(" ")[0]
                texts.append(Text(WIDTH, y - 7, figure, "end", "name"))
        strokes = [Stroke(self._x.start, y + 2, self._x.end, y + 2, "axis")]
        for value in self._x.ticks(6):
            x = self._x.at(value)
            strokes.append(Stroke(x, top, x, y + 2))
            texts.append(Text(x, y + 18, _label(value), "middle"))
        title = self._figure.across.title + (", log scale" if self._log else "")
        texts.append(Text((self._x.start + self._x.end) / 2, y + 37, title, "middle"))
        words = _words(self._figure, self._panel)
        return Drawing(y + _FOOT, self._panel.title, words, strokes, texts, [], whiskers)

    def _legend(self, whiskers: list[Whisker]) -> list[Text]:
        texts, x = [], 6.0
        for mark in self._panel.rows[0].marks:
            look = LOOKS[mark.key]
            whiskers.append(Whisker(x, 30, x, 30, x, 30, look.hue, SHAPES[look.shape], ""))
            texts.append(Text(x + 9, 34, mark.label, role="name"))
            x += len(mark.label) * _LETTER + 30
        return texts

    def _whiskers(self, row: Row, y: float) -> list[Whisker]:
        found = []
        for mark in row.marks:
            look, estimate = LOOKS[mark.key], mark.estimate
            if self._log and estimate.value <= 0:
                continue
            what = f"{row.label}, {mark.label}" if self._several else row.label
            found.append(
                Whisker(
                    self._x.at(estimate.value),
                    y,
                    self._x.at(estimate.low),
                    y,
                    self._x.at(estimate.high),
                    y,
                    look.hue,
                    SHAPES[look.shape],
                    f"{what}: {told(estimate)}",
                )
            )
        return found


def _apart(wanted: Sequence[float], top: float, bottom: float) -> list[float]:
    """Heights as near as may be to the wanted ones, and far enough apart for a line of words."""
    order = sorted(range(len(wanted)), key=lambda number: wanted[number])
    heights = list(wanted)
    reached = top - _LINE
    for number in order:
        heights[number] = reached = max(wanted[number], reached + _LINE)
    reached = bottom + _LINE
    for number in reversed(order):
        heights[number] = reached = min(heights[number], reached - _LINE)
    return heights


def _outline(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in places)
