"""What a tree of many hooks says of one hook depends on nothing but what that hook leads to."""

import functools
import random
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afterware.porting.check import Outcome, check
from afterware.porting.fixing.rewrite import fix_files
from tests.porting.case_files import load_cases
from tests.porting.trees import (
    EITHER,
    FAR,
    LAYOUTS,
    UNITS,
    UNUSED,
    USED_AFAR,
    Layout,
    Said,
    said,
    write,
)

CASES = load_cases()


def kinds(layout: Layout) -> list[str]:
    return [*UNITS] if layout.endswith("one file") else [*UNITS, USED_AFAR]


@functools.cache
def alone(unit: str, layout: Layout) -> Said:
    with tempfile.TemporaryDirectory() as name:
        tree = write(Path(name), [unit], layout)
        return said(tree, check([tree.directory]))[0]


def expected(units: list[str], layout: Layout) -> dict[int, Said]:
    return {number: alone(unit, layout) for number, unit in enumerate(units)}


def told(directory: Path, units: list[str], layout: Layout) -> dict[int, Said]:
    tree = write(directory, units, layout)
    return said(tree, check([directory]))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("unit", [unit for unit in (*UNITS, USED_AFAR) if unit not in EITHER])
def test_a_hook_that_other_code_calls_stays_def_and_all_others_become_async_def(
    unit: str, layout: Layout
) -> None:
    if unit not in kinds(layout):
        pytest.skip("it needs files of its own")
    verdict = alone(unit, layout)
    if unit in UNUSED:
        assert verdict.becomes == "async def"
    else:
        assert verdict.becomes.startswith(("left: ", "def"))


@pytest.mark.parametrize(
    ("layout", "count"),
    [
        ("one file", 30),
        ("factories of one file", 30),
        pytest.param("files of one package", 100, marks=pytest.mark.slow),
        ("files of one package", 50),
        ("packages apart", 30),
        pytest.param("one file", 250, marks=pytest.mark.slow),
        pytest.param("factories of one file", 250, marks=pytest.mark.slow),
        pytest.param("files of one package", 250, marks=pytest.mark.slow),
        pytest.param("packages apart", 250, marks=pytest.mark.slow),
    ],
)
def test_among_many_hooks_each_is_told_what_it_is_told_alone(
    layout: Layout, count: int, tmp_path: Path
) -> None:
    several = kinds(layout)
    units = [several[number % len(several)] for number in range(count)]
    assert told(tmp_path, units, layout) == expected(units, layout)


@pytest.mark.slow
def test_what_hooks_before_it_led_to_takes_nothing_from_the_last_of_many(tmp_path: Path) -> None:
    units = [FAR] * 249 + ["a view calls it"]
    layout: Layout = "files of one package"
    assert told(tmp_path, units, layout) == expected(units, layout)


@settings(max_examples=25, deadline=None)
@given(data=st.data(), layout=st.sampled_from(LAYOUTS))
def test_neither_number_nor_order_of_units_changes_what_is_said_of_one(
    data: st.DataObject, layout: Layout
) -> None:
    units = data.draw(st.lists(st.sampled_from(kinds(layout)), min_size=1, max_size=8))
    with tempfile.TemporaryDirectory() as name:
        assert told(Path(name), units, layout) == expected(units, layout)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("layout", LAYOUTS[2:])
def test_the_order_in_which_files_are_given_changes_nothing(
    layout: Layout, seed: int, tmp_path: Path
) -> None:
    units = kinds(layout)
    write(tmp_path, units, layout)
    places = sorted(path for path in tmp_path.rglob("*.py"))
    in_order = verdicts(check(places))
    random.Random(seed).shuffle(places)
    assert verdicts(check(places)) == in_order
    assert len(in_order) == len(units)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_was_asked_before_changes_nothing(layout: Layout, tmp_path: Path) -> None:
    units = kinds(layout)
    tree = write(tmp_path, units, layout)
    outcome = check([tmp_path])
    first = fix_files(outcome, to="afterware", write=False)
    assert fix_files(outcome, to="afterware", write=False) == first
    assert said(tree, outcome) == expected(units, layout)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_the_labelled_cases_in_one_tree_are_rewritten_as_each_is_alone(
    seed: int, tmp_path: Path
) -> None:
    order = list(range(len(CASES)))
    random.Random(seed).shuffle(order)
    whole = tmp_path / "whole"
    for number, case in zip(order, CASES, strict=True):
        case.write(whole / f"case_{number:03}")
    together = rewritten(check([whole]))
    for number, case in zip(order, CASES, strict=True):
        each = rewritten(check([case.write(tmp_path / f"alone_{number}")]))
        prefix = f"case_{number:03}/"
        of_case = {
            (name.removeprefix(prefix), line): found
            for (name, line), found in together.items()
            if name.startswith(prefix)
        }
        assert of_case == each, case.name


def rewritten(outcome: Outcome) -> dict[tuple[str, int], str]:
    """What `--fix` says of each hook, and, as of line zero, what it makes of each file.

    Without the numbers of cases, which messages have in the names of files.
    """
    report = fix_files(outcome, to="afterware", write=False)
    assert report.failed == []
    found = {(name, 0): diff.partition("@@")[2] for name, diff in report.changed.items()}
    return found | {
        (each.file, each.line): re.sub(r"\bcase_\d{3}/", "", each.why) for each in report.unfixed
    }


def verdicts(outcome: Outcome) -> dict[tuple[Path, int], tuple[str, tuple[str, ...]]]:
    return {
        (each.entry.module.source.path, each.line): (each.registered, tuple(each.needs))
        for each in outcome.hooks
    }
