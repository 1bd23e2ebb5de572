"""README shows what the reference results hold, and cannot drift from them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from planted_costs import measured
from planted_files import of_python, planted_files
from serving import ROOT

from benchmarks.analysis import Analysis
from benchmarks.cli import main
from benchmarks.files import read
from benchmarks.pictures.model import told
from benchmarks.pictures.readme import SECTIONS
from benchmarks.results import Results, save

RESULTS = ROOT / "benchmarks" / "results"
BOTH = ("3.11", "3.13")


def call(*arguments: Any) -> Any:
    done = CliRunner().invoke(main, ["figures", *(str(each) for each in arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    return done


@pytest.mark.slow
def test_readme_shows_what_the_reference_results_hold() -> None:
    """`make reference` makes them, and `python -m benchmarks figures` shows them."""
    done = call("--check")
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("kind", ["run", "peers", "load"])
@pytest.mark.parametrize("version", BOTH)
def test_there_are_reference_results_of_both_pythons(version: str, kind: str) -> None:
    file = read(RESULTS / f"{version}-{kind}.json.gz")
    assert (file.kind, file.python) == (kind, version)
    assert file.path.stat().st_size < 1_500_000


@pytest.fixture
def shown(tmp_path: Path) -> Any:
    """A README with every section, and results to fill it from: options for the command."""
    results = tmp_path / "results"
    results.mkdir()
    planted_files(results)
    readme = tmp_path / "README.md"
    sections = "\n\n".join(f"<!-- figures: {name} -->\nold\n<!-- end -->" for name in SECTIONS)
    readme.write_text(f"# Before\n\n{sections}\n\nAfter\n")
    return readme, ["--results", results, "--readme", readme]


def pictures(readme: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (readme.parent / "docs/images").iterdir()}


def test_sections_are_filled_and_nothing_else_is_touched(shown: Any) -> None:
    readme, options = shown
    done = call(*options)
    assert done.exit_code == 0, done.output
    text = readme.read_text()
    assert text.startswith("# Before\n\n<!-- figures: hooks -->\n")
    assert text.endswith("<!-- end -->\n\nAfter\n")
    assert "old" not in re.split(r"[\s|]", text)
    assert re.findall(r"<!-- figures: (\S+) -->", text) == list(SECTIONS)


def test_its_numbers_are_those_of_the_results(shown: Any) -> None:
    readme, options = shown
    call(*options)
    text = readme.read_text()
    for version in BOTH:
        results = read(readme.parent / "results" / f"{version}-run.json.gz").results
        assert isinstance(results, Results)
        for host in ("flask", "quart"):
            group = Analysis(results).group(host, "28B")
            assert group is not None
            slope = group.slope("portable-def", (0, 1, 4, 16))
            assert slope is not None
            assert f" {told(slope)} |" in text


def test_its_tables_are_tables(shown: Any) -> None:
    readme, options = shown
    call(*options)
    tables = re.findall(r"(?:^\|.*\|\n)+", readme.read_text(), re.MULTILINE)
    assert len(tables) == 5
    for table in tables:
        assert len({line.count("|") for line in table.splitlines()}) == 1
        assert set(table.splitlines()[1]) <= set("|-: ")


def test_its_pictures_are_there_in_light_and_dark_and_say_what_they_are(shown: Any) -> None:
    readme, options = shown
    call(*options)
    text = readme.read_text()
    named = re.findall(r'(?:src|srcset)="docs/images/([^"]+)"', text)
    assert sorted(named) == sorted(pictures(readme))
    assert sum(name.endswith("-dark.svg") for name in named) * 2 == len(named) >= 12
    assert all(alt for alt in re.findall(r'alt="([^"]*)"', text))
    for image in pictures(readme).values():
        root = ET.fromstring(image)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert root.find("{*}title") is not None
        assert b"http" not in image.replace(b"http://www.w3.org/2000/svg", b"")
        assert len(image) < 40_000


@pytest.mark.slow
def test_the_same_results_write_the_same_and_the_check_agrees(shown: Any) -> None:
    readme, options = shown
    call(*options)
    before = readme.read_text(), pictures(readme)
    assert call(*options, "--check").exit_code == 0
    call(*options)
    assert (readme.read_text(), pictures(readme)) == before


def other_results(readme: Path) -> None:
    other = of_python(measured(seed=9, processes=3, rounds=8), "3.11.2")
    save(other, readme.parent / "results" / "3.11-run.json.gz")


DRIFTS = {
    "a number in README": lambda readme: readme.write_text(
        re.sub(r"\d\.\d\d \(", "9.99 (", readme.read_text(), count=1)
    ),
    "a picture": lambda readme: (
        readme.parent / "docs/images/benchmark-hooks-flask-dark.svg"
    ).write_text("<svg/>"),
    "a picture that is gone": lambda readme: (
        readme.parent / "docs/images/benchmark-hooks-flask-dark.svg"
    ).unlink(),
    "a picture too many": lambda readme: (
        readme.parent / "docs/images/benchmark-older.svg"
    ).write_text("<svg/>"),
    "other results": other_results,
}


@pytest.mark.slow
@pytest.mark.parametrize("drift", DRIFTS.values(), ids=DRIFTS)
def test_the_check_fails_where_something_differs_and_writing_mends_it(
    shown: Any, drift: Any
) -> None:
    readme, options = shown
    call(*options)
    drift(readme)
    before = readme.read_text()
    done = call(*options, "--check")
    assert done.exit_code == 1
    assert "does not show what is in results" in done.stderr
    assert readme.read_text() == before
    assert call(*options).exit_code == 0
    assert call(*options, "--check").exit_code == 0


def test_a_picture_of_somebody_else_is_left_alone(shown: Any) -> None:
    readme, options = shown
    (readme.parent / "docs/images").mkdir(parents=True)
    (readme.parent / "docs/images/logo.svg").write_text("<svg/>")
    call(*options)
    assert "logo.svg" in pictures(readme)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("# Nothing\n", "no section to fill in"),
        ("<!-- figures: hooks -->\n", "no other half"),
        ("<!-- end -->\n<!-- figures: hooks -->\n", "no other half"),
        ("<!-- figures: hooks -->\n<!-- figures: load -->\n<!-- end -->\n", "no other half"),
        ("<!-- figures: money -->\n<!-- end -->\n", "no figures 'money', but hooks"),
    ],
)
def test_a_readme_that_cannot_be_filled_is_refused(shown: Any, text: str, says: str) -> None:
    readme, options = shown
    readme.write_text(text)
    done = call(*options)
    assert done.exit_code == 2
    assert says in done.stderr
    assert readme.read_text() == text


def test_without_results_it_says_how_to_make_them(shown: Any) -> None:
    readme, options = shown
    for path in (readme.parent / "results").iterdir():
        path.unlink()
    done = call(*options, "--check")
    assert done.exit_code == 2
    assert "`make reference` makes them" in done.stderr


def test_a_section_without_its_kind_of_result_is_refused(shown: Any) -> None:
    readme, options = shown
    for path in (readme.parent / "results").glob("*-load.*"):
        path.unlink()
    done = call(*options)
    assert done.exit_code == 2
    assert "needs a result of `load`" in done.stderr
