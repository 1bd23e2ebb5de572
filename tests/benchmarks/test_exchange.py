"""Requests reach an app as from a server, and an answer that is wrong is never timed."""

from __future__ import annotations

import asyncio
import random
from types import SimpleNamespace

import flask
import pytest
import quart

from afterware import body
from benchmarks.apps import APP_NAME, make_app
from benchmarks.checks import check, errors_kept
from benchmarks.errors import BenchmarkError
from benchmarks.exchange import Answer, make_caller
from benchmarks.sampling import opened
from benchmarks.scenarios import Scenario, every_scenario, payload
from benchmarks.work import digest, lengthened

ALL = [each for each in every_scenario(["28B"]) if each.hooks in (0, 1, 4)]
HOST_MODULES = {"flask": flask, "quart": quart}


@pytest.fixture
def runner():
    with asyncio.Runner() as each:
        yield each


@pytest.mark.parametrize("scenario", ALL, ids=lambda each: each.name)
def test_every_scenario_answers_as_it_should(scenario, runner):
    caller = make_caller(make_app(scenario), runner)
    seconds, answer = caller.batch(2)
    caller.close()
    check(scenario, answer)
    assert len(seconds) == 2
    assert min(seconds) > 0


@pytest.mark.parametrize("host", ["flask", "quart"])
@pytest.mark.parametrize("size", ["1KB", "10KB", "100KB", "1MB"])
@pytest.mark.parametrize("style", ["portable-def", "portable-async-read", "portable-async-rewrite"])
def test_larger_payloads_arrive_whole(host, size, style, runner):
    scenario = Scenario(host, size, style, 1)
    caller = make_caller(make_app(scenario), runner)
    _, answer = caller.batch(1)
    caller.close()
    check(scenario, answer)
    assert answer.body == payload(size) + (b"\n" if style.endswith("-rewrite") else b"")


@pytest.mark.parametrize("host", ["flask", "quart"])
@pytest.mark.parametrize(
    ("work", "done", "says"),
    [
        ("rewrite", lambda data: data, r"the body is .* \(1027 bytes\), not .* \(1028 bytes\)"),
        ("rewrite", lambda data: data + b"x", r"the body is .* \(1028 bytes\), not"),
        ("read", lambda data: "1024-00000000", "the header x-bench-0 is 1024-0{8}, not 1024-"),
        ("read", lambda data: digest(data[:-1]), "the header x-bench-0 is 1023-"),
    ],
)
def test_a_hook_that_does_other_work_is_refused(host, work, done, says, monkeypatch):
    """One of four forgets to rewrite, or all that read do not look at the whole body."""
    real, calls = {"rewrite": lengthened, "read": digest}[work], []

    def instead(data):
        calls.append(data)
        return done(data) if work == "read" or len(calls) % 4 == 0 else real(data)

    monkeypatch.setattr("benchmarks.hooks.lengthened", instead)
    monkeypatch.setattr("benchmarks.hooks.digest", instead)
    scenario = Scenario(host, "1KB", f"portable-async-{work}", 4)
    with pytest.raises(BenchmarkError, match=says), opened([scenario], random.Random(0)):
        pass
    assert len(calls) == 4


@pytest.mark.parametrize("host", ["flask", "quart"])
def test_a_body_that_is_replaced_with_the_old_length_is_refused(host, monkeypatch):
    def replace(response, data):
        length = response.headers["Content-Length"]
        body.replace(response, data)
        response.headers["Content-Length"] = length

    monkeypatch.setattr("benchmarks.hooks.body", SimpleNamespace(read=body.read, replace=replace))
    scenario = Scenario(host, "1KB", "portable-async-rewrite", 1)
    making = opened([scenario], random.Random(0))
    with pytest.raises(BenchmarkError, match="the Content-Length is 1024, not 1025"), making:
        pass


def test_a_batch_is_not_held_up_by_the_repr_of_what_was_answered(runner, monkeypatch):
    """On Python 3.11 asyncio's runner makes the repr of its task's result."""
    monkeypatch.setattr(Answer, "__repr__", lambda self: pytest.fail("its repr was made"))
    caller = make_caller(make_app(Scenario("quart", "28B", "none", 0)), runner)
    assert caller.batch(1)[1].status == 200
    caller.close()


RIGGED = {
    "an error page": ("fails", ["the status is 500, not 200", "rigged to fail"]),
    "another body": ("other_body", [r"the body is b'\{\}' (2 bytes)", "(28 bytes)"]),
    "a cut body": ("cut_body", ["(27 bytes)"]),
    "a missing header": ("forgets", ["the header x-bench-1 is missing"]),
    "a wrong value": ("other_value", ["the header x-bench-1 is 7, not 1"]),
    "a header set twice": ("twice", ["the header x-bench-1 is 1, 1, not 1"]),
    "a header too many": ("surplus", ["the header x-bench-2 is set by no hook"]),
}


def rigged(scenario, *faults):
    """An app that does almost what the scenario says, with the last of *faults*, if any.

    Those may be a list that grows.
    """
    faults = faults[0] if faults and isinstance(faults[0], list) else list(faults)
    module = HOST_MODULES[scenario.host]
    app = (module.Flask if module is flask else module.Quart)(APP_NAME, static_folder=None)

    def respond():
        fault = faults[-1] if faults else None
        if fault == "fails":
            raise RuntimeError("rigged to fail")
        body = {"other_body": b"{}", "cut_body": payload("28B")[:-1]}.get(fault, payload("28B"))
        response = module.Response(body, content_type="application/json")
        response.headers["X-Bench-0"] = "0"
        if fault != "forgets":
            response.headers.add("X-Bench-1", "7" if fault == "other_value" else "1")
        if fault == "twice":
            response.headers.add("X-Bench-1", "1")
        if fault == "surplus":
            response.headers["X-Bench-2"] = "2"
        return response

    async def respond_async():
        return respond()

    app.get("/")(respond if module is flask else respond_async)
    return app


def inline_2(host):
    """The same as inline, with a number of hooks that the rigged apps can count to."""
    return Scenario(host, "28B", "inline", 2)


@pytest.mark.parametrize("host", ["flask", "quart"])
@pytest.mark.parametrize(("fault", "says"), RIGGED.values(), ids=RIGGED)
def test_a_wrong_answer_is_refused_and_the_message_says_what_was_wrong(host, fault, says):
    scenario = inline_2(host)
    entering = opened([scenario], random.Random(0), make=lambda each: rigged(each, fault))
    with pytest.raises(BenchmarkError) as caught, entering:
        pass
    message = str(caught.value)
    assert message.startswith(f"{host}/28B/inline/2 does not answer as it should")
    for each in says:
        assert each.replace("\\", "") in message


@pytest.mark.parametrize("host", ["flask", "quart"])
def test_the_rigged_app_without_a_fault_is_accepted(host):
    scenario = inline_2(host)
    with opened([scenario], random.Random(0), make=rigged) as subjects:
        assert subjects[0].sample() > 0


@pytest.mark.parametrize("host", ["flask", "quart"])
def test_an_answer_that_goes_wrong_while_it_is_timed_is_refused_too(host):
    scenario = inline_2(host)
    faults = []
    making = opened([scenario], random.Random(0), make=lambda each: rigged(each, faults))
    with making as (subject,):
        subject.sample()
        faults.append("forgets")
        with pytest.raises(BenchmarkError, match="the header x-bench-1 is missing"):
            subject.sample()


def test_a_flask_app_is_not_timed_inside_a_running_loop(runner):
    caller = make_caller(make_app(Scenario("flask", "28B", "native-async", 1)), runner)

    async def inside():
        return caller.batch(1)

    with pytest.raises(BenchmarkError, match="while an event loop runs in the same thread"):
        asyncio.run(inside())


def test_the_error_page_that_it_would_have_answered_there_is_seen_by_the_check(runner, monkeypatch):
    """The trap itself: Flask's own async hooks fail inside a running loop, and answer quickly."""
    monkeypatch.setattr("benchmarks.exchange._refuse_running_loop", lambda: None)
    scenario = Scenario("flask", "28B", "native-async", 1)
    caller = make_caller(make_app(scenario), runner)

    async def inside():
        return caller.batch(1)[1]

    with errors_kept() as errors:
        answer = asyncio.run(inside())
    with pytest.raises(BenchmarkError, match="the status is 500.*The app logged RuntimeError"):
        check(scenario, answer, errors.error)


@pytest.mark.parametrize("style", ["native-def", "native-async", "portable-def"])
def test_no_task_is_left_behind_by_a_batch(style, runner):
    caller = make_caller(make_app(Scenario("quart", "28B", style, 4)), runner)

    async def left():
        return asyncio.all_tasks() - {asyncio.current_task()}

    before = runner.run(left())
    caller.batch(5)
    assert runner.run(left()) == before
    caller.close()
