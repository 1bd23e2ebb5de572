"""Two results side by side: what became slower or faster, and how sure that is.

A change counts if its interval leaves out "none" with a confidence of 95% for all scenarios
together (Bonferroni). Intervals come from the spread of bootstrapped medians over processes and
rounds, and from Student's t, because a handful of processes tells little about how processes vary.
Whole requests are compared, and what hooks add to them: if the machine was slower that day, whole
requests change together, and what was added, being a difference within rounds, changes less.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from statistics import median, stdev
from typing import Final

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .errors import BenchmarkError
from .estimates import CONFIDENCE, Estimate, Resampler, student_quantile
from .report import amount, span
from .results import MACHINE, VERSIONS, Results
from .scenarios import Scenario

__all__ = ["Change", "changes", "comparison", "warnings"]

# Not worth a warning where they differ.
_PASSING: Final = ("date", "perf_version")
_MICROSECONDS: Final = 1e6
# Enough to tell a deviation to within some 4%.
_DRAWS: Final = 300


@dataclass(frozen=True, slots=True)
class Change:
    """How one scenario changed from one result to another.

    :param scenario: what was measured.
    :param request: seconds a request in the first and in the second.
    :param factor: the second over the first, with an interval for all scenarios together.
    :param added: what hooks added, in seconds a request, in the first and in the second; None for
        a scenario without hooks to compare with itself.
    :param more: the second less the first, in seconds, with such an interval.
    """

    scenario: Scenario
    request: tuple[float, float]
    factor: Estimate
    added: tuple[float, float] | None
    more: Estimate | None

    @property
    def verdict(self) -> str:
        """What is certain about the whole request."""
        return _verdict(self.factor, 1.0)

    @property
    def added_verdict(self) -> str:
        """What is certain about what the hooks add."""
        return _verdict(self.more, 0.0) if self.more else ""


def changes(first: Results, second: Results) -> list[Change]:
    """How each scenario that both hold changed.

    :param first: what is compared with.
    :param second: what is compared.
    :raises BenchmarkError: they have no scenario in common.
    """
    common = [each for each in first.samples if each in second.samples]
    if not common:
        raise BenchmarkError("The two files have no scenario in common.")
    sides = _Side(first, seed=1), _Side(second, seed=2)
    tail = (1 - CONFIDENCE) / 2 / len(common)
    widths = {
        host: student_quantile(1 - tail, max(1, _units(first, host) + _units(second, host) - 2))
        for host in {each.host for each in common}
    }
    return [_change(each, sides, widths[each.host]) for each in common]


def warnings(first: Results, second: Results) -> list[str]:
    """What makes the two hard to compare: other machines, other versions, too few processes."""
    keys = [*MACHINE, *(f"{name}_version" for name in VERSIONS)]
    found = []
    for key in keys:
        values = first.metadata.get(key, "unknown"), second.metadata.get(key, "unknown")
        if key not in _PASSING and values[0] != values[1]:
            found.append(f"{key.replace('_', ' ')} differs: {values[0]} and {values[1]}")
    for name, results in (("first", first), ("second", second)):
        if any(len(results.shape(host)) == 1 for host in results.hosts):
            found.append(
                f"the {name} file holds a single process of a host, whose memory layout alone can"
                " shift figures by several per cent"
            )
    only = [
        (name, len([each for each in one.samples if each not in other.samples]))
        for name, one, other in (("first", first, second), ("second", second, first))
    ]
    found += [f"{number} scenarios are in the {name} file only" for name, number in only if number]
    return found


def comparison(first: Results, second: Results) -> RenderableType:
    """The two results, as a table.

    :param first: what is compared with.
    :param second: what is compared.
    :raises BenchmarkError: they have no scenario in common.
    """
    found = changes(first, second)
    parts: list[RenderableType] = [
        Text(f"Note: {warning}.", style="bold") for warning in warnings(first, second)
    ]
    result = Table(box=None, header_style="bold", padding=(0, 2, 0, 0), pad_edge=False)
    for title in ("scenario", "request, µs", "change", "", "added, µs", "change, µs", ""):
        result.add_column(title, justify="left" if title in ("scenario", "") else "right")
    for each in found:
        result.add_row(*_row(each))
    parts.append(Padding(result, (1, 0)))
    parts.append(Text(_summary(found)))
    return Stack(*parts)


class _Side:
    """One of the two results, with its draws."""

    def __init__(self, results: Results, seed: int) -> None:
        self._values = {
            scenario: [value for process in processes for value in process]
            for scenario, processes in results.samples.items()
        }
        self._resamplers = {
            host: Resampler(results.shape(host), draws=_DRAWS, seed=seed) for host in results.hosts
        }

    def request(self, scenario: Scenario) -> tuple[float, float]:
        """Its median, and the deviation of that median's logarithm."""
        values = self._values[scenario]
        return median(values), stdev(
            log(each) for each in self._resamplers[scenario.host].medians(values)
        )

    def added(self, scenario: Scenario) -> tuple[float, float]:
        """The median of what its hooks add, and that median's deviation."""
        pairs = zip(self._values[scenario], self._values[scenario.baseline], strict=True)
        values = [value - request for value, request in pairs]
        return median(values), stdev(self._resamplers[scenario.host].medians(values))


def _change(scenario: Scenario, sides: tuple[_Side, _Side], width: float) -> Change:
    (before, error), (after, other_error) = (side.request(scenario) for side in sides)
    reach = exp(width * (error**2 + other_error**2) ** 0.5)
    factor = Estimate(after / before, after / before / reach, after / before * reach)
    if scenario == scenario.baseline:
        return Change(scenario, (before, after), factor, None, None)
    (cost, error), (other_cost, other_error) = (side.added(scenario) for side in sides)
    margin = width * (error**2 + other_error**2) ** 0.5
    more = Estimate(other_cost - cost, other_cost - cost - margin, other_cost - cost + margin)
    return Change(scenario, (before, after), factor, (cost, other_cost), more)


def _units(results: Results, host: str) -> int:
    """How many things vary independently: processes or, if there is but one, its rounds."""
    shape = results.shape(host)
    return len(shape) if len(shape) > 1 else shape[0]


def _verdict(estimate: Estimate, same: float) -> str:
    if estimate.low > same:
        return "slower"
    return "faster" if estimate.high < same else "not certain"


def _row(change: Change) -> list[str]:
    percent = Estimate(*((end - 1) * 100 for end in _ends(change.factor)))
    row = [
        change.scenario.name,
        " -> ".join(amount(seconds * _MICROSECONDS) for seconds in change.request),
        f"{percent.value:+.1f}% ({percent.low:+.1f}…{percent.high:+.1f})",
        change.verdict,
    ]
    if change.added is None or change.more is None:
        return [*row, "", "", ""]
    more = change.more.scaled(_MICROSECONDS)
    return [
        *row,
        " -> ".join(amount(seconds * _MICROSECONDS) for seconds in change.added),
        f"{amount(more.value)} ({span(more)})",
        change.added_verdict,
    ]


def _ends(estimate: Estimate) -> tuple[float, float, float]:
    return estimate.value, estimate.low, estimate.high


def _summary(found: list[Change]) -> str:
    def tell(verdicts: list[str]) -> str:
        slower, faster = verdicts.count("slower"), verdicts.count("faster")
        return f"{slower} slower, {faster} faster, {len(verdicts) - slower - faster} not certain"

    added = [each.added_verdict for each in found if each.more]
    told = f"Whole requests: {tell([each.verdict for each in found])}."
    if added:
        told += f" What hooks add: {tell(added)}."
    return (
        f"{told} Certain means: 95% for all {len(found)} scenarios together, by a bootstrap over"
        " processes and rounds, Student's t and Bonferroni's correction."
    )
