"""The command line, from end to end on a few scenarios, and what it says when it cannot."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from benchmarks.cli import main
from benchmarks.errors import BenchmarkError
from benchmarks.plan import Budget
from benchmarks.processes import run_processes
from benchmarks.results import load, save
from benchmarks.scenarios import parse

TINY = ["run", "--quick", "--processes", "2", "--seconds", "0", "--min-rounds", "2"]


def call(*arguments):
    """What the command line does: its exit code is never that of a traceback."""
    done = CliRunner().invoke(main, [str(each) for each in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    return done


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    path = tmp_path_factory.mktemp("bench") / "bench.json"
    done = call(*TINY, "-o", path, "--scenario", "*/portable-*/1", "--scenario", "*/inline/?")
    return done, path


@pytest.mark.slow
def test_a_run_measures_what_was_asked_for_and_saves_every_sample(finished):
    done, path = finished
    assert done.exit_code == 0, done.output
    results = load(path)
    assert {each.name for each in results.samples} == {
        f"{host}/28B/{rest}"
        for host in ("flask", "quart")
        for rest in (
            "none/0",
            "inline/0",
            "inline/1",
            "inline/4",
            "portable-def/1",
            "portable-async/1",
        )
    }
    assert results.shape("flask") == results.shape("quart") == (2, 2)


def test_show_prints_from_the_file_what_run_printed(finished):
    done, path = finished
    shown = call("show", path)
    assert shown.exit_code == 0
    assert len(shown.stdout) > 500
    assert done.stdout.startswith(shown.stdout)
    assert done.stdout.removeprefix(shown.stdout).startswith("Saved to")


@pytest.mark.slow
def test_progress_goes_to_standard_error(finished):
    done, _ = finished
    assert "flask, process 1 of 2" in done.stderr
    assert "quart, process 2 of 2" in done.stderr
    assert "process 1 of 2" not in done.stdout


def test_two_files_are_compared(finished):
    _, path = finished
    done = call("compare", path, path)
    assert done.exit_code == 0
    assert "12 not certain" in done.stdout


@pytest.mark.slow
def test_a_full_run_tells_how_cost_grows_with_the_body():
    full = [each for each in TINY if each != "--quick"]
    done = call(*full, "--scenario", "*/28B/*-rewrite/[14]", "--scenario", "*/1MB/*-rewrite/[14]")
    assert done.exit_code == 0, done.output
    for host in ("flask", "quart"):
        assert f"{host}, hooks that rewrite the body: what they add" in done.stdout
        for hooks in ("1 hook", "4 hooks"):
            what = f"{host}: a KB more, portable-async-rewrite over inline, {hooks}"
            assert what in done.stdout


def test_without_a_file_nothing_is_saved(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = call(*TINY[:-1], "1", "--scenario", "flask/28B/none/0")
    assert done.exit_code == 0
    assert "Saved" not in done.stdout
    assert list(tmp_path.iterdir()) == []


FAULTS = {
    "a hook that is not run": (
        "import flask; flask.Flask.process_response = lambda self, response: response",
        r"Error: flask/28B/native-def/1 does not answer as it should.*x-bench-0 is missing",
    ),
    "an error page": (
        "import flask; flask.Flask.process_response = lambda self, response: 1 / 0",
        r"Error: flask/28B/\S+ does not answer as it should.* the status is 500, not 200",
    ),
    "a worker that ends": (
        "import sys, flask\nif 'benchmarks.worker' in sys.orig_argv: sys.exit('gone away')",
        r"Error: A worker process ended with exit code \d+",
    ),
}


@pytest.mark.parametrize(("fault", "says"), FAULTS.values(), ids=FAULTS)
def test_a_scenario_that_fails_ends_the_run_and_is_named(tmp_path, monkeypatch, fault, says):
    """The fault is in the workers alone: Python runs sitecustomize when it starts."""
    (tmp_path / "sitecustomize.py").write_text(fault)
    monkeypatch.syspath_prepend(tmp_path)
    output = tmp_path / "bench.json"
    done = call(*TINY, "-o", output, "--scenario", "flask/28B/native-def/1")
    assert done.exit_code == 1
    assert re.search(says, done.stderr, re.DOTALL), done.stderr
    assert not output.exists()


def test_a_wrong_path_is_refused_before_anything_is_measured(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmarks.cli.run_processes", None)
    done = call(*TINY, "-o", tmp_path / "missing" / "bench.json")
    assert done.exit_code == 1
    assert "there is no directory" in done.stderr


def test_a_glob_that_matches_nothing_is_refused_with_examples():
    done = call("run", "--quick", "--scenario", "quart/100KB/*")
    assert done.exit_code == 1
    assert "matches none of the 50 scenarios" in done.stderr
    assert "quart/28B/" in done.stderr


@pytest.mark.parametrize("command", ["show", "compare"])
def test_a_bad_file_is_refused_with_exit_code_2(command, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text("{}")
    arguments = [bad] if command == "show" else [bad, bad]
    done = call(command, *arguments)
    assert done.exit_code == 2
    assert "bad.json is no pyperf suite" in done.stderr


def test_files_with_nothing_in_common_are_refused_with_exit_code_2(tmp_path, planted_suite):
    for host in ("flask", "quart"):
        save(planted_suite(rounds=1, hosts=(host,)), tmp_path / host)
    done = call("compare", tmp_path / "flask", tmp_path / "quart")
    assert done.exit_code == 2
    assert "no scenario in common" in done.stderr


def test_help_tells_the_commands():
    done = call("--help")
    assert done.exit_code == 0
    for command in ("run", "show", "compare"):
        assert f"\n  {command} " in done.stdout


@pytest.mark.slow
def test_processes_take_turns_and_share_the_time():
    told = []
    done = run_processes(
        [parse("flask/28B/none/0"), parse("quart/28B/none/0")],
        Budget(processes=2, seconds=0),
        lambda host, process, rounds, _: told.append((host, process, rounds)),
        min_rounds=1,
    )
    assert [list(each.values) for each in done] == [
        ["flask/28B/none/0"],
        ["quart/28B/none/0"],
    ] * 2
    assert told == [
        (host, process, rounds)
        for process in (0, 1)
        for host in ("flask", "quart")
        for rounds in (0, 1)
    ]


def test_a_worker_is_not_left_behind_when_progress_fails():
    def stop(*_):
        raise BenchmarkError("enough")

    with pytest.raises(BenchmarkError, match="enough"):
        run_processes([parse("flask/28B/none/0")], Budget(1, 600), stop)
