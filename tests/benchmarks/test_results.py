"""Results are a pyperf suite that tells everything that was measured, and nothing private."""

from __future__ import annotations

import gzip
import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pyperf
import pytest

from benchmarks.errors import BenchmarkError
from benchmarks.processes import Process
from benchmarks.results import VERSIONS, check_writable, from_suite, load, save, suite


@pytest.fixture
def saved(tmp_path, planted_suite):
    path = tmp_path / "bench.json"
    save(planted_suite(processes=2, rounds=4), path)
    return path


def test_what_is_saved_is_what_is_loaded(tmp_path, planted_suite):
    measured = planted_suite(processes=3, rounds=5)
    save(measured, tmp_path / "bench.json")
    assert load(tmp_path / "bench.json") == from_suite(measured)


def test_values_stay_in_the_order_of_rounds_and_processes_apart(tmp_path):
    names = ["flask/28B/none/0", "flask/28B/inline/1"]
    processes = [
        Process({names[0]: [3.0, 1.0], names[1]: [4.0, 2.0]}, dict.fromkeys(names, 7)),
        Process({names[0]: [9.0, 5.0, 7.0], names[1]: [1.0, 8.0, 2.0]}, dict.fromkeys(names, 9)),
    ]
    save(suite(processes), tmp_path / "bench.json")
    results = load(tmp_path / "bench.json")
    values = {scenario.name: runs for scenario, runs in results.samples.items()}
    assert values == {
        names[0]: ((3.0, 1.0), (9.0, 5.0, 7.0)),
        names[1]: ((4.0, 2.0), (1.0, 8.0, 2.0)),
    }
    assert results.shape("flask") == (2, 3)


def test_the_hosts_are_measured_in_processes_of_their_own(tmp_path, planted_suite):
    results = from_suite(planted_suite(processes=2, rounds=4))
    assert results.hosts == ["flask", "quart"]
    assert results.shape("flask") == results.shape("quart") == (4, 4)


def test_pyperf_shows_compares_and_draws_it(saved):
    for command in (["show"], ["hist", "-b", "flask/28B/none/0"], ["check"], ["stats"]):
        done = pyperf_command(command[0], str(saved), *command[1:])
        assert done.returncode == 0, done.stderr
    done = pyperf_command("compare_to", str(saved), str(saved), "--table")
    assert done.returncode == 0, done.stderr


def test_pyperf_sees_a_difference_that_is_there(tmp_path, saved, planted_suite):
    slower = tmp_path / "slower.json"
    save(planted_suite(processes=2, rounds=4, request=300), slower)
    done = pyperf_command("compare_to", str(saved), str(slower))
    assert "flask/28B/none/0: Mean +- std dev" in done.stdout
    assert "slower" in done.stdout


def pyperf_command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "pyperf", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_metadata_tells_versions_and_the_kind_of_machine(saved):
    known = load(saved).metadata
    for package in VERSIONS:
        assert known[f"{package}_version"]
    assert known["python_version"]
    assert known["cpu_count"] >= 1
    assert known["unit"] == "second"


def test_neither_the_machines_name_nor_a_path_nor_the_user_is_in_the_file(saved):
    text = saved.read_text()
    for private in (socket.gethostname(), str(Path.cwd()), str(Path.home()), sys.prefix):
        assert private not in text
    for key in ("hostname", "python_executable", "command", "python_cflags", "load_avg", "boot"):
        assert key not in text
    for run in pyperf.BenchmarkSuite.load(str(saved)).get_benchmarks()[0].get_runs():
        paths = [v for v in run.get_metadata().values() if isinstance(v, str) and v[:1] == "/"]
        assert paths == []


def test_what_pyperf_collects_and_nobody_asked_for_is_left_out(monkeypatch, planted_suite):
    """The list says what is kept, so what a later pyperf finds out is not."""

    class Telling(pyperf.Run):
        def get_metadata(self):
            return super().get_metadata() | {"favourite_colour": "blue"}

    monkeypatch.setattr(pyperf, "Run", Telling)
    kept = from_suite(planted_suite(processes=1, rounds=1)).metadata
    assert "python_version" in kept
    assert "hostname" not in kept


def test_a_file_is_replaced_whole_or_not_at_all(saved, planted_suite, monkeypatch):
    before = saved.read_bytes()

    def breaks(self, file, **_):
        Path(file).write_text('{"half": ')
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pyperf.BenchmarkSuite, "dump", breaks)
    with pytest.raises(BenchmarkError, match=r"bench\.json cannot be written: No space left"):
        save(planted_suite(processes=1, rounds=1), saved)
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_a_file_is_as_readable_as_any_other_that_one_makes(saved):
    other = saved.with_name("other")
    other.touch()
    assert stat.S_IMODE(saved.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)


def test_a_name_that_ends_in_gz_is_compressed(tmp_path, planted_suite):
    path = tmp_path / "bench.json.gz"
    measured = planted_suite(processes=1, rounds=2)
    save(measured, path)
    with gzip.open(path) as file:
        assert json.load(file)["benchmarks"]
    assert load(path) == from_suite(measured)


def test_where_nothing_can_be_written_is_said_beforehand(tmp_path, monkeypatch):
    check_writable(tmp_path / "new.json")
    with pytest.raises(BenchmarkError, match="is a directory"):
        check_writable(tmp_path)
    with pytest.raises(BenchmarkError, match="there is no directory"):
        check_writable(tmp_path / "missing" / "new.json")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(BenchmarkError, match="not yours to write to"):
        check_writable(tmp_path / "new.json")


def edited(saved, edit):
    """The file with an edit made to its JSON."""
    data = json.loads(saved.read_text())
    edit(data)
    saved.write_text(json.dumps(data))


BAD = {
    "not there": (lambda path: path.unlink(), "cannot be read: No such file"),
    "empty": (lambda path: path.write_text(""), "is not JSON"),
    "not JSON": (lambda path: path.write_text("{"), "is not JSON"),
    "not text": (lambda path: path.write_bytes(b"\xff\xfe\x00"), "is no pyperf suite"),
    "another JSON": (lambda path: path.write_text("[1, 2]"), "is no pyperf suite"),
    "another object": (lambda path: path.write_text("{}"), "is no pyperf suite"),
    "no benchmarks": (
        lambda path: edited(path, lambda data: data.update(benchmarks=[])),
        "is no pyperf suite",
    ),
    "another's benchmarks": (
        lambda path: edited(
            path, lambda data: data["benchmarks"][0]["metadata"].update(name="json_loads")
        ),
        "'json_loads' is no scenario",
    ),
    "no baseline": (
        lambda path: edited(path, lambda data: data["benchmarks"].pop(0)),
        "flask/28B/none/0 is not, with which it is compared",
    ),
    "a round too few": (
        lambda path: edited(path, lambda data: data["benchmarks"][2]["runs"][0]["values"].pop()),
        "was not sampled in the rounds of the others",
    ),
}


@pytest.mark.parametrize(("spoil", "says"), BAD.values(), ids=BAD)
def test_a_file_that_holds_something_else_is_refused_by_name(saved, spoil, says):
    spoil(saved)
    with pytest.raises(BenchmarkError, match=r"bench\.json") as caught:
        load(saved)
    assert says in str(caught.value)
