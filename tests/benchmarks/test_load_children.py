"""Processes that serve are ended whatever happens, and what they use is that of all of them."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap

import psutil
import pytest
from serving import DEADLINE, wait_for

from benchmarks.errors import BenchmarkError
from benchmarks.load.children import interrupted_by_signals, started

SERVES = """
    import os, signal, sys, time
    if "deaf" in sys.argv:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = os.fork() if "fork" in sys.argv else 1
    if child:
        print("listens on http://127.0.0.1:1", flush=True)
    if child == 0:
        held = b"x" * 30_000_000
        until = time.process_time() + 0.2
        while time.process_time() < until:
            pass
    if "ends" in sys.argv:
        sys.exit("it had enough")
    sys.stdin.read()
    if "deaf" in sys.argv:
        time.sleep(60)
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module that the children can run."""
    (tmp_path / "serves_for_load.py").write_text(textwrap.dedent(SERVES))
    monkeypatch.syspath_prepend(tmp_path)
    return "serves_for_load"


def is_gone(pid):
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_they_serve_until_the_end_of_the_block(module):
    with started((module,), (module, "fork")) as (one, two):
        wait_for(lambda: len(two.pids()) == 2)
        pids = one.pids() | two.pids()
        assert len(pids) == 3
        assert one.url == "http://127.0.0.1:1"
        assert one.port == 1
    wait_for(lambda: all(map(is_gone, pids)), "a process was left behind")


def test_they_are_ended_when_the_block_fails(module):
    def fails():
        with started((module, "fork")) as (child,):
            pids.extend(child.pids())
            raise ZeroDivisionError

    pids = []
    with pytest.raises(ZeroDivisionError):
        fails()
    assert len(pids) == 2
    wait_for(lambda: all(map(is_gone, pids)), "a process was left behind")


def test_one_that_does_not_listen_to_sigterm_is_killed(module, monkeypatch):
    monkeypatch.setattr("benchmarks.load.children._STOP_SECONDS", 0.1)
    monkeypatch.setattr("benchmarks.load.children._LEFT_SECONDS", 0.1)
    with started((module, "deaf")) as (child,):
        pids = child.pids()
    wait_for(lambda: all(map(is_gone, pids)), "a process was left behind")


def test_one_that_does_not_start_is_named_and_the_others_are_ended(module):
    before = psutil.Process().children()
    with (
        pytest.raises(BenchmarkError, match="no_such_module_for_load: it ended before it served"),
        started((module,), ("no_such_module_for_load",)),
    ):
        pytest.fail("it was served")
    assert set(psutil.Process().children()) <= set(before), "a process was left behind"


def test_one_that_ends_while_it_should_serve_is_named_with_its_last_words(module):
    before = psutil.Process().children()
    with started((module, "ends")) as (child,):
        (pid,) = (each.pid for each in psutil.Process().children() if each not in before)
        wait_for(lambda: is_gone(pid), "it did not end")
        with pytest.raises(BenchmarkError, match="it had enough"):
            child.cpu()


def test_what_a_process_of_its_own_uses_counts(module):
    """The time and the memory are used by a child of the one that was started."""
    with started((module,), (module, "fork")) as (idle, busy):
        wait_for(lambda: busy.cpu_when_idle() - idle.cpu_when_idle() > 0.15)
        assert busy.memory() - idle.memory() > 25_000_000


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_they_end_with_the_process_that_started_them(module, tmp_path, number):
    """SIGKILL leaves it no chance to end them; they see that their standard input ends."""
    starts = f"""
        import sys, time
        sys.path[:0] = {sys.path!r}
        from benchmarks.load.children import interrupted_by_signals, started
        with interrupted_by_signals(), started(({module!r},)) as (child,):
            print(*child.pids(), flush=True)
            time.sleep({DEADLINE})
    """
    script = tmp_path / "starts.py"
    script.write_text(textwrap.dedent(starts))
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as parent:
        try:
            (pid,) = map(int, parent.stdout.readline().split())
            parent.send_signal(number)
            parent.wait(DEADLINE)
        finally:
            parent.kill()
    wait_for(lambda: is_gone(pid), "it was left behind")


def test_signals_are_as_they_were_afterwards():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), interrupted_by_signals():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before
