"""Processes that serve: started in parallel, ended always, and what they use meanwhile."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import IO, Any, Final

import psutil  # type: ignore[import-untyped]  # it has no types

from ..errors import BenchmarkError

__all__ = ["Child", "interrupted_by_signals", "started"]

# All in seconds. To start all servers of a host at once on a small, busy machine takes a while.
_START_SECONDS: Final = 90
# The twins let requests under way end within 5.
_STOP_SECONDS: Final = 10
# A worker whose master is gone, or a child whose standard input has ended.
_LEFT_SECONDS: Final = 3
_IDLE_SECONDS: Final = 30
# Two readings of the clock so far apart and still the same: nothing runs. It ticks every 0.01.
_IDLE_BETWEEN: Final = 0.03


class Child:
    """A module that serves, in a process of its own and perhaps others that it starts.

    Use `started`, which ends it. Its standard input is a pipe that ends with this process, however
    that ends; its first line says where it listens.

    :param arguments: of `python -m`.
    """

    def __init__(self, *arguments: str) -> None:
        self.name = " ".join(arguments[:2])
        self.url = ""
        self._errors: IO[str] = tempfile.TemporaryFile("w+")  # noqa: SIM115  # closed by `close`
        # The child is to find the same modules as this process, however that was told of them.
        path = [str(Path(each).resolve()) for each in sys.path if Path(each).exists()]
        self._process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            start_new_session=True,  # Ctrl-C is for this process, which ends it in order
        )
        self._root = psutil.Process(self._process.pid)

    def wait_until_ready(self, deadline: float) -> None:
        """Wait for its first line, and keep the URL in it.

        :param deadline: by `time.monotonic()`.
        :raises BenchmarkError: it has ended, or the deadline has passed.
        """
        assert self._process.stdout is not None
        waited = max(0.0, deadline - monotonic())
        ready, _, _ = select.select([self._process.stdout], [], [], waited)
        line = self._process.stdout.readline() if ready else ""
        if not line:
            self._process.poll()
            why = "it did not start in time" if not ready else "it ended before it served"
            raise BenchmarkError(f"{self.name}: {why}: {self.last_error()}")
        self.url = line.split()[-1]

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.url.rsplit(":", 1)[-1])

    def last_error(self) -> str:
        """The last line that it wrote to standard error."""
        self._errors.seek(0)
        return (self._errors.read().strip().splitlines() or ["it said nothing"])[-1]

    def cpu(self) -> float:
        """The seconds of CPU time that all of its processes have used.

        :raises BenchmarkError: it has ended.
        """
        return self._sum(_cpu)

    def cpu_when_idle(self) -> float:
        """The same, as soon as it works no more.

        :raises BenchmarkError: it goes on working, or has ended.
        """
        deadline = monotonic() + _IDLE_SECONDS
        last = self.cpu()
        while monotonic() < deadline:
            sleep(_IDLE_BETWEEN)
            now = self.cpu()
            if now == last:
                return now
            last = now
        raise BenchmarkError(f"{self.name} is busy {_IDLE_SECONDS} s after it was last asked")

    def memory(self) -> int:
        """The bytes of memory that all of its processes have.

        On Linux a page that several processes share counts once in all (PSS), elsewhere once for
        each (RSS).

        :raises BenchmarkError: it has ended.
        """
        return int(self._sum(_memory))

    def resident(self) -> int:
        """The bytes of memory that its processes hold, a page that they share once for each (RSS).

        :raises BenchmarkError: it has ended.
        """
        return int(self._sum(lambda process: float(process.memory_info().rss)))

    def pids(self) -> frozenset[int]:
        """Its processes.

        :raises BenchmarkError: it has ended.
        """
        with self._alive():
            return frozenset(each.pid for each in self._processes())

    def _sum(self, figure: Callable[[Any], float]) -> float:
        with self._alive():
            return sum(figure(each) for each in self._processes())

    def _processes(self) -> list[Any]:
        if self._process.poll() is not None:
            raise psutil.NoSuchProcess(self._process.pid)
        return [self._root, *self._root.children(recursive=True)]

    @contextmanager
    def _alive(self) -> Iterator[None]:
        try:
            yield
        except psutil.Error:  # one of its processes is gone, or dead and not yet buried
            raise BenchmarkError(f"{self.name} has ended: {self.last_error()}") from None

    def ask_to_stop(self) -> list[Any]:
        """Tell it to stop; all of its processes, the one that was started first."""
        processes = [self._root]
        with contextlib.suppress(psutil.Error):
            processes = self._processes()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return processes

    def exit_code(self) -> int | None:
        """Its exit code; None, if it goes on."""
        return self._process.poll()

    def hang_up(self) -> None:
        """End its standard input, which ends what it has left behind."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    def close(self) -> None:
        """Let go of its pipes; it has ended."""
        with self._process:  # which waits, and closes them
            self._errors.close()


@contextmanager
def started(*commands: Sequence[str]) -> Iterator[list[Child]]:
    """Children that serve, until the end of the block.

    :param commands: the arguments of `python -m`, for each.
    :raises BenchmarkError: one does not start.
    """
    children: list[Child] = []
    with ExitStack() as stack:
        stack.callback(_end, children)
        for command in commands:
            # One by one, so that those which have started are ended if the next one cannot.
            children.append(Child(*command))  # noqa: PERF401
        deadline = monotonic() + _START_SECONDS
        for child in children:
            child.wait_until_ready(deadline)
        yield children


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Have SIGTERM and SIGHUP end this process as Ctrl-C does, so that children are ended first."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = {each: signal.signal(each, interrupt) for each in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _end(children: Sequence[Child]) -> None:
    stopped = [child.ask_to_stop() for child in children]
    left = [process for processes in stopped for process in processes]
    with contextlib.suppress(KeyboardInterrupt):  # a second one: without patience, then
        psutil.wait_procs([processes[0] for processes in stopped], _STOP_SECONDS)
        for child in children:
            child.hang_up()
        _, left = psutil.wait_procs(left, _LEFT_SECONDS)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    for child in children:
        child.close()


def _cpu(process: Any) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _memory(process: Any) -> float:
    if psutil.LINUX:
        return float(process.memory_full_info().pss)
    return float(process.memory_info().rss)
