"""The records of the catalogue: complete, and readable where neither host is installed."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import typing
from textwrap import dedent

import pytest

from afterware.differences import CATALOGUE, FAMILIES, find
from afterware.differences.record import Need, difference, family_of

each_record = pytest.mark.parametrize("record", CATALOGUE, ids=lambda record: record.id)


def test_there_are_at_least_sixty():
    assert len(CATALOGUE) >= 60


def test_no_id_is_used_twice():
    ids = [record.id for record in CATALOGUE]
    assert len(ids) == len(set(ids))


def test_no_title_is_used_twice():
    titles = [record.title for record in CATALOGUE]
    assert len(titles) == len(set(titles))


@each_record
def test_an_id_says_the_family(record):
    assert record.id[:2] == "AW"
    assert record.id[2:].isdigit()
    families = {prefix: family for prefix, (family, _) in FAMILIES.items()}
    digits = record.id[2:]
    assert record.family == families.get(digits[:2], families.get(digits[0]))


def test_an_id_of_no_family_is_an_error():
    with pytest.raises(KeyError):
        family_of("AW099")


@each_record
def test_a_record_says_whom_it_bites_and_what_to_do(record):
    for text in (record.title, record.whom, record.remedy, record.flask, record.quart):
        assert text
        assert text == text.strip()
    for text in (record.title, record.whom, record.remedy):
        assert not text.endswith(".")


@each_record
def test_before_and_after_come_together_and_are_python(record):
    assert bool(record.before) == bool(record.after)
    for source in (record.before, record.after):
        compile(
            dedent(source).replace("return send_file(path)", "send_file(path)"),
            record.id,
            "exec",
            flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
        )


@each_record
def test_a_reference_is_an_address(record):
    assert all(url.startswith("https://") for url in record.see)


def test_every_need_of_a_hook_has_a_record_to_be_filed_under():
    filed = {need for record in CATALOGUE for need in record.needs}
    assert filed == set(typing.get_args(Need))


def test_a_record_is_found_by_its_id():
    assert find("AW101").title == "response.get_data() gives a coroutine"


def test_an_id_that_there_is_not_is_an_error():
    with pytest.raises(KeyError):
        find("AW999")


def test_the_catalogue_is_read_where_neither_host_is_installed():
    """`afterware check` needs it there."""
    code = """
        import sys
        for host in ("flask", "quart", "hypercorn", "gunicorn", "click", "rich"):
            sys.modules[host] = None
        from afterware.differences import CATALOGUE
        print(len(CATALOGUE))
    """
    done = subprocess.run(
        [sys.executable, "-c", dedent(code)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert int(done.stdout) == len(CATALOGUE)


@pytest.mark.parametrize(
    ("versions", "claimed"),
    [
        ({"quart": "0.22.0"}, "old"),
        ({"quart": "0.23.0"}, "new"),
        ({"quart": "0.23.1"}, "new"),
        ({"quart": "1.0"}, "new"),
        ({"quart": "not installed"}, "old"),
        ({}, "old"),
    ],
)
def test_a_claim_may_differ_from_a_version_on(versions, claimed):
    record = difference(
        "AW199",
        "made up",
        flask="same",
        quart="old",
        bound="same",
        later={"quart 0.23": {"quart": "new"}},
        bites="loudly",
        whom="nobody",
        remedy="none",
    )(lambda at: {})
    assert record.claim(versions)["quart"] == claimed
    assert record.claim(versions)["bound_on_flask"] == "same"
