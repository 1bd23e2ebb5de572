"""`python -m benchmarks check`: trees of every shape, exponents, bounds, and files of results."""

from __future__ import annotations

import ast
import re

import pytest
from click.testing import CliRunner
from planted_costs import measured
from planted_files import planted_check

from afterware.porting.check import check
from benchmarks.checking.analysis import CheckAnalysis
from benchmarks.checking.results import from_suite
from benchmarks.checking.rounds import check_once
from benchmarks.checking.shapes import SHAPES, SIZES, shape_named, write
from benchmarks.cli import main
from benchmarks.errors import BenchmarkError
from benchmarks.files import read
from benchmarks.results import save

ONE = ["check", "--shape", "recursion-beside", "--rounds", "1"]


def call(*arguments):
    done = CliRunner().invoke(main, [str(each) for each in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    return done


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_each_shape_is_python_with_hooks_and_grows_in_proportion(shape, tmp_path):
    lines = []
    for size in SIZES:
        directory = tmp_path / str(size)
        directory.mkdir()
        lines.append(write(shape, size, directory))
        for path in directory.rglob("*.py"):
            ast.parse(path.read_text(encoding="utf-8"))
    assert check([tmp_path / "1"]).hooks
    assert lines[0] > 200
    for size, count in zip(SIZES, lines, strict=True):
        assert count == pytest.approx(size * lines[0], rel=0.1)


@pytest.mark.parametrize("exponent", [0.0, 1.0, 1.5])
def test_the_exponent_that_was_planted_is_found_and_lies_in_its_interval(exponent):
    analysis = CheckAnalysis(from_suite(planted_check(3, rounds=12, exponent=exponent)))
    for shape in SHAPES:
        found = analysis.exponent(shape)
        assert found.value == pytest.approx(exponent, abs=0.05)
        assert found.low <= found.value <= found.high
        assert found.high - found.low < 0.1


def test_what_grows_faster_than_is_promised_is_not_met_and_what_grows_slower_is():
    for exponent, met in ((1.1, True), (1.3, False)):
        analysis = CheckAnalysis(from_suite(planted_check(exponent=exponent)))
        assert {each.met for each in analysis.expectations()} == {met}
        assert all(each.certain for each in analysis.expectations())


def test_of_few_rounds_nothing_is_certain():
    analysis = CheckAnalysis(from_suite(planted_check(rounds=3)))
    assert not any(each.certain for each in analysis.expectations())


def test_a_run_is_shown_saved_and_shown_again(tmp_path):
    path = tmp_path / "check.json"
    done = call(*ONE, "-o", path)
    assert done.exit_code == 0, done.output
    assert "round 1 of 1" in done.stderr
    row = re.search(r"^recursion-beside +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+)", done.stdout, re.M)
    assert row is not None
    file = read(path)
    assert file.kind == "check"
    shape = shape_named("recursion-beside")
    values = [file.results.values(shape, size)[0] * 1000 for size in SIZES]
    assert [float(each) for each in row.groups()] == pytest.approx(values, rel=0.01)
    assert values[-1] > values[0]
    again = call("show", path)
    assert again.exit_code == 0
    assert row[0] in again.stdout


def test_a_bound_that_is_not_kept_is_named_and_fails():
    done = call(*ONE, "--bound", "0.001")
    assert done.exit_code == 1
    assert re.search(
        r"recursion-beside: exponent of its cost is [\d.]+, at most 0.001", done.stderr
    )


def test_a_given_tree_is_timed_and_held_against_a_bound(tmp_path):
    write(shape_named("diff"), 1, tmp_path)
    done = call("check", "--tree", tmp_path, "--rounds", "2", "--diff")
    assert done.exit_code == 0, done.output
    assert re.search(
        r"^17 files, 32 hooks: [\d.]+ s of CPU \([\d.]+ to [\d.]+\)", done.stdout, re.M
    )
    done = call("check", "--tree", tmp_path, "--rounds", "1", "--most", "0.00001")
    assert done.exit_code == 1
    assert "more than 1e-05 s" in done.stderr


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--diff"], 2, "go with --tree"),
        (["--tree", ".", "-o", "x.json"], 2, "goes with neither"),
        (["--tree", "nowhere"], 2, "does not exist"),
        (["--shape", "wide"], 1, "no shape matches 'wide': there are deep-recursion"),
        (["-o", "nowhere/x.json"], 1, "no directory nowhere"),
        (["--shape", "diff", "--timeout", "0.001", "--rounds", "1"], 1, "--timeout allows"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(options, code, said):
    done = call("check", *options)
    assert done.exit_code == code
    assert said in " ".join(done.stderr.split())


def test_a_checker_that_fails_ends_the_run_with_what_it_said_last(tmp_path):
    with pytest.raises(BenchmarkError, match=r"failed on .*No module named"):
        check_once(tmp_path, diff=False, seconds=30, child="benchmarks.checking.nothing")


def test_files_that_hold_something_else_are_refused(tmp_path):
    whole = planted_check()
    for name, said in (
        ("check/wide/1", "no shape 'wide'"),
        ("check/diff/3", "no shape at a size"),
        ("check/diff", "no shape at a size"),
    ):
        benchmarks = whole.get_benchmarks()
        benchmarks[0].update_metadata({"name": name})
        save(whole, tmp_path / "odd.json")
        done = call("show", tmp_path / "odd.json")
        assert done.exit_code == 2
        assert said in " ".join(done.stderr.split())


def test_another_kind_is_not_compared_with_it(tmp_path):
    save(planted_check(), tmp_path / "check.json")
    save(measured(hosts=("flask",)), tmp_path / "run.json")
    done = call("compare", tmp_path / "check.json", tmp_path / "run.json")
    assert done.exit_code == 2
    assert "different kinds" in done.stderr


def test_the_page_has_every_cost_and_exponent_of_the_checker(tmp_path):
    path = tmp_path / "check.json"
    save(planted_check(), path)
    done = call("report", path, "-o", tmp_path / "page.html")
    assert done.exit_code == 0, done.output
    html = (tmp_path / "page.html").read_text("utf-8")
    analysis = CheckAnalysis(from_suite(planted_check()))
    for shape in SHAPES:
        assert shape.name in html
        assert f"{analysis.exponent(shape).value:.2f} (" in html
    assert "at most 1.2" in html
