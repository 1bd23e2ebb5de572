"""What a call through afterware.testing costs, beside one through Quart's own test client.

    python -m benchmarks.testing_client

Both call the same app, in turns; the ratio is taken turn by turn, so that what else the machine
does counts for both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import quart

from afterware import testing

TURNS = 21
CALLS = 50


def app_to_call() -> quart.Quart:
    """An app with a page and a form."""
    app = quart.Quart("called")
    app.testing = True

    @app.get("/")
    async def page() -> str:
        return "hello"

    @app.post("/form")
    async def form() -> str:
        return str((await quart.request.form)["a"])

    return app


def seconds_a_call(call: Callable[[], object]) -> float:
    """How long *call* takes, in seconds, on average over `CALLS`."""
    started = perf_counter()
    for _ in range(CALLS):
        call()
    return (perf_counter() - started) / CALLS


async def native_seconds_a_call(call: Callable[[], Any]) -> float:
    """The same for a coroutine function of Quart's client, the body read as well."""
    started = perf_counter()
    for _ in range(CALLS):
        response = await call()
        await response.get_data()
    return (perf_counter() - started) / CALLS


def main() -> None:
    """Measure and print."""
    app = app_to_call()
    ours, native = testing.client(app), app.test_client()
    kinds: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "GET": (lambda: native.get("/"), lambda: ours.get("/").data),
        "POST of a form": (
            lambda: native.post("/form", form={"a": "1"}),
            lambda: ours.post("/form", data={"a": "1"}).data,
        ),
    }
    with asyncio.Runner() as runner:
        for name, (quarts, afterwares) in kinds.items():
            rounds = []
            for turn in range(TURNS + 1):
                before = runner.run(native_seconds_a_call(quarts))
                after = seconds_a_call(afterwares)
                if turn:  # the first is to warm up
                    rounds.append((before, after, after / before))
            before, after, ratio = (median(each) for each in zip(*rounds, strict=True))
            ratios = sorted(each[2] for each in rounds)
            print(
                f"{name}: Quart's client {before * 1e6:.0f} us, afterware.testing"
                f" {after * 1e6:.0f} us; ratio {ratio:.2f}, the middle half of the rounds"
                f" {ratios[TURNS // 4]:.2f} to {ratios[-1 - TURNS // 4]:.2f}"
            )


if __name__ == "__main__":
    main()
