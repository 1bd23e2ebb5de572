"""`python -m benchmarks load`."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from ..errors import BenchmarkError
from ..report import console
from ..results import check_writable, save
from ..scenarios import HOSTS
from ..soak.command import run_soak
from ..soak.plan import SoakPlan
from .children import interrupted_by_signals
from .plan import FULL, QUICK, Plan
from .report import load_report
from .results import from_suite, suite
from .rounds import CONNECTIONS, Measured, Tell, measure_load, measure_wait, slices
from .scenarios import Load, Wait, select
from .wrk import find_wrk, wrk_version

__all__ = ["load"]


@click.command()
@click.option("--quick", is_flag=True, help="0 and 8 hooks only, in 2 minutes; else 8 minutes.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Save every slice to FILE, as a pyperf suite (gzipped if it ends in .gz).",
)
@click.option(
    "--only",
    type=click.Choice(["load", "wait"]),
    help="Measure only what hooks cost (load), or only the view that waits (wait).",
)
@click.option(
    "--scenario",
    "globs",
    multiple=True,
    metavar="GLOB",
    help="Measure only scenarios whose name matches, such as 'load/quart/*/8', and those without"
    " hooks that they are held against. May be repeated.",
)
@click.option(
    "--sets",
    type=click.IntRange(1, 100),
    help=f"How often all servers are started anew (default {FULL.sets}, quick {QUICK.sets}).",
)
@click.option(
    "--rounds",
    type=click.IntRange(1, 1000),
    help=f"How many rounds each set is driven (default {FULL.rounds}, quick {QUICK.rounds}).",
)
@click.option(
    "--seconds",
    type=click.IntRange(1, 600),
    help=f"How long a slice lasts at least, in whole seconds (default {FULL.seconds}).",
)
@click.option(
    "--soak",
    "minutes",
    type=click.FloatRange(0, 10_000, min_open=True),
    metavar="MINUTES",
    help="Instead of all that, drive both twins as they are with clients that leave at random, and"
    " look at memory, stops, and rows against answers. Fails where a bound is broken.",
)
@click.option(
    "--database",
    metavar="URL",
    help="With --soak: the database that both twins add to (default: a SQLite file each).",
)
@click.pass_context
def load(
    context: click.Context,
    /,
    *,
    quick: bool,
    output: Path | None,
    only: str | None,
    globs: tuple[str, ...],
    sets: int | None,
    rounds: int | None,
    seconds: int | None,
    minutes: float | None,
    database: str | None,
) -> None:
    """Drive both twins under their real servers with wrk, and print what hooks cost there.

    Figures are called load/<host>/<style>/<hooks>/<metric> and wait/<host>/<clients>/<metric>.
    """
    _check_soak(context, minutes)
    try:
        if minutes is not None:
            run_soak(SoakPlan(minutes * 60, database=database), output)
        else:
            _load(_plan(QUICK if quick else FULL, sets, rounds, seconds), only, globs, output)
    except BenchmarkError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    if output is not None:
        click.echo(f"Saved to {output}. `python -m benchmarks show {output}` prints this again.")


def _load(plan: Plan, only: str | None, globs: tuple[str, ...], output: Path | None) -> None:
    scenarios = [
        each
        for each in select(plan.scenarios, globs)
        if only is None or each.name.startswith(f"{only}/")
    ]
    if not scenarios:
        raise BenchmarkError(f"--only {only} leaves nothing of what --scenario matches.")
    wrk = find_wrk()
    if output is not None:
        check_writable(output)
    with interrupted_by_signals():
        sets_measured = _measure(wrk, scenarios, plan)
    measured = suite(sets_measured, _metadata(wrk))
    if output is not None:
        save(measured, output)
    console().print(load_report(from_suite(measured)))


def _check_soak(context: click.Context, minutes: float | None) -> None:
    """Refuse options that say nothing together."""
    given = {
        parameter.opts[0]
        for parameter in context.command.params
        if parameter.name is not None
        and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
    }
    if minutes is None and "--database" in given:
        raise click.UsageError("--database is the database of a soak: give --soak MINUTES too.")
    others = sorted(given & {"--quick", "--only", "--scenario", "--sets", "--rounds", "--seconds"})
    if minutes is not None and others:
        raise click.UsageError(
            f"--soak drives the twins as they are, without slices: leave out {', '.join(others)}."
        )


def _plan(plan: Plan, sets: int | None, rounds: int | None, seconds: int | None) -> Plan:
    if sets is not None:
        plan = replace(plan, sets=sets, wait_sets=sets)
    if rounds is not None:
        plan = replace(plan, rounds=rounds, wait_rounds=rounds)
    if seconds is not None:
        plan = replace(plan, seconds=seconds, wait_seconds=seconds)
    return plan


def _measure(wrk: str, scenarios: Sequence[Load | Wait], plan: Plan) -> list[Measured]:
    rng = random.Random()  # noqa: S311  # an order, not a secret
    loads = [each for each in scenarios if isinstance(each, Load)]
    waits = [each for each in scenarios if isinstance(each, Wait)]
    done: list[Measured] = []
    with _progress(slices(scenarios, plan)) as tell:
        for number in range(plan.sets):
            here = tell.within(f"set {number + 1} of {plan.sets}, ")
            one = Measured()
            for host in HOSTS:
                if of_host := [each for each in loads if each.host == host]:
                    one.values |= measure_load(wrk, of_host, plan, rng, here).values
            if waits and number < plan.wait_sets:
                one.values |= measure_wait(wrk, waits, plan, rng, here).values
            done.append(one)
    return done


@contextmanager
def _progress(total: int) -> Iterator[Tell]:
    """A bar on standard error, or a line for each start of servers if nobody watches."""
    out = Console(stderr=True, highlight=False)
    out.print(f"{total} slices")
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=out,
        disable=not out.is_terminal,
        transient=True,
    ) as bar:
        task = bar.add_task("", total=total)

        def starts(what: str) -> None:
            bar.update(task, description=what)
            if not out.is_terminal:
                out.print(what)

        def drives(what: str) -> None:
            bar.update(task, description=what)

        yield Tell(starts, drives, lambda: bar.advance(task))


def _metadata(wrk: str) -> dict[str, Any]:
    from sync_app.serve import THREADS  # Flask and SQLAlchemy come along, for this alone

    return {
        "wrk_version": wrk_version(wrk),
        "wrk_connections": CONNECTIONS,
        "gunicorn_threads": THREADS,
    }
