"""What a check comes to: hooks found, ready, to change, by need, and their cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..flask.entries import Role
from ..judging.rule import NEEDS

if TYPE_CHECKING:
    from ..judging.outcome import Outcome

__all__ = ["HOP_MICROSECONDS", "Summary", "summarise"]

# Added cost of one plain hook on Quart, which hops to a worker thread, in microseconds a request.
# `python -m benchmarks run` measures it, as the slope of quart native-def: 126 to 132 on two cores.
# A round figure below that, since machines differ.
HOP_MICROSECONDS = 100

Summary = dict[str, Any]


def summarise(outcome: Outcome) -> Summary:
    """The closing figures of a check."""
    hooks = outcome.hooks
    plain = [
        each
        for each in hooks
        if each.entry.role is not Role.AFTER_RESPONSE
        and (each.entry.function is None or not each.entry.function.is_async)
    ]
    every_request = [each for each in plain if each.registered != "this-request"]
    return {
        "files": outcome.files,
        "hooks": len(hooks),
        "ready": sum(not each.needs for each in hooks),
        "to_change": sum(bool(each.needs) for each in hooks),
        "by_need": {
            need: count for need in NEEDS if (count := sum(need in each.needs for each in hooks))
        },
        "findings": sum(len(each.findings) for each in hooks),
        "silent": sum(
            any(finding.bites == "silently" for finding in each.findings) for each in hooks
        ),
        "plain_on_every_request": len(every_request),
        "hop_microseconds": HOP_MICROSECONDS,
        "added_microseconds_per_request": len(every_request) * HOP_MICROSECONDS,
        "unknown_registrations": [{"file": file, "line": line} for file, line in outcome.unknown],
        "unfinished": [{"file": file, "line": line} for file, line in outcome.unfinished],
        "skipped": [{"file": each.file, "reason": each.reason} for each in outcome.skipped],
    }
