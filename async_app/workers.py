"""Several processes that serve on one socket, and end together."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import wait

from twin.stopping import FORCED, GRACE_SECONDS

__all__ = ["STOPS", "serve_in_workers"]

logger = logging.getLogger("twin")

# What tells a server to stop.
STOPS = (signal.SIGINT, signal.SIGTERM)

# How much longer than the grace, in seconds, a worker has to end itself by force.
_LAST_SECONDS = 0.5


def serve_in_workers(workers: int, work: Callable[[int], None], ready: Callable[[], None]) -> int:
    """Serve in *workers* processes until a signal comes or one of them ends; the exit code.

    :param workers: how many.
    :param work: serves in a worker. It is called with signals to stop blocked, and stops when the
        file descriptor that it is given has ended, as it does with this process.
    :param ready: called when this process can be told to stop.
    """
    theirs, ours = os.pipe()

    def begin() -> None:
        os.close(ours)
        work(theirs)

    # A worker is born with the handlers of this process, which are not for it.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    processes = [multiprocessing.get_context("fork").Process(target=begin) for _ in range(workers)]
    for process in processes:
        process.start()
    os.close(theirs)
    told, tell = os.pipe()
    for number in STOPS:
        signal.signal(number, lambda *_: os.write(tell, b"."))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    ready()
    sentinels = {process.sentinel for process in processes}
    ended = sentinels & set(wait([told, *sentinels]))
    if ended:
        logger.error("A worker has ended, so the others are told to.")
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
    os.close(ours)
    until = time.monotonic() + GRACE_SECONDS + _LAST_SECONDS
    for process in processes:
        process.join(max(0.0, until - time.monotonic()))
        if process.exitcode is None:
            logger.error("Worker %d does not end and is ended by force.", process.pid)
            process.kill()
            process.join()
    failed = ended or any(process.exitcode for process in processes)
    return FORCED if failed else 0
