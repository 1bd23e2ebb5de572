"""What differs between two results of one kind, and how sure that is.

A change counts if its interval leaves out "none" with a confidence of 95% for everything that is
compared together (Bonferroni). Intervals come from the spread of bootstrapped medians over
processes and rounds, and from Student's t, because a handful of processes tells little about how
processes vary. Whole requests are compared, and what hooks add to them: if the machine was slower
that day, whole requests change together, and what was added, being a difference within rounds,
changes less.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from math import exp, hypot, inf, log
from statistics import median, stdev
from typing import Any, Final

from .checking.results import CheckResults, name_of
from .errors import BenchmarkError
from .estimates import CONFIDENCE, Estimate, Resampler, student_quantile
from .files import AnyResults
from .load.results import LoadResults
from .load.scenarios import Load
from .peer_analysis import PeerResults
from .peer_apps import NOBODY
from .results import MACHINE, Results, Samples
from .soak.results import SoakResults

__all__ = ["Change", "Quantity", "changes", "warnings"]

# Not worth a warning where they differ.
_PASSING: Final = ("date", "perf_version")
# Enough to tell a deviation to within some 4%.
_DRAWS: Final = 300


@dataclass(frozen=True, slots=True)
class Quantity:
    """One thing that both results measured.

    :param name: the scenario's, as in the file.
    :param baseline: the name of what is taken off it to see what was added, if anything is.
    :param rounds: what tells whose rounds it was measured in.
    :param unit: in which it is shown.
    :param scale: how many of that unit a recorded value of 1 is.
    :param more_is_better: whether a larger figure is a better one.
    :param words: what a worse one is called, and a better one.
    """

    name: str
    baseline: str | None
    rounds: str
    unit: str = "µs"
    scale: float = 1e6
    more_is_better: bool = False
    words: tuple[str, str] = ("slower", "faster")


@dataclass(frozen=True, slots=True)
class Change:
    """How one quantity changed from one result to another.

    :param quantity: what was measured.
    :param values: the medians of the first and of the second, as recorded.
    :param factor: the second over the first, with an interval for all comparisons together.
    :param added: what was added to the baseline, in the first and in the second; None for a
        quantity without one.
    :param more: the second of these less the first, with such an interval.
    :param added_margins: how far the intervals of the two reach to either side.
    """

    quantity: Quantity
    values: tuple[float, float]
    factor: Estimate
    added: tuple[float, float] | None
    more: Estimate | None
    added_margins: tuple[float, float]

    @property
    def verdict(self) -> str:
        """What is certain about the whole."""
        return self._verdict(self.factor, 1.0)

    @property
    def added_verdict(self) -> str:
        """What is certain about what was added."""
        return self._verdict(self.more, 0.0) if self.more else ""

    @property
    def is_certain(self) -> bool:
        """Whether anything is."""
        return {self.verdict, self.added_verdict} - {"not certain", ""} != set()

    def is_worse_by(self, share: float) -> bool:
        """Whether it became worse by more than that with certainty, the whole or what was added.

        :param share: how much worse is allowed, such as 0.1.
        """
        if self.quantity.more_is_better:
            return self.factor.high < 1 - share
        return self.factor.low > 1 + share or self._adds_more_by(share)

    def _adds_more_by(self, share: float) -> bool:
        if self.added is None or self.more is None or self.more.low <= 0:
            return False
        before, after = self.added
        margin = hypot(self.added_margins[1], (1 + share) * self.added_margins[0])
        # What was added cannot have been less than nothing.
        return after - (1 + share) * max(before, 0.0) > margin

    def _verdict(self, estimate: Estimate, same: float) -> str:
        worse, better = self.quantity.words
        if self.quantity.more_is_better:
            worse, better = better, worse
        if estimate.low > same:
            return worse
        return better if estimate.high < same else "not certain"


def changes(first: AnyResults, second: AnyResults) -> list[Change]:
    """How each quantity that both hold changed.

    :param first: what is compared with.
    :param second: what is compared, of the same kind.
    :raises BenchmarkError: they are of two kinds, or have nothing in common.
    """
    if type(first) is not type(second):
        raise BenchmarkError(
            "The two files are of different kinds: `run`, `peers`, `load` and `check` measure"
            " different things. Compare two files of one of them."
        )
    measured = _quantities(first), _quantities(second)
    common = [each for each in measured[0] if each in measured[1]]
    if not common:
        raise BenchmarkError("The two files have no scenario in common.")
    sides = _Side(measured[0], seed=1), _Side(measured[1], seed=2)
    comparisons = sum(1 if each.baseline is None else 2 for each in common)
    tail = (1 - CONFIDENCE) / 2 / comparisons
    widths: dict[str, float] = {}
    for rounds in {each.rounds for each in common}:
        units = [side.units(rounds) for side in sides]
        # Of what was seen once, nobody knows how it varies.
        widths[rounds] = student_quantile(1 - tail, sum(units) - 2) if min(units) > 1 else inf
    return [_change(each, sides, widths[each.rounds]) for each in common]


def warnings(first: AnyResults, second: AnyResults) -> list[str]:
    """What makes the two hard to compare: other machines, other versions, too few processes."""
    known = {*first.metadata, *second.metadata}
    keys = [*MACHINE, *sorted(key for key in known - {*MACHINE} if key.endswith("_version"))]
    found = []
    for key in keys:
        values = first.metadata.get(key, "unknown"), second.metadata.get(key, "unknown")
        if key not in _PASSING and values[0] != values[1]:
            found.append(f"{key.replace('_', ' ')} differs: {values[0]} and {values[1]}")
    measured = _quantities(first), _quantities(second)
    for name, quantities in zip(("first", "second"), measured, strict=True):
        if any(len(samples) == 1 for samples in quantities.values()):
            what = "set of servers" if isinstance(first, LoadResults) else "process of a host"
            found.append(
                f"the {name} file holds a single {what}, whose memory layout alone can shift"
                " figures by several per cent"
            )
    only = [
        (name, len([each for each in one if each not in other]))
        for name, one, other in (
            ("first", measured[0], measured[1]),
            ("second", measured[1], measured[0]),
        )
    ]
    found += [f"{number} scenarios are in the {name} file only" for name, number in only if number]
    return found


_OF_LOAD: Final[dict[str, dict[str, Any]]] = {
    "throughput": {"unit": "requests/s", "scale": 1.0, "more_is_better": True},
    "p50": {"unit": "ms", "scale": 1e3},
    "p90": {"unit": "ms", "scale": 1e3},
    "p99": {"unit": "ms", "scale": 1e3},
    "cpu": {},
    "memory": {"unit": "MiB", "scale": 2.0**-20, "words": ("larger", "smaller")},
}


@singledispatch
def _quantities(results: object) -> dict[Quantity, Samples]:
    raise TypeError(results)


@_quantities.register
def _(results: Results) -> dict[Quantity, Samples]:
    return {
        Quantity(
            each.name, None if each == each.baseline else each.baseline.name, each.host
        ): samples
        for each, samples in results.samples.items()
    }


@_quantities.register
def _(results: PeerResults) -> dict[Quantity, Samples]:
    found = {}
    for name, samples in results.samples.items():
        task, _, who = name.rpartition("/")
        baseline = None if who == NOBODY else f"{task}/{NOBODY}"
        found[Quantity(name, baseline, "peers")] = samples
    return found


@_quantities.register
def _(results: LoadResults) -> dict[Quantity, Samples]:
    return {
        Quantity(
            f"{each.name}/{metric}",
            None,
            f"load/{each.host}" if isinstance(each, Load) else "wait",
            **_OF_LOAD[metric],
        ): samples
        for (each, metric), samples in results.samples.items()
    }


_OF_SOAK: Final[dict[str, dict[str, Any]]] = {
    "memory": _OF_LOAD["memory"],
    "stop": {"unit": "s", "scale": 1.0},
    "throughput": {"unit": "notes/s", "scale": 1.0, "more_is_better": True},
}


@_quantities.register
def _(results: SoakResults) -> dict[Quantity, Samples]:
    return {
        Quantity(f"soak/{host}/{metric}", None, f"soak/{host}/{metric}", **_OF_SOAK[metric]): runs
        for (host, metric), runs in results.samples.items()
        if metric in _OF_SOAK
    }


@_quantities.register
def _(results: CheckResults) -> dict[Quantity, Samples]:
    return {
        Quantity(name_of(key), None, "check", unit="ms", scale=1e3): samples
        for key, samples in results.samples.items()
    }


class _Side:
    """One of the two results, with its draws."""

    def __init__(self, quantities: dict[Quantity, Samples], seed: int) -> None:
        self._values = {
            each.name: [value for run in runs for value in run] for each, runs in quantities.items()
        }
        self._shapes = {
            each.rounds: tuple(len(run) for run in runs) for each, runs in quantities.items()
        }
        self._resamplers = {
            rounds: Resampler(shape, draws=_DRAWS, seed=seed)
            for rounds, shape in self._shapes.items()
        }

    def units(self, rounds: str) -> int:
        """How many things vary independently: processes or, if there is but one, its rounds."""
        shape = self._shapes[rounds]
        return len(shape) if len(shape) > 1 else shape[0]

    def whole(self, quantity: Quantity) -> tuple[float, float]:
        """Its median, and the deviation of that median's logarithm."""
        values = self._values[quantity.name]
        return median(values), stdev(
            log(each) for each in self._resamplers[quantity.rounds].medians(values)
        )

    def added(self, quantity: Quantity, baseline: str) -> tuple[float, float]:
        """The median of what it adds to its baseline, and that median's deviation."""
        pairs = zip(self._values[quantity.name], self._values[baseline], strict=True)
        values = [value - request for value, request in pairs]
        return median(values), stdev(self._resamplers[quantity.rounds].medians(values))


def _change(quantity: Quantity, sides: tuple[_Side, _Side], width: float) -> Change:
    (before, error), (after, other_error) = (side.whole(quantity) for side in sides)
    reach = _exp(_reach(width, hypot(error, other_error)))
    factor = Estimate(after / before, after / before / reach, after / before * reach)
    if quantity.baseline is None:
        return Change(quantity, (before, after), factor, None, None, (0.0, 0.0))
    (cost, error), (other_cost, other_error) = (
        side.added(quantity, quantity.baseline) for side in sides
    )
    margin = _reach(width, hypot(error, other_error))
    more = Estimate(other_cost - cost, other_cost - cost - margin, other_cost - cost + margin)
    margins = _reach(width, error), _reach(width, other_error)
    return Change(quantity, (before, after), factor, (cost, other_cost), more, margins)


def _reach(width: float, error: float) -> float:
    return inf if width == inf else width * error


def _exp(power: float) -> float:
    return exp(power) if power < 700 else inf
