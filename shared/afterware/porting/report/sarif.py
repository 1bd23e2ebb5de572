"""Writes what a check found as SARIF 2.1.0, which code hosts read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..judging.findings import BITES
from ..judging.rules import kinds

if TYPE_CHECKING:
    from ..judging.findings import Finding
    from ..judging.outcome import JudgedEntry, Outcome
    from ..judging.rule import Kind

__all__ = ["as_sarif"]

_LEVELS = {
    "silently": "error",
    "on some paths": "error",
    "under load": "warning",
    "loudly": "warning",
}


def as_sarif(outcome: Outcome) -> str:
    """The findings as one run of SARIF 2.1.0."""
    used: dict[str, set[str]] = {}
    for hook in outcome.hooks:
        for finding in hook.findings:
            used.setdefault(finding.code, set()).add(finding.kind)
    codes = sorted(used)
    rules = [_rule(code, [kinds()[name] for name in sorted(used[code])]) for code in codes]
    index = {code: number for number, code in enumerate(codes)}
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "afterware", "version": _version(), "rules": rules}},
        "columnKind": "utf16CodeUnits",
        "results": [
            _result(hook, finding, index[finding.code])
            for hook in outcome.hooks
            for finding in hook.findings
        ],
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {
                        "level": "warning",
                        "message": {"text": f"skipped: {each.reason}"},
                        "locations": [{"physicalLocation": {"artifactLocation": _uri(each.file)}}],
                    }
                    for each in outcome.skipped
                ],
            }
        ],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(log, indent=2) + "\n"


def _rule(code: str, reported: list[Kind]) -> dict[str, Any]:
    """One code, with the kinds of it that are reported."""
    messages = dict.fromkeys(kind.message.replace("{}", "something") for kind in reported)
    remedies = dict.fromkeys(kind.remedy.replace("{}", "it") for kind in reported)
    worst = min(reported, key=lambda kind: BITES.index(kind.bites))
    return {
        "id": code,
        "shortDescription": {"text": "; ".join(messages)},
        "help": {"text": " ".join(remedies)},
        "defaultConfiguration": {"level": _LEVELS[worst.bites]},
        "properties": {"tags": sorted({need for kind in reported for need in kind.needs})},
    }


def _result(hook: JudgedEntry, finding: Finding, rule: int) -> dict[str, Any]:
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.bites],
        "message": {"text": f"{hook.name}: {finding.message}. {finding.remedy}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _uri(hook.file),
                    "region": {"startLine": finding.line, "startColumn": finding.column},
                },
                "logicalLocations": [{"name": hook.name, "kind": "function"}],
            }
        ],
    }


def _uri(file: str) -> dict[str, str]:
    return {"uri": quote(file.encode("utf-8", "surrogateescape"))}


def _version() -> str:
    try:
        return version("afterware")
    except PackageNotFoundError:
        return "0"
