"""How a twin stops: requests under way may end, then they are cut off, then the process is."""

from __future__ import annotations

import os
import threading
import time

__all__ = ["DRAIN_SECONDS", "FORCED", "GRACE_SECONDS", "EndByForce", "cut_off_message"]

# How long, in seconds, a server that is told to stop may take until its processes have ended.
GRACE_SECONDS = 5

# How long, in seconds, requests that are under way then may take to end. What is left of the grace
# is for closing what they used; of that, gunicorn's worker takes a second to see that time is up.
DRAIN_SECONDS = 3

# The exit code of a process that was ended by force.
FORCED = 1


def cut_off_message() -> str:
    """What is said when requests are cut off."""
    return (
        f"Requests were still under way {DRAIN_SECONDS} s after the signal to stop, and were cut"
        " off. What they had not committed is undone."
    )


class EndByForce:
    """Ends this process with a message, when the grace is over and it has not ended by then.

    The thread that does so is there from the start: a signal's handler may not start one, since the
    code that it interrupts may be starting one as well.
    """

    def __init__(self) -> None:
        began, self._begin = os.pipe()
        threading.Thread(target=_end_by_force, args=(began,), daemon=True).start()

    def begin(self) -> None:
        """Have the grace begin. A signal's handler may call this."""
        os.write(self._begin, b".")


def _end_by_force(began: int) -> None:
    os.read(began, 1)
    time.sleep(GRACE_SECONDS)
    # Past everything that whoever holds this process up may hold as well, such as a log's lock.
    said = (
        f"Process {os.getpid()} had not ended {GRACE_SECONDS} s after the signal to stop, and was"
        " ended by force. What it had not committed is undone.\n"
    )
    os.write(2, said.encode())
    os._exit(FORCED)
