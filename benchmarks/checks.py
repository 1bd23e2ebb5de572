"""An answer is looked at before it is timed, and again after: an error page is quick to make."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from .apps import APP_NAME
from .errors import BenchmarkError
from .exchange import Answer
from .scenarios import Scenario

__all__ = ["LastError", "check", "errors_kept"]


class LastError(logging.Handler):
    """Keeps the last error that an app logged, to say why it answered with an error page."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.error: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the exception of *record*."""
        if record.exc_info:
            self.error = record.exc_info[1]


@contextmanager
def errors_kept() -> Iterator[LastError]:
    """Keep the errors of the apps made meanwhile, instead of writing each to standard error."""
    # Both hosts log to the logger of the app's name, and add a handler only where there is none.
    logger = logging.getLogger(APP_NAME)
    kept = LastError()
    propagate = logger.propagate
    logger.propagate = False
    logger.addHandler(kept)
    try:
        yield kept
    finally:
        logger.removeHandler(kept)
        logger.propagate = propagate


def check(scenario: Scenario, answer: Answer, error: BaseException | None = None) -> None:
    """See that *answer* is what *scenario* was to give: status, body with its length, headers.

    The body as the hooks were to leave it, and of each hook the header that it was to set.

    :param scenario: what is measured.
    :param answer: what the app answered.
    :param error: what the app logged, if it did.
    :raises BenchmarkError: it is something else; the message names the scenario and what was wrong.
    """
    problems = _problems(scenario, answer)
    if problems:
        cause = f" The app logged {type(error).__name__}: {error}." if error else ""
        raise BenchmarkError(
            f"{scenario.name} does not answer as it should, so it is not timed:"
            f" {'; '.join(problems)}.{cause}"
        )


_PREFIX: Final = "x-bench-"


def _problems(scenario: Scenario, answer: Answer) -> list[str]:
    problems = []
    if answer.status != 200:
        problems.append(f"the status is {answer.status}, not 200")
    body = scenario.body
    if answer.body != body:
        problems.append(
            f"the body is {_shown(answer.body)} ({len(answer.body)} bytes),"
            f" not {_shown(body)} ({len(body)} bytes)"
        )
    lengths = answer.all("Content-Length")
    if lengths != [str(len(body))]:
        problems.append(f"the Content-Length is {', '.join(lengths) or 'missing'}, not {len(body)}")
    expected = {name.lower(): value for name, value in scenario.headers.items()}
    seen: dict[str, list[str]] = {}
    for name, value in answer.headers:
        if name.lower().startswith(_PREFIX):
            seen.setdefault(name.lower(), []).append(value)
    for name, value in expected.items():
        if name not in seen:
            problems.append(f"the header {name} is missing")
        elif seen[name] != [value]:
            problems.append(f"the header {name} is {', '.join(seen[name])}, not {value}")
    surplus = sorted(set(seen) - set(expected))
    problems += [f"the header {name} is set by no hook of this scenario" for name in surplus]
    return problems if len(problems) <= 3 else [*problems[:3], f"and {len(problems) - 3} more"]


def _shown(body: bytes) -> str:
    return repr(body if len(body) <= 40 else body[:37] + b"...")
