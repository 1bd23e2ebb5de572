"""What a figure is: numbers with intervals, and words. How it is drawn is in `drawing`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..estimates import Estimate
from ..tables import amount, span

__all__ = ["Axis", "Curve", "Figure", "Mark", "Panel", "Point", "Row", "told"]


@dataclass(frozen=True, slots=True)
class Axis:
    """What is laid out along one direction.

    :param title: what it is, with its unit.
    :param ticks: words for the values that are labelled; none: the values speak for themselves.
    :param log: whether equal steps are equal factors.
    """

    title: str
    ticks: dict[float, str] = field(default_factory=dict)
    log: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """One measured value of a curve.

    :param x: where it is.
    :param estimate: what was measured there.
    """

    x: float
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Curve:
    """Values that belong together, joined by a line.

    :param key: decides its colour and its shape.
    :param label: what it is called.
    :param points: in ascending order of x.
    :param level: whether it is one value that holds along the whole axis.
    """

    key: str
    label: str
    points: tuple[Point, ...]
    level: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """One measured value in a row.

    :param key: decides its colour and its shape.
    :param label: what it is, if a row has several.
    :param estimate: what was measured.
    """

    key: str
    label: str
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Row:
    """Values of one thing, side by side on one line.

    :param label: what the thing is called.
    :param marks: at least one.
    :param group: the heading under which it stands, if any.
    """

    label: str
    marks: tuple[Mark, ...]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture: either curves or rows.

    :param title: what tells it from the others of its figure.
    """

    title: str
    curves: tuple[Curve, ...] = ()
    rows: tuple[Row, ...] = ()

    def estimates(self) -> Iterator[Estimate]:
        """Everything that was measured and is in it."""
        for curve in self.curves:
            yield from (point.estimate for point in curve.points)
        for row in self.rows:
            yield from (mark.estimate for mark in row.marks)


@dataclass(frozen=True, slots=True)
class Figure:
    """Pictures that share their axes, so that they can be held side by side.

    :param name: what it is called in addresses.
    :param title: what it shows.
    :param text: how to read it, in a sentence or two.
    :param across: the axis from left to right.
    :param up: the axis from bottom to top; of rows, which have none, None.
    :param panels: at least one.
    :param series: what a table calls its curves or rows.
    :param grouping: what it calls the headings over rows.
    """

    name: str
    title: str
    text: str
    across: Axis
    up: Axis | None
    panels: tuple[Panel, ...]
    series: str = "style"
    grouping: str = "hooks"

    @property
    def measured(self) -> Axis:
        """The axis along which the estimates lie."""
        return self.up or self.across

    @property
    def unseen(self) -> int:
        """How many values are not in the picture, because a log axis has no place for them."""
        if not self.measured.log:
            return 0
        return sum(each.value <= 0 for panel in self.panels for each in panel.estimates())


def told(estimate: Estimate) -> str:
    """A figure with its interval, in the same words wherever it stands; a lone sample has none."""
    if estimate.low == estimate.high:
        return amount(estimate.value)
    return f"{amount(estimate.value)} ({span(estimate)})"
