"""Comparing two results finds what changed, and nothing else."""

from __future__ import annotations

import dataclasses

import pytest
from planted_costs import COSTS
from rich.console import Console

from benchmarks.changes import changes, warnings
from benchmarks.compare import compared, comparison
from benchmarks.errors import BenchmarkError
from benchmarks.scenarios import every_scenario


def verdicts(first, second):
    return {
        each.quantity.name: (each.verdict, each.added_verdict) for each in changes(first, second)
    }


def test_a_result_has_not_changed_from_itself(planted):
    results = planted(rounds=10, hosts=("quart",))
    for each in changes(results, results):
        assert each.verdict == "not certain"
        assert each.factor.value == 1
        assert each.factor.low < 1 < each.factor.high


@pytest.mark.slow
def test_noise_is_not_called_a_change(planted):
    """Ten pairs of runs of the same thing: at most one in twenty may hold a false alarm."""
    alarms = 0
    for seed in range(10):
        found = verdicts(
            planted(seed=seed, rounds=10, hosts=("flask",)),
            planted(seed=100 + seed, rounds=10, hosts=("flask",)),
        )
        alarms += any(told != ("not certain", "not certain") for told in found.values() if told[1])
    assert alarms <= 1


def test_a_planted_change_is_found_where_it_is_and_only_there(planted):
    dearer = COSTS | {"portable-async": (2.5, 4.8)}
    usual, other = planted(hosts=("flask",)), planted(seed=1, hosts=("flask",), costs=dearer)
    found = verdicts(usual, other)
    assert found["flask/28B/portable-async/64"] == ("slower", "slower")
    assert found["flask/28B/portable-async/16"] == ("slower", "slower")
    others = {name: told for name, told in found.items() if "portable-async" not in name}
    assert {each for told in others.values() for each in told} == {"not certain", ""}
    back = verdicts(other, usual)
    assert back["flask/28B/portable-async/64"] == ("faster", "faster")


def test_a_slower_machine_makes_requests_slower_and_none_of_the_hooks_by_itself(planted):
    usual, other = planted(hosts=("quart",)), planted(seed=1, hosts=("quart",), request=130)
    found = verdicts(usual, other)
    assert all(told[0] == "slower" for name, told in found.items() if name.endswith("/0"))
    assert {told[1] for told in found.values()} == {"not certain", ""}


def test_more_scenarios_ask_for_wider_intervals(planted):
    """The same samples of one scenario, compared alone and among the others."""
    sides = planted(rounds=10, hosts=("flask",)), planted(seed=1, rounds=10, hosts=("flask",))

    def width(keep):
        kept = [
            dataclasses.replace(side, samples={k: v for k, v in side.samples.items() if keep(k)})
            for side in sides
        ]
        change = next(each for each in changes(*kept) if each.quantity.name.endswith("/none/0"))
        return change.factor.high / change.factor.low

    assert width(lambda _: True) > 1.01 * width(lambda each: each.style == "none")


def printed(first, second):
    console = Console(width=160, highlight=False, color_system=None)
    with console.capture() as capture:
        console.print(comparison(compared(first, second)))
    return capture.get()


def test_the_table_has_a_row_for_each_scenario_and_a_sum_below(planted):
    dearer = COSTS | {"inline": (0.0, 9.0)}
    usual, other = planted(hosts=("flask",)), planted(seed=1, hosts=("flask",), costs=dearer)
    text = printed(usual, other)
    row = next(line for line in text.splitlines() if line.startswith("flask/28B/inline/64"))
    assert "->" in row
    assert "%" in row
    assert "slower" in row
    assert "Whole requests:" in text
    assert "What hooks add:" in text
    assert "Bonferroni" in text
    assert "Note" not in text


def test_other_machines_and_versions_are_warned_of(planted):
    first = planted(rounds=2)
    changed = {"cpu_model_name": "Abacus", "quart_version": "9.9", "date": "another"}
    second = dataclasses.replace(first, metadata=first.metadata | changed)
    told = warnings(first, second)
    assert len(told) == 2
    assert any("cpu model name differs" in each and "Abacus" in each for each in told)
    assert any("quart version differs" in each and "9.9" in each for each in told)
    assert "Note: quart version differs" in printed(first, second)


def test_what_only_one_file_holds_and_lone_processes_are_warned_of(planted):
    few = planted(rounds=2, hooks=(0, 1), processes=1)
    told = warnings(planted(rounds=2), few)
    only = sum(each.hooks > 1 for each in every_scenario(["28B"], ["header"]))
    assert any(f"{only} scenarios are in the first file only" in each for each in told)
    assert any("the second file holds a single process" in each for each in told)
    assert changes(planted(rounds=2), few)


def test_results_with_nothing_in_common_are_not_compared(planted):
    with pytest.raises(BenchmarkError, match="no scenario in common"):
        changes(planted(rounds=1, hosts=("flask",)), planted(rounds=1, hosts=("quart",)))
