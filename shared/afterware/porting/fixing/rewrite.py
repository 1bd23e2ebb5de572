"""Files: what `--fix` rewrites, put in place of the old at once, and the report of it."""

from __future__ import annotations

import contextlib
import difflib
import os
import stat
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .module import CannotRewriteError, rewrite_module
from .plan import Unfixed, plan_files

if TYPE_CHECKING:
    from ..judging.outcome import Outcome
    from ..judging.rewriting import Target

__all__ = ["FixReport", "fix_files"]


@dataclass(slots=True)
class FixReport:
    """What was rewritten, and what stays as it is.

    :param changed: the diff of each file that changes.
    :param unfixed: the hooks that stay as they are.
    :param failed: the files that cannot be rewritten, each with the reason.
    """

    changed: dict[str, str] = field(default_factory=dict)
    rewritten: int = 0
    unfixed: list[Unfixed] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    written: bool = True

    def text(self, *, show_diff: bool = False) -> str:
        """The report for people.

        :param show_diff: the changes as unified diffs.
        """
        lines: list[str] = []
        if show_diff:
            lines += self.changed.values()
        verb = "rewrote" if self.written else "would rewrite"
        hooks = "hook" if self.rewritten == 1 else "hooks"
        files = "file" if len(self.changed) == 1 else "files"
        lines.append(f"{verb} {self.rewritten} {hooks} in {len(self.changed)} {files}\n")
        lines += [f"{each}\n" for each in self.failed]
        lines += [f"left {e.file}:{e.line}: {e.name}: {e.why}\n" for e in self.unfixed]
        return "".join(lines)


def fix_files(outcome: Outcome, *, to: Target, write: bool) -> FixReport:
    """Rewrite what is sure.

    :param to: "afterware" for hooks that run on both hosts, "quart" for native ones.
    :param write: replace the files; otherwise only say what would change.
    """
    plans, unfixed = plan_files(outcome, to)
    report = FixReport(unfixed=unfixed, written=write)
    for module, wanted in plans.items():
        source = module.source
        try:
            new = rewrite_module(module, wanted, to)
        except CannotRewriteError as error:
            report.failed.append(f"left {source.name}: {error}")
            continue
        report.unfixed += new.unfixed
        data = new.data
        if data == source.data:
            continue
        try:
            compile(data, source.name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):  # never write what does not parse
            report.failed.append(f"left {source.name}: what it would become does not parse")
            continue
        if write:
            try:
                _replace(source.path, source.data, data)
            except OSError as error:
                report.failed.append(f"left {source.name}: cannot be written: {error.strerror}")
                continue
        report.rewritten += new.done
        report.changed[source.name] = _diff(source.name, new.before, new.after)
    return report


def _replace(path: Path, old: bytes, new: bytes) -> None:
    """Put *new* in place of *old* at once, with the file's mode; never half of it.

    :raises OSError: the file changed meanwhile, or cannot be replaced.
    """
    real = path.resolve()  # a link stays a link
    if real.read_bytes() != old:
        raise OSError(0, "it changed while it was checked")
    mode = stat.S_IMODE(real.stat().st_mode)
    handle, name = tempfile.mkstemp(prefix=f".{real.name}.", dir=real.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(real)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _diff(name: str, old: str, new: str) -> str:
    return "".join(
        difflib.unified_diff(
            old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{name}", f"b/{name}"
        )
    )
