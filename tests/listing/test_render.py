"""The listing as text: what is said of costs and cures, in a given width."""

from __future__ import annotations

import functools

import click
import flask
import pytest
import quart
from serving import ROOT

from afterware import Hooks
from afterware.listing.collect import Listing, collect
from afterware.listing.estimate import Cost
from afterware.listing.hosted import Runs
from afterware.listing.render import render
from afterware.listing.timing import Measured, Timing

NOTHING = Measured(why_not="not on this path")


def micro(median, spread=1):
    return Cost(median / 1e6, (median - spread) / 1e6, (median + spread) / 1e6)


def hook(given=None):
    return given


async def async_hook(given=None):
    return given


def on_quart():
    app = quart.Quart("made")
    app.after_request(hook)
    return app


def told(app, measured=None, width=80, notes=()):
    listing = collect(app)
    timing = None
    if measured is not None:
        costs = dict(zip(listing.rows, measured, strict=True))
        timing = Timing("/", 200, 500, 0.001, costs, list(notes))
    return click.unstyle(render(listing, timing, width))


def words(text):
    return " ".join(text.split())


def test_a_gain_is_told_with_its_interval_and_summed_up():
    cost = Measured(added=micro(130), bound=micro(5), saved=micro(125))
    text = words(told(on_quart(), [cost]))
    assert "adds 130 µs (129 to 131 µs)" in text
    assert "bound, it takes 125 µs (124 to 126 µs) off, and adds 5.0 µs (4.0 to 6.0 µs)" in text
    assert "1 hook would take some 125 µs off the 1000 µs of this request" in text
    assert "--time" not in text


def test_what_cannot_be_told_from_nothing_is_said_so():
    cost = Measured(added=micro(0.5), bound=micro(0.2), saved=micro(0.3))
    text = words(told(on_quart(), [cost]))
    assert "adds nothing that shows (-0.5 to 1.5 µs)" in text
    assert "bound, it takes nothing that shows (-0.7 to 1.3 µs) off" in text


def test_a_hook_without_which_the_request_is_slower_spares_time():
    text = words(told(on_quart(), [Measured(added=micro(-200))]))
    assert "spares 200 µs (199 to 201 µs): without it the request is slower" in text


def test_a_hook_that_waits_is_told_to_keep_its_thread_and_counts_for_no_gain():
    cost = Measured(added=micro(5100), bound=micro(5000), saved=micro(100))
    text = words(told(on_quart(), [cost]))
    assert "wants blocking=True, which saves no time" in text
    assert "would take some" not in text


def test_a_hook_that_suspends_is_measured_with_suspends():
    app = flask.Flask("made")
    app.after_request(async_hook)
    cost = Measured(added=micro(600), bound=micro(200), saved=micro(400), waits=True)
    assert "bound with suspends=True, it takes 400 µs" in words(told(app, [cost]))


def test_what_was_not_measured_is_told_why():
    text = words(told(on_quart(), [NOTHING]))
    assert "not measured: not on this path" in text
    assert "hook (not on this path)" in text
    assert "would take some" not in text


def test_a_hook_that_was_measured_only_bound_is_told_what_that_saves():
    cost = Measured(saved=micro(125), why_not="without it the path answers 500")
    text = words(told(on_quart(), [cost]))
    assert "not measured: without it the path answers 500" in text
    assert "bound, it takes 125 µs (124 to 126 µs) off" in text


def test_notes_come_last():
    text = told(on_quart(), [NOTHING], notes=["A note."])
    assert text.endswith("\nA note.\n")


def test_a_hook_of_an_extension_is_cured_by_adopting_it():
    app = quart.Quart("made")
    app.before_request(flask.helpers.get_debug_flag)  # any `def` of an installed package
    text = words(told(app))
    assert "An extension registers it. Set that up in a block, `with hooks.adopt(app):" in text
    assert "A def of an extension is run as blocking unless blocking=False is said" in text
    assert "(class calls, dictionaries, after_app_request) is named in a warning" in text


def test_a_hook_of_an_app_that_is_installed_itself_is_the_apps_own():
    app = quart.Quart("flask")
    app.before_request(flask.helpers.get_debug_flag)
    text = words(told(app))
    assert "Bind it through Afterware, with @hooks.before_request" in text
    assert "An extension registers it" not in text


@pytest.mark.parametrize(
    ("module", "function", "warning"),
    [(flask, async_hook, "new thread"), (quart, hook, "worker thread")],
)
def test_the_teardown_of_an_app_context_is_cured_by_binding_it(module, function, warning):
    app = module.Flask("made") if module is flask else module.Quart("made")
    app.teardown_appcontext(function)
    text = words(told(app))
    assert warning in text
    assert "Bind it through Afterware, with @hooks.teardown_appcontext" in text


@pytest.mark.parametrize(
    ("module", "phase", "function", "warning", "cure"),
    [
        (quart, "before_websocket", hook, "on each websocket", "Make it an async def"),
        (flask, "url_value_preprocessor", async_hook, "nobody awaits it", "Make it a def."),
        (quart, "url_value_preprocessor", async_hook, "nobody awaits it", "Make it a def."),
    ],
)
def test_a_phase_that_afterware_has_not_is_cured_by_its_colour(
    module, phase, function, warning, cure
):
    app = module.Flask("made") if module is flask else module.Quart("made")
    getattr(app, phase)(function)
    text = words(told(app))
    assert warning in text
    assert cure in text
    assert "@hooks" not in text


def test_an_async_call_in_a_websocket_phase_is_told_to_be_wrapped():
    class Call:
        async def __call__(self):
            pass

    app = quart.Quart("made")
    app.before_websocket(Call())
    assert "Put an async def around it that awaits it." in words(told(app))


def test_hooks_with_the_same_cure_share_it():
    app = on_quart()
    app.after_request(functools.partial(hook))
    text = told(app)
    assert text.count("Bind it through Afterware") == 1
    assert text.count("- after_request") == 2
    assert "2 hooks of 2 hop" in text


def test_where_nothing_hops_that_is_said():
    app = quart.Quart("made")
    hooks = Hooks()
    hooks.after_request(hook)
    hooks.init_app(app)
    assert "No hook hops to another thread or event loop." in told(app)
    assert "What to do" not in told(app)


def test_hooks_of_serving_hop_once_which_is_no_matter():
    app = quart.Quart("made")
    app.before_serving(hook)
    text = told(app)
    assert "worker thread" in text
    assert "What to do" not in text


def test_a_long_name_has_a_line_to_itself_and_the_columns_stay_where_they_are():
    app = quart.Quart("made")

    def a_hook_with_a_name_that_is_longer_than_the_column_for_names(response):
        return response

    app.after_request(hook)
    app.after_request(a_hook_with_a_name_that_is_longer_than_the_column_for_names)
    lines = told(app).splitlines()
    (place,) = [number for number, line in enumerate(lines) if line.endswith("column_for_names")][
        :1
    ]
    columns = [line.index("worker thread") for line in lines if "  worker thread" in line]
    assert len(columns) == 2
    assert len(set(columns)) == 1
    assert "worker thread" in lines[place + 1]
    assert "<locals>" not in lines[place]


def test_a_hook_with_no_source_says_so():
    app = flask.Flask("made")
    app.teardown_request(print)
    assert "no source" in told(app)


@pytest.mark.parametrize("width", [1, 60, 80, 120])
def test_lines_are_as_wide_as_they_may_be_and_60_at_least(width):
    cost = Measured(added=micro(130), bound=micro(5), saved=micro(125))
    text = told(on_quart(), [cost], width)
    assert max(map(len, text.splitlines())) <= max(width, 60)


def test_a_file_of_an_installed_package_is_told_from_where_modules_are_found():
    from flask_cors import CORS

    app = flask.Flask("made")
    CORS(app)
    assert "\n      flask_cors/extension.py:" in told(app).replace("\\", "/")


def test_the_documentation_tells_every_way_to_run_and_every_phase():
    text = (ROOT / "docs" / "listing.md").read_text()
    for word in Runs.__args__:
        assert f"| {word} |" in text, word
    listings: list[Listing] = [collect(flask.Flask("a")), collect(quart.Quart("a"))]
    for phase in {phase.name for listing in listings for phase in listing.phases}:
        assert f"`{phase}`" in text, phase
