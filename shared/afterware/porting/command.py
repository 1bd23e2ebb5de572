"""`afterware check`: the command line of the checker."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from .check import Outcome, check
from .report.explain import explain
from .report.formats import as_github, as_json, as_text
from .report.sarif import as_sarif
from .settings import SettingsError, read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .judging.rewriting import Target

__all__ = ["check_command"]

# Exit codes, as documented in the command's help.
CLEAN, FINDINGS, TROUBLE = 0, 1, 2

_FORMATS = {"text": as_text, "json": as_json, "sarif": as_sarif, "github": as_github}


@click.command("check")
@click.argument(
    "paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[PATHS]..."
)
@click.option("--fix", "fix", is_flag=True, help="Rewrite what is sure, and list what is left.")
@click.option(
    "--to",
    type=click.Choice(["afterware", "quart"]),
    default="afterware",
    show_default=True,
    help="What --fix writes: hooks for both hosts, or native Quart.",
)
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option(
    "--format",
    "style",
    type=click.Choice(list(_FORMATS)),
    default="text",
    show_default=True,
    help="How to write the report.",
)
@click.option("--select", multiple=True, metavar="CODES", help="Report these codes only.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Do not report these codes.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 though there are findings.")
@click.option("--explain", "code", metavar="CODE", help="Say all about one code, and exit.")
def check_command(
    paths: tuple[Path, ...],
    fix: bool,
    to: Target,
    diff: bool,
    style: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    exit_zero: bool,
    code: str | None,
) -> None:
    """Say what every after_request hook needs before it runs on Quart.

    PATHS are files and directories; none means the current directory. None of the code is run.
    CODES are ids such as AW101, or beginnings of ids, separated by commas.

    Exit codes: 0, nothing to change. 1, there are findings. 2, the command or its settings are
    wrong, or nothing was found and something could not be read.
    """
    if code is not None:
        click.echo(explain(code), nl=False)
        return
    given = paths or (Path(),)
    try:
        settings = read_settings(given[0] if given[0].is_dir() else given[0].parent)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    chosen = _codes(select) or settings.select
    dropped = _codes(ignore) or settings.ignore
    if fix or diff:
        from .fixing.rewrite import fix_files

        outcome = _checked(given, settings.exclude, chosen, dropped)
        report = fix_files(outcome, to=to, write=not diff)
        _write(report.text(show_diff=diff))
        outcome = _checked(given, settings.exclude, chosen, dropped) if not diff else outcome
        if diff:
            raise SystemExit(_exit_code(bool(report.changed), outcome.skipped, exit_zero))
    else:
        outcome = _checked(given, settings.exclude, chosen, dropped)
    _write(_FORMATS[style](outcome))
    found = any(hook.findings for hook in outcome.hooks)
    raise SystemExit(_exit_code(found, outcome.skipped, exit_zero))


def _checked(
    paths: tuple[Path, ...],
    exclude: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
) -> Outcome:
    console = Console(stderr=True)
    if not console.is_terminal:
        return check(paths, exclude=exclude, select=select, ignore=ignore)
    with console.status("reading files") as status:
        return check(paths, exclude=exclude, select=select, ignore=ignore, progress=status.update)


def _codes(given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code.strip().upper() for each in given for code in each.split(",") if code.strip())


def _exit_code(found: bool, skipped: Sequence[object], exit_zero: bool) -> int:
    if exit_zero:
        return CLEAN
    if found:
        return FINDINGS
    return TROUBLE if skipped else CLEAN


def _write(text: str) -> None:
    # A file name need not be text that the terminal can show.
    encoding = sys.stdout.encoding or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding), nl=False)
