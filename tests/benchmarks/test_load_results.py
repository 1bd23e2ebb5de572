"""What load measured is kept whole in a pyperf suite, and said with the certainty that it has."""

from __future__ import annotations

import pyperf
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.cli import main
from benchmarks.load.analysis import LoadAnalysis
from benchmarks.load.plan import FULL
from benchmarks.load.results import from_suite, load_if_load, suite
from benchmarks.load.rounds import Measured
from benchmarks.load.scenarios import METRICS, WAIT_METRICS, Load, Wait
from benchmarks.results import save

NONE = Load("quart", "none", 0)
PORTABLE = Load("quart", "portable-def", 8)
NATIVE = Load("quart", "native-def", 8)
EXTRA = {"wrk_version": "4.1.0", "gunicorn_threads": 8}


def sets_of(throughputs, sets=2, rounds=4):
    """Sets of servers; the throughput of a scenario in round i is its own times (1 + i / 10)."""
    done = []
    for _ in range(sets):
        one = Measured()
        for number in range(rounds):
            for scenario, throughput in throughputs.items():
                metrics = METRICS if isinstance(scenario, Load) else WAIT_METRICS
                values = dict.fromkeys(metrics, 0.001)
                values["throughput"] = throughput * (1 + number / 10)
                one.add(scenario.name, values)
        done.append(one)
    return done


def results_of(throughputs, **how):
    return from_suite(suite(sets_of(throughputs, **how), EXTRA))


def call(*arguments):
    done = CliRunner().invoke(main, [str(each) for each in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


@pytest.fixture
def saved(tmp_path):
    throughputs = {each: 100.0 + number for number, each in enumerate(FULL.scenarios)}
    save(suite(sets_of(throughputs), EXTRA), tmp_path / "load.json")
    return tmp_path / "load.json"


def test_names_units_and_versions_are_in_the_file(saved):
    measured = pyperf.BenchmarkSuite.load(str(saved))
    units = {each.get_name(): each.get_unit() for each in measured.get_benchmarks()}
    assert units["load/quart/portable-def/8/throughput"] == "integer"
    assert units["load/quart/portable-def/8/p99"] == "second"
    assert units["load/quart/portable-def/8/cpu"] == "second"
    assert units["load/quart/portable-def/8/memory"] == "byte"
    assert units["wait/flask/256/p50"] == "second"
    assert "wait/flask/256/memory" not in units
    metadata = measured.get_metadata()
    assert metadata["wrk_version"] == "4.1.0"
    assert {"gunicorn_version", "hypercorn_version", "flask_version"} <= set(metadata)
    assert "hostname" not in metadata


@settings(max_examples=25)
@given(
    values=st.lists(st.lists(st.floats(0.001, 1e9), min_size=1, max_size=4), min_size=1, max_size=3)
)
def test_every_value_comes_back_in_its_set_and_round(values):
    sets = []
    for of_a_set in values:
        one = Measured()
        for value in of_a_set:
            one.add(Wait("flask", 4).name, dict.fromkeys(WAIT_METRICS, value))
        sets.append(one)
    results = from_suite(suite(sets, {}))
    for metric in WAIT_METRICS:
        assert results.samples[Wait("flask", 4), metric] == tuple(map(tuple, values))


def test_show_prints_a_file_of_load(saved):
    done = call("show", saved)
    assert done.exit_code == 0, done.output
    for words in (
        "flask under gunicorn",
        "quart under Hypercorn",
        "A view that waits 50 ms",
        "What is expected under load",
        "one worker of 8 threads",
        "wrk 4.1.0",
        "no more of its",
    ):
        assert words in done.stdout
    for scenario in FULL.scenarios:
        if isinstance(scenario, Load):
            assert scenario.style in done.stdout


def test_a_file_of_waits_alone_is_shown_too(tmp_path):
    save(suite(sets_of({Wait("quart", 4): 70.0}), EXTRA), tmp_path / "wait.json")
    done = call("show", tmp_path / "wait.json")
    assert done.exit_code == 0, done.output
    assert "A view that waits" in done.stdout
    assert "What is expected" not in done.stdout


@pytest.mark.parametrize("text", ["{}", "", "no JSON"])
def test_what_is_no_file_of_load_is_left_to_others(tmp_path, text):
    (tmp_path / "other.json").write_text(text)
    assert load_if_load(tmp_path / "other.json") is None
    assert load_if_load(tmp_path / "missing.json") is None
    assert call("show", tmp_path / "other.json").exit_code == 2


FAULTS = {
    "a metric is missing": (
        lambda one: one.values.pop(f"{PORTABLE.name}/p90"),
        "load/quart/portable-def/8 has no p90",
    ),
    "a round is missing": (
        lambda one: one.values[f"{PORTABLE.name}/p90"].pop(),
        "its p90 from other rounds",
    ),
    "rounds of its own": (
        lambda one: [one.values[f"{PORTABLE.name}/{metric}"].pop() for metric in METRICS],
        "was not driven in the rounds of the others",
    ),
    "no baseline": (
        lambda one: [one.values.pop(f"{NONE.name}/{metric}") for metric in METRICS],
        "load/quart/none/0 is not, with which it is compared",
    ),
    "another metric": (
        lambda one: one.values.update({"wait/quart/4/cpu": [1.0]}),
        "wait/quart/4 has no metric 'cpu'",
    ),
    "another scenario": (
        lambda one: one.values.update({"load/quart/portable-def/9/p50": [1.0]}),
        "is no scenario of `load`",
    ),
}


@pytest.mark.parametrize(("spoil", "says"), FAULTS.values(), ids=FAULTS)
def test_a_file_that_lacks_something_is_refused_with_exit_code_2(tmp_path, spoil, says):
    sets = sets_of({NONE: 100.0, PORTABLE: 98.0}, sets=1)
    spoil(sets[0])
    save(suite(sets, {}), tmp_path / "spoilt.json")
    done = call("show", tmp_path / "spoilt.json")
    assert done.exit_code == 2
    assert "spoilt.json is not a result of `load`: " in done.stderr
    assert says in done.stderr


def test_a_ratio_is_that_of_the_rounds_whatever_the_machine_did_meanwhile():
    analysis = LoadAnalysis(results_of({NONE: 1000.0, PORTABLE: 980.0}))
    ratio = analysis.ratio(PORTABLE, NONE)
    assert ratio.value == ratio.low == ratio.high == pytest.approx(0.98)
    assert analysis.ratio(NATIVE, NONE) is None


@pytest.mark.parametrize(
    ("portable", "native", "met"),
    [(980.0, 480.0, [True, True]), (960.0, 485.0, [False, False])],
)
def test_promises_are_met_or_not_by_the_throughput(portable, native, met):
    results = results_of({NONE: 1000.0, PORTABLE: portable, NATIVE: native})
    known = [each for each in LoadAnalysis(results).expectations() if each.measured]
    assert [each.bound for each in known] == [0.97, 2.0]
    assert [each.met for each in known] == met
    assert all(each.certain for each in known)


def test_with_fewer_than_six_rounds_nothing_is_certain():
    analysis = LoadAnalysis(results_of({NONE: 1000.0, PORTABLE: 500.0}, sets=1, rounds=5))
    (promise,) = (each for each in analysis.expectations() if each.measured)
    assert promise.met is False
    assert not promise.certain


def test_each_host_has_its_promises():
    promises = LoadAnalysis(results_of({NONE: 1.0})).expectations()
    assert [(each.what.partition(":")[0], each.bound) for each in promises] == [
        ("flask", 0.97),
        ("flask", 0.97),
        ("quart", 0.97),
        ("quart", 0.97),
        ("quart", 2.0),
        ("flask", 5.0),
    ]
    assert all(each.at_least for each in promises)
