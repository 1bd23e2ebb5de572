"""`afterware differences`: run the probes on what is installed, and say what they saw."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from . import CATALOGUE, FAMILIES, find
from .observe import Observation, observe, versions
from .page import Stored, save, stale
from .record import COLUMNS, Difference
from .summary import named, outcome, summed_up

__all__ = ["differences"]

# How wide a table is, in columns, where there is no terminal to ask.
WIDTH = 160


@click.command()
@click.option(
    "--family",
    type=click.Choice([family for family, _ in FAMILIES.values()]),
    help="Only this family.",
)
@click.option("--id", "ids", multiple=True, metavar="AW101", help="Only this one; may be repeated.")
@click.option("--changed", is_flag=True, help="Only those whose record no longer holds here.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
    help="How to print them.",
)
@click.option(
    "--write",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DOCS",
    help="Store what is seen below DOCS, and render DOCS/differences.md.",
)
@click.option(
    "--check",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DOCS",
    help="Say whether DOCS/differences.md is stale for these versions, and fail if it is.",
)
def differences(
    family: str | None,
    ids: tuple[str, ...],
    changed: bool,
    form: str,
    write: Path | None,
    check: Path | None,
) -> None:
    """Run the probes of the catalogue on the hosts installed here, and say what they saw.

    Each builds a small app on Flask and on Quart, with its hook bound natively and through
    Afterware. What has changed since a record was written is told, and is no error.
    """
    chosen = _chosen(family, ids)
    if (write or check) and len(chosen) != len(CATALOGUE):
        raise click.UsageError("--write and --check are about all: leave out --family and --id")
    for package in ("flask", "quart", "asgiref", "gunicorn", "hypercorn"):
        if find_spec(package) is None:
            raise click.ClickException(
                f"the probes need {package}: pip install 'afterware[differences]'"
            )
    observations = _observed(chosen)
    shown = [each for each in observations if each.changed] if changed else observations
    run = Stored(versions(), tuple(observations))
    if check is not None:
        _check(check, run)
    elif write is not None:
        save(write, run)
    elif form == "json":
        click.echo(_json(shown, run))
    elif form == "markdown":
        click.echo(_markdown(shown))
    else:
        _print_table(shown)
    if form != "json":
        click.echo(f"{summed_up(observations)}.\n{named(run.versions)}.")


def _chosen(family: str | None, ids: tuple[str, ...]) -> Sequence[Difference]:
    if not ids:
        return [each for each in CATALOGUE if family in (None, each.family)]
    chosen = []
    for each in ids:
        try:
            chosen.append(find(each.upper()))
        except KeyError:
            raise click.BadParameter(
                f"there is no {each!r}; they go from {CATALOGUE[0].id} to {CATALOGUE[-1].id}",
                param_hint="--id",
            ) from None
    if family is not None and any(each.family != family for each in chosen):
        raise click.UsageError(f"not all of these ids are of the family {family}")
    return chosen


def _observed(chosen: Sequence[Difference]) -> list[Observation]:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("probing", total=len(chosen))

        def tell(observation: Observation) -> None:
            progress.update(task, advance=1, description=f"probing {observation.difference.id}")

        return observe(chosen, tell)


def _check(docs: Path, run: Stored) -> None:
    try:
        reasons = stale(docs, run)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    for reason in reasons:
        click.echo(reason, err=True)
    if reasons:
        raise click.ClickException(
            f"{docs / 'differences.md'} is stale; `afterware differences --write {docs}` renews it"
        )


def _print_table(observations: Sequence[Observation]) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    table = Table("", "", "Flask", "Quart", "through Afterware", "", show_lines=True)
    for each in observations:
        result = outcome(each) + (" (changed)" if each.changed else "")
        cells = [each.difference.id, each.difference.title]
        cells += [each.line(column) for column in ("flask", "quart", "bound")]
        table.add_row(*(escape(cell) for cell in [*cells, result]))
    console.print(table)


def _markdown(observations: Sequence[Observation]) -> str:
    lines = ["| | | Flask | Quart | through Afterware | |", "|---|---|---|---|---|---|"]
    for each in observations:
        cells = [each.difference.id, each.difference.title]
        cells += [each.line(column) for column in ("flask", "quart", "bound")]
        result = outcome(each) + (" (changed)" if each.changed else "")
        lines.append(
            "| " + " | ".join(cell.replace("|", "\\|") for cell in [*cells, result]) + " |"
        )
    return "\n".join(lines)


def _json(observations: Sequence[Observation], run: Stored) -> str:
    return json.dumps(
        {
            "versions": run.versions,
            "summary": vars(summed_up(run.observations)),
            "differences": [
                {
                    "id": each.difference.id,
                    "title": each.difference.title,
                    "family": each.difference.family,
                    "about": each.difference.about,
                    "needs": each.difference.needs,
                    "remedy": each.difference.remedy,
                    "outcome": outcome(each),
                    "saw": each.saw,
                    "changed": {
                        column: {"claimed": each.claimed[column], "saw": each.line(column)}
                        for column in COLUMNS
                        if column in each.changed
                    },
                }
                for each in observations
            ],
        },
        indent=1,
        ensure_ascii=False,
    )
