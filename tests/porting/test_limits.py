"""How far a hook is followed has a limit: where it is reached the verdict says so, always alike."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from afterware.porting.check import check
from afterware.porting.judging import walk
from afterware.porting.meaning import budget
from tests.porting.case_files import load_cases

CASES = load_cases()

# Functions that call one another in all ways: each leads to all others, with ever other arguments.
WEB = "from flask import Flask\napp = Flask(__name__)\n" + "".join(
    f"def f{n}(response, way):\n"
    + "".join(f"    f{m}(response, [way, {n}, f{m}])\n" for m in range(12) if m != n)
    + ("    response.get_data()\n" if n == 11 else "")
    for n in range(12)
)
HOOK = """
@app.after_request
def first(response):
    response.headers["X"] = "1"
    return response
@app.after_request
def deep(response):
    f0(response, [])
    return response
@app.after_request
def last(response):
    response.get_json()
    return response
"""


def tree_of_cases(directory: Path) -> Path:
    for number, case in enumerate(CASES):
        case.write(directory / f"case_{number:03}")
    (directory / "web.py").write_text(WEB + HOOK, encoding="utf-8")
    return directory


def test_every_seed_of_hashes_gives_the_same_report(tmp_path: Path) -> None:
    tree_of_cases(tmp_path)
    reports = []
    for seed in ("1", "2"):
        result = subprocess.run(
            [sys.executable, "-m", "afterware.cli", "check", "--format", "json", str(tmp_path)],
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert result.returncode == 1, result.stderr
        reports.append(result.stdout)
    assert len(json.loads(reports[0])["hooks"]) > 300
    assert reports[0] == reports[1]


@pytest.mark.parametrize("steps", [10, 20, 40])
def test_a_verdict_that_was_cut_short_says_so(
    steps: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = {}
    for number, case in enumerate(CASES):
        case.write(tmp_path / f"case_{number:03}")
        for (file, line), (_, needs) in case.labels().items():
            expected[f"case_{number:03}/{file}", line] = needs
    monkeypatch.setattr(budget, "STEPS", steps)
    outcome = check([tmp_path])
    unfinished = set(outcome.unfinished)
    assert unfinished
    for each in outcome.hooks:
        key = (each.file, each.line)
        if key in unfinished:
            assert "undecided" in each.needs
        else:
            assert set(each.needs) == expected.get(key, set(each.needs)), key


def test_too_many_calls_are_a_verdict_that_says_so_and_its_neighbours_are_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "web.py").write_text(WEB + HOOK, encoding="utf-8")
    monkeypatch.setattr(walk, "_FRAMES", 20)
    outcome = check([tmp_path])
    needs = {each.name: each.needs for each in outcome.hooks}
    assert needs["first"] == []
    assert "undecided" in needs["deep"]
    assert needs["last"] == ["await-response"]
    assert [line for _, line in outcome.unfinished] == [
        each.line for each in outcome.hooks if each.name == "deep"
    ]


def test_more_callbacks_than_are_followed_are_a_verdict_that_says_so(tmp_path: Path) -> None:
    many = "".join(f"def c{n}(response):\n    response.headers['X'] = '{n}'\n" for n in range(60))
    text = (
        f"from flask import Flask\napp = Flask(__name__)\n{many}"
        f"ALL = [{', '.join(f'c{n}' for n in range(60))}]\n"
        "@app.after_request\ndef hook(response):\n    for each in ALL:\n        each(response)\n"
        "    return response\n"
    )
    (tmp_path / "app.py").write_text(text, encoding="utf-8")
    outcome = check([tmp_path])
    assert [each.needs for each in outcome.hooks] == [["undecided"]]
    assert "more code than is followed" in outcome.hooks[0].findings[0].message
