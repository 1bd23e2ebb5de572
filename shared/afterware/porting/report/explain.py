"""What there is to say about one code."""

from __future__ import annotations

import textwrap
from inspect import cleandoc
from typing import Any

import click

from ..judging.rules import kinds

__all__ = ["explain"]

_FIELDS = (
    ("Flask", "flask"),
    ("Quart", "quart"),
    ("Bound through Afterware", "bound"),
    ("Bites", "bites"),
    ("Whom", "whom"),
    ("Remedy", "remedy"),
    ("Why", "why"),
    ("Defect", "defect"),
)


def explain(code: str) -> str:
    """All about one code, as text.

    :raises click.BadParameter: there is no such code.
    """
    code = code.strip().upper()
    record = _record(code)
    reported = [kind for kind in kinds().values() if kind.code == code]
    if record is None and not reported:
        known = ", ".join(sorted({kind.code for kind in kinds().values()}))
        raise click.BadParameter(
            f"there is no code {code}. There are: {known}", param_hint="--explain"
        )
    lines: list[str] = []
    if record is not None:
        lines += [f"{record.id}: {record.title}", ""]
        for title, name in _FIELDS:
            value = getattr(record, name, "")
            if value:
                lines.append(f"{title}: {value}")
        for title, name in (("Before", "before"), ("After", "after")):
            value = getattr(record, name, "")
            if value:
                lines += ["", f"{title}:", *textwrap.indent(cleandoc(value), "    ").splitlines()]
        if record.see:
            lines += ["", *record.see]
    else:
        lines += [code, ""]
    if reported:
        lines += ["", "What `afterware check` reports under it:"]
        for kind in reported:
            lines.append(f"  {kind.message.replace('{}', '...')} ({', '.join(kind.needs)})")
            lines.append(f"      {kind.remedy.replace('{}', '...')}")
    return "\n".join(lines) + "\n"


def _record(code: str) -> Any:
    try:
        from afterware.differences import find
    except ImportError:  # the catalogue stands on both hosts, the checker on neither
        return None
    try:
        return find(code)
    except KeyError:
        return None
