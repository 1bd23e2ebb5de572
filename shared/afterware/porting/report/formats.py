"""Writes what a check found: for people, and as JSON and as annotations of GitHub."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .summary import summarise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..judging.findings import Finding
    from ..judging.outcome import JudgedEntry, Outcome

__all__ = ["as_github", "as_json", "as_text", "document"]

_ORDER = {"silently": 0, "on some paths": 1, "under load": 2, "loudly": 3}
_TITLES = {
    "silently": "Silent: nothing fails, and the outcome is wrong",
    "on some paths": "On some paths only",
    "under load": "Under load: every sequential test passes",
    "loudly": "Loud: an error on the first request",
}


def as_text(outcome: Outcome) -> str:
    """The report for people: what fails silently first, then the figures."""
    lines: list[str] = []
    for bites, title in _TITLES.items():
        hooks = [each for each in outcome.hooks if each.findings and _worst(each) == bites]
        if not hooks:
            continue
        lines += [title, ""]
        for hook in hooks:
            lines += [*_hook_lines(hook), ""]
    lines += _summary_lines(outcome)
    return "\n".join(lines) + "\n"


def _worst(hook: JudgedEntry) -> str:
    return min((finding.bites for finding in hook.findings), key=_ORDER.__getitem__)


def _hook_lines(hook: JudgedEntry) -> Iterator[str]:
    yield f"{hook.file}:{hook.line}: {hook.name} ({hook.registered}): {', '.join(hook.needs)}"
    for finding in hook.findings:
        yield f"  {hook.file}:{finding.line}:{finding.column}: {finding.code} {finding.message}"
        yield f"      {finding.remedy}" + (" [--fix]" if finding.fixable else "")


def _summary_lines(outcome: Outcome) -> Iterator[str]:
    figures = summarise(outcome)
    for each in figures["skipped"]:
        yield f"skipped {each['file']}: {each['reason']}"
    for each in figures["unknown_registrations"]:
        yield f"{each['file']}:{each['line']}: registers a function that the tree does not show"
    for each in figures["unfinished"]:
        yield f"{each['file']}:{each['line']}: leads to more code than was followed; look there"
    if not figures["hooks"]:
        yield f"No hooks in {_count(figures['files'], 'file')}."
        return
    yield (
        f"{_count(figures['hooks'], 'hook')} in {_count(figures['files'], 'file')}:"
        f" {figures['ready']} ready but for the imports, {figures['to_change']} to change."
    )
    for need, number in figures["by_need"].items():
        yield f"  {need:<15} {number}"
    if figures["silent"]:
        yield f"{_count(figures['silent'], 'hook')} would go wrong silently."
    if figures["plain_on_every_request"]:
        yield (
            f"Left as they are, {_count(figures['plain_on_every_request'], 'plain hook')} would"
            f" add up to about {figures['added_microseconds_per_request']} µs to a request on Quart"
            f" ({figures['hop_microseconds']} µs for each worker thread;"
            " measure it here: python -m benchmarks run)."
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def document(outcome: Outcome) -> dict[str, Any]:
    """The report as data, version 1."""
    return {
        "version": 1,
        "hooks": [
            {
                "file": hook.file,
                "line": hook.line,
                "name": hook.name,
                "registered": hook.registered,
                "needs": list(hook.needs),
                "findings": [_finding(finding) for finding in hook.findings],
            }
            for hook in outcome.hooks
        ],
        "summary": summarise(outcome),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
        "remedy": finding.remedy,
        "fixable": finding.fixable,
    }


def as_json(outcome: Outcome) -> str:
    """The report as JSON."""
    return json.dumps(document(outcome), indent=2) + "\n"


def as_github(outcome: Outcome) -> str:
    """The report as workflow commands, which GitHub shows beside the lines.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    lines = [
        f"::{'error' if finding.bites == 'silently' else 'warning'}"
        f" file={_property(hook.file)},line={finding.line},col={finding.column},"
        f"title={_property(finding.code)}::{_data(f'{finding.message}. {finding.remedy}')}"
        for hook in outcome.hooks
        for finding in hook.findings
    ]
    return "".join(f"{line}\n" for line in lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
