"""The process that is timed: checks a tree and says what that took, in a line of JSON.

    python -m benchmarks.checking.child TREE [--diff]

Starting the interpreter and importing is left out: it is the same for every tree.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from afterware.porting.check import check
from afterware.porting.fixing.rewrite import fix_files

__all__ = ["main"]


def main(arguments: list[str]) -> None:
    """Check the tree that is named first.

    :param arguments: the tree, and `--diff` if what it would become is worked out too.
    """
    tree, diff = Path(arguments[0]), "--diff" in arguments[1:]
    started = _seconds(), time.perf_counter()
    outcome = check([tree])
    if diff:
        fix_files(outcome, to="quart", write=False)
    told = {
        "cpu": _seconds() - started[0],
        "wall": time.perf_counter() - started[1],
        "files": outcome.files,
        "hooks": len(outcome.hooks),
        "unfinished": len(outcome.unfinished),
    }
    sys.stdout.write(json.dumps(told) + "\n")


def _seconds() -> float:
    """Processor time of this process, in user code: what others read from disk is not its own."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


if __name__ == "__main__":
    main(sys.argv[1:])
