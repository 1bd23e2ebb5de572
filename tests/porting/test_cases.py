"""Each labelled case is judged as its labels say, hook by hook."""

from pathlib import Path

import pytest

from afterware.porting.check import check
from afterware.porting.judging.rule import NEEDS
from tests.porting.case_files import Case, load

CASES = load("cases")
WORDS = {
    "app", "blueprint", "app-from-blueprint", "this-request", "call", "method", "lambda",
    "partial", "loop", "funcs-list", "call-on-close", "subclass",
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_finds_the_labelled_hooks_and_no_others_and_what_each_needs(
    case: Case, tmp_path: Path
) -> None:
    outcome = check([case.write(tmp_path)])
    got = {(each.file, each.line): (each.registered, set(each.needs)) for each in outcome.hooks}
    assert got == case.labels()
    assert outcome.skipped == []


def test_the_cases_are_many_and_use_every_word() -> None:
    labels = [label for case in CASES for label in case.labels().values()]
    assert len(CASES) >= 120
    assert {word for word, _ in labels} == WORDS
    assert {need for _, needs in labels for need in needs} == set(NEEDS)
    assert sum(not case.labels() for case in CASES) >= 10


def test_all_cases_side_by_side_in_one_tree_do_not_disturb_one_another(tmp_path: Path) -> None:
    expected = {}
    for number, case in enumerate(CASES):
        case.write(tmp_path / f"case_{number:03}")
        for (file, line), label in case.labels().items():
            expected[f"case_{number:03}/{file}", line] = label
    outcome = check([tmp_path])
    got = {(each.file, each.line): (each.registered, set(each.needs)) for each in outcome.hooks}
    assert got == expected
