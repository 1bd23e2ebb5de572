"""A listing as a JSON document."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from .collect import Listing, Row
from .estimate import Cost
from .timing import Measured, Timing

__all__ = ["VERSION", "document"]

# Goes up when a name in the document goes or changes its meaning, and not when one is added.
VERSION = 1


def document(listing: Listing, timing: Timing | None) -> dict[str, Any]:
    """What there is to tell, for a program to read. Times are in seconds.

    :param listing: the hooks.
    :param timing: what they cost, if it was measured.
    """
    host = listing.host
    return {
        "version": VERSION,
        "app": host.app.import_name,
        "versions": {
            "python": platform.python_version(),
            host.name: host.version,
            "afterware": _own_version(),
        },
        "host": host.name,
        "hooks": [_hook(number, row, timing) for number, row in enumerate(listing.rows, 1)],
        "notes": [*listing.notes, *(timing.notes if timing else ())],
        "timing": None if timing is None else _timing(timing),
    }


def _hook(number: int, row: Row, timing: Timing | None) -> dict[str, Any]:
    return {
        "number": number,
        "phase": row.phase,
        "blueprint": row.blueprint,
        "name": row.name,
        "file": row.file or None,
        "line": row.line or None,
        "async": row.is_async,
        "runs": row.runs,
        "through": "afterware" if row.afterware else "native",
        "options": list(row.options),
        "hops": row.hops,
        "warning": row.advice.warning if row.advice else None,
        "cure": row.advice.cure if row.advice else None,
        "cost": None if timing is None else _cost(timing.measured[row]),
    }


def _cost(measured: Measured) -> dict[str, Any]:
    return {
        "added": _estimate(measured.added),
        "added_if_bound": _estimate(measured.bound),
        "saved_by_binding": _estimate(measured.saved),
        "bound_with_suspends": measured.waits,
        "not_measured": measured.why_not or None,
    }


def _estimate(estimate: Cost | None) -> dict[str, float] | None:
    if estimate is None:
        return None
    return {"median": estimate.median, "low": estimate.low, "high": estimate.high}


def _timing(timing: Timing) -> dict[str, Any]:
    return {
        "path": timing.path,
        "status": timing.status,
        "rounds": timing.rounds,
        "request": timing.seconds,
        "confidence": 0.95,
    }


def _own_version() -> str | None:
    try:
        return version("afterware")
    except PackageNotFoundError:  # used from its sources
        return None
