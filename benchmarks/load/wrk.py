"""Driving a server with wrk, and reading what it measured."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import BenchmarkError

__all__ = ["Slice", "drive", "find_wrk", "parse", "wrk_version"]

_SCRIPT: Final = Path(__file__).with_name("wrk.lua")

# Seconds after which wrk takes an answer for lost; the longest queue here takes some two.
_ANSWER_SECONDS: Final = 30
# Seconds that wrk may take on top, to start, to connect and to tell.
_GRACE_SECONDS: Final = 15

_ERRORS: Final = ("connect", "read", "write", "timeout")
_FIGURES: Final = ("requests", "seconds", "p50", "p90", "p99", "sent", "refused", "status")


@dataclass(frozen=True, slots=True)
class Slice:
    """What wrk saw while it drove a server.

    :param requests: how many were answered.
    :param seconds: how long it went on.
    :param p50: half of the answers took no longer than this, in seconds; p90 and p99 likewise.
    :param sent: how many requests it sent, those included that it did not wait for at the end.
    """

    requests: int
    seconds: float
    p50: float
    p90: float
    p99: float
    sent: int

    @property
    def throughput(self) -> float:
        """Answers per second."""
        return self.requests / self.seconds


def find_wrk() -> str:
    """Where wrk is.

    :raises BenchmarkError: it is not installed.
    """
    found = shutil.which("wrk")
    if found is None:
        raise BenchmarkError(
            "wrk, which drives the servers, is not on the PATH. Install it with"
            " `apt-get install wrk` or `brew install wrk`."
        )
    return found


def wrk_version(wrk: str) -> str:
    """The version that *wrk* says it is, such as `4.1.0`.

    :param wrk: its path.
    """
    # It exits with 1 when asked, as it does without arguments.
    asked = subprocess.run(
        [wrk, "-v"], capture_output=True, text=True, check=False, timeout=_GRACE_SECONDS
    )
    found = re.match(r"wrk (\S+)", asked.stdout + asked.stderr)
    return found[1] if found else "unknown"


def drive(wrk: str, url: str, *, clients: int, seconds: int) -> Slice:
    """Ask *url* over and over.

    :param wrk: its path.
    :param url: what is asked.
    :param clients: how many connections, each with one request under way at a time.
    :param seconds: for how long; wrk takes whole seconds.
    :raises BenchmarkError: an answer was not a 2xx, a connection failed, or nothing was answered.
    """
    # One thread is enough for ten times as many requests as either server answers.
    command = [wrk, "-t1", f"-c{clients}", f"-d{seconds}s", f"--timeout={_ANSWER_SECONDS}s"]
    try:
        done = subprocess.run(
            [*command, "-s", str(_SCRIPT), url],
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds + _ANSWER_SECONDS + _GRACE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise BenchmarkError(f"wrk did not end, {clients} clients for {seconds} s") from None
    except OSError as error:
        raise BenchmarkError(f"wrk cannot be started: {error.strerror}") from None
    if done.returncode != 0:
        said = (done.stderr + done.stdout).strip().splitlines() or ["it said nothing"]
        raise BenchmarkError(f"wrk failed: {said[0]}")
    return parse(done.stdout)


def parse(output: str) -> Slice:
    """What wrk measured, out of what it and `wrk.lua` wrote.

    :param output: all of its standard output.
    :raises BenchmarkError: an answer was not a 2xx, a connection failed, nothing was answered, or
        it is no such output.
    """
    told = _told(output)
    if told["refused"]:
        raise BenchmarkError(
            f"wrk got {told['refused']:g} of {told['requests']:g} answers with a status that is not"
            f" 2xx, such as {told['status']:g}"
        )
    if any(told[kind] for kind in _ERRORS):
        kinds = ", ".join(f"{kind} {told[kind]:g}" for kind in _ERRORS if told[kind])
        raise BenchmarkError(f"wrk had socket errors ({kinds}) beside {told['requests']:g} answers")
    if not told["requests"]:
        raise BenchmarkError("wrk got no answer at all")
    return Slice(
        requests=int(told["requests"]),
        seconds=told["seconds"],
        p50=told["p50"],
        p90=told["p90"],
        p99=told["p99"],
        sent=int(told["sent"]),
    )


def _told(output: str) -> dict[str, float]:
    last = (output.strip().splitlines() or ["nothing"])[-1]
    try:
        told = json.loads(last)
        return {name: float(told[name]) for name in (*_FIGURES, *_ERRORS)}
    except (ValueError, KeyError, TypeError):
        raise BenchmarkError(f"wrk said something that is not understood: {last[:200]}") from None
