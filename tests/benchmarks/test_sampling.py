"""Rounds are interleaved, whole, and leave the process as they found it."""

from __future__ import annotations

import gc
import io
import json
import random
from itertools import pairwise
from time import monotonic

import pytest

from benchmarks import sampling
from benchmarks.errors import BenchmarkError
from benchmarks.exchange import Answer
from benchmarks.plan import Task
from benchmarks.sampling import opened, sample_rounds
from benchmarks.scenarios import Scenario, every_scenario, parse, payload
from benchmarks.worker import work

EVERY = every_scenario(["28B"])


class Recorder:
    """Stands for a scenario, and notes when it is sampled."""

    def __init__(self, scenario, seen):
        self.scenario = scenario
        self.seen = seen

    def sample(self):
        self.seen.append((self.scenario, gc.isenabled()))
        return len(self.seen) / 1e6


def recorded(rounds, seed=0):
    seen = []
    subjects = [Recorder(each, seen) for each in EVERY]
    values = sample_rounds(subjects, random.Random(seed), goes_on=lambda n: n < rounds)
    return seen, values


def test_each_round_samples_every_scenario_once():
    seen, values = recorded(3)
    for number in range(3):
        part = seen[number * len(EVERY) : (number + 1) * len(EVERY)]
        assert {scenario for scenario, _ in part} == set(EVERY)
    assert {len(each) for each in values.values()} == {3}


def test_the_values_of_a_round_have_the_same_index():
    """A value tells when it was taken: a value of one round is earlier than any of the next."""
    _, values = recorded(3)
    for number in range(2):
        assert max(v[number] for v in values.values()) < min(v[number + 1] for v in values.values())


def test_the_order_differs_from_round_to_round_and_is_repeatable():
    seen, _ = recorded(2)
    first, second = seen[: len(EVERY)], seen[len(EVERY) :]
    assert first != second
    assert recorded(2)[0] == seen
    assert recorded(2, seed=1)[0] != seen


def test_scenarios_that_do_the_same_work_are_neighbours():
    seen, _ = recorded(1)
    blocks = [(scenario.host, scenario.work, scenario.hooks) for scenario, _ in seen]
    changes = sum(one != other for one, other in pairwise(blocks))
    assert changes == len(set(blocks)) - 1


def test_a_round_that_is_broken_off_is_dropped():
    seen = []
    subjects = [Recorder(each, seen) for each in EVERY]
    values = sample_rounds(
        subjects, random.Random(0), goes_on=lambda _: len(seen) < 2 * len(EVERY) + 7
    )
    assert len(seen) == 2 * len(EVERY) + 7
    assert {len(each) for each in values.values()} == {2}


def test_the_collector_is_off_while_samples_are_taken_and_as_before_afterwards():
    frozen = gc.get_freeze_count()
    seen, _ = recorded(2)
    assert not any(enabled for _, enabled in seen)
    assert gc.isenabled()
    assert gc.get_freeze_count() <= frozen


def test_a_batch_is_as_long_as_the_request_is_short(monkeypatch):
    """Calibration goes by the fastest request; one longer than a sample is taken on its own."""
    monkeypatch.setattr(sampling, "make_caller", lambda app, runner: Pretended(app))
    loops = {}
    for micros in (10, 250, 5000):
        scenario = Scenario("flask", "28B", "none", 0)
        with opened([scenario], random.Random(0), make=lambda _, m=micros: m) as (subject,):
            loops[micros] = subject.loops
    assert loops == {10: 100, 250: 4, 5000: 1}


def test_a_request_that_was_interrupted_does_not_count(monkeypatch):
    class Interrupted(Pretended):
        def batch(self, requests):
            seconds, answer = super().batch(requests)
            return ([*seconds[:-1], 1.0] if requests > 3 else seconds), answer

    monkeypatch.setattr(sampling, "make_caller", lambda app, runner: Interrupted(app))
    scenario = Scenario("quart", "28B", "none", 0)
    with opened([scenario], random.Random(0), make=lambda _: 100) as (subject,):
        assert subject.sample() == pytest.approx(100e-6)


class Pretended:
    """Answers rightly, and says that each request took as long as it is told."""

    def __init__(self, micros):
        self.micros = micros

    def batch(self, requests):
        length = [("content-length", "28")]
        answer = Answer(200, headers=length, chunks=[payload("28B")])
        return [self.micros / 1e6] * requests, answer

    def close(self):
        pass


def test_a_worker_says_how_far_it_is_and_then_what_it_measured():
    names = ["flask/28B/none/0", "flask/28B/portable-async/4"]
    task = Task(tuple(parse(name) for name in names), seconds=0, min_rounds=2, seed=3)
    assert Task.from_json(task.to_json()) == task
    out = io.StringIO()
    work(task, out, monotonic())
    said = [json.loads(line) for line in out.getvalue().splitlines()]
    assert said[:-1] == [{"rounds": 0}, {"rounds": 1}, {"rounds": 2}]
    result = said[-1]["result"]
    assert {name: len(values) for name, values in result["values"].items()} == dict.fromkeys(
        names, 2
    )
    assert all(value > 0 for values in result["values"].values() for value in values)
    assert all(loops >= 1 for loops in result["loops"].values())


def test_a_task_with_an_unknown_scenario_is_refused():
    with pytest.raises(BenchmarkError, match="is no scenario"):
        Task.from_json('{"scenarios": ["a/b/c/0"], "seconds": 1, "min_rounds": 1, "seed": 0}')
