"""Figures of what `run` measured: cost by hooks, by hook, and by payload."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ..analysis import Analysis, Group
from ..growth import Growth
from ..scenarios import BODY_WORKS, GROWTH_HOOKS, HEADER, HOSTS, PAYLOADS, work_of
from .axes import spans_decades
from .model import Axis, Curve, Figure, Mark, Panel, Point, Row

__all__ = ["hooks_figures", "payload_figures", "per_kb_figure", "slope_figure", "smallest"]

# What each hook does, in words.
_DOES: Final = {HEADER: "sets a header", "read": "reads the body", "rewrite": "rewrites the body"}
# Styles that hop to another thread for each hook: they are left out where the rest is looked at.
_HOPPING: Final = {("quart", "native-def"), ("flask", "native-async")}
_COST: Final = "added time, µs a request"

_NANOSECONDS: Final = 1000

Measured = Mapping[str, Analysis]


def smallest(measured: Measured) -> str:
    """The smallest payload with which anything was measured."""
    known = {group.payload for analysis in measured.values() for group in analysis.groups}
    return next(name for name in PAYLOADS if name in known)


def hooks_figures(measured: Measured) -> Iterator[Figure]:
    """Cost against number of hooks; and of each of them, without the styles that hop.

    :param measured: analyses by label.
    """
    for work, does in _DOES.items():
        payload = _payload(measured, work)
        if payload is None:
            continue
        yield _hooks(
            measured,
            work,
            payload,
            _name("hooks", work),
            f"Cost against number of hooks: each {does}",
            f"What so many hooks add to a request with a body of {payload}. Each step up is a"
            " factor, so lines that run side by side differ by the same factor throughout.",
            hopping=True,
        )
        if work == HEADER:
            yield _hooks(
                measured,
                work,
                payload,
                "hook",
                f"Cost of each hook, without the styles that hop to another thread: each {does}",
                f"What so many hooks add to a request with a body of {payload}, divided by their"
                " number. inline is the same work written in the view: the floor.",
                hopping=False,
            )


def slope_figure(measured: Measured) -> Figure | None:
    """What one more hook costs, for every style.

    :param measured: analyses by label.
    :returns: None where no style was measured with two numbers of hooks.
    """
    panels = []
    for label, host, group in _groups(measured, smallest(measured)):
        rows = [
            Row(style, (Mark(_base(style), "one more hook", slope),))
            for style in _styles(group, HEADER)
            if (slope := group.slope(style, _shared(group, style)))
        ]
        if rows:
            panels.append(Panel(_title(label, host), rows=tuple(rows)))
    if not panels:
        return None
    values = [each.value for panel in panels for each in panel.estimates()]
    return Figure(
        "slope",
        "What one more hook costs",
        f"On average over 0 to {GROWTH_HOOKS} hooks, each of which sets a header, with a body of"
        f" {smallest(measured)}.",
        Axis("added time by one more hook, µs", log=spans_decades(values)),
        None,
        tuple(panels),
    )


def payload_figures(measured: Measured) -> Iterator[Figure]:
    """Cost against the size of the body.

    :param measured: analyses by label.
    """
    for work, does in _DOES.items():
        hooks = _hooks_of_most(measured, work)
        if hooks is None:
            continue
        panels = []
        for label, analysis in measured.items():
            for host in HOSTS:
                groups = [group for group in analysis.groups if group.host == host]
                curves = _by_payload(groups, work, hooks)
                if curves:
                    panels.append(Panel(_title(label, host), curves=curves))
        if not any(len(curve.points) > 1 for panel in panels for curve in panel.curves):
            continue
        values = [each.value for panel in panels for each in panel.estimates()]
        ticks = {float(size): name for name, size in PAYLOADS.items()}
        yield Figure(
            _name("payload", work),
            f"Cost against payload: each hook {does}",
            f"What {'one hook adds' if hooks == 1 else f'{hooks} hooks add'} to a request, by the"
            " size of the response's body.",
            Axis("size of the body, log scale", ticks, log=True),
            Axis(_COST, log=spans_decades(value for value in values if value > 0)),
            tuple(panels),
        )


def per_kb_figure(measured: Measured) -> Figure | None:
    """What a KB more of the body adds, for hooks that work on it.

    :param measured: analyses by label.
    :returns: None where none was measured with two payloads.
    """
    panels = []
    for label, analysis in measured.items():
        for growth in (Growth(analysis, host) for host in HOSTS):
            rows = tuple(
                Row(
                    _base(style),
                    (Mark(_base(style), "a KB more", slope.scaled(_NANOSECONDS)),),
                    f"{'one hook' if hooks == 1 else f'{hooks} hooks: each'} {_DOES[work]}",
                )
                for work in BODY_WORKS
                for hooks in sorted({n for each in growth.styles(work) for n in growth.hooks(each)})
                for style in growth.styles(work)
                if (slope := growth.per_kb(style, hooks))
            )
            if rows:
                panels.append(Panel(_title(label, growth.host), rows=rows))
    if not panels:
        return None
    values = [each.value for panel in panels for each in panel.estimates()]
    return Figure(
        "per-kb",
        "What a KB more of the body costs",
        "The slope of a straight line over all payloads. inline is the same work in the view.",
        Axis("added time by a KB more, ns", log=spans_decades(values)),
        None,
        tuple(panels),
    )


def _hooks(
    measured: Measured,
    work: str,
    payload: str,
    name: str,
    title: str,
    text: str,
    *,
    hopping: bool,
) -> Figure:
    panels = []
    for label, host, group in _groups(measured, payload):
        curves = tuple(
            Curve(
                _base(style),
                _base(style),
                tuple(
                    Point(hooks, group.added(style, hooks).scaled(1 if hopping else 1 / hooks))
                    for hooks in group.hooks(style)
                    if hooks
                ),
            )
            for style in _styles(group, work)
            if hopping or (host, _base(style)) not in _HOPPING
        )
        curves = tuple(curve for curve in curves if curve.points)
        if curves:
            panels.append(Panel(_title(label, host), curves=curves))
    up = Axis(_COST, log=True) if hopping else Axis("added time, µs a hook")
    return Figure(name, title, text, Axis("hooks, log scale", log=True), up, tuple(panels))


def _by_payload(groups: Sequence[Group], work: str, hooks: int) -> tuple[Curve, ...]:
    styles = dict.fromkeys(style for group in groups for style in _styles(group, work))
    curves = []
    for style in styles:
        points = tuple(
            Point(PAYLOADS[group.payload], group.added(style, hooks))
            for group in groups
            if style in group.styles and hooks in group.hooks(style)
        )
        if points:
            curves.append(Curve(_base(style), _base(style), points))
    return tuple(curves)


def _groups(measured: Measured, payload: str) -> Iterator[tuple[str, str, Group]]:
    for label, analysis in measured.items():
        for host in HOSTS:
            group = analysis.group(host, payload)
            if group:
                yield label, host, group


def _payload(measured: Measured, work: str) -> str | None:
    """The smallest payload with which two numbers of hooks of that work were measured."""
    for payload in PAYLOADS:
        for _, _, group in _groups(measured, payload):
            if any(len(group.hooks(style)) > 1 for style in _styles(group, work)):
                return payload
    return None


def _hooks_of_most(measured: Measured, work: str) -> int | None:
    """The number of hooks with which the most was measured, and of several the largest."""
    found = Counter(
        hooks
        for analysis in measured.values()
        for group in analysis.groups
        for style in _styles(group, work)
        for hooks in group.hooks(style)
        if hooks
    )
    return max(found, key=lambda hooks: (found[hooks], hooks)) if found else None


def _styles(group: Group, work: str) -> list[str]:
    return [style for style in group.styles if work_of(style) == work]


def _shared(group: Group, style: str) -> list[int]:
    return [hooks for hooks in group.hooks(style) if hooks <= GROWTH_HOOKS]


def _base(style: str) -> str:
    """The style without the work, which is said elsewhere."""
    return style.removesuffix(f"-{work_of(style)}")


def _name(figure: str, work: str) -> str:
    return figure if work == HEADER else f"{figure}-{work}"


def _title(label: str, host: str) -> str:
    return f"{host.title()}, {label}"
