"""Settings of single views: whose they are on preflights, websockets, and requests in requests."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from afterware import Hooks
from afterware.hooks import CORS, SecurityHeaders

APP = "https://app.example"
PARTNER = "https://partner.example"


def preflight(host: Any, path: str, method: str, origin: str = APP, **options: Any) -> Any:
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    return host.ask(path, "OPTIONS", headers={**asked, **options.pop("headers", {})}, **options)


def allowed(answer: Any, origin: str = APP) -> bool:
    """Whether a browser goes on after this (Fetch, "CORS-preflight fetch")."""
    return 200 <= answer.status < 300 and answer.headers.get("Access-Control-Allow-Origin") in (
        origin,
        "*",
    )


@pytest.fixture(params=["app", "blueprint", "nested"])
def target(host: Any, request: pytest.FixtureRequest) -> Any:
    """Where hooks are bound and views are: an app, a blueprint, one with another inside."""

    class Target:
        kind = request.param
        app = host.app
        prefix = ""

        def __init__(self) -> None:
            self.bound = self.routed = host.app
            if self.kind != "app":
                self.bound = self.routed = host.new_blueprint("pages")
                self.prefix = "/pages"
            if self.kind == "nested":
                self.routed = host.new_blueprint("inner")
                self.prefix = "/pages/inner"

        def route(self, rule: str, **options: Any) -> Any:
            return host.route(rule, self.routed, **options)

        def bind(self, *objects: object) -> None:
            hooks = Hooks()
            hooks.add(*objects)
            hooks.init_app(self.bound)

        def ready(self) -> None:
            if self.kind == "nested":
                self.bound.register_blueprint(self.routed)
            if self.kind != "app":
                host.app.register_blueprint(self.bound)

    return Target()


def test_a_preflight_has_the_policy_of_the_view_that_serves_the_method_it_asks_about(
    host: Any, target: Any
) -> None:
    cors = CORS(APP, credentials=True)
    target.bind(cors)
    target.route("/x", endpoint="read")(lambda: "read")
    target.route("/x", endpoint="gone", methods=["DELETE"])(cors.exempt(lambda: "gone"))
    opened = cors.override(origins=PARTNER)(lambda: "opened")
    target.route("/x", endpoint="opened", methods=["POST"])(opened)
    target.ready()
    path = f"{target.prefix}/x"
    assert allowed(preflight(host, path, "GET"))
    assert allowed(preflight(host, path, "HEAD"))
    gone = preflight(host, path, "DELETE")
    assert not allowed(gone)
    assert "Access-Control-Allow-Credentials" not in gone.headers
    assert allowed(preflight(host, path, "POST", PARTNER), PARTNER)
    assert not allowed(preflight(host, path, "POST", APP))
    assert not allowed(preflight(host, path, "GET", PARTNER), PARTNER)
    # A method that no view serves: the policy of the path.
    assert allowed(preflight(host, path, "PATCH"))
    assert not allowed(preflight(host, path, "PATCH", PARTNER), PARTNER)


def test_a_method_of_a_class_based_view_may_have_a_policy_of_its_own(
    host: Any, target: Any
) -> None:
    cors = CORS(APP, credentials=True)
    target.bind(cors)

    class Item(host.module.views.MethodView):  # type: ignore[misc]  # the host is known when it runs
        decorators = (cors.override(origins=PARTNER),)

        async def get(self) -> str:
            return "read"

        @cors.override(origins="https://post.example")
        async def post(self) -> str:
            return "made"

        @cors.exempt
        async def delete(self) -> str:
            return "gone"

    target.routed.add_url_rule("/x", view_func=Item.as_view("item"))
    target.ready()
    path = f"{target.prefix}/x"
    assert allowed(preflight(host, path, "GET", PARTNER), PARTNER)
    assert allowed(preflight(host, path, "HEAD", PARTNER), PARTNER)
    assert not allowed(preflight(host, path, "GET"))
    made = "https://post.example"
    assert allowed(preflight(host, path, "POST", made), made)
    assert not allowed(preflight(host, path, "POST", PARTNER), PARTNER)
    gone = preflight(host, path, "DELETE", PARTNER)
    assert not allowed(gone, PARTNER)
    assert "Access-Control-Allow-Credentials" not in gone.headers
    for method, origin in (("GET", PARTNER), ("HEAD", PARTNER), ("POST", made), ("DELETE", None)):
        answer = host.ask(path, method, headers={"Origin": origin or PARTNER})
        assert answer.headers.get("Access-Control-Allow-Origin") == origin


def test_a_head_that_get_serves_has_the_policy_of_get(host: Any, bind: Any) -> None:
    cors, security = CORS(APP), SecurityHeaders(force_https=False)
    bind(host, cors, security)

    class Item(host.module.views.MethodView):  # type: ignore[misc]  # the host is known when it runs
        @cors.exempt
        @security.override(frame_options=None)
        async def get(self) -> str:
            return "read"

        async def put(self) -> str:
            return "written"

    class Whole(host.module.views.View):  # type: ignore[misc]  # the host is known when it runs
        methods = ("GET", "PUT")

        @cors.exempt
        async def dispatch_request(self) -> str:
            return "whole"

    host.app.add_url_rule("/item", view_func=Item.as_view("item"))
    host.app.add_url_rule("/whole", view_func=Whole.as_view("whole"))
    for method in ("GET", "HEAD"):
        answer = host.ask("/item", method, headers={"Origin": APP})
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "X-Frame-Options" not in answer.headers
        assert not allowed(preflight(host, "/item", method))
    answer = host.ask("/item", "PUT", headers={"Origin": APP})
    assert answer.headers["Access-Control-Allow-Origin"] == APP
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    for method in ("GET", "PUT"):
        assert not allowed(preflight(host, "/whole", method))


def test_the_order_of_the_views_does_not_matter(host: Any, target: Any) -> None:
    cors = CORS(APP)
    target.bind(cors)
    target.route("/x", endpoint="gone", methods=["DELETE"])(cors.exempt(lambda: "gone"))
    target.route("/x", endpoint="read")(lambda: "read")
    target.ready()
    assert allowed(preflight(host, f"{target.prefix}/x", "GET"))
    assert not allowed(preflight(host, f"{target.prefix}/x", "DELETE"))


def test_an_options_that_is_no_preflight_has_the_policy_of_its_own_view(
    host: Any, target: Any
) -> None:
    cors = CORS(APP)
    target.bind(cors)
    target.route("/x", endpoint="asked", methods=["OPTIONS"])(
        cors.override(origins=PARTNER)(lambda: "own")
    )
    target.route("/x", endpoint="read", provide_automatic_options=False)(lambda: "read")
    target.ready()
    path = f"{target.prefix}/x"
    answer = host.ask(path, "OPTIONS", headers={"Origin": PARTNER})
    assert answer.headers["Access-Control-Allow-Origin"] == PARTNER
    assert allowed(preflight(host, path, "GET"))
    assert not allowed(preflight(host, path, "GET", PARTNER), PARTNER)


def test_a_redirect_that_routing_makes_has_the_policy_of_the_view_it_leads_to(
    host: Any, bind: Any
) -> None:
    cors = CORS(APP)
    bind(host, cors)
    host.route("/open/", endpoint="open", methods=["PUT"])(
        cors.override(origins=PARTNER)(lambda: "open")
    )
    host.route("/shut/", endpoint="shut", methods=["PUT"])(cors.exempt(lambda: "shut"))
    assert allowed(preflight(host, "/open", "PUT", PARTNER), PARTNER)
    assert not allowed(preflight(host, "/open", "PUT"))
    assert not allowed(preflight(host, "/shut", "PUT"))
    redirected = host.ask("/open", "PUT", headers={"Origin": PARTNER})
    assert redirected.status == 308
    assert redirected.headers["Access-Control-Allow-Origin"] == PARTNER
    missing = preflight(host, "/nowhere", "PUT")
    assert (missing.status, allowed(missing)) == (204, True)


def test_views_are_found_by_host_name_where_that_counts(host: Any) -> None:
    module = host.module
    kind = module.Flask if host.name == "flask" else module.Quart
    app = kind("hosts", host_matching=True, static_host="static.test", static_folder=None)
    app.secret_key = "a key for tests"
    cors = CORS(APP)
    hooks = Hooks()
    hooks.add(cors)
    hooks.init_app(app)
    host.route("/x", app, endpoint="one", host="one.test", methods=["PUT"])(lambda: "one")
    host.route("/x", app, endpoint="two", host="two.test", methods=["PUT"])(
        cors.exempt(lambda: "two")
    )
    assert allowed(preflight(host, "/x", "PUT", app=app, headers={"Host": "one.test"}))
    assert not allowed(preflight(host, "/x", "PUT", app=app, headers={"Host": "two.test"}))


def test_a_blueprint_does_not_answer_for_the_views_of_others(host: Any) -> None:
    blueprint = host.new_blueprint("pages")
    hooks = Hooks()
    hooks.add(CORS(APP))
    hooks.init_app(blueprint)
    host.route("/x", blueprint, endpoint="read")(lambda: "read")
    host.app.register_blueprint(blueprint)
    host.route("/pages/x", endpoint="gone", methods=["DELETE"])(lambda: "gone")
    assert allowed(preflight(host, "/pages/x", "GET"))
    assert not allowed(preflight(host, "/pages/x", "DELETE"))


def test_a_view_of_all_methods_can_be_asked_about_each(host: Any, bind: Any) -> None:
    cors = CORS(APP, methods=["GET", "PUT"])
    bind(host, cors)
    view = cors.override(methods=["DELETE"])(lambda: "all")
    host.route("/x", methods=["GET", "PUT", "DELETE"])(view)
    answer = preflight(host, "/x", "DELETE")
    assert answer.headers["Access-Control-Allow-Methods"] == "DELETE"


def websocket(host: Any, path: str, origin: str | None, **headers: str) -> Any:
    """What a websocket says first, or the status that it is refused with."""
    from quart.testing.connections import WebsocketResponseError

    if origin is not None:
        headers["Origin"] = origin

    async def opened() -> Any:
        try:
            async with host.app.test_client().websocket(path, headers=headers) as socket:
                return await socket.receive()
        except WebsocketResponseError as refused:
            return refused.response.status_code

    return host.run(opened())


@pytest.fixture
def sockets(quart_host: Any) -> Any:
    def made(cors: CORS, target: Any = None) -> Any:
        async def greet() -> None:
            await quart_host.module.websocket.send("hello")

        async def partner() -> None:
            await greet()

        async def free() -> None:
            await greet()

        target = target or quart_host.app
        target.websocket("/ws")(greet)
        target.websocket("/partner")(cors.override(origins=PARTNER)(partner))
        target.websocket("/free")(cors.exempt(free))
        return quart_host

    return made


@pytest.mark.parametrize("on_blueprint", [False, True])
def test_a_websocket_has_a_policy_of_its_own(
    quart_host: Any, sockets: Any, on_blueprint: bool
) -> None:
    cors = CORS(APP, websockets=True)
    target = quart_host.new_blueprint("pages") if on_blueprint else quart_host.app
    hooks = Hooks()
    hooks.add(cors)
    hooks.init_app(target)
    sockets(cors, target)
    prefix = ""
    if on_blueprint:
        quart_host.app.register_blueprint(target)
        prefix = "/pages"
    assert websocket(quart_host, f"{prefix}/ws", APP) == "hello"
    assert websocket(quart_host, f"{prefix}/ws", PARTNER) == 403
    assert websocket(quart_host, f"{prefix}/partner", PARTNER) == "hello"
    assert websocket(quart_host, f"{prefix}/partner", APP) == 403
    assert websocket(quart_host, f"{prefix}/free", "https://anybody.example") == "hello"
    for path in ("/ws", "/partner", "/free"):
        assert websocket(quart_host, prefix + path, None) == "hello"
        # The app's own pages, whatever a proxy has made of the scheme.
        own = "https://own.example:8443"
        assert websocket(quart_host, prefix + path, own, Host="own.example:8443") == "hello"
    assert websocket(quart_host, f"{prefix}/ws", "https://own.example", Host="x.example") == 403


@pytest.mark.parametrize("hook", [CORS(APP), SecurityHeaders(force_https=False)])
@pytest.mark.parametrize("before", [False, True])
def test_settings_of_a_view_leave_websockets_alone(
    quart_host: Any, bind: Any, hook: Any, before: bool
) -> None:
    """Quart 0.22 looks for a request where a url_value_preprocessor is to run for a websocket."""
    if not before:
        bind(quart_host, hook)
    quart_host.route("/x")(hook.override()(lambda: "x"))
    if before:
        bind(quart_host, hook)

    async def greet() -> None:
        await quart_host.module.websocket.send("hello")

    quart_host.app.websocket("/ws")(greet)
    assert websocket(quart_host, "/ws", None) == "hello"
    assert not any(quart_host.app.url_value_preprocessors.values())
    assert quart_host.ask("/x").body == b"x"


def nested(host: Any, path: str, how: str) -> Any:
    """A view that asks for another path of the same app, in one of the ways that there are."""
    app = host.app
    if host.name == "flask":

        def view() -> str:
            if how == "client":
                return app.test_client().get(path).get_data(as_text=True)
            if how == "unread":
                app.test_client().get(path)
            elif how == "dispatched":
                with app.test_request_context(path):
                    app.full_dispatch_request()
            else:
                environ = {**host.module.request.environ, "PATH_INFO": path}
                b"".join(app.wsgi_app(environ, lambda *_: None))
            return "asked"

        return view

    async def asynchronous() -> str:
        if how in ("client", "unread"):
            answer = await app.test_client().get(path)
            return (await answer.get_data()).decode() if how == "client" else "asked"
        if how == "dispatched":
            async with app.test_request_context(path) as context:
                await app.full_dispatch_request(context)
        else:
            messages = [{"type": "http.request", "body": b"", "more_body": False}]
            over = asyncio.Event()

            async def receive() -> Any:
                if messages:
                    return messages.pop()
                await over.wait()
                return {"type": "http.disconnect"}

            async def send(message: Any) -> None:
                if message["type"] == "http.response.body" and not message.get("more_body"):
                    over.set()

            scope = {**host.module.request.scope, "path": path, "raw_path": path.encode()}
            await app.asgi_app(scope, receive, send)
        return "asked"

    return asynchronous


WAYS = ("client", "unread", "dispatched", "same exchange")


@pytest.mark.parametrize("how", WAYS)
def test_a_request_inside_of_a_request_leaves_its_settings_there(
    host: Any, bind: Any, how: str
) -> None:
    if host.name == "quart" and how == "dispatched":
        pytest.skip("Quart 0.22 and 0.23 dispatch by contexts of different classes")
    cors = CORS(APP)
    security = SecurityHeaders(None, frame_options="DENY", force_https=False)
    bind(host, cors, security)
    public = security.override(frame_options=None)(cors.override(origins="*")(lambda: "public"))
    host.route("/public")(public)
    host.route("/batch")(nested(host, "/public", how))
    host.route("/other")(
        security.override(frame_options="SAMEORIGIN")(
            cors.override(origins=PARTNER)(nested(host, "/public", how))
        )
    )
    answer = host.ask("/batch", headers={"Origin": APP})
    assert answer.status == 200
    assert answer.headers["Access-Control-Allow-Origin"] == APP
    assert answer.headers["X-Frame-Options"] == "DENY"
    other = host.ask("/other", headers={"Origin": PARTNER})
    assert other.headers["Access-Control-Allow-Origin"] == PARTNER
    assert other.headers["X-Frame-Options"] == "SAMEORIGIN"
    direct = host.ask("/public", headers={"Origin": PARTNER})
    assert direct.headers["Access-Control-Allow-Origin"] == "*"
    assert "X-Frame-Options" not in direct.headers


@pytest.mark.parametrize("how", WAYS)
def test_each_request_has_a_nonce_of_its_own(host: Any, bind: Any, how: str) -> None:
    if host.name == "quart" and how == "dispatched":
        pytest.skip("Quart 0.22 and 0.23 dispatch by contexts of different classes")
    security = SecurityHeaders(
        None,
        content_security_policy={"script-src": ()},
        content_security_policy_nonce_in="script-src",
        force_https=False,
    )
    bind(host, security)
    host.route("/inner")(lambda: security.nonce())
    inner = nested(host, "/inner", how)
    if host.name == "flask":
        view: Any = lambda: f"{security.nonce()} {inner()} {security.nonce()}"  # noqa: E731 - short
    else:

        async def view() -> str:
            return f"{security.nonce()} {await inner()} {security.nonce()}"

    host.route("/outer")(view)
    answer = host.ask("/outer")
    first, asked, last = answer.body.decode().split()
    assert first == last != asked
    assert answer.headers["Content-Security-Policy"] == f"script-src 'nonce-{first}'"
