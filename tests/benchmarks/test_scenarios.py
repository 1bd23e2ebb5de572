"""What is measured, and how it is chosen."""

from __future__ import annotations

import json
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.errors import BenchmarkError
from benchmarks.scenarios import (
    HOOKS,
    HOSTS,
    PAYLOADS,
    QUICK_PAYLOADS,
    QUICK_WORKS,
    STYLES,
    Scenario,
    every_scenario,
    parse,
    payload,
    select,
)

EVERY = every_scenario()
NAMES = [each.name for each in EVERY]
# What has a name, whether or not a run measures it.
NAMED = {
    f"{host}/{size}/{style}/{hooks}"
    for host in HOSTS
    for size in PAYLOADS
    for style, numbers in {
        "none": (0,),
        **dict.fromkeys(("inline", "portable-def", "portable-async"), HOOKS),
        "native-def": HOOKS if host == "flask" else HOOKS[:-1],
        "native-async": HOOKS if host == "quart" else HOOKS[:-1],
        **{
            f"{way}-{work}": (1, 4)
            for work in ("read", "rewrite")
            for way in ("inline", "native-def", "native-async", "portable-async")
            if (host, way) != ("quart", "native-def")
        },
    }.items()
    for hooks in numbers
}


def test_each_scenario_has_a_name_of_its_own_that_is_read_back():
    assert len(set(NAMES)) == len(NAMES) > 100
    assert [parse(name) for name in NAMES] == EVERY


parts = st.tuples(
    st.sampled_from([*HOSTS, "django", ""]),
    st.sampled_from([*PAYLOADS, "2MB"]),
    st.sampled_from([*STYLES, "native", "portable-def-read", "inline-header"]),
    st.sampled_from([*map(str, HOOKS), "2", "01", "-1", "٤", ""]),
).map("/".join)


@settings(deadline=None)  # other work may hold the machine up
@given(parts | st.text())
def test_a_name_is_read_back_and_any_other_refused_with_an_example(name):
    if name in NAMED:
        scenario = parse(name)
        assert scenario.name == name
        assert scenario.style in (scenario.way, f"{scenario.way}-{scenario.work}")
    else:
        with pytest.raises(BenchmarkError, match="quart/28B/portable-def/16"):
            parse(name)


def test_without_hooks_there_is_one_number_of_them_and_slow_styles_stop_at_sixteen():
    def numbers(host, style):
        return [e.hooks for e in EVERY if (e.host, e.payload, e.style) == (host, "28B", style)]

    assert numbers("flask", "none") == numbers("quart", "none") == [0]
    assert numbers("quart", "native-def") == numbers("flask", "native-async") == [0, 1, 4, 16]
    assert numbers("flask", "native-def") == numbers("quart", "native-async") == list(HOOKS)
    for host in HOSTS:
        for style in ("inline", "portable-def", "portable-async"):
            assert numbers(host, style) == [0, 1, 4, 16, 64]


def test_larger_payloads_are_measured_with_sixteen_header_hooks_and_with_all_that_read_or_rewrite():
    for host in HOSTS:
        for size in list(PAYLOADS)[1:]:
            mine = [each for each in EVERY if (each.host, each.payload) == (host, size)]
            headers = {(each.style, each.hooks) for each in mine if each.work == "header"}
            assert headers == {("none", 0), *((style, 16) for style in STYLES[1:6])}
            bodies = {each.name for each in mine if each.work != "header"}
            assert bodies == {
                name
                for name in NAMED
                if name.startswith(f"{host}/{size}/") and name.split("/")[2] not in STYLES[:6]
            }


def test_the_quick_choice_is_header_hooks_with_the_smallest_payload():
    quick = every_scenario(QUICK_PAYLOADS, QUICK_WORKS)
    assert quick == [each for each in EVERY if each.payload == "28B" and each.work == "header"]
    assert len(quick) == 50


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_payload_is_json_and_has_its_size(name):
    body = payload(name)
    assert len(body) == PAYLOADS[name]
    assert json.loads(body)["message"].startswith("Hello, world!")


def test_the_smallest_payload_is_what_the_home_route_answers():
    assert payload("28B") == b'{"message":"Hello, world!"}\n'
    assert len(payload("28B")) == 28


def test_a_scenario_tells_which_headers_its_hooks_set():
    assert Scenario("flask", "28B", "native-def", 0).headers == {}
    assert Scenario("flask", "28B", "native-def", 4).headers == {
        f"X-Bench-{number}": str(number) for number in range(4)
    }


def test_a_hook_that_reads_makes_a_header_of_the_whole_body():
    read = Scenario("flask", "1KB", "portable-async-read", 4)
    value = f"1024-{zlib.crc32(payload('1KB')):08x}"
    assert read.headers == {f"X-Bench-{number}": value for number in range(4)}
    assert read.body == payload("1KB")


def test_hooks_that_rewrite_make_a_body_of_a_byte_more_each_and_set_no_header():
    rewritten = Scenario("quart", "1KB", "native-async-rewrite", 4)
    assert rewritten.headers == {}
    assert rewritten.body == payload("1KB") + b"\n" * 4
    assert json.loads(rewritten.body) == json.loads(payload("1KB"))


def test_a_glob_selects_by_whole_name_and_brings_the_baseline():
    selected = [each.name for each in select(EVERY, ["quart/28B/portable-*/16"])]
    assert selected == [
        "quart/28B/none/0",
        "quart/28B/portable-def/16",
        "quart/28B/portable-async/16",
    ]


def test_several_globs_add_up_and_a_star_crosses_slashes():
    selected = select(EVERY, ["flask/28B/inline/16", "quart/*/inline/16"])
    assert {each.name for each in selected if each.style == "inline"} == {
        "flask/28B/inline/16",
        *(f"quart/{size}/inline/16" for size in PAYLOADS),
    }
    assert len(select(EVERY, ["quart*"])) == len(EVERY) - len(select(EVERY, ["flask*"]))


def test_no_glob_selects_everything():
    assert select(EVERY, []) == EVERY


@settings(deadline=None)  # other work may hold the machine up
@given(st.sets(st.sampled_from(NAMES), min_size=1))
def test_every_selection_holds_what_was_asked_for_with_its_baselines_and_nothing_else(names):
    selected = select(EVERY, sorted(names))
    assert {each.name for each in selected} == names | {parse(n).baseline.name for n in names}
    assert selected == [each for each in EVERY if each in selected]


def test_a_glob_that_matches_nothing_is_refused_with_names_that_exist():
    with pytest.raises(BenchmarkError, match=r"'flask/\*/nativ/1' matches none") as caught:
        select(EVERY, ["quart/*", "flask/*/nativ/1"])
    examples = [name for name in NAMES if f" {name}" in str(caught.value)]
    assert len(examples) >= 3
