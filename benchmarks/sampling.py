"""Timing scenarios in interleaved rounds, within one process.

In each round every scenario is sampled once: a machine that slows down for a second slows all of
them. The order is shuffled anew each time, so none always follows the same neighbour; but scenarios
that do the same work, and are held against each other, stay together, because the speed of a busy
machine changes within a tenth of a second too. A sample is the median over a batch of
requests, each timed by itself, so that a request during which another program had the processor
does not count; reading the clock takes a thousandth of a request. Batches are sized to last about
`SAMPLE_SECONDS`, so that rounds are short.
"""

from __future__ import annotations

import asyncio
import gc
import random
from collections.abc import Callable, Sequence
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import TYPE_CHECKING, Final

from .apps import App, make_app
from .checks import LastError, check, errors_kept
from .exchange import Caller, make_caller
from .scenarios import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SAMPLE_SECONDS", "Subject", "opened", "sample_rounds"]

# How long one sample lasts, in seconds. A request that takes longer is sampled on its own.
SAMPLE_SECONDS: Final = 0.001

# A scenario is warm after this many requests or seconds, whichever comes first: the interpreter has
# specialised its code, the pipeline of hooks is made, thread pools are full.
_WARM_REQUESTS: Final = 40
_WARM_SECONDS: Final = 0.05

# How many requests fill the processor's caches before each sample.
_CACHE_REQUESTS: Final = 3


class Subject:
    """A scenario with its app, ready to be timed.

    :param scenario: what is measured.
    :param caller: what sends its app requests.
    :param errors: where the app logs them.
    """

    def __init__(self, scenario: Scenario, caller: Caller, errors: LastError) -> None:
        self.scenario = scenario
        self.loops = 1
        self._caller = caller
        self._errors = errors

    def calibrate(self) -> None:
        """Look at an answer, warm up, and find how many requests make a sample.

        :raises BenchmarkError: the answer is not what it should be.
        """
        self.timed(1)
        spent, requests, fastest = 0.0, 0, float("inf")
        while requests < _WARM_REQUESTS and spent < _WARM_SECONDS:
            seconds = self.timed(2)
            spent += 2 * seconds
            requests += 2
            fastest = min(fastest, seconds)
        # By the fastest, because what disturbs a request only ever makes it slower.
        self.loops = max(1, round(SAMPLE_SECONDS / fastest))

    def sample(self) -> float:
        """Seconds a request, of one batch.

        :raises BenchmarkError: the last answer of the batch is not what it should be.
        """
        # The scenario before has filled the processor's caches with its own. These requests are not
        # timed; one that makes a sample on its own is so long that it does not matter.
        if self.loops > 1:
            self.timed(_CACHE_REQUESTS)
        # To a nanosecond, as fine as clocks are: what follows is made by floats, and three quarters
        # of a file if it is kept.
        return round(self.timed(self.loops), 9)

    def timed(self, requests: int) -> float:
        """Seconds a request, of so many; the last answer is checked outside of the time."""
        self._errors.error = None
        seconds, answer = self._caller.batch(requests)
        check(self.scenario, answer, self._errors.error)
        return median(seconds)


@contextmanager
def opened(
    scenarios: Sequence[Scenario],
    rng: random.Random,
    make: Callable[[Scenario], App] = make_app,
) -> Iterator[list[Subject]]:
    """Subjects for *scenarios*, calibrated, in their order.

    :param scenarios: what is measured.
    :param rng: says in which order apps are made, so that memory is laid out anew in each process.
    :param make: makes the app of a scenario.
    :raises BenchmarkError: an answer is not what it should be.
    """
    shuffled = list(scenarios)
    rng.shuffle(shuffled)
    subjects: dict[Scenario, Subject] = {}
    with ExitStack() as stack:
        errors = stack.enter_context(errors_kept())
        runner = stack.enter_context(asyncio.Runner())
        for scenario in shuffled:
            caller = make_caller(make(scenario), runner)
            stack.callback(caller.close)
            subjects[scenario] = Subject(scenario, caller, errors)
        for subject in subjects.values():
            subject.calibrate()
        yield [subjects[scenario] for scenario in scenarios]


def sample_rounds(
    subjects: Sequence[Subject],
    rng: random.Random,
    *,
    goes_on: Callable[[int], bool],
) -> dict[str, list[float]]:
    """Sample *subjects* round by round.

    The garbage collector is off while a sample is taken, and run before each: else it would run in
    whichever sample happens to reach its threshold, and charge it for the garbage of the others.
    What lives already is frozen, so that a collection looks at the garbage of one sample only.

    :param subjects: what is sampled.
    :param rng: shuffles each round.
    :param goes_on: asked before each sample, with the number of rounds that are complete; a round
        that is broken off is dropped.
    :returns: seconds a request by scenario name, one value a round, so that the values of a round
        have the same index everywhere.
    """
    values: dict[str, list[float]] = {subject.scenario.name: [] for subject in subjects}
    complete = 0
    was_enabled = gc.isenabled()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        while True:
            this_round: dict[str, float] = {}
            for subject in _shuffled(subjects, rng):
                if not goes_on(complete):
                    return values
                gc.collect()
                this_round[subject.scenario.name] = subject.sample()
            for name, value in this_round.items():
                values[name].append(value)
            complete += 1
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()


def _shuffled(subjects: Sequence[Subject], rng: random.Random) -> list[Subject]:
    """*subjects* in a new order, with those that do the same work next to each other."""
    blocks: dict[tuple[object, ...], list[Subject]] = {}
    for subject in rng.sample(subjects, len(subjects)):
        blocks.setdefault(subject.scenario.block, []).append(subject)
    return [subject for block in blocks.values() for subject in block]
