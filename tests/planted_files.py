"""Files of every kind of result, in which what was measured is known."""

from __future__ import annotations

import random
from pathlib import Path

from planted_costs import BODY_COSTS, COSTS, measured

from benchmarks.checking.results import suite as check_suite
from benchmarks.checking.shapes import SHAPES, SIZES
from benchmarks.load.plan import FULL
from benchmarks.load.results import suite as load_suite_of
from benchmarks.load.rounds import Measured
from benchmarks.load.scenarios import METRICS, WAIT_METRICS, Load
from benchmarks.peer_apps import every_peer
from benchmarks.processes import Process
from benchmarks.results import save, suite

# Microseconds, as they were seen: Flask's native async hooks and Quart's native def ones hop.
HOPS = {"native-def": (1.0, 90.0), "native-async": (0.0, 600.0)}
ADDED = {"none": 0.0, "afterware": 6.0}


def planted_run(seed=0):
    """Hooks that set headers, and hooks that read the body, with bodies of three sizes."""
    sizes = ("28B", "10KB", "1MB")
    costs = COSTS | BODY_COSTS
    return measured(seed=seed, processes=3, rounds=8, costs=costs, payloads=sizes)


def planted_peers(seed=0, rounds=8, slower=1.0):
    """Everybody but Afterware adds some 50 µs to a request of 100."""
    rng = random.Random(seed)
    done = []
    for _ in range(3):
        values = {
            peer.name: [
                (100 + ADDED.get(peer.who, 50.0 + len(peer.who)) * slower * rng.gauss(1, 0.02))
                * 1e-6
                for _ in range(rounds)
            ]
            for peer in every_peer()
        }
        done.append(Process(values, dict.fromkeys(values, 4)))
    return suite(done)


def planted_check(seed=0, rounds=7, slower=1.0, exponent=1.0):
    """What checking trees takes, if its cost grows with such a power of their size."""
    rng = random.Random(seed)
    return check_suite(
        [
            {
                (shape, size): 0.1 * slower * size**exponent * rng.gauss(1, 0.02)
                for shape in SHAPES
                for size in SIZES
            }
            for _ in range(rounds)
        ]
    )


def load_values(scenario, speed=1.0):
    """What is planted of a scenario under load."""
    if isinstance(scenario, Load):
        hops = (scenario.host, scenario.style) in {
            ("flask", "native-async"),
            ("quart", "native-def"),
        }
        seconds = (0.001 + scenario.hooks * (4e-4 if hops else 6e-6)) / speed
        clients = 8
    else:
        # gunicorn has eight threads, and one process is busy at some 800 requests a second.
        most = 160.0 if scenario.host == "flask" else 800.0
        seconds = max(1 / most, 0.051 / scenario.clients) / speed
        clients = scenario.clients
    values = {
        "throughput": 1 / seconds,
        "p50": clients * seconds,
        "p90": clients * seconds * 1.4,
        "p99": clients * seconds * 2.1,
        "cpu": seconds * 0.9,
        "memory": (60 + len(scenario.name)) * 2.0**20,
    }
    return {
        name: values[name] for name in (METRICS if isinstance(scenario, Load) else WAIT_METRICS)
    }


def planted_load(seed=0, sets=3, rounds=3, speed=1.0):
    """Servers under load, and a view that waits."""
    rng = random.Random(seed)
    done = []
    for _ in range(sets):
        one = Measured()
        for _ in range(rounds):
            for scenario in FULL.scenarios:
                values = load_values(scenario, speed)
                one.add(scenario.name, {name: v * rng.gauss(1, 0.02) for name, v in values.items()})
        done.append(one)
    return load_suite_of(done, {"wrk_version": "4.1.0", "gunicorn_threads": 8})


def of_python(found, version, quart="0.22.0"):
    """The same suite, as if another Python or Quart had been measured."""
    for benchmark in found.get_benchmarks():
        benchmark.update_metadata({"python_version": version, "quart_version": quart})
    return found


def planted_files(folder: Path, versions=("3.11.2", "3.13.1")) -> list[Path]:
    """A file of each kind for each of these Pythons."""
    paths = []
    for seed, version in enumerate(versions):
        short = ".".join(version.split(".")[:2])
        for kind, found in (
            ("run", planted_run(seed)),
            ("peers", planted_peers(seed)),
            ("load", planted_load(seed)),
        ):
            path = folder / f"{short}-{kind}.json.gz"
            save(of_python(found, version), path)
            paths.append(path)
    return paths
