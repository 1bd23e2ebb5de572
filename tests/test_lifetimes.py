"""An app and what is bound to it go together: a set of hooks keeps no app alive."""

from __future__ import annotations

import asyncio
import gc
import weakref
from typing import Any

import pytest

from afterware import Hooks, HookTooLateError
from afterware.hooks import CORS, AccessLog, Cookies, RequestId, SecurityHeaders, ServerTiming

# Of a factory, and of one whose apps each serve a request as well.
APPS = 100
SERVED = 10


def ready_made() -> Hooks:
    hooks = Hooks()
    hooks.add(
        RequestId(),
        AccessLog(),
        Cookies(),
        SecurityHeaders(force_https=False),
        CORS("https://example.com", websockets=True),
        ServerTiming(),
    )
    return hooks


def of_every_phase() -> Hooks:
    hooks = Hooks()
    hooks.before_request(lambda: None)
    hooks.after_request(lambda response: response)
    hooks.teardown_request(lambda exc: None)
    hooks.after_response(lambda sent: None)
    return hooks


def only_around_the_app() -> Hooks:
    hooks = Hooks()
    hooks.add(CORS("https://example.com"), SecurityHeaders(force_https=False))
    return hooks


KINDS = [Hooks, of_every_phase, ready_made, only_around_the_app]


def serve(host: Any, app: Any, path: str = "/") -> int:
    """What *app* answers, from a client that nothing here keeps."""
    if host.name == "flask":
        with app.test_client().get(path) as response:
            return int(response.status_code)

    async def exchange() -> int:
        response = await app.test_client().get(path)
        await response.get_data()
        return int(response.status_code)

    with asyncio.Runner() as runner:
        return runner.run(exchange())


def alive(apps: list[weakref.ref[Any]]) -> int:
    gc.collect()
    return sum(app() is not None for app in apps)


@pytest.mark.parametrize("make", KINDS)
@pytest.mark.parametrize("serving", [False, True], ids=["unserved", "served"])
def test_hooks_keep_no_app_of_a_factory_alive(host: Any, make: Any, serving: bool) -> None:
    hooks = make()

    def factory() -> weakref.ref[Any]:
        app = host.new_app()
        host.route("/", app)(lambda: "text")
        hooks.init_app(app)
        if serving:
            assert serve(host, app) == 200
        return weakref.ref(app)

    apps = [factory() for _ in range(SERVED if serving else APPS)]
    assert alive(apps) == 0


@pytest.mark.parametrize("make", KINDS)
def test_a_blueprint_of_a_module_keeps_no_app_alive_that_it_is_registered_on(
    host: Any, make: Any
) -> None:
    hooks = make()
    blueprint = host.new_blueprint("pages")
    host.route("/", blueprint)(lambda: "text")
    hooks.init_app(blueprint)

    def factory() -> weakref.ref[Any]:
        app = host.new_app()
        app.register_blueprint(blueprint)
        assert serve(host, app, "/pages/") == 200
        return weakref.ref(app)

    apps = [factory() for _ in range(SERVED)]
    assert alive(apps) == 0


def test_a_blueprint_goes_though_its_hooks_stay(host: Any) -> None:
    hooks = of_every_phase()

    def bind() -> weakref.ref[Any]:
        blueprint = host.new_blueprint("pages")
        hooks.init_app(blueprint)
        return weakref.ref(blueprint)

    assert alive([bind() for _ in range(APPS)]) == 0


@pytest.mark.parametrize("make", KINDS)
def test_hooks_registered_after_binding_run_though_only_the_app_keeps_the_binding(
    host: Any, make: Any
) -> None:
    hooks = make()
    host.route("/")(lambda: "text")
    hooks.init_app(host.app)
    gc.collect()

    @hooks.after_request
    def late(response: Any) -> Any:
        response.headers["X-Late"] = "yes"
        return response

    assert host.ask("/").headers["X-Late"] == "yes"


def test_hooks_registered_after_binding_run_on_a_blueprint_that_is_not_registered_yet(
    host: Any,
) -> None:
    hooks = Hooks()
    blueprint = host.new_blueprint("pages")
    host.route("/", blueprint)(lambda: "text")
    hooks.init_app(blueprint)
    gc.collect()

    @hooks.teardown_request
    def noted(exc: Any) -> None:
        seen.append(exc)

    seen: list[Any] = []
    host.app.register_blueprint(blueprint)
    host.ask("/pages/")
    assert seen == [None]


@pytest.mark.parametrize("make", KINDS)
def test_a_served_request_is_noticed_though_only_the_app_keeps_the_binding(
    host: Any, make: Any
) -> None:
    hooks = make()
    host.route("/")(lambda: "text")
    hooks.init_app(host.app)
    gc.collect()
    host.ask("/")
    with pytest.raises(HookTooLateError, match="after the first request"):
        hooks.after_request(lambda response: response)


def test_an_app_that_takes_the_place_of_one_that_is_gone_can_be_bound(host: Any) -> None:
    hooks = Hooks()
    for _ in range(SERVED):
        hooks.init_app(host.new_app())
        gc.collect()
