"""`python -m benchmarks load`, from end to end: real servers, real sockets, wrk."""

from __future__ import annotations

import re
import shutil

import psutil
import pytest
from click.testing import CliRunner

from benchmarks.cli import main
from benchmarks.files import read

pytestmark = pytest.mark.skipif(
    shutil.which("wrk") is None, reason="wrk is not installed (apt-get install wrk)"
)

STYLES = ("none/0", "portable-async/1")
SHORT = ["load", "--sets", "1", "--rounds", "1", "--seconds", "1"]


def call(*arguments):
    before = psutil.Process().children()
    done = CliRunner().invoke(main, [str(each) for each in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    assert set(psutil.Process().children()) <= set(before), "a process was left behind"
    return done


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    path = tmp_path_factory.mktemp("load") / "load.json"
    picked = ["load/*/portable-async/1", "wait/*/4"]
    done = call(*SHORT, "-o", path, *(part for glob in picked for part in ("--scenario", glob)))
    return done, path


@pytest.mark.slow
def test_both_twins_are_driven_under_their_servers(finished):
    done, path = finished
    assert done.exit_code == 0, done.output
    results = read(path).results
    assert [each.name for each in results.loads] == [
        f"load/{host}/{style}" for host in ("flask", "quart") for style in STYLES
    ]
    assert {each.name for each in results.waits} == {"wait/flask/4", "wait/quart/4"}
    for (scenario, metric), runs in results.samples.items():
        assert len(runs) == 1, scenario
        assert len(runs[0]) == 1, scenario
        assert runs[0][0] > 0, (scenario, metric)


@pytest.mark.slow
def test_figures_are_of_the_right_size(finished):
    """No timing is asserted that a slow machine could break: what waits 50 ms takes 50 ms."""
    _, path = finished
    results = read(path).results
    for wait in results.waits:
        assert results.values(wait, "p50")[0] >= 0.05
        assert results.values(wait, "throughput")[0] <= wait.clients / 0.05
    for load in results.loads:
        p50, p90, p99 = (results.values(load, metric)[0] for metric in ("p50", "p90", "p99"))
        assert p50 <= p90 <= p99
        # One worker runs Python in one thread at a time.
        busy = results.values(load, "throughput")[0] * results.values(load, "cpu")[0]
        assert 0 < busy < 2
        assert 10e6 < results.values(load, "memory")[0] < 1e9


def test_show_prints_from_the_file_what_load_printed(finished):
    done, path = finished
    shown = call("show", path)
    assert shown.exit_code == 0
    assert "flask under gunicorn" in shown.stdout
    assert done.stdout.startswith(shown.stdout)
    assert done.stdout.removeprefix(shown.stdout).startswith("Saved to")


def test_progress_goes_to_standard_error(finished):
    done, _ = finished
    assert "8 slices" in done.stderr
    assert "set 1 of 1, quart: 2 servers start" in done.stderr
    assert "servers start" not in done.stdout


NOW_AND_THEN = """\
import itertools
n = itertools.count(1)
plain = flask.Flask.process_response
def fails(self, response):
    if next(n) % 499 == 0:
        raise LookupError("now and then")
    return plain(self, response)
flask.Flask.process_response = fails
"""
NO_SERVER = """\
import os, sys
if "benchmarks.load.server" in sys.orig_argv:
    os.write(2, b"no server today")
    os._exit(1)
"""

FAULTS = {
    "a hook that is not run": (
        "flask.Flask.process_response = lambda self, response: response",
        r"load/flask/native-def/1 does not answer as it should.*x-bench-0 is missing",
    ),
    "an error now and then": (
        NOW_AND_THEN,
        r"load/flask/\S+: wrk got \d+ of \d+ answers .* not 2xx, such as 500.* LookupError: now",
    ),
    "a server that does not start": (
        NO_SERVER,
        r"load/flask/none/0: it ended before it served: no server today",
    ),
}


@pytest.mark.parametrize(("fault", "says"), FAULTS.values(), ids=FAULTS)
def test_a_server_that_fails_ends_the_run_and_is_named(tmp_path, monkeypatch, fault, says):
    """The fault is in the servers alone: Python runs sitecustomize when it starts."""
    (tmp_path / "sitecustomize.py").write_text(f"import flask\n{fault}\n")
    monkeypatch.syspath_prepend(tmp_path)
    output = tmp_path / "load.json"
    done = call(*SHORT, "-o", output, "--scenario", "load/flask/native-def/1")
    assert done.exit_code == 1
    assert re.search(says, done.stderr, re.DOTALL), done.stderr
    assert not output.exists()


def test_a_wrong_path_is_refused_before_anything_is_measured(tmp_path, monkeypatch):
    monkeypatch.setattr("benchmarks.load.command.measure_load", None)
    done = call("load", "-o", tmp_path / "missing" / "load.json")
    assert done.exit_code == 1
    assert "there is no directory" in done.stderr


def test_a_choice_that_leaves_nothing_is_refused():
    done = call("load", "--only", "wait", "--scenario", "load/*")
    assert done.exit_code == 1
    assert "--only wait leaves nothing" in done.stderr
