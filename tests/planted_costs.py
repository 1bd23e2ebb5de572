"""Results of benchmarks in which the costs are known, because they were planted."""

from __future__ import annotations

import random

from benchmarks.processes import Process
from benchmarks.results import suite
from benchmarks.scenarios import HOOKS, PAYLOADS, every_scenario

# Microseconds: a request without hooks, and by style, being bound at all and one more hook.
REQUEST = 100.0
COSTS = {
    "inline": (0.0, 2.0),
    "native-def": (1.0, 4.0),
    "native-async": (0.0, 3.0),
    "portable-def": (1.5, 2.2),
    "portable-async": (2.5, 2.4),
}
# What hooks that work on the body cost, and what a KB of it adds to each of them.
BODY_COSTS = {
    "inline-read": (0.0, 3.0),
    "portable-async-read": (2.5, 5.0),
    "native-async-read": (0.0, 9.0),
}
PER_KB = {"inline-read": 0.3, "portable-async-read": 0.32, "native-async-read": 0.6}
# What a KB adds to a request without hooks.
REQUEST_PER_KB = 0.05
# What each header that is there already adds to setting another.
GROWTH = 0.05


def measured(
    *,
    seed=0,
    processes=4,
    rounds=40,
    noise=0.02,
    drift=0.2,
    layout=0.005,
    hosts=("flask", "quart"),
    hooks=HOOKS,
    costs=COSTS,
    payloads=("28B",),
    per_kb=PER_KB,
    request=REQUEST,
    loops=8,
):
    """Samples as a run would make them, with planted costs.

    A round is slower or faster by *drift* as a whole, a process by *layout* for each scenario, and
    each sample by *noise*, all as shares.
    """
    rng = random.Random(seed)
    done = []
    for _ in range(processes):
        for host in hosts:
            scenarios = [
                each
                for each in every_scenario(payloads)
                if each.host == host
                and (each.style == "none" or (each.style in costs and each.hooks in hooks))
            ]
            values = {each.name: [] for each in scenarios}
            shift = {each: 1 + rng.gauss(0, layout) for each in scenarios}
            for _ in range(rounds):
                speed = 1 + drift * rng.random()
                for each in scenarios:
                    bound, hook = costs.get(each.style, (0, 0))
                    number = each.hooks
                    size = PAYLOADS[each.payload] / 1024
                    micros = request + size * REQUEST_PER_KB
                    micros += bound if number or each.style.startswith("port") else 0
                    micros += number * size * per_kb.get(each.style, 0)
                    micros += hook * number + GROWTH * number * (number - 1) / 2
                    factor = speed * shift[each] * (1 + rng.gauss(0, noise))
                    values[each.name].append(micros * factor / 1e6)
            done.append(Process(values, {each.name: loops for each in scenarios}))
    return suite(done)
