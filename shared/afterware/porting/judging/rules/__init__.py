"""The rules: one module each, found by its being here.

To add a rule, write a module with a `RULE` in this folder, and its cases in the tests.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache

from ..rule import NEEDS, Kind, Rule

__all__ = ["NEEDS", "kinds", "rules"]


@cache
def rules() -> Sequence[Rule]:
    """All rules, by the names of their modules.

    :raises ImportError: a module of this folder is no rule, or has the kind of another.
    """
    found: list[Rule] = []
    owners: dict[str, str] = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        rule = getattr(importlib.import_module(f"{__name__}.{info.name}"), "RULE", None)
        if not isinstance(rule, Rule):
            raise ImportError(f"The module {info.name} of the rules has no RULE.")  # noqa: TRY004 - it is no argument
        for name in rule.kinds:
            if name in owners:
                raise ImportError(f"Two rules have {name}: {owners[name]} and {info.name}.")
            owners[name] = info.name
        found.append(rule)
    return tuple(found)


@cache
def kinds() -> Mapping[str, Kind]:
    """The kinds of findings of all rules, by their names."""
    return {name: kind for rule in rules() for name, kind in rule.kinds.items()}
