"""`python -m benchmarks load --soak`: what it counts, its bounds, what it says."""

from __future__ import annotations

import re
from functools import partial

import psutil
import pytest
from click.testing import CliRunner
from sqlalchemy import insert

from benchmarks.cli import main
from benchmarks.files import read
from benchmarks.results import save
from benchmarks.soak.ledger import Ledger
from benchmarks.soak.plan import SoakPlan
from benchmarks.soak.results import broken, soak_from_suite, soak_suite
from benchmarks.soak.rows import Rows, count_rows
from benchmarks.soak.run import Soaked
from twin.database import create_schema
from twin.engines import sync_engines
from twin.statements import metadata
from twin.urls import parse_database_url

MIB = 2**20


def call(*arguments):
    before = psutil.Process().children()
    done = CliRunner().invoke(main, [str(each) for each in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    assert set(psutil.Process().children()) <= set(before), "a process was left behind"
    return done


def seen(host="quart", memory=(100.0,) * 10, stops=(1.0, 2.0), answered=5, **rows):
    """What a soak saw of a twin, with all as it should be but what is said."""
    ledger = Ledger()
    for number in range(answered):
        ledger.answered[ledger.new_text()] = number
    counts = {"kept": answered, "rows": answered + 2, "audited": answered + 2} | rows
    return Soaked(
        host,
        seconds=2.0,
        memory=[each * MIB for each in memory],
        stops=list(stops),
        ledger=ledger,
        rows=Rows(**counts, faults=()),
    )


def broken_of(**how):
    return broken(soak_from_suite(soak_suite([seen(**how)])))


def test_a_twin_that_does_as_it_should_breaks_no_bound():
    assert broken_of() == []


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"memory": [100] * 8 + [120] * 2}, "memory grew by 20.0 MiB, and 18.0 are allowed"),
        ({"stops": [1, 7, 8]}, "2 stops took longer than 6 s"),
        ({"kept": 3}, "2 notes are lost, though answered with 201"),
        ({"kept": 0}, "5 notes are lost, though answered with 201"),
        ({"audited": 4}, "3 notes are half-written"),
        ({"audited": 9}, "2 notes are half-written"),
    ],
)
def test_a_bound_that_is_broken_is_named(how, says):
    assert broken_of(**how) == [f"quart: {says}"]


def test_a_server_that_is_not_warm_yet_may_grow():
    """The first fifth of the looks at memory does not count."""
    assert broken_of(memory=[10, 40, 100, 101, 100, 101, 100, 101, 100, 101]) == []


def test_what_is_kept_comes_back_and_is_shown(tmp_path):
    """Samples in their order, whoever reads the file; `show` prints the table and the verdict."""
    path = tmp_path / "soak.json"
    save(soak_suite([seen("flask", stops=[3, 1]), seen("quart", kept=4)]), path)
    file = read(path)
    assert file.kind == "soak"
    assert file.results.hosts == ["flask", "quart"]
    assert file.results.values("flask", "stop") == (3.0, 1.0)
    assert file.results.count("quart", "rows") == 7
    done = call("show", path)
    assert done.exit_code == 0, done.output
    assert "2.5" in done.stdout, "notes a second"
    assert "- quart: 1 notes are lost" in done.stdout


def test_two_soaks_are_compared_by_what_varies(tmp_path):
    paths = tmp_path / "one.json", tmp_path / "two.json"
    for path in paths:
        save(soak_suite([seen()]), path)
    done = call("compare", *paths)
    assert done.exit_code == 0, done.output
    assert "soak/quart/stop" in done.stdout
    assert "soak/quart/kept" not in done.stdout


def test_the_page_refuses_a_soak(tmp_path):
    save(soak_suite([seen()]), tmp_path / "soak.json")
    done = call("report", tmp_path / "soak.json", "-o", tmp_path / "page.html")
    assert done.exit_code != 0
    assert "has no place for a soak" in done.stderr


@pytest.mark.parametrize(
    ("name", "says"),
    [("soak/quart/speed", "'soak/quart/speed' is nothing"), ("soak/quart/kept", "has no answered")],
)
def test_a_file_that_lacks_something_is_refused(tmp_path, name, says):
    measured = soak_suite([seen()])
    (one,) = (each for each in measured.get_benchmarks() if each.get_name() == "soak/quart/kept")
    one.update_metadata({"name": name})
    save(type(measured)([one]), tmp_path / "soak.json")
    done = call("show", tmp_path / "soak.json")
    assert done.exit_code == 2
    assert says in done.stderr


@pytest.fixture
def store(tmp_path):
    """Writes notes and audit rows past the twins; `store.url` is where."""
    url = f"sqlite:///{tmp_path}/twin.sqlite3"
    create_schema(parse_database_url(url))
    reader, writer = sync_engines(parse_database_url(url))

    def write(table, **row):
        with writer.begin() as connection:
            connection.execute(insert(metadata.tables[table]).values(**row))

    write.url = url
    write.note = partial(write, "notes")
    write.audit = partial(write, "audit", method="POST", path="/notes")
    yield write
    reader.dispose()
    writer.dispose()


def test_notes_are_held_against_answers_and_audit_rows(store):
    """One that was answered and is there, one whose client left, others' notes: all well."""
    ledger, other = Ledger(), Ledger().new_text()
    for number in (1, 2):
        text = ledger.new_text()
        store.note(id=number, text=text)
        store.audit(status=201, request_id=text)
    ledger.answered[f"{ledger.prefix}1"] = 1
    store.audit(status=400, request_id=ledger.new_text())
    store.note(id=9, text=other)
    assert count_rows(store.url, ledger) == Rows(kept=1, rows=2, audited=2, faults=())


def test_each_way_to_lose_a_note_is_found(store):
    ledger = Ledger()
    lost, half, record, wrong = (ledger.new_text() for _ in range(4))
    store.note(id=1, text=half)
    store.audit(status=201, request_id=record)
    store.note(id=2, text=wrong)
    store.note(id=3, text=f"{ledger.prefix}forged")
    for text in (wrong, wrong, f"{ledger.prefix}forged"):
        store.audit(status=201, request_id=text)
    store.note(id=4, text=half)
    ledger.answered |= {lost: 7, wrong: 1}
    assert count_rows(store.url, ledger).faults == (
        "notes lost, though answered with 201: 2",
        "notes there twice: 1",
        "notes audited twice: 1",
        "notes there without an audit row: 1",
        "notes audited and not there: 1",
        "notes there, and sent by nobody: 1",
    )


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--soak", "0"], 2, "0.0 is not in the range"),
        (["--soak", "soon"], 2, "'soon' is not a valid float"),
        (["--soak", "1", "--quick", "--sets", "2"], 2, "leave out --quick, --sets"),
        (["--database", "sqlite:///x"], 2, "give --soak MINUTES too"),
        (["--soak", "1", "--database", "mysql://x/y"], 1, "Error: --database asks for 'mysql'"),
        (["--soak", "1", "-o", "no/such/folder/x.json"], 1, "there is no directory"),
    ],
)
def test_wrong_options_are_refused_before_anything_starts(monkeypatch, options, code, says):
    monkeypatch.setattr("benchmarks.soak.command.soak", None)
    done = call("load", *options)
    assert done.exit_code == code
    assert says in done.stderr


@pytest.fixture
def briefly(monkeypatch):
    """A soak with one more stop, after a second."""
    monkeypatch.setattr(
        "benchmarks.load.command.SoakPlan", partial(SoakPlan, stops=1, stop_seconds=1.0)
    )


@pytest.mark.slow
def test_both_twins_are_soaked(briefly, tmp_path):
    """Real servers and sockets: memory, stops, and every answered note there; progress is told."""
    path = tmp_path / "soak.json"
    done = call("load", "--soak", "0.05", "-o", path)
    assert done.exit_code == 0, done.output
    assert "Every bound is kept." in done.stdout
    assert "Both twins, 0.05 minutes, then 1 more stops" in done.stderr
    assert "stop 1 of 1" in done.stderr
    results = read(path).results
    for host in ("flask", "quart"):
        assert len(results.values(host, "stop")) == 2
        assert len(results.values(host, "memory")) > 5
        assert results.values(host, "memory")[0] > 10 * MIB
        assert results.count(host, "answered") == results.count(host, "kept") > 0
    shown = call("show", path)
    assert done.stdout.startswith(shown.stdout)


LOSES = """\
import random
from twin import transactions
plain = transactions.Transaction.end
def end(self, work):
    return plain(self, work if random.random() < 0.5 else lambda connection: None)
transactions.Transaction.end = end
"""
HANGS = """\
import sys, os
if "benchmarks.load.server" in sys.orig_argv:
    import signal
    signal.signal = lambda *_: None
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    signal.pthread_sigmask = lambda *_: None
"""
FAILS = """\
from twin import hooks
def fails(**_):
    raise LookupError("no audit today")
hooks.add_audit = fails
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (LOSES, [r"flask: \d+ notes are lost", r"quart: \d+ notes are lost"]),
        (HANGS, ["quart: it had not stopped 6 s after SIGTERM", r"quart: 2 stops took longer"]),
        (FAILS, ["not one note was answered", "status 500"]),
    ],
    ids=["loses notes", "does not stop", "answers 500"],
)
def test_a_twin_that_fails_ends_in_an_error(briefly, tmp_path, monkeypatch, fault, says):
    """The fault is in the servers alone: Python runs sitecustomize when it starts."""
    (tmp_path / "sitecustomize.py").write_text(fault)
    monkeypatch.syspath_prepend(tmp_path)
    done = call("load", "--soak", "0.02")
    assert done.exit_code == 1
    for each in says:
        assert re.search(each, done.stderr), done.stderr
