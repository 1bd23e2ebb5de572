"""The command line: formats, codes, settings, exit codes, and what it says when all is not well."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft4Validator

from afterware.porting import settings as settings_module
from afterware.porting.command import check_command
from afterware.porting.judging.rule import NEEDS
from afterware.porting.judging.rules import kinds
from tests.porting.case_files import load_cases

APP = """\
from flask import Flask, request
import time
app = Flask(__name__)
@app.after_request
def quiet(response):
    try:
        response.headers["L"] = str(len(response.get_data()))
    except Exception:
        pass
    return response
@app.after_request
def slow(response):
    time.sleep(1)
    return response
@app.after_request
def plain(response):
    return response
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "app.py").write_text(APP, encoding="utf-8")
    return tmp_path


def run(*args: object) -> Result:
    return CliRunner().invoke(check_command, [str(each) for each in args])


def test_text_puts_silent_ones_first_and_closes_with_figures(tree: Path) -> None:
    result = run(tree)
    assert result.exit_code == 1
    text = result.output
    assert text.index("quiet") < text.index("slow")
    assert "pkg/app.py:7:41: AW101" in text
    assert "3 hooks in 1 file: 1 ready but for the imports, 2 to change." in text
    assert "blocking" in text
    assert "3 plain hooks would add up to about 300 µs" in text
    assert "python -m benchmarks run" in text


def test_json_has_the_documented_shape(tree: Path) -> None:
    document = json.loads(run(tree, "--format", "json").output)
    assert document["version"] == 1
    assert set(document) == {"version", "hooks", "summary"}
    quiet, slow, plain = document["hooks"]
    assert (quiet["file"], quiet["line"], quiet["name"]) == ("pkg/app.py", 5, "quiet")
    assert quiet["registered"] == "app"
    assert quiet["needs"] == ["await-response"]
    assert set(quiet["findings"][0]) == {
        "code", "line", "column", "message", "remedy", "fixable"
    }  # fmt: skip
    assert quiet["findings"][0]["line"] == 7
    assert slow["needs"] == ["blocking"]
    assert plain["needs"] == plain["findings"] == []
    assert document["summary"]["hooks"] == 3
    assert document["summary"]["by_need"] == {"await-response": 1, "blocking": 1}


SARIF = Path(__file__).parent / "data" / "sarif-schema-2.1.0.json"


def errors_in(log: object) -> list[str]:
    schema = json.loads(SARIF.read_text(encoding="utf-8"))
    validator = Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)
    return [f"{each.json_path}: {each.message}" for each in validator.iter_errors(log)]


def test_sarif_is_valid_by_the_schema_of_version_2_1_0(tree: Path) -> None:
    log = json.loads(run(tree, "--format", "sarif").output)
    assert errors_in(log) == []
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (each,) = log["runs"]
    rules = [rule["id"] for rule in each["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules)) == 2
    assert len(each["results"]) == 2
    for result in each["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert physical["artifactLocation"]["uri"] == "pkg/app.py"


def test_sarif_of_every_kind_of_finding_and_of_skipped_files_is_valid(tmp_path: Path) -> None:
    for case in load_cases():
        case.write(tmp_path / re.sub(r"\W", "_", case.name))
    (tmp_path / "broken file.py").write_text("def (: # after_request\n", encoding="utf-8")
    log = json.loads(run(tmp_path, "--format", "sarif").output)
    assert errors_in(log) == []
    assert len(log["runs"][0]["results"]) > 200


def test_the_schema_refuses_what_is_not_sarif(tree: Path) -> None:
    log = json.loads(run(tree, "--format", "sarif").output)
    del log["runs"][0]["results"][0]["message"]
    assert any("message" in each for each in errors_in(log))


def test_github_annotations_are_one_line_each(tree: Path) -> None:
    lines = run(tree, "--format", "github").output.splitlines()
    assert len(lines) == 2
    for line in lines:
        assert re.match(
            r"::(error|warning) file=pkg/app\.py,line=\d+,col=\d+,title=AW\d{3}::", line
        )


@pytest.mark.parametrize(
    ("args", "codes"),
    [
        (["--select", "AW101"], {"AW101"}),
        (["--select", "AW1,AW2"], {"AW101", "AW203"}),
        (["--ignore", "aw1"], {"AW203"}),
        (["--ignore", "AW101", "--ignore", "AW203"], set()),
    ],
)
def test_codes_are_selected_and_ignored(tree: Path, args: list[str], codes: set[str]) -> None:
    result = run(tree, "--format", "json", *args)
    assert found(result.output) == codes
    assert result.exit_code == bool(codes)


def found(output: str) -> set[str]:
    document: Any = json.loads(output)
    return {each["code"] for hook in document["hooks"] for each in hook["findings"]}


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# noqa", {"AW203"}),
        ("# noqa: AW101", {"AW203"}),
        ("# noqa: E501, AW101", {"AW203"}),
        ("# noqa: AW203", {"AW101", "AW203"}),
    ],
)
def test_noqa_is_honoured_on_its_line(tree: Path, comment: str, codes: set[str]) -> None:
    text = APP.replace("get_data()))", f"get_data()))  {comment}")
    (tree / "pkg" / "app.py").write_text(text, encoding="utf-8")
    assert found(run(tree, "--format", "json").output) == codes


def test_settings_come_from_pyproject(tree: Path) -> None:
    (tree / "pyproject.toml").write_text('[tool.afterware]\nignore = ["AW1"]\n', encoding="utf-8")
    assert found(run(tree, "--format", "json").output) == {"AW203"}
    (tree / "pyproject.toml").write_text('[tool.afterware]\nexclude = ["pkg"]\n', encoding="utf-8")
    assert found(run(tree, "--format", "json").output) == set()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[tool.afterware]\nselct = []\n", "selct"),
        ('[tool.afterware]\nselect = "AW1"\n', "select"),
        ("[tool]\nafterware = 3\n", "not a table"),
        ("[tool.afterware\n", "does not parse"),
    ],
)
def test_settings_that_mean_nothing_are_an_error(tree: Path, text: str, says: str) -> None:
    (tree / "pyproject.toml").write_text(text, encoding="utf-8")
    result = run(tree)
    assert result.exit_code == 1 or result.exit_code == 2
    assert says in result.output
    assert "Traceback" not in result.output
    with pytest.raises(settings_module.SettingsError):
        settings_module.read_settings(tree)


def test_exit_codes(tree: Path, tmp_path: Path) -> None:
    clean = tmp_path / "clean"
    clean.mkdir()
    (clean / "a.py").write_text("x = 1\n", encoding="utf-8")
    assert run(clean).exit_code == 0
    assert run(tree / "pkg").exit_code == 1
    assert run(tree / "pkg", "--exit-zero").exit_code == 0
    assert run(tree / "nothing").exit_code == 2
    assert run(tree, "--format", "xml").exit_code == 2
    (clean / "b.py").write_text("def (: # after_request\n", encoding="utf-8")
    result = run(clean)
    assert result.exit_code == 2
    assert "skipped b.py: does not parse" in result.output


def test_fix_says_what_it_did_and_what_it_left(tree: Path) -> None:
    result = run(tree, "--fix", "--to", "afterware")
    assert "rewrote 3 hooks in 1 file" in result.output
    assert "No hooks" in result.output
    assert result.exit_code == 0
    assert "rewrote 0 hooks" in run(tree, "--fix").output


def test_diff_changes_nothing(tree: Path) -> None:
    result = run(tree, "--diff")
    assert "+++ b/pkg/app.py" in result.output
    assert (tree / "pkg" / "app.py").read_text(encoding="utf-8") == APP


@pytest.mark.parametrize("code", sorted({kind.code for kind in kinds().values()}))
def test_every_code_is_explained(code: str) -> None:
    result = run("--explain", code.lower())
    assert result.exit_code == 0
    assert code in result.output
    assert any(need in result.output for need in NEEDS)


def test_a_code_that_is_none_is_an_error() -> None:
    result = run("--explain", "AW999")
    assert result.exit_code == 2
    assert "AW101" in result.output


def in_a_process(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *args],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_the_extra_the_command_says_what_to_install() -> None:
    code = "import sys; sys.modules['click'] = None; from afterware.cli import main; main()"
    result = in_a_process("-c", code)
    assert result.returncode == 1
    assert "click: pip install 'afterware[" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_group_loads_its_command_when_it_is_asked_for() -> None:
    result = in_a_process("-m", "afterware.cli", "check", "--help")
    assert result.returncode == 0
    assert "Exit codes" in result.stdout
