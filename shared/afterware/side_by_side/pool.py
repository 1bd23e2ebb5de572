"""Threads for the Flask app: so many, with a queue that has an end."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable

__all__ = ["Pool"]


class Pool:
    """A pool of daemon threads, begun when they are needed.

    :param threads: how many calls may run at a time.
    :param waiting: how many more may wait for a thread.
    """

    def __init__(self, threads: int, waiting: int) -> None:
        self.threads = threads
        self.waiting = waiting
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._process = os.getpid()
        self._calls: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._started = 0
        self._unfinished = 0

    def submit(self, call: Callable[[], object]) -> bool:
        """Have *call* run in a thread; False if all are busy and as many wait as may.

        *call* must not raise: nobody is there to be told.
        """
        if self._process != os.getpid():
            self._begin_anew()  # a forked child has none of its parent's threads
        with self._lock:
            if self._unfinished >= self.threads + self.waiting:
                return False
            self._unfinished += 1
            another = self._unfinished > self._started and self._started < self.threads
            if another:
                self._started += 1
        if another:
            threading.Thread(
                target=self._work, args=(self._calls,), name="afterware-flask", daemon=True
            ).start()
        self._calls.put(call)
        return True

    def close(self) -> None:
        """Let the threads end when they have done what they have. A later call begins anew."""
        with self._lock:
            started, self._started = self._started, 0
            calls, self._calls = self._calls, queue.SimpleQueue()
        for _ in range(started):
            calls.put(None)

    def _work(self, calls: queue.SimpleQueue[Callable[[], object] | None]) -> None:
        while (call := calls.get()) is not None:
            try:
                call()
            finally:
                with self._lock:
                    self._unfinished -= 1
                del call  # or it would be kept until the next one comes
