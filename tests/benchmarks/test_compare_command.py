"""`compare` takes two files of any one kind, and tells it to people, to pull requests, to CI."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from planted_costs import COSTS, measured
from planted_files import planted_check, planted_load, planted_peers

from benchmarks.cli import main
from benchmarks.results import save

SLOW_ASYNC = COSTS | {"portable-async": (2.5, 4.8)}

# Two results of each kind: the usual, its like, and one in which something is worse.
KINDS = {
    "run": (
        lambda seed: measured(seed=seed, hosts=("flask",)),
        lambda: measured(seed=7, hosts=("flask",), costs=SLOW_ASYNC),
        "flask/28B/portable-async/64",
    ),
    "peers": (
        lambda seed: planted_peers(seed, rounds=20),
        lambda: planted_peers(7, rounds=20, slower=2.0),
        "flask/cors/flask-cors",
    ),
    "load": (
        lambda seed: planted_load(seed, sets=5),
        lambda: planted_load(7, sets=5, speed=0.5),
        "load/quart/portable-def/8/throughput",
    ),
    "check": (
        planted_check,
        lambda: planted_check(7, slower=1.5),
        "check/many-hooks/8",
    ),
}


def call(*arguments):
    done = CliRunner().invoke(main, [str(each) for each in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    return done


@pytest.fixture(scope="module", params=KINDS)
def files(request, tmp_path_factory):
    """The kind, the usual, its like, the worse one, and the name of what is worse in that."""
    usual, worse, name = KINDS[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    paths = [folder / "usual.json", folder / "like.json", folder / "worse.json"]
    for path, found in zip(paths, (usual(0), usual(1), worse()), strict=True):
        save(found, path)
    return request.param, *paths, name


def changed(files, *options):
    done = call("compare", *files, *options, "--format", "json")
    told = json.loads(done.stdout)
    return done, told, {each["name"]: each for each in told["changes"]}


def test_what_became_worse_fails_and_is_named(files):
    _, usual, _, worse, name = files
    done, told, found = changed((usual, worse), "--fail-above", "10%")
    assert done.exit_code == 1
    assert told["failed"]
    assert found[name]["failed"]
    assert name in done.stderr
    assert "worse by more than 10% with certainty" in done.stderr


def test_noise_does_not_fail_and_neither_does_what_became_better(files):
    _, usual, like, worse, name = files
    assert changed((usual, like), "--fail-above", "10%")[0].exit_code == 0
    done, told, found = changed((worse, usual), "--fail-above", "10%")
    assert done.exit_code == 0
    assert not told["failed"]
    assert "faster" in {found[name]["verdict"], (found[name]["added"] or {}).get("verdict")}


@pytest.mark.slow
def test_as_much_as_is_allowed_does_not_fail(files):
    kind, usual, _, worse, _ = files
    # Half the speed: throughput falls by half, and what takes time doubles.
    done, _, found = changed((usual, worse), "--fail-above", "250%")
    assert done.exit_code == 0
    assert not any(each["failed"] for each in found.values())
    assert changed((usual, worse))[0].exit_code == 0
    if kind == "load":
        failed = changed((usual, worse), "--fail-above", "30%")[2]
        assert failed["wait/flask/4/throughput"]["failed"]
        assert not changed((usual, worse), "--fail-above", "70%")[2]["wait/flask/4/throughput"][
            "failed"
        ]


def test_of_throughput_more_is_better_and_memory_is_larger_not_slower(tmp_path):
    save(planted_load(0, sets=5), tmp_path / "a.json")
    faster = planted_load(1, sets=5, speed=1.5)
    save(faster, tmp_path / "b.json")
    _, _, found = changed((tmp_path / "a.json", tmp_path / "b.json"))
    assert found["load/flask/none/0/throughput"]["verdict"] == "faster"
    assert found["load/flask/none/0/p50"]["verdict"] == "faster"
    assert found["load/flask/none/0/memory"]["verdict"] == "not certain"
    assert found["load/flask/none/0/throughput"]["factor"]["value"] == pytest.approx(1.5, rel=0.1)


def test_more_memory_is_worse(tmp_path):
    usual, more = planted_load(0, sets=5), planted_load(1, sets=5)
    save(usual, tmp_path / "a.json")
    save(more, tmp_path / "b.json")
    text = json.loads((tmp_path / "b.json").read_text())
    for benchmark in text["benchmarks"]:
        if benchmark["metadata"]["name"].endswith("/memory"):
            for run in benchmark["runs"]:
                run["values"] = [value * 1.3 for value in run["values"]]
    (tmp_path / "b.json").write_text(json.dumps(text))
    done, _, found = changed((tmp_path / "a.json", tmp_path / "b.json"), "--fail-above", "10%")
    assert done.exit_code == 1
    failed = {name for name, each in found.items() if each["failed"]}
    assert failed == {name for name in found if name.endswith("/memory")}
    assert {found[name]["verdict"] for name in failed} == {"larger"}


def test_markdown_is_a_table_of_what_changed_and_the_rest_folded_away(files):
    _, usual, _, worse, name = files
    done = call("compare", usual, worse, "--format", "markdown", "--fail-above", "10%")
    assert done.exit_code == 1
    head, fold, rest = done.stdout.partition("<details><summary>All ")
    assert fold
    assert "### Benchmark: `worse.json` against `usual.json`" in head
    assert f"| `{name}` |" in head
    assert "**slower**" in head
    assert "worse by more than 10%" in head
    assert rest.rstrip().endswith("</details>")
    for part in (head, rest):
        rows = [line for line in part.splitlines() if line.startswith("|")]
        assert rows[0].startswith("| scenario | median |")
        assert len({line.count("|") for line in rows}) == 1
        assert set(rows[1]) <= set("|-: ")
    assert "Bonferroni" in rest


def test_markdown_of_what_did_not_change_says_so_and_has_no_table_above_the_fold(files):
    _, usual, *_ = files
    text = call("compare", usual, usual, "--format", "markdown").stdout
    head = text.partition("<details>")[0]
    assert "0 slower, 0 faster" in head
    assert "| scenario" not in head


def test_text_says_what_is_worse_below_the_table(files):
    _, usual, _, worse, name = files
    done = call("compare", usual, worse, "--fail-above", "10%")
    assert name in done.stdout
    assert "worse by more than" in " ".join(done.stdout.split())


def test_two_kinds_cannot_be_compared(tmp_path):
    save(measured(processes=1, rounds=1), tmp_path / "run.json")
    save(planted_load(sets=1, rounds=1), tmp_path / "load.json")
    done = call("compare", tmp_path / "run.json", tmp_path / "load.json", "--fail-above", "1%")
    assert done.exit_code == 2
    assert "of different kinds" in done.stderr


@pytest.mark.parametrize("share", ["ten", "-1%", "10 %", "%", ""])
def test_what_is_no_percentage_is_refused(tmp_path, share):
    done = call("compare", tmp_path / "a", tmp_path / "b", "--fail-above", share)
    assert done.exit_code == 2
    assert "write 10% or 2.5%" in " ".join(done.stderr.replace("│", " ").split())


def test_of_what_was_seen_once_nothing_is_certain(tmp_path):
    save(measured(processes=1, rounds=1, hosts=("flask",)), tmp_path / "a.json")
    save(measured(processes=1, rounds=1, hosts=("flask",), request=900), tmp_path / "b.json")
    done, _, found = changed((tmp_path / "a.json", tmp_path / "b.json"), "--fail-above", "1%")
    assert done.exit_code == 0
    assert {each["verdict"] for each in found.values()} == {"not certain"}
    assert found["flask/28B/none/0"]["factor"]["high"] is None
