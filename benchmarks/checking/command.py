"""`python -m benchmarks check`."""

from __future__ import annotations

import fnmatch
import sys
from pathlib import Path
from statistics import median
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ..errors import BenchmarkError
from ..report import console
from ..results import check_writable, save
from .analysis import EXPONENT, CheckAnalysis
from .report import check_report
from .results import Key, from_suite, suite
from .rounds import check_once, measure
from .shapes import SHAPES, SIZES, Shape

__all__ = ["check"]

_ROUNDS: Final = 7
_QUICK_ROUNDS: Final = 2
_SECONDS: Final = 120.0

_FILE = click.Path(path_type=Path)


@click.command()
@click.option("--quick", is_flag=True, help=f"{_QUICK_ROUNDS} rounds, without intervals.")
@click.option("--rounds", type=click.IntRange(1), help=f"How many rounds; {_ROUNDS} if not given.")
@click.option(
    "--shape",
    "globs",
    multiple=True,
    metavar="GLOB",
    help=f"Only shapes whose name matches: {', '.join(each.name for each in SHAPES)}."
    " May be repeated.",
)
@click.option(
    "--bound",
    type=click.FloatRange(0, min_open=True),
    default=EXPONENT,
    show_default=True,
    help="Exit with 1 if the cost of a shape grows with a larger power of its size.",
)
@click.option(
    "-o",
    "--output",
    type=_FILE,
    metavar="FILE",
    help="Save every sample to FILE, as a pyperf suite (gzipped if it ends in .gz).",
)
@click.option(
    "--tree",
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="Time the checker on this tree instead.",
)
@click.option("--diff", is_flag=True, help="With --tree: the rewriting as well, writing nothing.")
@click.option(
    "--most",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="With --tree: exit with 1 if it takes more CPU seconds.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="How long one check may take.",
)
def check(
    *,
    quick: bool,
    rounds: int | None,
    globs: tuple[str, ...],
    bound: float,
    output: Path | None,
    tree: Path | None,
    diff: bool,
    most: float | None,
    timeout: float,
) -> None:
    """Say how the cost of `afterware check` grows with the size of a tree, in about two minutes.

    Trees are made in several shapes, each at 1, 2, 4 and 8 times the smallest size, and checked in
    processes of their own. The exit code is 0; 1 if a bound is not kept or the checker failed; 2
    for options that do not go together.
    """
    if tree is None and (diff or most is not None):
        raise click.UsageError("--diff and --most go with --tree.")
    if tree is not None and (output is not None or globs):
        raise click.UsageError("--tree is one tree: it goes with neither --output nor --shape.")
    count = rounds or (_QUICK_ROUNDS if quick else _ROUNDS)
    try:
        kept = (
            _shapes(_chosen(globs), count, bound, output, timeout)
            if tree is None
            else _tree(tree, rounds or 3, diff=diff, most=most, timeout=timeout)
        )
    except BenchmarkError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    if not kept:
        sys.exit(1)


def _shapes(
    shapes: list[Shape], count: int, bound: float, output: Path | None, timeout: float
) -> bool:
    if output is not None:
        check_writable(output)
    measured = suite(_measured(shapes, count, timeout))
    if output is not None:
        save(measured, output)
    results = from_suite(measured)
    console().print(check_report(results, bound))
    if output is not None:
        click.echo(f"Saved to {output}. `python -m benchmarks show {output}` prints this again.")
    worse = [each for each in CheckAnalysis(results).expectations(bound) if not each.met]
    for each in worse:
        assert each.measured is not None
        click.echo(f"{each.what} is {each.measured.value:.2f}, at most {bound:g}", err=True)
    return not worse


def _measured(shapes: list[Shape], count: int, timeout: float) -> list[dict[Key, float]]:
    """Measure, with a bar on standard error, or a line a round if nobody watches."""
    out = Console(stderr=True, highlight=False)
    each_round = len(shapes) * len(SIZES)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=out,
        disable=not out.is_terminal,
        transient=True,
    ) as bar:
        task = bar.add_task("making trees", total=count * each_round)

        def progress(done: int, name: str) -> None:
            bar.update(task, completed=done, description=name)
            if not out.is_terminal and done % each_round == 0:
                out.print(f"round {done // each_round + 1} of {count}, {each_round} trees")

        return measure(shapes, count, timeout, progress)


def _tree(tree: Path, count: int, *, diff: bool, most: float | None, timeout: float) -> bool:
    done = []
    for number in range(count):
        click.echo(f"check {number + 1} of {count}", err=True)
        done.append(check_once(tree, diff=diff, seconds=timeout))
    last = done[-1]
    cpu = [each.cpu for each in done]
    unsure = f", {last.unfinished} not followed to the end" if last.unfinished else ""
    click.echo(
        f"{last.files} files, {last.hooks} hooks{unsure}:"
        f" {median(cpu):.2f} s of CPU ({min(cpu):.2f} to {max(cpu):.2f}),"
        f" {median(each.wall for each in done):.2f} s by the clock"
    )
    if most is not None and median(cpu) > most:
        click.echo(f"That is more than {most:g} s.", err=True)
        return False
    return True


def _chosen(globs: tuple[str, ...]) -> list[Shape]:
    if not globs:
        return list(SHAPES)
    chosen = [
        each for each in SHAPES if any(fnmatch.fnmatchcase(each.name, glob) for glob in globs)
    ]
    if not chosen:
        names = ", ".join(each.name for each in SHAPES)
        raise BenchmarkError(f"no shape matches {' or '.join(map(repr, globs))}: there are {names}")
    return chosen
