"""What is measured under load has names, is driven in turns, and is what the app really does."""

from __future__ import annotations

import asyncio
import itertools
import random

import pytest
from faulty_server import GREETING, Says, always, faulty_server
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.checks import check
from benchmarks.errors import BenchmarkError
from benchmarks.exchange import make_caller
from benchmarks.load.apps import WAIT_BODY, make_load_app
from benchmarks.load.plan import FULL, QUICK
from benchmarks.load.rounds import CONNECTIONS, _order, _wait_seconds, slices
from benchmarks.load.scenarios import HOOKS, PROMISED, Load, Wait, every_load, parse, select
from benchmarks.load.verify import verify_load, verify_wait, wait_until_free
from benchmarks.scenarios import HOSTS
from sync_app.serve import THREADS
from twin.settings import Settings
from twin.urls import parse_database_url


@pytest.mark.parametrize("plan", [FULL, QUICK], ids=["full", "quick"])
def test_every_name_is_read_back(plan):
    assert [parse(each.name) for each in plan.scenarios] == plan.scenarios


def test_all_numbers_of_hooks_are_measured_in_each_style_on_both_hosts():
    names = {each.name for each in FULL.scenarios}
    assert {
        f"load/{host}/{kind}-{colour}/{hooks}"
        for host in HOSTS
        for kind in ("native", "portable")
        for colour in ("def", "async")
        for hooks in (1, 4, 8, 16)
    } <= names
    assert {f"load/{host}/none/0" for host in HOSTS} <= names
    assert {f"wait/{host}/{clients}" for host in HOSTS for clients in (1, 4, 16, 64, 256)} <= names


@given(
    st.text()
    | st.tuples(
        st.sampled_from(["load", "wait", ""]),
        st.sampled_from(["flask", "quart", "django"]),
        st.sampled_from(["none", "portable-def", "1", "01", "٤"]),
        st.sampled_from(["0", "8", "08", "3", ""]),
    ).map("/".join)
)
def test_no_other_name_is_taken_for_one(name):
    known = {each.name for each in FULL.scenarios}
    if name in known:
        assert parse(name).name == name
    else:
        with pytest.raises(BenchmarkError, match="is no scenario of `load`"):
            parse(name)


def test_a_glob_picks_scenarios_and_what_they_are_held_against():
    picked = select(FULL.scenarios, ["load/quart/portable-def/8", "wait/*/256"])
    assert [each.name for each in picked] == [
        "load/quart/none/0",
        "load/quart/portable-def/8",
        "wait/flask/256",
        "wait/quart/256",
    ]


def test_a_glob_that_matches_nothing_is_refused_with_examples():
    with pytest.raises(BenchmarkError, match=r"'load/\*/7' matches none .* load/flask/inline/8"):
        select(FULL.scenarios, ["load/*/7"])


@given(
    seed=st.integers(0, 1000),
    hooks=st.lists(st.sampled_from(HOOKS), unique=True),
    host=st.sampled_from(HOSTS),
)
def test_a_round_drives_each_once_and_those_without_hooks_around_the_promised(seed, hooks, host):
    scenarios = every_load(host, hooks)
    order = _order(scenarios, random.Random(seed))
    none = scenarios[0]
    assert order.count(none) == 2
    others = [each for each in order if each != none]
    assert sorted(others, key=str) == sorted(scenarios[1:], key=str)
    changes = sum(one.hooks != two.hooks for one, two in itertools.pairwise(others))
    assert changes == max(0, len(hooks) - 1), "those with the same number follow each other"
    if PROMISED in hooks:
        first, last = (i for i, each in enumerate(order) if each == none)
        assert {each.hooks for each in order[first + 1 : last]} == {PROMISED}
        assert last - first - 1 == sum(each.hooks == PROMISED for each in others)


def test_orders_differ_from_round_to_round():
    rng = random.Random(0)
    assert len({tuple(_order(every_load("flask"), rng)) for _ in range(5)}) == 5


@pytest.mark.parametrize("plan", [FULL, QUICK], ids=["full", "quick"])
def test_the_number_of_slices_is_known_beforehand(plan):
    loads = [each for each in plan.scenarios if isinstance(each, Load)]
    a_round = sum(
        len(_order([each for each in loads if each.host == host], random.Random(0)))
        for host in HOSTS
    )
    waits = plan.wait_sets * plan.wait_rounds * len(HOSTS) * len(plan.clients)
    assert slices(plan.scenarios, plan) == plan.sets * plan.rounds * a_round + waits


def test_a_quick_run_measures_all_that_promises_need():
    """Of each there are six rounds, which is as few as an interval can be had of."""
    names = {each.name for each in QUICK.scenarios}
    for host, hop in (("flask", "native-async"), ("quart", "native-def")):
        for style in ("portable-def", "portable-async", "inline", hop):
            assert f"load/{host}/{style}/8" in names
    assert QUICK.sets * QUICK.rounds >= 6
    assert FULL.sets * FULL.rounds >= 6
    assert FULL.wait_sets * FULL.wait_rounds >= 6


def test_there_is_work_for_each_of_gunicorns_threads():
    assert CONNECTIONS == THREADS


@pytest.mark.parametrize(("clients", "seconds"), [(1, 1), (64, 1), (256, 4)])
def test_a_slice_is_long_enough_for_the_queue(clients, seconds):
    assert _wait_seconds(Wait("flask", clients), FULL) == seconds


@pytest.mark.parametrize("scenario", [each for host in HOSTS for each in every_load(host)], ids=str)
def test_the_twin_answers_with_the_hooks_of_the_scenario_and_no_others(scenario, tmp_path):
    settings = Settings("a key", parse_database_url(f"sqlite:///{tmp_path}/twin.sqlite3"))
    app = make_load_app(scenario, settings)
    with asyncio.Runner() as runner:
        caller = make_caller(app, runner)
        _, answer = caller.batch(1)
        caller.close()
    if scenario.host == "flask":
        app.extensions["database"].close()
    check(scenario, answer)
    twins_own = {"x-api-version", "x-request-id", "content-security-policy", "server-timing"}
    assert not twins_own & {name.lower() for name, _ in answer.headers}


def test_an_answer_over_a_socket_is_checked_for_each_hooks_header():
    scenario = Load("flask", "portable-def", 4)
    with faulty_server(always(Says(headers=scenario.headers))) as served:
        verify_load(scenario, served.url)
    some = {name: value for name, value in scenario.headers.items() if name != "X-Bench-2"}
    says = "^load/flask/portable-def/4 does not answer as it should.* x-bench-2 is missing"
    with (
        faulty_server(always(Says(headers=some))) as served,
        pytest.raises(BenchmarkError, match=says),
    ):
        verify_load(scenario, served.url)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Says(500), "the status is 500, not 200"),
        (Says(body=GREETING[:-1]), "the body is"),
        (Says(headers={"X-Bench-0": "0"}), "x-bench-0 is set by no hook"),
        (Says(0), "does not answer: RemoteDisconnected"),
    ],
    ids=["status", "body", "surplus header", "hang up"],
)
def test_an_answer_that_is_not_the_one_to_be_timed_is_refused(answer, says):
    with faulty_server(always(answer)) as served, pytest.raises(BenchmarkError, match=says):
        verify_load(Load("quart", "none", 0), served.url)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Says(body=WAIT_BODY), "wait/quart/4 answers after .* the view does not wait"),
        (Says(body=b"else"), "wait/quart/4 does not answer as it should"),
        (Says(503, body=WAIT_BODY), "the status is 503"),
    ],
    ids=["too soon", "body", "status"],
)
def test_a_view_that_does_not_wait_for_its_upstream_is_refused(answer, says):
    with faulty_server(always(answer)) as served, pytest.raises(BenchmarkError, match=says):
        verify_wait(Wait("quart", 4), served.url)


def test_a_server_is_driven_only_when_it_has_no_queue(monkeypatch):
    """The first answers come late, as from a server that still serves those who have left."""
    took = iter([0.4, 0.1, 0.06, 0.06])
    monkeypatch.setattr("benchmarks.load.verify.verify_wait", lambda *_: next(took))
    wait_until_free(Wait("flask", 256), "")
    assert len(list(took)) == 1
    monkeypatch.setattr("benchmarks.load.verify.verify_wait", lambda *_: 1.0)
    monkeypatch.setattr("benchmarks.load.verify._ANSWER_SECONDS", 0)
    with pytest.raises(BenchmarkError, match="is busy 0 s after it was driven"):
        wait_until_free(Wait("flask", 256), "")
