"""An answer is looked at before a slice and after it, outside of what is timed."""

from __future__ import annotations

import http.client
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

from ..checks import check
from ..errors import BenchmarkError
from ..exchange import Answer
from .apps import WAIT_BODY
from .scenarios import WAIT_SECONDS, Load, Wait

__all__ = ["ask", "verify_load", "verify_wait", "wait_until_free"]

_ANSWER_SECONDS: Final = 30
# A server without a queue answers the view that waits within so many waits.
_FREE_WAITS: Final = 1.5


def ask(url: str) -> Answer:
    """Send one request, over a connection of its own.

    :param url: what is asked.
    :raises BenchmarkError: there is no answer.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", parts.path or "/")
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise BenchmarkError(f"{url} does not answer: {type(error).__name__}: {error}") from None
    finally:
        connection.close()
    return Answer(status=response.status, headers=response.getheaders(), chunks=[body])


def verify_load(scenario: Load, url: str) -> None:
    """See that the server answers what *scenario* says: status, body, and each hook's header.

    :param scenario: what is served.
    :param url: where.
    :raises BenchmarkError: it does not; the message says what was wrong.
    """
    check(scenario, ask(url))


def verify_wait(scenario: Wait, url: str) -> float:
    """See that the server answers what its upstream says, and no sooner.

    :param scenario: what is served.
    :param url: where.
    :returns: how long it took, in seconds.
    :raises BenchmarkError: it does not; the message says what was wrong.
    """
    began = monotonic()
    answer = ask(url)
    took = monotonic() - began
    if (answer.status, answer.body) != (200, WAIT_BODY):
        raise BenchmarkError(
            f"{scenario.name} does not answer as it should, so it is not timed: the status is"
            f" {answer.status}, the body {answer.body[:40]!r}"
        )
    if took < WAIT_SECONDS:
        raise BenchmarkError(
            f"{scenario.name} answers after {took * 1000:.1f} ms, and its upstream takes"
            f" {WAIT_SECONDS * 1000:.0f}: the view does not wait"
        )
    return took


def wait_until_free(scenario: Wait, url: str) -> None:
    """Wait until no queue of requests is left that nobody waits for any more.

    :param scenario: what is served.
    :param url: where.
    :raises BenchmarkError: there is no end to it.
    """
    deadline = monotonic() + _ANSWER_SECONDS
    while verify_wait(scenario, url) > _FREE_WAITS * WAIT_SECONDS:
        if monotonic() > deadline:
            raise BenchmarkError(
                f"{scenario.name}: the server is busy {_ANSWER_SECONDS} s after it was driven"
            )
