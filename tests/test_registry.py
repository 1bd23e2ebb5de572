"""Hooks: registering, order, binding, and what is refused."""

from __future__ import annotations

import functools

import flask
import pytest
import quart

from afterware import (
    HookRegistrationError,
    Hooks,
    HookTooLateError,
    UnknownHostError,
    after_this_request,
    request,
)


def trace(ran, name, colour="def"):
    """A hook of any phase that notes its run and hands its argument back."""

    def hook(*args):
        ran.append(name)
        return args[0] if args else None

    async def async_hook(*args):
        return hook(*args)

    return hook if colour == "def" else async_hook


def home(host):
    @host.route("/")
    def view():
        return "home"


@pytest.mark.parametrize("order", ["registered", "reversed"])
def test_order_says_how_each_phase_runs(host, order):
    ran = []
    hooks = Hooks(order=order)
    for name in "ab":
        hooks.before_request(trace(ran, f"before {name}"))
        hooks.after_request(trace(ran, f"after {name}"))
        hooks.teardown_request(trace(ran, f"teardown {name}"))
    hooks.init_app(host.app)
    home(host)
    host.ask()
    later = "ab" if order == "registered" else "ba"
    assert ran == [
        *("before a", "before b"),
        *(f"after {name}" for name in later),
        *(f"teardown {name}" for name in later),
    ]


def test_an_unknown_order_is_refused_with_the_choices():
    with pytest.raises(HookRegistrationError, match="'registered' or 'reversed'"):
        Hooks(order="backwards")


def test_reversed_is_how_the_host_runs_its_own(host):
    ours, theirs = [], []
    hooks = Hooks(order="reversed")
    hooks.init_app(host.app)
    for name in "abc":
        for phase in ("before_request", "after_request", "teardown_request"):
            getattr(hooks, phase)(trace(ours, f"{phase} {name}"))
            getattr(host.app, phase)(host.colour(trace(theirs, f"{phase} {name}")))
    home(host)
    host.ask()
    assert ours == theirs
    assert len(ours) == 9


@pytest.mark.parametrize("colours", [("def", "async def", "def"), ("async def", "def")])
def test_hooks_of_both_colours_share_one_order(host, colours):
    ran = []
    hooks = Hooks()
    for index, colour in enumerate(colours):
        hooks.before_request(trace(ran, ("before", index), colour))
        hooks.after_request(trace(ran, ("after", index), colour))
        hooks.teardown_request(trace(ran, ("teardown", index), colour))
    hooks.init_app(host.app)
    home(host)
    assert host.ask().body == b"home"
    phases = ("before", "after", "teardown")
    assert ran == [(phase, index) for phase in phases for index in range(len(colours))]


@pytest.mark.parametrize("colour", ["def", "async def"])
def test_a_before_request_hook_may_answer_in_place_of_the_view(host, colour):
    ran = []
    hooks = Hooks()
    hooks.before_request(trace(ran, "first", colour))

    def answer():
        return {"answered": request.path}, 202

    async def async_answer():
        return answer()

    hooks.before_request(answer if colour == "def" else async_answer)
    hooks.before_request(trace(ran, "not reached", colour))
    hooks.init_app(host.app)
    home(host)
    answer_ = host.ask()
    assert (answer_.status, answer_.json) == (202, {"answered": "/"})
    assert ran == ["first"]


class Everything:
    def __init__(self, ran):
        self.ran = ran

    def before_request(self):
        self.ran.append("before")

    async def after_request(self, response):
        self.ran.append("after")
        return response

    def teardown_request(self, exc):
        self.ran.append("teardown")

    async def after_response(self, sent):
        self.ran.append(f"sent {sent.status}")


def test_an_object_is_added_by_its_methods_named_after_phases(host):
    ran = []
    hooks = Hooks()
    hooks.add(Everything(ran))
    hooks.init_app(host.app)
    home(host)
    host.ask()
    assert ran == ["before", "after", "teardown", "sent 200"]


def test_options_of_add_go_to_the_methods_whose_colour_they_fit():
    hooks = Hooks()
    hooks.add(Everything([]), blocking=True, suspends=True, on_error="log")
    said = {hook.phase: (hook.blocking, hook.suspends, hook.on_error) for hook in hooks}
    assert said == {
        "before_request": (True, False, "log"),
        "after_request": (False, True, "log"),
        "teardown_request": (True, False, "log"),
        "after_response": (False, True, "log"),
    }


def test_a_class_is_not_added():
    with pytest.raises(HookRegistrationError, match=r"Add an instance: hooks.add\(Everything\(\)"):
        Hooks().add(Everything)


def test_an_object_without_phases_is_refused_with_their_names():
    with pytest.raises(HookRegistrationError, match=r"before_request, after_request, teardown"):
        Hooks().add(object())


def test_the_decorator_gives_the_function_back():
    hooks = Hooks()

    def hook(response):
        return response

    assert hooks.after_request(hook) is hook
    assert hooks.after_request(on_error="log")(hook) is hook
    assert [each.on_error for each in hooks] == ["raise", "log"]
    assert repr(hooks) == (
        "<Hooks before_request: 0, after_request: 2, teardown_request: 0, teardown_appcontext: 0,"
        " after_response: 0>"
    )


def test_hooks_may_be_registered_before_and_after_binding(host):
    ran = []
    hooks = Hooks()
    hooks.before_request(trace(ran, "before"))
    hooks.init_app(host.app)
    hooks.after_request(trace(ran, "after"))
    hooks.teardown_request(trace(ran, "teardown"))
    home(host)
    host.ask()
    assert ran == ["before", "after", "teardown"]


@pytest.mark.parametrize(
    "phase", ["before_request", "after_request", "teardown_request", "after_response"]
)
@pytest.mark.parametrize("registered_before", [True, False])
def test_a_hook_registered_after_the_first_request_is_refused(host, phase, registered_before):
    hooks = Hooks()
    hooks.init_app(host.app)
    if registered_before:
        getattr(hooks, phase)(trace([], "early"))
    home(host)
    host.ask()
    with pytest.raises(HookTooLateError, match=r"test_registry\.py:\d+\) was registered after"):
        getattr(hooks, phase)(trace([], "late"))


def test_a_served_set_may_be_bound_to_another_app(host):
    ran = []
    hooks = Hooks()
    hooks.after_request(trace(ran, "ran"))
    hooks.init_app(host.app)
    home(host)
    host.ask()
    other = host.new_app()
    hooks.init_app(other)
    assert host.ask("/none", app=other).status == 404
    assert ran == ["ran", "ran"]


def test_binding_twice_is_refused(host):
    hooks = Hooks()
    hooks.init_app(host.app)
    with pytest.raises(HookRegistrationError, match="bound to .* already"):
        hooks.init_app(host.app)


def test_binding_after_the_first_request_is_refused_where_the_host_tells(flask_host):
    home(flask_host)
    flask_host.ask()
    with pytest.raises(HookTooLateError, match="Call init_app and register"):
        Hooks().init_app(flask_host.app)


@pytest.mark.parametrize("target", [None, "app", object(), flask.Flask, quart, int])
def test_what_is_no_app_is_refused(target):
    with pytest.raises(UnknownHostError, match="a Flask or Quart app, or a blueprint of either"):
        Hooks().init_app(target)


def test_two_sets_on_one_app_run_last_bound_first_as_the_host_runs_them(host):
    ran = []
    for name in ("first", "second"):
        hooks = Hooks()
        hooks.after_request(trace(ran, name))
        hooks.init_app(host.app)
    home(host)
    host.ask()
    assert ran == ["second", "first"]


def test_hooks_of_a_blueprint_run_for_its_routes_only(host):
    ran = []
    hooks = Hooks()
    for phase in ("before_request", "after_request", "teardown_request", "after_response"):
        getattr(hooks, phase)(trace(ran, phase))
    blueprint = host.new_blueprint("inside")
    hooks.init_app(blueprint)
    host.route("/", blueprint)(lambda: "inside")
    host.app.register_blueprint(blueprint)
    home(host)
    host.ask("/")
    host.ask("/none")
    assert ran == []
    assert host.ask("/inside/").body == b"inside"
    assert ran == ["before_request", "after_request", "teardown_request", "after_response"]


def test_a_blueprint_takes_no_hooks_once_it_is_registered(host):
    hooks = Hooks()
    blueprint = host.new_blueprint("inside")
    hooks.init_app(blueprint)
    host.app.register_blueprint(blueprint)
    with pytest.raises(HookTooLateError, match="registered on its app"):
        hooks.before_request(trace([], "late"))
    with pytest.raises(HookTooLateError, match="registered on its app"):
        Hooks().init_app(blueprint)
    assert list(hooks) == []


@pytest.mark.parametrize("colour", ["def", "async def"])
def test_after_this_request_runs_once_and_before_the_others(host, colour):
    ran = []
    hooks = Hooks()
    hooks.after_request(trace(ran, "always"))
    hooks.init_app(host.app)

    @host.route("/")
    def view():
        if request.args.get("once"):
            after_this_request(trace(ran, "this request, first", colour))
            after_this_request(on_error="log")(trace(ran, "this request, second", colour))
        return "home"

    host.ask("/?once=1")
    host.ask("/")
    assert ran == ["this request, first", "this request, second", "always", "always"]


def test_after_this_request_needs_no_binding(host):
    @host.route("/")
    def view():
        @after_this_request
        def header(response):
            response.headers["X-Once"] = "yes"
            return response

        return "home"

    assert host.ask().headers["X-Once"] == "yes"


def test_after_this_request_refuses_what_registration_refuses(host):
    with pytest.raises(HookRegistrationError, match=r"is called with \(response\)"):
        host.in_request(lambda: after_this_request(lambda: None))


def test_after_this_request_outside_a_request_says_so():
    with pytest.raises(RuntimeError, match="neither Flask nor Quart is serving"):
        after_this_request(lambda response: response)


def test_a_partial_and_a_method_are_hooks_too(host):
    ran = []
    hooks = Hooks()

    def labelled(label, response):
        ran.append(label)
        return response

    hooks.after_request(functools.partial(labelled, "partial"))
    hooks.after_request(Everything(ran).after_request)
    hooks.init_app(host.app)
    home(host)
    host.ask()
    assert ran == ["partial", "after"]
