"""Observations: what is held against a record, and what becomes of a probe that cannot cope."""

from __future__ import annotations

import flask
import pytest

from afterware.differences.observe import FAILED, observe, observe_one, versions
from afterware.differences.record import difference, in_one_line


def made(probe, **claims):
    claims = {"flask": "is: a", "quart": "is: b", "bound": "is: a", **claims}
    return difference("AW199", "made up", bites="loudly", whom="nobody", remedy="none", **claims)(
        probe
    )


def by_host(at):
    return {"is": "b" if at.asynchronous and not at.bound else "a"}


def test_a_difference_is_seen_and_removed():
    observation = observe_one(made(by_host))
    assert observation.seen
    assert observation.removed
    assert observation.changed == []


def test_a_difference_that_is_there_through_afterware_as_well_remains():
    observation = observe_one(made(lambda at: {"is": "b" if at.asynchronous else "a"}))
    assert observation.seen
    assert not observation.removed
    assert observation.changed == ["bound"]


def test_what_is_the_same_on_both_is_neither_seen_nor_removed():
    observation = observe_one(made(lambda at: {"is": "a"}))
    assert not observation.seen
    assert not observation.removed


def test_a_claim_that_does_not_hold_is_reported_as_changed():
    observation = observe_one(made(by_host, flask="is: c", bound_on_flask="is: d"))
    assert observation.changed == ["flask", "bound_on_flask"]
    assert observation.claimed["flask"] == "is: c"
    assert observation.line("flask") == "is: a"


def test_a_probe_that_cannot_cope_is_a_change_and_no_error():
    def probe(at):
        if at.asynchronous:
            raise KeyError("gone")
        return {"is": "a"}

    observation = observe_one(made(probe))
    assert observation.line("quart") == f"{FAILED}: KeyError: 'gone'"
    assert not observation.removed
    assert "quart" in observation.changed


def test_a_probe_that_cannot_cope_anywhere_removes_nothing():
    def probe(at):
        if at.bound:
            raise KeyError
        return by_host(at)

    assert not observe_one(made(probe)).removed


def test_each_observation_is_told_as_it_is_made():
    told = []
    observations = observe([made(by_host), made(by_host)], told.append)
    assert told == observations


def test_a_probe_that_wants_a_server_says_how_to_run_it():
    observation = observe_one(made(lambda at: {"is": at.served("/name").outcome}))
    assert "observe()" in observation.line("flask")


def test_contextvars_of_a_probe_do_not_leak_into_the_next():
    from contextvars import ContextVar

    user = ContextVar("user", default="nobody")

    def probe(at):
        before = user.get()
        user.set("ada")
        return {"is": before}

    assert set(map(in_one_line, observe_one(made(probe)).saw.values())) == {"is: nobody"}


def test_versions_are_told_by_name():
    found = versions()
    assert found["flask"] == __import__("importlib.metadata").metadata.version("flask")
    assert next(iter(found)) == "python"


@pytest.mark.parametrize("bound", [False, True])
def test_the_host_that_stands_in_is_the_one_that_is_probed(bound):
    seen = []

    def probe(at):
        seen.append(at.host)
        return {}

    observe_one(made(probe), quart=flask)
    assert seen == [flask] * 4
