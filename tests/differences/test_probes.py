"""Each probe sees its difference, and sees none where there is none."""

from __future__ import annotations

import functools
from types import SimpleNamespace

import flask
import pytest
import quart

from afterware.differences import CATALOGUE, find
from afterware.differences.observe import FAILED, Observation, observe_one, versions

each_record = pytest.mark.parametrize("record", CATALOGUE, ids=lambda record: record.id)


@pytest.fixture(scope="session")
def observed(servers):
    """What a probe sees, run once with each pair of hosts."""

    @functools.cache
    def run(named: str, on_flask: str = "flask", on_quart: str = "quart") -> Observation:
        hosts = {"flask": flask, "quart": quart}
        return observe_one(
            find(named), servers=servers, flask=hosts[on_flask], quart=hosts[on_quart]
        )

    return run


@each_record
def test_a_probe_sees_what_its_record_claims(record, observed):
    observation = observed(record.id)
    assert {column: observation.line(column) for column in observation.changed} == {}


@each_record
def test_a_probe_copes_with_every_host(record, observed):
    assert all(FAILED not in facts for facts in observed(record.id).saw.values())


@each_record
@pytest.mark.parametrize("host", ["flask", "quart"])
def test_a_probe_sees_no_difference_where_one_host_stands_in_for_both(record, observed, host):
    """A probe that took its outcome from the column, and not from the host, would see one."""
    observation = observed(record.id, host, host)
    assert not observation.seen
    assert observation.saw["flask"] == observed(record.id).saw[host]
    assert observation.saw["bound"] == observation.saw["bound_on_flask"]


@each_record
def test_a_difference_that_remains_says_why(record, observed):
    observation = observed(record.id)
    if observation.seen and not observation.removed:
        assert record.why


@each_record
def test_what_is_alike_on_both_hosts_is_otherwise_through_afterware_or_by_version(record, observed):
    """Or nobody could tell that the probe sees anything. AW221 has a test of its own; what depends
    on a version is seen on the other one."""
    observation = observed(record.id)
    if observation.seen or record.id == "AW221" or record.later:
        return
    if record.about != "hook":  # no hook, so that binding changes nothing: the probe has a control
        assert len(set(observation.saw["quart"].values())) > 1
    else:
        assert observation.saw["bound"] != observation.saw["quart"]


def test_a_hook_that_wants_a_loop_is_seen_where_a_host_gives_it_none():
    class Loopless(flask.Flask):
        def async_to_sync(self, function):
            raise RuntimeError("no loop here")

    rigged = SimpleNamespace(**{**vars(flask), "Flask": Loopless})
    observation = observe_one(find("AW221"), flask=rigged)
    assert observation.seen
    assert observation.removed


def test_three_quarters_of_what_is_about_the_hook_are_removed(observed):
    about_hooks = [observed(record.id) for record in CATALOGUE if record.about == "hook"]
    seen = [observation for observation in about_hooks if observation.seen]
    assert len(seen) >= 60
    assert sum(observation.removed for observation in seen) >= 0.75 * len(seen)


def test_probes_were_run_on_versions_that_are_known():
    assert all(version != "not installed" for version in versions().values())
