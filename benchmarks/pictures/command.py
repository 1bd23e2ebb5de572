"""`python -m benchmarks report` and `python -m benchmarks figures`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click

from ..errors import BenchmarkError
from ..files import read
from ..results import check_writable, replaced
from .page import page
from .readme import IMAGES, PREFIX, Filled, filled

__all__ = ["figures", "report_command"]


_ROOT: Final = Path(__file__).parents[2]


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
    """Make one page of pictures and tables out of FILEs of `run`, `peers`, `load` and `check`.

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


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if something would change.")
@click.option(
    "--results",
    type=click.Path(path_type=Path),
    default=_ROOT / "benchmarks" / "results",
    metavar="FOLDER",
    help="Where the reference results are (benchmarks/results).",
)
@click.option(
    "--readme",
    type=click.Path(path_type=Path),
    default=_ROOT / "README.md",
    metavar="FILE",
    help="What to write them into (README.md); pictures are put beside it in docs/images.",
)
def figures(*, check: bool, results: Path, readme: Path) -> None:
    """Write what README shows of the reference results: tables, and pictures in docs/images.

    A section stands between <!-- figures: NAME --> and <!-- end -->.
    """
    try:
        done = _filled(results, readme)
        images = readme.parent / IMAGES
        stale = _stale(readme, images, done)
        if check:
            for name in stale:
                click.echo(f"{name} does not show what is in {results.name}.", err=True)
            if stale:
                click.echo("`python -m benchmarks figures` writes it anew.", err=True)
                sys.exit(1)
            click.echo(f"{readme.name} shows what is in {results.name}.")
            return
        images.mkdir(parents=True, exist_ok=True)
        for name, image in done.images.items():
            with replaced(images / name) as new:
                new.write_text(image, "utf-8")
        for path in _left_over(images, done):
            path.unlink()
        with replaced(readme) as new:
            new.write_text(done.text, "utf-8")
    except BenchmarkError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    click.echo(f"{readme.name}: {', '.join(done.names)}; {len(done.images)} pictures.")


def _filled(results: Path, readme: Path) -> Filled:
    paths = sorted(path for path in results.glob("*") if ".json" in path.suffixes)
    if not paths:
        raise BenchmarkError(f"There are no results in {results}; `make reference` makes them.")
    try:
        text = readme.read_text("utf-8")
    except OSError as error:
        raise BenchmarkError(f"{readme} cannot be read: {error.strerror or error}.") from error
    files = [read(path) for path in paths]
    try:
        return filled(text, files)
    except BenchmarkError as error:
        raise BenchmarkError(f"{readme}: {error}") from error


def _stale(readme: Path, images: Path, done: Filled) -> list[str]:
    """What is not as it would be written."""
    wanted = {readme: done.text} | {images / name: text for name, text in done.images.items()}
    differing = [
        path
        for path, text in wanted.items()
        if not path.is_file() or path.read_text("utf-8") != text
    ]
    return [path.name for path in (*differing, *_left_over(images, done))]


def _left_over(images: Path, done: Filled) -> list[Path]:
    """Pictures that no section shows any more."""
    return [path for path in sorted(images.glob(f"{PREFIX}*.svg")) if path.name not in done.images]
