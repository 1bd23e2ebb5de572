"""The benchmarks of ready-made hooks: equal work, seen before it is timed; honest reports."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyperf
import pytest
from click.testing import CliRunner
from rich.console import Console

from benchmarks.cli import main
from benchmarks.errors import BenchmarkError
from benchmarks.exchange import make_caller
from benchmarks.peer_analysis import BOUNDS, peers_from_suite
from benchmarks.peer_apps import NOBODY, OURS, asked, check_peer, every_peer, make_peer_app
from benchmarks.peer_report import peer_report
from benchmarks.processes import Process
from benchmarks.results import suite

EVERYBODY = every_peer()


def answer_of(peer: Any) -> Any:
    with asyncio.Runner() as runner:
        caller = make_caller(make_peer_app(peer), runner, list(asked(peer).items()))
        _, answer = caller.batch(1)
        caller.close()
    return answer


def test_the_names_are_those_that_are_promised() -> None:
    names = [peer.name for peer in EVERYBODY]
    assert len(set(names)) == len(names)
    assert {name.split("/")[1] for name in names} == {
        "security-headers",
        "cors",
        "compress-idle",
        "compress-busy",
    }
    assert {name.split("/")[2] for name in names} == {
        "none",
        "afterware",
        "talisman",
        "secure",
        "flask-cors",
        "quart-cors",
        "flask-compress",
    }
    assert {(name.split("/")[1], name.split("/")[2]) for name in names} - set(BOUNDS) == {
        (task, who) for task in {name.split("/")[1] for name in names} for who in (NOBODY, OURS)
    }


@pytest.mark.parametrize("peer", EVERYBODY, ids=lambda peer: peer.name)
def test_everybody_does_the_task(peer: Any) -> None:
    check_peer(peer, answer_of(peer))


@pytest.mark.parametrize(
    "peer", [peer for peer in EVERYBODY if peer.who == NOBODY], ids=lambda peer: peer.name
)
def test_whoever_does_nothing_is_not_timed_as_if_it_did(peer: Any) -> None:
    answer = answer_of(peer)
    ours = replace(peer, who=OURS)
    if peer.task == "compress-idle":
        busy = answer_of(replace(peer, task="compress-busy", who=OURS))
        with pytest.raises(BenchmarkError, match="content-encoding"):
            check_peer(ours, busy)
    else:
        with pytest.raises(BenchmarkError, match="the header"):
            check_peer(ours, answer)
        with pytest.raises(BenchmarkError, match="it has the header"):
            check_peer(peer, answer_of(ours))


def test_an_error_page_is_not_timed() -> None:
    peer = EVERYBODY[0]
    with pytest.raises(BenchmarkError, match=r"status is 500.*ValueError: why"):
        check_peer(peer, replace(answer_of(peer), status=500), ValueError("why"))
    with pytest.raises(BenchmarkError, match="the body is another"):
        check_peer(peer, replace(answer_of(peer), chunks=[b"x"]))


def test_a_short_run_writes_a_suite_that_is_shown_again(tmp_path: Path) -> None:
    file = tmp_path / "peers.json"
    options = ["--processes", "1", "--seconds", "0", "--min-rounds", "2", "-o", str(file)]
    ran = CliRunner().invoke(main, ["peers", *options])
    assert ran.exit_code == 0, ran.output
    measured = pyperf.BenchmarkSuite.load(str(file))
    assert set(measured.get_benchmark_names()) == {peer.name for peer in EVERYBODY}
    assert all(len(each.get_values()) == 2 for each in measured.get_benchmarks())
    assert measured.get_metadata()["flask_cors_version"]
    shown = CliRunner().invoke(main, ["peers", "--show", str(file)])
    assert shown.exit_code == 0
    assert "flask-cors" in shown.output


def test_a_file_that_is_something_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    file.write_text("{}")
    for path in (file, tmp_path / "missing.json"):
        shown = CliRunner().invoke(main, ["peers", "--show", str(path)])
        assert shown.exit_code == 2
        assert "is not a result of `peers`" in shown.output


def printed(added: dict[str, float]) -> str:
    """The report where each who adds so many microseconds to a request of a hundred."""
    values = {
        peer.name: [(100 + added.get(peer.who, 0) + number * 0.01) * 1e-6 for number in range(9)]
        for peer in EVERYBODY
    }
    processes = [Process(values, dict.fromkeys(values, 1))] * 2
    out = io.StringIO()
    Console(file=out, width=160).print(peer_report(peers_from_suite(suite(processes))))
    return out.getvalue()


def test_the_report_says_what_was_kept_and_what_was_not() -> None:
    text = printed({OURS: 5, "talisman": 50, "secure": 20, "flask-cors": 41, "quart-cors": 49})
    row = {
        who: next(line for line in text.splitlines() if f" {who} " in line)
        for who in ("talisman", "secure", "flask-cors", "quart-cors")
    }
    assert "10.0" in row["talisman"]
    assert "at least 8: kept" in row["talisman"]
    assert "4.0" in row["secure"]
    assert "at least 8: NOT kept" in row["secure"]
    assert "at least 8: kept" in row["flask-cors"]
    assert "at least 10: NOT kept" in row["quart-cors"]
    assert "18 rounds in 2 processes" in text
