"""How a hook is told to run is how it runs."""

from __future__ import annotations

import asyncio
import functools
import gc
import sys
import threading

import flask
import pytest
import quart
from asgiref.sync import async_to_sync, sync_to_async
from quart.utils import run_sync

from afterware import Hooks
from afterware.listing.collect import collect


class Seen:
    """Where a hook ran, beside the thread that asked."""

    def __init__(self):
        self.thread = None
        self.loop = None

    def note(self):
        self.thread = threading.current_thread()
        try:
            self.loop = asyncio.get_running_loop()
        except RuntimeError:
            self.loop = None

    def words(self, host):
        """What the listing should call it."""
        here = self.thread is threading.current_thread()
        if host == "flask":
            if here:
                return "here"
            return "lasting loop" if self.thread.name == "afterware-loop" else "new loop"
        return "here" if here else "worker thread"


HERE = {"inline", "loop", "driven"}


def plain(seen):
    def hook(response):
        seen.note()
        return response

    return hook


def awaited(seen):
    async def hook(response):
        seen.note()
        return response

    return hook


def wrapped(function):
    @functools.wraps(function)
    def wrapper(response):
        return function(response)

    return wrapper


class Holder:
    def __init__(self, seen):
        self.seen = seen

    def method(self, response):
        self.seen.note()
        return response

    async def amethod(self, response):
        self.seen.note()
        return response

    def __call__(self, response):
        return self.method(response)


def two(_, response):
    return response


SHAPES = {
    "def": plain,
    "async def": awaited,
    "lambda": lambda seen: lambda response: seen.note() or response,
    "method": lambda seen: Holder(seen).method,
    "async method": lambda seen: Holder(seen).amethod,
    "callable object": Holder,
    "partial": lambda seen: functools.partial(plain(seen)),
    "async partial": lambda seen: functools.partial(awaited(seen)),
    "wrapper": lambda seen: wrapped(plain(seen)),
}

NATIVE = {
    "flask": {"def": "inline", "async": "new loop"},
    "quart": {"def": "worker thread", "async": "loop"},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_native_hook_of_any_shape_runs_as_listed(host, asking, shape):
    seen = Seen()
    host.app.after_request(SHAPES[shape](seen))
    host.route("/")(lambda: "text")
    (row,) = collect(host.app).rows
    assert asking(host.app).status == 200
    colour = "async" if "async" in shape else "def"
    assert row.is_async == (colour == "async")
    assert row.runs == NATIVE[host.name][colour]
    assert seen.words(host.name) == ("here" if row.runs in HERE else row.runs)
    assert row.hops == (row.runs in ("worker thread", "new loop"))
    assert bool(row.advice) == row.hops
    assert not row.afterware
    assert row.file == __file__


BOUND = [
    (plain, {}, "inline", "inline"),
    (awaited, {}, "driven", "loop"),
    (plain, {"blocking": True}, "inline", "worker thread"),
    (awaited, {"suspends": True}, "lasting loop", "loop"),
]


@pytest.mark.parametrize(("make", "options", "on_flask", "on_quart"), BOUND)
def test_a_hook_bound_through_afterware_runs_as_listed(
    host, asking, make, options, on_flask, on_quart
):
    seen = Seen()
    hooks = Hooks()
    hooks.after_request(**options)(make(seen))
    hooks.init_app(host.app)
    host.route("/")(lambda: "text")
    (row,) = collect(host.app).rows
    assert asking(host.app).status == 200
    assert row.runs == (on_flask if host.name == "flask" else on_quart)
    assert seen.words(host.name) == ("here" if row.runs in HERE else row.runs)
    assert row.options == tuple(options)
    assert row.afterware
    assert not row.hops
    assert row.advice is None


def test_a_def_made_async_by_quarts_run_sync_is_seen_through(asking):
    seen = Seen()
    app = quart.Quart("made")
    app.after_request(run_sync(plain(seen)))
    app.add_url_rule("/", view_func=lambda: "text")
    (row,) = collect(app).rows
    asking(app)
    assert (row.is_async, row.runs) == (False, "worker thread")
    assert seen.words("quart") == "worker thread"
    assert row.name.endswith("plain.<locals>.hook")


def test_a_hook_wrapped_by_asgiref_is_seen_through(asking):
    seen = Seen()
    app = quart.Quart("made")
    app.after_request(sync_to_async(plain(seen)))
    app.add_url_rule("/", view_func=lambda: "text")
    (row,) = collect(app).rows
    asking(app)
    assert (row.is_async, row.runs) == (False, "worker thread")
    assert seen.words("quart") == "worker thread"

    app = flask.Flask("made")
    app.after_request(async_to_sync(awaited(seen)))
    app.add_url_rule("/", view_func=lambda: "text")
    (row,) = collect(app).rows
    asking(app)
    assert (row.is_async, row.runs) == (True, "new loop")
    assert seen.words("flask") == "new loop"
    assert row.name.endswith("awaited.<locals>.hook")


class AsyncCall:
    async def __call__(self, response):
        return response


def test_an_async_call_that_the_host_misreads_is_told_and_does_fail(host, asking):
    host.quiet()
    host.app.after_request(AsyncCall())
    host.route("/")(lambda: "text")
    (row,) = collect(host.app).rows
    assert row.runs == "misread"
    assert "nobody awaits it" in row.advice.warning
    assert "which reads it right" in row.advice.cure

    def status():
        try:
            return asking(host.app).status
        finally:
            gc.collect()  # the coroutine is in a cycle with the error that it caused

    with pytest.warns(RuntimeWarning, match="never awaited"):
        assert status() != 200


def test_flask_without_asgiref_fails_on_an_async_hook_and_that_is_told(monkeypatch, asking):
    app = flask.Flask("made")
    app.logger.disabled = True
    app.after_request(awaited(Seen()))
    app.add_url_rule("/", view_func=lambda: "text")
    monkeypatch.setitem(sys.modules, "asgiref.sync", None)
    (row,) = collect(app).rows
    assert row.runs == "fails"
    assert "asgiref" in row.advice.warning
    assert asking(app).status == 500
    app.logger.disabled = False


def test_an_app_that_runs_hooks_in_its_own_way_is_not_guessed_at(host):
    host.app.after_request(awaited(Seen()) if host.name == "flask" else plain(Seen()))
    if host.name == "flask":
        host.app.async_to_sync = async_to_sync
    else:
        host.app.sync_to_async = sync_to_async
    (row,) = collect(host.app).rows
    assert row.runs == "app's own way"
    assert not row.hops
