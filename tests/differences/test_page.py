"""docs/differences.md: what it is made of, and when it is stale."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from afterware.differences import CATALOGUE, find
from afterware.differences.observe import Observation
from afterware.differences.page import Stored, load, render, save, stale

DOCS = Path(__file__).parents[2] / "docs"

VERSIONS = {"python": "3.11", "flask": "3.1.3", "quart": "0.22.0"}


def seen(named, **saw):
    record = find(named)
    facts = {column: {"is": saw.get(column, "a")} for column in ("flask", "quart")}
    facts["bound"] = facts["bound_on_flask"] = {"is": "a"}
    return Observation(record, facts, record.claim(VERSIONS))


@pytest.fixture
def run():
    return Stored(VERSIONS, (seen("AW101", quart="b"), seen("AW207")))


def test_the_page_is_what_its_records_and_observations_make():
    assert (DOCS / "differences.md").read_text() == render(load(DOCS))


def test_the_page_has_both_pairs_of_python_and_quart():
    assert [each.title for each in load(DOCS)] == [
        "Quart 0.22, Python 3.11",
        "Quart 0.23, Python 3.13",
    ]


@pytest.mark.parametrize("record", CATALOGUE, ids=lambda record: record.id)
def test_each_id_has_an_anchor_and_has_been_observed(record):
    assert (DOCS / "differences.md").read_text().count(f'<a id="{record.id.lower()}"></a>') == 1
    for stored in load(DOCS):
        assert stored.of(record) is not None


def test_what_was_observed_bears_out_what_is_claimed():
    for stored in load(DOCS):
        for observation in stored.observations:
            assert observation.changed == [], observation.difference.id


def test_observations_hold_nothing_that_changes_from_run_to_run():
    for stored in load(DOCS):
        for observation in stored.observations:
            for facts in observation.saw.values():
                text = str(facts)
                assert "0x" not in text
                assert "127.0.0.1:" not in text
                assert "/tmp" not in text


def test_what_is_saved_is_loaded(tmp_path, run):
    save(tmp_path, run)
    assert load(tmp_path) == [run]
    assert stale(tmp_path, run) == []


def test_one_row_stands_for_versions_that_do_the_same(tmp_path, run):
    newer = {**VERSIONS, "python": "3.13", "quart": "0.23.1"}
    save(tmp_path, run)
    save(tmp_path, Stored(newer, run.observations))
    page = (tmp_path / "differences.md").read_text()
    assert "|  | is: `a` | is: `b` | is: `a` |" in page
    assert "| Quart 0.22, Python 3.11 | is" not in page


def test_versions_that_differ_stand_side_by_side(tmp_path, run):
    newer = {**VERSIONS, "python": "3.13", "quart": "0.23.1"}
    save(tmp_path, run)
    save(tmp_path, Stored(newer, (seen("AW101", quart="c"), seen("AW207"))))
    page = (tmp_path / "differences.md").read_text()
    assert "| Quart 0.22, Python 3.11 | is: `a` | is: `b` | is: `a` |" in page
    assert "| Quart 0.23, Python 3.13 | is: `a` | is: `c` | is: `a` |" in page


def test_another_version_makes_it_stale(tmp_path, run):
    save(tmp_path, run)
    later = Stored({**VERSIONS, "flask": "3.1.4"}, run.observations)
    assert "flask is 3.1.4, and was 3.1.3" in stale(tmp_path, later)


def test_another_observation_makes_it_stale(tmp_path, run):
    save(tmp_path, run)
    other = Stored(VERSIONS, (seen("AW101", quart="c"), seen("AW207")))
    assert stale(tmp_path, other) == ["AW101, quart: saw 'is: c', stored is 'is: b'"]


def test_an_observation_that_the_record_itself_expects_does_not(tmp_path, run):
    """A patch of Python may do what the stored one did not."""
    save(tmp_path, run)
    other = seen("AW101", quart="c")
    expected = dataclasses.replace(other, claimed={**other.claimed, "quart": "is: c"})
    assert stale(tmp_path, Stored(VERSIONS, (expected, seen("AW207")))) == []


def test_a_record_that_was_never_observed_makes_it_stale(tmp_path, run):
    save(tmp_path, run)
    more = Stored(VERSIONS, (*run.observations, seen("AW301")))
    assert stale(tmp_path, more) == ["AW301 is not stored"]
