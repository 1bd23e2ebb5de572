"""What each hook adds to a request of its app, measured.

A request takes a hundred times as long as a hook, and machines drift. So in each round a request
with a hook is followed by two without it and by one with it, which makes one difference; and what
is told is the median of the differences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any, NoReturn

from ..errors import HookSuspendedError
from ..exchange import Answer, Client, Request, ServingError, client_for
from .arms import Arm, Arms, restored
from .collect import SURROUND, Listing, Row
from .estimate import Cost, estimate
from .hosted import HostedApp, QuartApp

__all__ = ["Measured", "Timing", "TimingError", "measure"]

# Requests of each kind that are sent before any is timed.
_WARM_UP = 20

# A hook that takes longer than this inline, in seconds, is told to keep off the loop.
WAITS_SECONDS = 0.001

_OF_NO_REQUEST = ("_websocket", "_serving")


class TimingError(Exception):
    """The app cannot be timed; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a hook costs on one path.

    :param added: what it adds to a request; None where it could not be measured.
    :param bound: what it would add if it were bound through Afterware, where that was measured.
    :param saved: what binding it would take off a request, likewise.
    :param waits: whether *bound* and *saved* are with suspends=True.
    :param why_not: why *added* was not measured, as the end of a sentence.
    """

    added: Cost | None = None
    bound: Cost | None = None
    saved: Cost | None = None
    waits: bool = False
    why_not: str = ""

    @property
    def slow(self) -> bool:
        """Whether it takes so long inline that it would hold up other requests."""
        return self.bound is not None and not self.waits and self.bound.low > WAITS_SECONDS


@dataclass(frozen=True, slots=True)
class Timing:
    """What was measured.

    :param path: the path that was asked for.
    :param status: what it answered.
    :param rounds: how many differences each figure is of.
    :param seconds: how long the request takes with all hooks, a median.
    :param measured: what each hook costs.
    :param notes: what a reader should know, a sentence each.
    """

    path: str
    status: int
    rounds: int
    seconds: float
    measured: dict[Row, Measured]
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Trial:
    """A hook that is measured: the app as it is, without it, and with it bound.

    :param arms: the states of the app by name.
    :param why_not: why there is none without it.
    """

    row: Row
    arms: dict[str, Arm]
    why_not: str = ""
    waits: bool = False
    samples: dict[str, list[float]] = field(init=False)

    def __post_init__(self) -> None:
        self.samples = {name: [] for name in self.arms}

    def drop(self, name: str) -> None:
        """Leave out a state, and all if there is none left to compare."""
        del self.arms[name], self.samples[name]
        if len(self.arms) == 1:
            self.arms.clear()
            self.samples.clear()

    def result(self) -> Measured:
        return Measured(
            self._difference(_USUAL, _WITHOUT),
            self._difference(_BOUND, _WITHOUT),
            self._difference(_USUAL, _BOUND),
            self.waits,
            self.why_not,
        )

    def _difference(self, more: str, less: str) -> Cost | None:
        if more not in self.samples or less not in self.samples:
            return None
        pairs = zip(self.samples[more], self.samples[less], strict=True)
        return estimate([with_it - without for with_it, without in pairs])


_USUAL, _WITHOUT, _BOUND = "usual", "without", "bound"


def measure(
    listing: Listing,
    asked: Request,
    rounds: int,
    tell: Callable[[float], None] = lambda _: None,
) -> Timing:
    """Measure every hook that runs on a path. The app has its hooks as they were afterwards.

    :param listing: the app's hooks.
    :param asked: what to ask for.
    :param rounds: how many differences to take for each hook, at least 6.
    :param tell: called now and then with how much is done, from 0 to 1.
    :raises TimingError: the path does not answer as it should.
    """
    host = listing.host
    try:
        request = _addressed(host, asked)
        with client_for(host.app) as client:
            seen = _Seen(host)
            with seen.watching():
                answer = client.ask(request)
            _refuse(asked, answer, seen)
            measured = {row: _not_measured(row, seen) for row in listing.rows}
            rows = [row for row, result in measured.items() if not result.why_not]
            with restored(rows) as restore:
                session = _Session(host, client, request, answer, restore)
                trials = session.run(rows, rounds, tell)
    except ServingError as error:
        raise TimingError(str(error)) from error
    measured |= {trial.row: trial.result() for trial in trials}
    status = answer.status or 0
    seconds = median(session.usual_seconds)
    return Timing(asked.target, status, rounds, seconds, measured, _notes(asked, answer))


class _Session:
    """An app under measurement."""

    def __init__(
        self, host: HostedApp, client: Client, request: Request, usual: Answer, restore: Arm
    ) -> None:
        self._host = host
        self._client = client
        self._request = request
        self._usual = usual.status
        self._arms = Arms(host)
        self._restore = restore
        self.usual_seconds: list[float] = []

    def run(self, rows: Sequence[Row], rounds: int, tell: Callable[[float], None]) -> list[_Trial]:
        """Take the samples of all hooks.

        Teardown hooks come last: without them what others opened stays open.
        """
        stages = (
            [row for row in rows if not row.phase.startswith("teardown_")],
            [row for row in rows if row.phase.startswith("teardown_")],
        )
        trials: list[_Trial] = []
        for number, stage in enumerate(stages):
            stage_trials = [self._prepared(row) for row in stage]
            trials += stage_trials
            for done in range(1, rounds + 1):
                if number == 0:
                    self._sample_usual()
                for trial in stage_trials:
                    self._sample(trial)
                before = len(stages[0]) if number else 0
                tell((before + len(stage) * done / rounds) / max(len(rows), 1))
        return trials

    def _prepared(self, row: Row) -> _Trial:
        """What is to be compared for a hook, and why some of it cannot be."""
        if row.runs in ("misread", "fails"):
            return _Trial(row, {}, "it does not run as it should")
        arms = {_USUAL: self._restore}
        without = self._arms.without(row)
        refusal, _ = self._tried(without)
        why_not = f"without it the path {refusal}" if refusal else ""
        if not refusal:
            arms[_WITHOUT] = without
        waits = False
        if row.hops:
            bound, waits = self._bound(row)
            if bound is not None:
                arms[_BOUND] = bound
        return _Trial(row, arms if len(arms) > 1 else {}, why_not, waits)

    def _bound(self, row: Row) -> tuple[Arm | None, bool]:
        """The app with a hook bound as it can be, and whether it has to wait."""
        for waits in (False, True):
            bound = self._arms.bound(row, waits=waits)
            if bound is None:
                break
            refusal, error = self._tried(bound)
            if not refusal:
                return bound, waits
            if not isinstance(error, HookSuspendedError):
                break
        return None, False

    def _tried(self, arm: Arm) -> tuple[str, BaseException | None]:
        """How the path answers in a state of the app, if not as usual; and what was raised."""
        seen = _Seen(self._host)
        try:
            arm()
            with seen.watching():
                for _ in range(_WARM_UP):
                    answer = self._client.ask(self._request)
                    if answer.status != self._usual:
                        return _told(answer), answer.error or seen.error
        finally:
            self._restore()
        return "", None

    def _sample_usual(self) -> None:
        self._restore()
        answer = self._client.ask(self._request)
        if answer.status != self._usual:
            self._give_up(answer)
        self.usual_seconds.append(answer.seconds)

    def _sample(self, trial: _Trial) -> None:
        """One round: there and back again, so that it is no matter which state comes first."""
        seconds = dict.fromkeys(trial.arms, 0.0)
        for name in (*trial.arms, *reversed(trial.arms)):
            trial.arms[name]()
            answer = self._client.ask(self._request)
            if answer.status != self._usual:
                self._drop(trial, name, answer)
                return
            seconds[name] += answer.seconds / 2
        for name, samples in trial.samples.items():
            samples.append(seconds[name])

    def _drop(self, trial: _Trial, name: str, answer: Answer) -> None:
        """Go on without a state in which the path answers otherwise after a while."""
        self._restore()
        self._client.ask(
            self._request
        )  # it may still be under what the state before it left behind
        again = self._client.ask(self._request)
        guilty = _WITHOUT if name == _USUAL else name
        if guilty not in trial.arms or again.status != self._usual:
            self._give_up(answer)
        trial.drop(guilty)
        if guilty == _WITHOUT:
            trial.why_not = f"without it the path {_told(answer)} after a while"

    def _give_up(self, answer: Answer) -> NoReturn:
        raise TimingError(
            f"The path answered {self._usual} at first, and then it {_told(answer)}. Time a path"
            " that answers alike each time, without a limit on how often it may be asked for."
        )


class _Seen:
    """What one request shows of itself, by the host's own signals.

    :param host: the app's host.
    """

    def __init__(self, host: HostedApp) -> None:
        self._host = host
        self.blueprints: list[str] = []
        self.error: BaseException | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look at the requests that are served meanwhile."""
        module, app = self._host.module, self._host.app

        def started(_: Any, **__: Any) -> None:
            self.blueprints = list(module.request.blueprints)

        def failed(_: Any, exception: BaseException, **__: Any) -> None:
            self.error = exception

        receivers: list[tuple[Any, Callable[..., Any]]]
        receivers = [(module.request_started, started), (module.got_request_exception, failed)]
        if isinstance(self._host, QuartApp):
            receivers = [(signal, _as_async(function)) for signal, function in receivers]
        for signal, receiver in receivers:
            signal.connect(receiver, app)
        try:
            yield
        finally:
            for signal, receiver in receivers:
                signal.disconnect(receiver, app)


def _as_async(function: Callable[..., Any]) -> Callable[..., Any]:
    async def receiver(*args: Any, **kwargs: Any) -> None:
        function(*args, **kwargs)

    return receiver


def _addressed(host: HostedApp, asked: Request) -> Request:
    """The request with the Host that the app is configured for, unless it names one."""
    name = host.app.config.get("SERVER_NAME")
    if not name or any(key.lower() == "host" for key, _ in asked.headers):
        return asked
    return replace(asked, headers=[("Host", name), *asked.headers])


def _location(answer: Answer) -> str:
    return next(iter(answer.all("Location")), "")


def _told(answer: Answer) -> str:
    """What became of a request, as the end of a sentence."""
    if answer.error is not None:
        return f"raises {type(answer.error).__name__}: {answer.error}"
    location = _location(answer)
    return f"answers {answer.status}" + (f" to {location}" if location else "")


def _refuse(asked: Request, answer: Answer, seen: _Seen) -> None:
    """Raise what is wrong with a path that has no ordinary answer."""
    if answer.status is not None and 200 <= answer.status < 400:
        return
    error = answer.error or (seen.error if answer.status == 500 else None)
    said = f"GET {asked.target} answers {answer.status}" if answer.status else f"GET {asked.target}"
    if error is not None:
        joint = ": it raised" if answer.status else " raises"
        said += f"{joint} {type(error).__name__}: {error}"
    if answer.status in (401, 403):
        remedy = "It needs a login: send its cookie or token with --header, or choose another path."
    elif answer.status == 404:
        remedy = "Choose a path that is there with --path; the command `routes` lists them."
    elif answer.status == 405:
        remedy = "Only GET is timed: choose a path that takes it with --path."
    elif error is not None:
        remedy = "Mend that first, or choose another path with --path."
    else:
        remedy = "Choose a path that answers well with --path, or send what it needs with --header."
    raise TimingError(f"{said}. {remedy}")


def _not_measured(row: Row, seen: _Seen) -> Measured:
    if row.phase == SURROUND.name:
        return Measured(why_not="it surrounds the app and cannot be taken out")
    if row.phase.endswith(_OF_NO_REQUEST):
        return Measured(why_not="no part of a request")
    if row.blueprint is not None and row.blueprint not in seen.blueprints:
        return Measured(why_not="not on this path")
    return Measured()


def _notes(asked: Request, answer: Answer) -> list[str]:
    if not _location(answer):
        return []
    note = (
        f"GET {asked.target} redirects to {_location(answer)}, and what was timed is the redirect."
        " If that is because of a login or of https, send the cookie or X-Forwarded-Proto: https"
        " with --header."
    )
    return [note]
