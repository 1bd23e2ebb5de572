"""The command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from .checking.command import check as check_command
from .checking.report import check_report
from .checking.results import CheckResults
from .compare_command import compare
from .errors import BenchmarkError
from .files import read
from .load.command import load as load_command
from .load.report import load_report
from .load.results import LoadResults
from .peer_analysis import PeerResults
from .peer_report import peer_report
from .peers import peers
from .pictures.command import figures, report_command
from .plan import FULL, QUICK, Budget
from .processes import MIN_ROUNDS, Process, run_processes
from .report import console, report
from .results import Results, check_writable, from_suite, save, suite
from .scenarios import QUICK_PAYLOADS, QUICK_WORKS, Scenario, every_scenario, select
from .soak.report import soak_report
from .soak.results import SoakResults

__all__ = ["main"]

FILE = click.Path(path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Measure what after_request hooks cost on Flask and on Quart, natively and through Afterware.

    Scenarios are called <host>/<payload>/<style>/<hooks>, such as quart/28B/portable-def/16.
    """


@main.command()
@click.option("--quick", is_flag=True, help="Payload 28B only, in 90 seconds; else 10 minutes.")
@click.option(
    "-o",
    "--output",
    type=FILE,
    metavar="FILE",
    help="Save every sample to FILE, as a pyperf suite (gzipped if it ends in .gz).",
)
@click.option(
    "--scenario",
    "globs",
    multiple=True,
    metavar="GLOB",
    help="Measure only scenarios whose name matches, such as 'quart/*/16', and the"
    " `none` that they are compared with. May be repeated.",
)
@click.option("--processes", type=click.IntRange(1), hidden=True, help="For tests.")
@click.option(
    "--seconds",
    type=click.FloatRange(0),
    help="How long to measure in all, starting and warming up included.",
)
@click.option(
    "--min-rounds", type=click.IntRange(1), default=MIN_ROUNDS, hidden=True, help="For tests."
)
def run(
    *,
    quick: bool,
    output: Path | None,
    globs: tuple[str, ...],
    processes: int | None,
    seconds: float | None,
    min_rounds: int,
) -> None:
    """Time all scenarios in interleaved rounds, and print what hooks cost."""
    standard = QUICK if quick else FULL
    budget = Budget(
        processes=processes or standard.processes,
        seconds=standard.seconds if seconds is None else seconds,
    )
    try:
        if output is not None:
            check_writable(output)
        scenarios = select(_choice(quick=quick), globs)
        measured = suite(_measure(scenarios, budget, min_rounds))
        if output is not None:
            save(measured, output)
        console().print(report(from_suite(measured)))
    except BenchmarkError as error:
        _fail(error, code=1)
    if output is not None:
        click.echo(f"Saved to {output}. `python -m benchmarks show {output}` prints this again.")


@main.command()
@click.argument("file", type=FILE)
def show(file: Path) -> None:
    """Print what a saved FILE holds, as `run`, `peers`, `load` or `check` did."""
    try:
        match read(file).results:
            case Results() as results:
                shown = report(results)
            case PeerResults() as results:
                shown = peer_report(results)
            case LoadResults() as results:
                shown = load_report(results)
            case SoakResults() as results:
                shown = soak_report(results)
            case CheckResults() as results:
                shown = check_report(results)
        console().print(shown)
    except BenchmarkError as error:
        _fail(error, code=2)


main.add_command(compare)
main.add_command(peers)
main.add_command(load_command)
main.add_command(check_command)
main.add_command(report_command)
main.add_command(figures)


def _choice(*, quick: bool) -> list[Scenario]:
    return every_scenario(QUICK_PAYLOADS, QUICK_WORKS) if quick else every_scenario()


def _measure(scenarios: list[Scenario], budget: Budget, min_rounds: int) -> list[Process]:
    """Run the worker processes, with a bar on standard error, or lines if nobody watches."""
    out = Console(stderr=True, highlight=False)
    minutes = f"{budget.seconds / 60:.1f}".removesuffix(".0")
    out.print(
        f"{len(scenarios)} scenarios, {budget.processes} processes for each host,"
        f" about {minutes} minutes"
    )
    told: set[tuple[str, int]] = set()
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=out,
        disable=not out.is_terminal,
        transient=True,
    ) as bar:
        task = bar.add_task("starting", total=budget.seconds)

        def progress(host: str, process: int, rounds: int, elapsed: float) -> None:
            where = f"{host}, process {process + 1} of {budget.processes}"
            bar.update(task, completed=elapsed, description=f"{where}, {rounds} rounds")
            if not out.is_terminal and (host, process) not in told:
                told.add((host, process))
                out.print(where)

        return run_processes(scenarios, budget, progress, min_rounds=min_rounds)


def _fail(error: BenchmarkError, code: int) -> NoReturn:
    click.echo(f"Error: {error}", err=True)
    sys.exit(code)
