"""What an object that is added may do besides its phases: set up the app, go around hooks."""

from __future__ import annotations

from typing import Any

import pytest

from afterware import (
    HookObject,
    HookRegistrationError,
    Hooks,
    HookTooLateError,
    SupportsAfterRequest,
    SupportsAfterResponse,
    SupportsAround,
    SupportsBeforeRequest,
    SupportsInitApp,
    SupportsSurround,
    SupportsTeardownAppcontext,
    SupportsTeardownRequest,
)
from afterware.context import current_request, exchange
from afterware.hook import Hook


class Setup:
    def __init__(self) -> None:
        self.apps: list[Any] = []

    def init_app(self, app: Any) -> None:
        self.apps.append(app)


def test_init_app_of_an_added_object_is_called_once_with_the_app(host: Any) -> None:
    setup = Setup()
    hooks = Hooks()
    hooks.add(setup)
    hooks.init_app(host.app)
    assert setup.apps == [host.app]


def test_an_object_added_after_binding_is_told_the_app_at_once(host: Any) -> None:
    setup = Setup()
    hooks = Hooks()
    hooks.init_app(host.app)
    hooks.add(setup)
    assert setup.apps == [host.app]


def test_two_blueprints_of_one_app_set_it_up_once_when_registered(host: Any) -> None:
    setup = Setup()
    hooks = Hooks()
    hooks.add(setup)
    first, second = host.new_blueprint("first"), host.new_blueprint("second")
    hooks.init_app(first)
    hooks.init_app(second)
    assert setup.apps == []
    host.app.register_blueprint(first)
    host.app.register_blueprint(second)
    assert setup.apps == [host.app]


def test_an_object_added_after_its_blueprint_was_registered_is_too_late(host: Any) -> None:
    hooks = Hooks()
    blueprint = host.new_blueprint("pages")
    hooks.init_app(blueprint)
    host.app.register_blueprint(blueprint)
    with pytest.raises(HookTooLateError, match="has been registered on its app"):
        hooks.add(Setup())


class Around:
    """Notes every hook that runs."""

    def __init__(self) -> None:
        self.ran: list[str] = []

    def around(self, hook: Hook) -> Any:
        function = hook.function
        name = hook.name.rsplit(".", 1)[-1]
        if hook.is_async:

            async def awaited(*args: Any) -> Any:
                self.ran.append(f"async {name}")
                return await function(*args)

            return awaited

        def called(*args: Any) -> Any:
            self.ran.append(name)
            return function(*args)

        return called


def test_around_runs_in_place_of_every_hook_of_either_colour(host: Any) -> None:
    around = Around()
    hooks = Hooks()

    @hooks.before_request
    def first() -> None: ...

    @hooks.after_request
    async def second(response: Any) -> Any:
        response.headers["X-Second"] = "ran"
        return response

    @hooks.after_request(blocking=True)
    def third(response: Any) -> Any:
        response.headers["X-Third"] = "ran"
        return response

    hooks.add(around)
    hooks.init_app(host.app)
    host.route("/")(lambda: "")
    answer = host.ask()
    assert answer.headers["X-Second"] == answer.headers["X-Third"] == "ran"
    assert around.ran == ["first", "async second", "third"]


def test_current_request_is_the_request_that_the_proxy_stands_for(host: Any) -> None:
    def seen() -> tuple[str, bool]:
        current = current_request()
        exchange(current)["x.test"] = 1
        return current.path, exchange(current_request())["x.test"] == 1

    assert host.in_request(seen, "/here") == ("/here", True)
    assert host.in_request(seen, "/again") == ("/again", True)


def test_current_request_outside_of_a_request_says_so() -> None:
    with pytest.raises(RuntimeError, match="outside of a context"):
        current_request()


SUPPORTED = {
    "before_request": (lambda: None, SupportsBeforeRequest),
    "after_request": (lambda response: response, SupportsAfterRequest),
    "teardown_request": (lambda exc: None, SupportsTeardownRequest),
    "teardown_appcontext": (lambda exc: None, SupportsTeardownAppcontext),
    "after_response": (lambda sent: None, SupportsAfterResponse),
    "init_app": (lambda app: None, SupportsInitApp),
    "around": (lambda hook: hook.function, SupportsAround),
}


@pytest.mark.parametrize("name", SUPPORTED)
def test_an_object_with_one_known_method_is_taken_and_is_of_the_exported_type(name: str) -> None:
    method, kind = SUPPORTED[name]
    given = type("Given", (), {name: staticmethod(method)})()
    Hooks().add(given)
    assert isinstance(given, kind)
    assert isinstance(given, HookObject)


@pytest.mark.parametrize("methods", [{}, {"surround": lambda app: lambda: False}])
def test_an_object_that_is_none_of_the_exported_types_is_refused(methods: dict[str, Any]) -> None:
    given = type("Given", (), methods)()
    assert not isinstance(given, HookObject)
    assert not isinstance(given, SupportsSurround)
    with pytest.raises(HookRegistrationError, match="has no method named after a phase"):
        Hooks().add(given)
