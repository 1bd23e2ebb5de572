"""`python -m benchmarks report`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..errors import BenchmarkError
from ..files import read
from ..results import check_writable, replaced
from .page import page

__all__ = ["report_command"]


@click.command("report")
@click.argument(
    "files", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="FILE..."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="PAGE",
    help="Write the page to PAGE, such as report.html.",
)
def report_command(*, files: tuple[Path, ...], output: Path) -> None:
    """Make one page of pictures and tables out of FILEs of `run`, `peers` and `load`.

    It needs nothing else, and no network. Several files of one kind, of different versions of
    Python or of the hosts, are shown side by side.
    """
    try:
        check_writable(output)
        html = page([read(file) for file in files])
        with replaced(output) as new:
            new.write_text(html, "utf-8")
    except BenchmarkError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    click.echo(f"Saved to {output}, {len(html.encode()) // 1000} kB.")
