"""Colours and shapes, light and dark.

The hues are those of Okabe and Ito ("Color Universal Design", 2008), told apart with every common
kind of colour blindness, made darker or lighter until they stand out from the background by at
least 3 to 1 (WCAG 2.2, 1.4.11); and no two curves of one picture have the same shape of point.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["DARK", "LIGHT", "LOOKS", "SHAPES", "Look", "Theme", "rules"]


@dataclass(frozen=True, slots=True)
class Theme:
    """A set of colours.

    :param paper: what everything lies on.
    :param ink: of words.
    :param faint: of words that matter less, and of axes.
    :param grid: of lines behind the curves.
    :param hues: by name.
    """

    paper: str
    ink: str
    faint: str
    grid: str
    hues: Mapping[str, str]


LIGHT: Final = Theme(
    paper="#ffffff",
    ink="#1b1f24",
    faint="#59636e",
    grid="#e1e5ea",
    hues={
        "grey": "#6b7480",
        "red": "#c8500a",
        "pink": "#ad4c86",
        "blue": "#0068a8",
        "green": "#007f5c",
    },
)
DARK: Final = Theme(
    paper="#12161c",
    ink="#e8ecf1",
    faint="#9da7b3",
    grid="#2b323b",
    hues={
        "grey": "#a3acb8",
        "red": "#ff8b4d",
        "pink": "#e792c4",
        "blue": "#5cb8f0",
        "green": "#2fc79a",
    },
)


@dataclass(frozen=True, slots=True)
class Look:
    """How one key is drawn.

    :param hue: a key of `Theme.hues`.
    :param shape: a key of `SHAPES`.
    :param dash: the dashes of its line, as SVG has them; none: drawn through.
    """

    hue: str
    shape: str
    dash: str = ""


# Outlines around 0, 0 that look equally large.
SHAPES: Final = {
    "circle": "M-4,0A4,4,0,1,1,4,0A4,4,0,1,1,-4,0Z",
    "square": "M-3.6,-3.6H3.6V3.6H-3.6Z",
    "triangle": "M0,-4.6L4.5,3.4H-4.5Z",
    "inverted": "M0,4.6L4.5,-3.4H-4.5Z",
    "bar": "M-5,-1.6H5V1.6H-5Z",
    "diamond": "M0,-5.2L5.2,0L0,5.2L-5.2,0Z",
}
LOOKS: Final = {
    "none": Look("grey", "bar", "2 4"),
    "inline": Look("grey", "diamond", "5 3"),
    "native-def": Look("red", "square"),
    "native-async": Look("pink", "triangle"),
    "portable-def": Look("blue", "circle"),
    "portable-async": Look("green", "inverted"),
    "flask": Look("red", "square"),
    "quart": Look("blue", "circle"),
    "ours": Look("blue", "circle"),
    "peer": Look("red", "square"),
    "p50": Look("blue", "circle"),
    "p90": Look("green", "diamond"),
    "p99": Look("red", "triangle"),
}


def rules(theme: Theme) -> str:
    """The colours as CSS, for what the templates draw.

    :param theme: which ones.
    """
    plain = {
        ".pic-paper": ("fill", theme.paper),
        ".pic-ink": ("fill", theme.ink),
        ".pic-faint": ("fill", theme.faint),
        ".pic-grid": ("stroke", theme.grid),
        ".pic-axis": ("stroke", theme.faint),
        # A rim, so that points that lie on each other are told apart.
        ".pic-mark": ("stroke", theme.paper),
    }
    told = [f"{name}{{{what}:{colour}}}" for name, (what, colour) in plain.items()]
    told += [f".pic-{hue}{{color:{colour}}}" for hue, colour in theme.hues.items()]
    return "\n".join(told)
