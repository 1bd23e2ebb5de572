"""`python -m benchmarks compare`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from .compare import compared, comparison, json_of, markdown
from .errors import BenchmarkError
from .files import read
from .report import console

__all__ = ["compare"]

_FILE = click.Path(path_type=Path)


def _share(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """A share in per cent, such as `10%`."""
    if value is None:
        return None
    if not re.fullmatch(r"\d+(\.\d+)?%?", value):
        raise click.BadParameter(f"{value!r} is no percentage; write 10% or 2.5%.", ctx, param)
    return float(value.rstrip("%")) / 100


@click.command()
@click.argument("first", type=_FILE)
@click.argument("second", type=_FILE)
@click.option(
    "--fail-above",
    "allowed",
    callback=_share,
    metavar="PERCENT",
    help="Exit with 1 if anything became worse by more than this, such as 10%, with certainty:"
    " a request or what hooks add to it dearer, a throughput lower, memory larger.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="markdown is for pull requests, json for programs.",
)
def compare(*, first: Path, second: Path, allowed: float | None, form: str) -> None:
    """Say what became slower or faster from FIRST to SECOND, and how sure that is.

    Both are files of `run`, of `peers`, of `load` or of `check`. The exit code is 0; 1 if
    --fail-above says so; 2 if the files cannot be compared.
    """
    try:
        told = compared(read(first).results, read(second).results, allowed)
    except BenchmarkError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    if form == "text":
        console().print(comparison(told))
    else:
        click.echo(json_of(told) if form == "json" else markdown(told, (first.name, second.name)))
    if told.worse:
        click.echo(told.verdict, err=True)
        sys.exit(1)
