"""Runs the checker on trees, each time in a process of its own."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import BenchmarkError
from .results import Key, name_of
from .shapes import SIZES, Shape, write

__all__ = ["Checked", "check_once", "measure"]

_CHILD: Final = "benchmarks.checking.child"
# The smallest part of a second that is believed: clocks of processor time go in steps.
_LEAST: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check took.

    :param cpu: seconds of processor time in user code, without starting and importing.
    :param wall: seconds by the clock.
    :param files: how many files the tree has.
    :param hooks: how many hooks were found.
    :param unfinished: how many of them lead to more code than is followed.
    """

    cpu: float
    wall: float
    files: int
    hooks: int
    unfinished: int


def check_once(tree: Path, *, diff: bool, seconds: float, child: str = _CHILD) -> Checked:
    """Check a tree in a new process.

    :param tree: what is checked.
    :param diff: whether the rewriting is worked out as well.
    :param seconds: how long it may take by the clock.
    :param child: the module that is run.
    :raises BenchmarkError: it failed, or took longer.
    """
    command = [sys.executable, "-m", child, str(tree), *(["--diff"] if diff else [])]
    root = Path(__file__).parents[2]
    path = os.pathsep.join(map(str, [root, root / "shared", *filter(None, sys.path)]))
    try:
        done = subprocess.run(
            command,
            # One seed: the order of sets of names is no part of what is compared.
            env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BenchmarkError(
            f"{tree} was not checked within {seconds:g} seconds; --timeout allows for more"
        ) from None
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["nothing was said"])[-1]
        raise BenchmarkError(f"the checker failed on {tree}: {last}")
    told = Checked(**json.loads(done.stdout.splitlines()[-1]))
    return Checked(max(told.cpu, _LEAST), told.wall, told.files, told.hooks, told.unfinished)


def measure(
    shapes: Sequence[Shape],
    rounds: int,
    seconds: float,
    progress: Callable[[int, str], object],
) -> list[dict[Key, float]]:
    """CPU seconds of every shape at every size, round by round.

    :param shapes: what is measured.
    :param rounds: how often; each has every shape and size once, in an order of its own.
    :param seconds: how long one check may take.
    :param progress: is told how many checks are done, and the name of the next.
    :raises BenchmarkError: the checker failed, or found no hooks.
    """
    keys = [(shape, size) for shape in shapes for size in SIZES]
    found: list[dict[Key, float]] = []
    with tempfile.TemporaryDirectory(prefix="bench-check-") as name:
        trees = {key: Path(name) / name_of(key) for key in keys}
        for (shape, size), tree in trees.items():
            tree.mkdir(parents=True)
            write(shape, size, tree)
        for number in range(rounds):
            took: dict[Key, float] = {}
            rng = random.Random(number)  # noqa: S311  # an order, not a secret
            for key in rng.sample(keys, len(keys)):
                progress(number * len(keys) + len(took), name_of(key))
                checked = check_once(trees[key], diff=key[0].diff, seconds=seconds)
                if not checked.hooks:
                    raise BenchmarkError(f"no hook was found in the tree of {name_of(key)}")
                took[key] = checked.cpu
            found.append({key: took[key] for key in keys})
    return found
