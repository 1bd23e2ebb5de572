"""Writes what a check found as SARIF 2.1.0, which code hosts read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..judging.codes import KINDS

if TYPE_CHECKING:
    from ..check import Finding, JudgedHook, Outcome

__all__ = ["as_sarif"]

_LEVELS = {
    "silently": "error",
    "on some paths": "error",
    "under load": "warning",
    "loudly": "warning",
}


def as_sarif(outcome: Outcome) -> str:
    """The findings as one run of SARIF 2.1.0."""
    used = sorted({finding.code for hook in outcome.hooks for finding in hook.findings})
    rules = [_rule(code) for code in used]
    index = {code: number for number, code in enumerate(used)}
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


def _rule(code: str) -> dict[str, Any]:
    kinds = [kind for kind in KINDS.values() if kind.code == code]
    return {
        "id": code,
        "shortDescription": {"text": kinds[0].message.replace("{}", "something")},
        "help": {"text": kinds[0].remedy.replace("{}", "it")},
        "defaultConfiguration": {"level": _LEVELS[kinds[0].bites]},
        "properties": {"tags": sorted({need for kind in kinds for need in kind.needs})},
    }


def _result(hook: JudgedHook, finding: Finding, rule: int) -> dict[str, Any]:
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
