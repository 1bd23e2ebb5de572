"""What `python -m benchmarks load --soak MINUTES` does."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from twin.urls import SettingsError, parse_database_url

from ..errors import BenchmarkError
from ..load.children import interrupted_by_signals
from ..report import console
from ..results import check_writable, save
from .plan import SoakPlan
from .report import soak_report
from .results import broken, soak_from_suite, soak_suite
from .run import soak

__all__ = ["run_soak"]


def run_soak(plan: SoakPlan, output: Path | None) -> None:
    """Soak both twins, print what was seen, and save it.

    :param plan: for how long.
    :param output: where to save to, if anywhere.
    :raises BenchmarkError: a bound was broken, or something else went wrong; it is saved and
        printed before that.
    """
    if plan.database is not None:
        try:
            parse_database_url(plan.database)
        except SettingsError as error:
            raise BenchmarkError(str(error).replace("DATABASE_URL", "--database", 1)) from None
    if output is not None:
        check_writable(output)
    with interrupted_by_signals(), _progress(plan) as (tell, done):
        found = soak(plan, random.Random(), tell, done)  # noqa: S311  # whims, not secrets
    measured = soak_suite(found)
    if output is not None:
        save(measured, output)
    results = soak_from_suite(measured)
    console().print(soak_report(results))
    faults = [
        *broken(results),
        *(f"{each.host}: {fault}" for each in found for fault in each.faults),
    ]
    if faults:
        raise BenchmarkError("The soak broke what is expected:\n" + "\n".join(faults))


@contextmanager
def _progress(
    plan: SoakPlan,
) -> Iterator[tuple[Callable[[str], object], Callable[[float], object]]]:
    """A bar on standard error, or a line for each start of the twins if nobody watches."""
    out = Console(stderr=True, highlight=False)
    total = plan.seconds + plan.stops * plan.stop_seconds
    out.print(f"Both twins, {plan.seconds / 60:g} minutes, then {plan.stops} more stops")
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=out,
        disable=not out.is_terminal,
        transient=True,
    ) as bar:
        task = bar.add_task("", total=total)

        def tell(what: str) -> None:
            bar.update(task, description=what)
            if not out.is_terminal:
                out.print(what)

        yield tell, lambda seconds: bar.advance(task, seconds)
