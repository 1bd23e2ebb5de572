"""Files that are removed while they are still to be sent."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...meaning.values import Ext, Obj
from ..effects import Calls
from ..rule import Kind, Note, Rule
from ..sent_files import SentFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..effects import Behaviour
    from ..rule import Questions

__all__ = ["RULE"]

_REMOVES = frozenset(
    """os.remove os.unlink os.rmdir os.removedirs shutil.rmtree shutil.move os.rename os.replace
    pathlib.Path.unlink""".split()
)
_WHOLE = ("rmtree", "cleanup", "rmdir", "removedirs")


def find(behaviour: Behaviour, ask: Questions) -> Iterator[Note]:
    """Removals of what the tree sends."""
    sent = SentFiles(ask)
    for call in behaviour.of(Calls):
        callee, node = call.callee, call.spot.node
        if call.spot.aside or not call.direct or not isinstance(node, ast.Call):
            continue
        if not isinstance(callee, (Ext, Obj)) or not _removes(callee):
            continue
        for expression, whole in _removed_by(node, callee.path):
            if sent.is_sent(expression, call.spot.frame, whole):
                yield Note("file-removed", call.spot)
                break


def _removes(callee: Ext | Obj) -> bool:
    """Whether a call outside the tree removes a file or a directory."""
    path = callee.path
    if isinstance(callee, Obj) and "delete=False" in callee.flags and path.endswith(".close"):
        return False
    if path in _REMOVES:
        return True
    if path.startswith("tempfile.") and path.endswith((".cleanup", ".close")):
        return "TemporaryDirectory" in path or "NamedTemporaryFile" in path
    return path.startswith(("pathlib.", "tempfile.")) and path.endswith((".unlink", ".rmdir"))


def _removed_by(node: ast.Call, path: str) -> Iterator[tuple[ast.expr, bool]]:
    """The expressions of what a call removes, and whether with all that is below."""
    whole = path.endswith(_WHOLE)
    if path.startswith(("os.", "shutil.", "pathlib.Path.")):
        for each in node.args[:1]:
            yield each, whole
        for keyword in node.keywords:
            if keyword.arg in ("path", "src"):
                yield keyword.value, whole
    elif isinstance(node.func, ast.Attribute):
        yield node.func.value, whole


RULE = Rule(
    {
        "file-removed": Kind(
            "AW311",
            ("lifecycle",),
            "loudly",
            "Quart opens the file when it sends it, which is after this removes it",
            "Remove it in `@hooks.after_response`, or send it from memory.",
        ),
    },
    find,
)
