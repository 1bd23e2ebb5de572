"""The numbers of a figure as rows of text, for those who cannot or will not see the picture."""

from __future__ import annotations

from dataclasses import dataclass

from .model import Figure, Row, told

__all__ = ["Table", "table"]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under headings.

    :param caption: what it holds, with the unit.
    :param headings: one a column.
    :param rows: as many cells each as there are headings.
    :param names: how many of the first columns say what a row is, and hold no number.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int


def table(figure: Figure) -> Table:
    """Every number of a figure.

    :param figure: what is to be told.
    """
    caption = f"{figure.title}: {figure.measured.title}; the median, and its interval of 95%"
    if figure.up:
        return _curves(figure, caption)
    return _rows(figure, caption)


def _curves(figure: Figure, caption: str) -> Table:
    curves = [(panel, curve) for panel in figure.panels for curve in panel.curves]
    xs = sorted({point.x for _, curve in curves for point in curve.points})
    ticks = figure.across.ticks
    rows = []
    for panel, curve in curves:
        cells = {point.x: told(point.estimate) for point in curve.points}
        rows.append((panel.title, curve.label, *(cells.get(x, "") for x in xs)))
    headings = ("", figure.series, *(ticks.get(x, f"{x:g}") for x in xs))
    return Table(f"{caption}; across: {figure.across.title}", headings, tuple(rows), 2)


def _rows(figure: Figure, caption: str) -> Table:
    labels = list(
        dict.fromkeys(
            mark.label for panel in figure.panels for row in panel.rows for mark in row.marks
        )
    )
    grouped = any(row.group for panel in figure.panels for row in panel.rows)
    rows = [
        (panel.title, *((row.group,) if grouped else ()), row.label, *_cells(row, labels))
        for panel in figure.panels
        for row in panel.rows
    ]
    headings = ("", *((figure.grouping,) if grouped else ()), figure.series, *labels)
    return Table(caption, headings, tuple(rows), 3 if grouped else 2)


def _cells(row: Row, labels: list[str]) -> list[str]:
    cells = {mark.label: told(mark.estimate) for mark in row.marks}
    return [cells.get(label, "") for label in labels]
