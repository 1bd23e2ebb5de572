"""Each labelled case is judged as its labels say, hook by hook."""

from pathlib import Path

import pytest

from afterware.porting.check import Outcome, check
from afterware.porting.judging.rule import NEEDS
from tests.porting.case_files import (
    HERE,
    MOST_LINES,
    Case,
    Label,
    Place,
    differences,
    load_cases,
)

CASES = load_cases()
WORDS = {
    "app", "blueprint", "app-from-blueprint", "this-request", "call", "method", "lambda",
    "partial", "loop", "funcs-list", "call-on-close", "subclass",
}  # fmt: skip


def verdicts(outcome: Outcome) -> dict[Place, Label]:
    return {(each.file, each.line): (each.registered, set(each.needs)) for each in outcome.hooks}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_finds_the_labelled_hooks_and_no_others_and_what_each_needs(
    case: Case, tmp_path: Path
) -> None:
    outcome = check([case.write(tmp_path)])
    wrong = list(differences(case, case.labels(), verdicts(outcome)))
    assert not wrong, "\n" + "\n".join(wrong)
    assert outcome.skipped == []


def test_the_cases_are_many_and_use_every_word() -> None:
    labels = [label for case in CASES for label in case.labels().values()]
    assert len(CASES) >= 200
    assert len(labels) >= 483
    assert {word for word, _ in labels} == WORDS
    assert {need for _, needs in labels for need in needs} == set(NEEDS)
    assert sum(not case.labels() for case in CASES) >= 10


@pytest.mark.parametrize("folder", ["cases", "fixes"])
def test_no_file_of_a_case_is_longer_than_a_reader_takes_in_at_once(folder: str) -> None:
    lines = {
        str(path.relative_to(HERE)): len(path.read_text(encoding="utf-8").splitlines())
        for path in (HERE / folder).rglob("*.py")
    }
    assert lines
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_a_failure_names_each_hook_its_place_and_both_verdicts() -> None:
    case = next(each for each in CASES if each.name == "needs/missing_api")
    labels = case.labels()
    first, second, *_ = labels
    registered, needs = labels[first]
    got = {**labels, first: ("blueprint", {"broken", "blocking"}), ("other.py", 3): ("app", set())}
    del got[second]
    of_first, of_second, of_other = differences(case, labels, got)
    path = "tests/porting/cases/needs/missing_api.py"
    assert of_first.splitlines() == [
        f"{path}:{first[1]}: {case.line(*first)}",
        f"    expected: {registered} needs {', '.join(sorted(needs))}",
        "    got:      blueprint needs blocking, broken",
    ]
    assert f"{path}:{second[1]}: def " in of_second
    assert of_second.endswith("got:      no hook")
    assert of_other.startswith("other.py:3: ")
    assert "expected: no hook" in of_other


def test_a_label_that_is_misspelt_is_an_error_that_shows_how_it_is_written() -> None:
    case = Case("made", files={"app.py": "def hook(response):  # expect: app blocking"})
    with pytest.raises(ValueError, match=r"app\.py:1: write it as `# expect: app needs nothing`"):
        case.labels()


def test_all_cases_side_by_side_in_one_tree_do_not_disturb_one_another(tmp_path: Path) -> None:
    for number, case in enumerate(CASES):
        case.write(tmp_path / f"case_{number:03}")
    got: dict[str, dict[Place, Label]] = {}
    for (file, line), verdict in verdicts(check([tmp_path])).items():
        folder, _, inner = file.partition("/")
        got.setdefault(folder, {})[inner, line] = verdict
    wrong = [
        each
        for number, case in enumerate(CASES)
        for each in differences(case, case.labels(), got.get(f"case_{number:03}", {}))
    ]
    assert not wrong, "\n" + "\n".join(wrong)
