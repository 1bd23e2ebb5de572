"""afterware differences: what it prints, what it stores, and how it says no."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from afterware import cli
from afterware.differences import command, find, page
from afterware.differences.record import difference

FEW = (find("AW101"), find("AW130"), find("AW213"))


@pytest.fixture
def run(monkeypatch):
    """Run the command on a catalogue of three: one removed, one that remains, one alike."""
    for module in (command, page):
        monkeypatch.setattr(module, "CATALOGUE", FEW)

    def invoke(*arguments):
        return CliRunner().invoke(command.differences, list(arguments), catch_exceptions=False)

    return invoke


def test_a_table_has_every_column_and_a_closing_line(run):
    done = run()
    assert done.exit_code == 0
    for word in ("AW101", "AW130", "AW213", "Flask", "Quart", "through Afterware"):
        assert word in done.stdout
    for word in ("removed", "remains", "alike"):
        assert word in done.stdout
    assert "2 differences seen, 1 removed by Afterware, 1 remain" in done.stdout
    assert "(about the hook: 1 of 2 removed); 1 alike on both." in done.stdout
    assert "Python 3." in done.stdout
    assert "Hypercorn 0." in done.stdout


def test_one_id_is_probed_alone(run):
    done = run("--id", "aw101")
    assert "AW101" in done.stdout
    assert "AW130" not in done.stdout
    assert "1 difference seen" in done.stdout


def test_an_unknown_id_is_refused(run):
    done = run("--id", "AW999")
    assert done.exit_code == 2
    assert "there is no 'AW999'" in done.stderr


def test_an_id_of_another_family_is_refused(run):
    done = run("--id", "AW101", "--family", "wire")
    assert done.exit_code == 2
    assert "not all of these ids are of the family wire" in done.stderr


def test_a_family_is_probed_alone(run):
    assert "AW213" in run("--family", "running").stdout
    assert "AW101" not in run("--family", "running").stdout


def test_json_is_for_machines(run):
    told = json.loads(run("--format", "json").stdout)
    assert told["summary"]["removed"] == 1
    assert told["versions"]["flask"]
    first = told["differences"][0]
    assert first["id"] == "AW101"
    assert first["outcome"] == "removed"
    assert first["saw"]["quart"]["on a 200"] == "a coroutine"
    assert first["changed"] == {}
    assert first["needs"] == ["await-response"]


def test_markdown_is_a_table(run):
    lines = run("--format", "markdown").stdout.splitlines()
    assert lines[0].startswith("| | | Flask | Quart |")
    assert lines[2].startswith(
        "| AW101 | response.get_data() gives a coroutine | on a 200: b'Hello'"
    )


def test_nothing_has_changed_where_all_claims_hold(run):
    done = run("--changed")
    assert "AW101" not in done.stdout
    assert done.exit_code == 0


def test_what_has_changed_is_told_and_is_no_error(run, monkeypatch):
    record = difference(
        "AW199",
        "made up",
        flask="is: c",
        quart="is: b",
        bound="is: a",
        bites="loudly",
        whom="nobody",
        remedy="none",
    )(lambda at: {"is": "b" if at.asynchronous and not at.bound else "a"})
    monkeypatch.setattr(command, "CATALOGUE", (record, *FEW))
    done = run("--changed", "--format", "json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)["differences"]
    assert [each["id"] for each in told] == ["AW199"]
    assert told[0]["changed"] == {"flask": {"claimed": "is: c", "saw": "is: a"}}
    assert "removed (changed)" in run("--changed", "--format", "markdown").stdout
    assert "1 changed since they were recorded" in run("--changed").stdout


def test_a_page_is_written_and_is_not_stale(run, tmp_path):
    assert run("--write", str(tmp_path)).exit_code == 0
    assert "AW101" in (tmp_path / "differences.md").read_text()
    assert run("--check", str(tmp_path)).exit_code == 0


def test_a_page_that_somebody_edited_is_stale(run, tmp_path):
    run("--write", str(tmp_path))
    edited = tmp_path / "differences.md"
    edited.write_text(edited.read_text() + "more\n")
    done = run("--check", str(tmp_path))
    assert done.exit_code == 1
    assert "differences.md is stale" in done.stderr
    assert "--write" in done.stderr


def test_a_check_without_anything_stored_fails(run, tmp_path):
    done = run("--check", str(tmp_path))
    assert done.exit_code == 1
    assert "nothing is stored for Quart" in done.stderr


def test_a_stored_file_that_is_none_is_a_clear_error(run, tmp_path):
    (tmp_path / "differences").mkdir()
    (tmp_path / "differences" / "python.json").write_text("[]")
    done = run("--check", str(tmp_path))
    assert done.exit_code == 1
    assert "holds no observations" in done.stderr


@pytest.mark.parametrize("option", ["--write", "--check"])
def test_a_page_of_a_part_is_refused(run, tmp_path, option):
    done = run(option, str(tmp_path), "--id", "AW101")
    assert done.exit_code == 2
    assert "leave out --family and --id" in done.stderr


def test_a_host_that_is_not_installed_is_named_with_the_remedy(run, monkeypatch):
    monkeypatch.setattr(command, "find_spec", lambda name: None if name == "quart" else name)
    done = run()
    assert done.exit_code == 1
    assert "the probes need quart: pip install 'afterware[differences]'" in done.stderr


def afterware(*arguments, code="from afterware.cli import main; main()"):
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def test_the_commands_are_listed():
    done = afterware("--help")
    assert done.returncode == 0
    assert "differences" in done.stdout


def test_an_unknown_command_is_refused():
    done = afterware("shout")
    assert done.returncode == 2
    assert "No such command 'shout'" in done.stderr


def test_without_click_it_says_what_to_install():
    code = "import sys; sys.modules['click'] = None; from afterware.cli import main; main()"
    done = afterware(code=code)
    assert done.returncode == 1
    assert done.stderr.strip() == "afterware needs click: pip install 'afterware[differences]'"


def test_without_what_a_command_needs_it_says_what_to_install():
    code = "import sys; sys.modules['rich'] = None; from afterware.cli import main; main()"
    done = afterware("differences", code=code)
    assert done.returncode == 1
    assert "`afterware differences` needs rich" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_command_is_where_it_is_said_to_be():
    from importlib import import_module

    for place, _ in cli.COMMANDS.values():
        module, _, name = place.partition(":")
        assert getattr(import_module(module), name)
