"""Keep what an app prints and logs off the terminal while it is timed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO

__all__ = ["quiet"]


@contextmanager
def quiet() -> Iterator[TextIO]:
    """Send standard output and standard error nowhere, and give what was standard error.

    Handlers of `logging` keep the stream that they were made with, so the files beneath are turned
    away as well. Writing costs the app what writing to a file costs.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    kept = {fd: os.dup(fd) for fd in (1, 2)}
    try:
        with (
            open(os.devnull, "w", encoding="utf-8") as nowhere,  # noqa: PTH123 - not a path
            open(kept[2], "w", encoding="utf-8", closefd=False) as terminal,
        ):
            for fd in kept:
                os.dup2(nowhere.fileno(), fd)
            with redirect_stdout(nowhere), redirect_stderr(nowhere):
                yield terminal
    finally:
        # What was printed around the redirection is still held back.
        sys.stdout.flush()
        sys.stderr.flush()
        for fd, original in kept.items():
            os.dup2(original, fd)
            os.close(original)
