"""Rewrites one module: each of its hooks by itself, and then its imports.

Only the pieces that change are parsed by libcst, whose time would be that of the whole file.
"""

from __future__ import annotations

import ast
import io
import tokenize
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from .editor import edited
from .grouping import grouped
from .imports import last_line_of_imports, with_afterware, with_awaited
from .names import Names
from .plan import Unfixed

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..judging.rewriting import Target
    from ..tree.index import Module
    from .grouping import Membership
    from .plan import HookPlan

__all__ = ["CannotRewriteError", "Rewritten", "rewrite_module"]

_BOM = b"\xef\xbb\xbf"


class CannotRewriteError(Exception):
    """Why a file stays as it is."""


@dataclass(slots=True)
class Rewritten:
    """A module before and after.

    :param done: how many hooks are rewritten.
    :param unfixed: the hooks that stay as they are after all.
    """

    before: str
    after: str
    data: bytes
    done: int = 0
    unfixed: list[Unfixed] = field(default_factory=list)


def rewrite_module(module: Module, plans: list[HookPlan], to: Target) -> Rewritten:
    """The module with its hooks rewritten.

    :raises CannotRewriteError: libcst does not parse what changes, or does not give it back as it
        was.
    """
    unfixed: list[Unfixed] = []
    if to == "afterware":
        plans, unfixed = _all_or_none_of_this_request(plans, module)
    else:
        plans = [plan for plan in plans if plan.recolour or plan.edits]
    data = module.source.data
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        mark = _BOM if data.startswith(_BOM) else b""
        before = data.removeprefix(_BOM).decode(encoding.removesuffix("-sig"))
        after = _rewritten(before, module, plans, to) if plans else before
        return Rewritten(
            before, after, mark + after.encode(encoding.removesuffix("-sig")), len(plans), unfixed
        )
    except (
        cst.ParserSyntaxError,
        UnicodeError,
        LookupError,
        RecursionError,
        SyntaxError,
    ) as error:
        reason = str(error).splitlines()[0]
        raise CannotRewriteError(f"libcst does not parse it: {reason}") from error


def _rewritten(text: str, module: Module, plans: list[HookPlan], to: Target) -> str:
    names = Names(module)
    groups = grouped(plans, module, names.hooks) if to == "afterware" else {}
    lines = _lines(text)
    for plan in sorted(plans, key=lambda each: -each.function.line):
        first, last = _extent(plan, lines)
        group = groups.get(plan.function.line)
        lines[first - 1 : last] = [_piece(lines[first - 1 : last], first, plan, to, names, group)]
    text = "".join(lines)
    used = "".join(edit.text for plan in plans for edit in plan.edits)
    if to == "quart":
        if "{awaited}" not in used:
            return text
        return _with_imports(text, lambda top: with_awaited(top, names))
    wanted = {"Hooks": names.hooks_class} if groups else {}
    if "{body}" in used:
        wanted["body"] = names.body
    this_request = any(plan.hook.registered == "this-request" for plan in plans)
    return _with_imports(text, lambda top: with_afterware(top, wanted, this_request=this_request))


def _lines(text: str) -> list[str]:
    """The lines as Python counts them, with their ends."""
    return list(io.StringIO(text, newline=""))


def _extent(plan: HookPlan, lines: list[str]) -> tuple[int, int]:
    """The first and the last line of a hook, with its decorators and the comments above it."""
    node = plan.function.node
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    indent = _indent(lines[first - 1])
    while first > 1:
        above = lines[first - 2]
        comment = above.lstrip().startswith("#") and _indent(above) == indent
        if above.strip() and not comment:
            break
        first -= 1
    return first, node.end_lineno or node.lineno


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _piece(
    lines: list[str],
    first: int,
    plan: HookPlan,
    to: Target,
    names: Names,
    group: Membership | None,
) -> str:
    """A hook rewritten.

    :param first: the line of the file that it begins with.
    """
    code = "".join(lines)
    indent = next(_indent(line) for line in lines if line.strip() and "#" not in line[:1])
    end = code.partition("\r")[1] + ("\n" if "\n" in code else "") or "\n"
    # A statement before it, so that the lines above it are taken for its own.
    head = [f"if True:{end}", f"{indent}pass{end}"] if indent else [f"pass{end}"]
    parsed = _parsed("".join(head) + code)
    new = edited(parsed, first - len(head), [*head, *lines], plan, to, names, group)
    return new.code.removeprefix("".join(head))


def _parsed(code: str) -> cst.Module:
    parsed = cst.parse_module(code)
    if parsed.code != code:  # it drops a form feed before a statement, say
        raise CannotRewriteError("libcst does not give it back as it is")
    return parsed


def _with_imports(text: str, change: Callable[[cst.Module], cst.Module]) -> str:
    """The text with its imports changed; libcst sees the lines down to the last of them."""
    lines = _lines(text)
    last = last_line_of_imports(ast.parse(text))
    indent = next((_indent(line) for line in lines if _indent(line) and line.strip()), "    ")
    top = change(_parsed("".join(lines[:last])).with_changes(default_indent=indent))
    end = "" if top.code.endswith(("\n", "\r")) else "\n"
    return f"{top.code}{end}{''.join(lines[last:])}"


def _all_or_none_of_this_request(
    plans: list[HookPlan], module: Module
) -> tuple[list[HookPlan], list[Unfixed]]:
    """after_this_request is one import: all of a file's such hooks change, or none."""
    mine = [plan for plan in plans if plan.hook.registered == "this-request"]
    if not mine:
        return plans, []
    uses = sum(
        (isinstance(node, ast.Name) and node.id == "after_this_request")
        or (isinstance(node, ast.Attribute) and node.attr == "after_this_request")
        for node in ast.walk(module.node)
    )
    plain = all(isinstance(plan.function.decorators[0], ast.Name) for plan in mine)
    if uses == len(mine) and plain:
        return plans, []
    why = "not all after_this_request hooks of the file can be rewritten, and they share an import"
    return [plan for plan in plans if plan not in mine], [
        Unfixed(plan.hook.file, plan.hook.line, plan.hook.name, why) for plan in mine
    ]
