"""What is said of a hook, and of what is not listed."""

from __future__ import annotations

import functools

import flask
import pytest
import quart
from flask_compress import Compress
from flask_cors import CORS
from flask_talisman import Talisman
from quart_cors import cors

from afterware import Hooks
from afterware.listing.collect import collect


def named(response):
    return response


class Added:
    def before_request(self):
        pass

    async def after_response(self, sent):
        pass


def test_a_hook_is_known_by_its_name_file_and_line(host):
    host.app.after_request(functools.partial(named))
    (row,) = collect(host.app).rows
    assert row.name == f"{__name__}.named"
    assert (row.file, row.line) == (__file__, named.__code__.co_firstlineno)


def test_a_hook_with_no_source_is_listed_all_the_same(host):
    host.app.teardown_request(print)
    (row,) = collect(host.app).rows
    assert (row.name, row.file, row.line) == ("builtins.print", "", 0)


def test_the_hooks_of_extensions_are_listed():
    app = flask.Flask("made")
    CORS(app)
    Compress(app)
    Talisman(app)
    rows = collect(app).rows
    assert {(row.phase, row.name.partition(".")[0]) for row in rows} == {
        ("before_request", "flask_talisman"),
        ("after_request", "flask_talisman"),
        ("after_request", "flask_compress"),
        ("after_request", "flask_cors"),
    }
    assert all(row.runs == "inline" for row in rows)


def test_the_hooks_of_quarts_extensions_are_listed():
    rows = collect(cors(quart.Quart("made"))).rows
    assert ("after_request", "quart_cors._after_request", "loop") in [
        (row.phase, row.name, row.runs) for row in rows
    ]


def test_an_extensions_hook_that_hops_has_a_ready_made_one_for_its_cure():
    app = quart.Quart("made")
    app.after_request(Compress().after_request)
    (row,) = collect(app).rows
    assert row.advice.cure.startswith("afterware.hooks.Compress does the like inline.")


def test_an_object_with_methods_named_after_phases_is_listed_by_its_methods(host):
    hooks = Hooks()
    hooks.add(Added())
    hooks.init_app(host.app)
    assert [(row.name.partition(".Added.")[2], row.is_async) for row in collect(host.app).rows] == [
        ("before_request", False),
        ("after_response", True),
    ]


def test_one_set_on_two_blueprints_is_listed_for_both(host):
    hooks = Hooks()
    hooks.after_request(named)
    hooks.after_response(lambda sent: None)
    for name in ("one", "two"):
        blueprint = host.new_blueprint(name)
        hooks.init_app(blueprint)
        host.app.register_blueprint(blueprint)
    listed = [(row.phase, row.blueprint) for row in collect(host.app).rows]
    assert sorted(listed) == [
        ("after_request", "one"),
        ("after_request", "two"),
        ("after_response", "one"),
        ("after_response", "two"),
    ]


def test_functions_that_run_no_hook_are_counted_in_a_note(host):
    hooks = Hooks()
    hooks.after_response(lambda sent: None)
    blueprint = host.new_blueprint("inside")
    hooks.init_app(blueprint)
    host.app.register_blueprint(blueprint)
    assert collect(host.app).notes == [
        "Also run: 2 functions of Afterware's own, with no hook in this phase."
    ]


def test_hooks_under_a_name_that_no_blueprint_has_are_told_and_not_listed(host):
    host.app.after_request_funcs.setdefault("gone", []).append(named)
    listing = collect(host.app)
    assert listing.rows == []
    (note,) = listing.notes
    assert "'gone'" in note
    assert "never run" in note


@pytest.mark.parametrize("module", [flask, quart])
def test_an_app_that_overrides_what_runs_hooks_is_told_of(module):
    base = module.Flask if module is flask else module.Quart

    class Own(base):
        def process_response(self, *args):
            return super().process_response(*args)

    (note,) = collect(Own("made")).notes
    assert "overrides process_response" in note
    assert collect(base("made")).notes == []


def test_collecting_changes_nothing_and_runs_nothing(host):
    ran = []
    hooks = Hooks()
    hooks.after_request(lambda response: ran.append(1) or response)
    hooks.init_app(host.app)
    host.app.after_request(lambda response: ran.append(1) or response)
    before = {name: list(functions) for name, functions in host.app.after_request_funcs.items()}
    collect(host.app)
    hooks.after_request(named)  # not too late
    assert ran == []
    assert dict(host.app.after_request_funcs) == before


def test_what_is_no_app_is_refused():
    with pytest.raises(TypeError, match="not of 'text'"):
        collect("text")
