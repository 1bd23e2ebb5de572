"""Hooks that surround an app instead of being called by it: CORS and SecurityHeaders."""

from __future__ import annotations

import copy
import functools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import Headers

from afterware import Hooks, HookTooLateError
from afterware.hooks import CORS, SecurityHeaders
from afterware.hooks._surround import Constant, surround_with
from afterware.hooks._views import PerView

ORIGIN = "https://a.test"


def phases(app: Any) -> list[str]:
    """The phases in which the host has a function to call."""
    kept = ("before_request_funcs", "after_request_funcs", "teardown_request_funcs")
    return [name for name in kept if any(getattr(app, name).values())]


def test_bound_to_an_app_they_leave_the_host_nothing_to_call(host: Any, bind: Any) -> None:
    """Running any hook at all costs more than what these two add."""
    bind(host, CORS(), SecurityHeaders(force_https=False))
    host.route("/")(lambda: "")
    answer = host.ask(headers={"Origin": ORIGIN})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert phases(host.app) == []


def test_a_hook_registered_after_the_first_request_is_refused_all_the_same(
    host: Any, bind: Any
) -> None:
    hooks = bind(host, CORS())
    host.route("/")(lambda: "")
    host.ask()
    with pytest.raises(HookTooLateError, match="after the first request"):
        hooks.after_request(lambda response: response)


def test_a_hook_added_beside_them_still_runs(host: Any, bind: Any) -> None:
    hooks = bind(host, CORS())

    @hooks.after_request
    def own(response: Any) -> Any:
        response.headers["X-Own"] = response.headers.get("Access-Control-Allow-Origin", "unseen")
        return response

    host.route("/")(lambda: "")
    headers = host.ask(headers={"Origin": ORIGIN}).headers
    assert headers["X-Own"] == "unseen"
    assert headers["Access-Control-Allow-Origin"] == "*"


def test_one_that_is_added_after_binding_surrounds_the_app_too(host: Any) -> None:
    hooks = Hooks()
    hooks.init_app(host.app)
    hooks.add(CORS())
    host.route("/")(lambda: "")
    assert host.ask(headers={"Origin": ORIGIN}).headers["Access-Control-Allow-Origin"] == "*"


ORIGINS = st.sampled_from(["*", ORIGIN, [ORIGIN, "https://b.test"], "https://*.test", "null"])
ASKING = st.fixed_dictionaries(
    {},
    optional={
        "Origin": st.sampled_from([ORIGIN, "https://x.b.test", "https://evil.example", "null"]),
        "Access-Control-Request-Method": st.sampled_from(["GET", "PUT", "BREW"]),
        "Access-Control-Request-Headers": st.sampled_from(["X-One", "x-two, Content-Type"]),
        "X-Forwarded-Proto": st.sampled_from(["https", "HTTPS, http", "http"]),
    },
)
VIEWS = st.sampled_from(
    [
        ("", 200, {}),
        ("no", 401, {"WWW-Authenticate": "Basic"}),
        ("", 302, {"Location": "/x"}),
        ("", 200, {"Vary": "Accept"}),
        ("", 200, {"access-control-allow-origin": "https://own.test"}),
        ("", 200, {"x-frame-options": "DENY"}),
    ]
)


@given(
    origins=ORIGINS,
    asking=ASKING,
    answer=VIEWS,
    method=st.sampled_from(["GET", "POST", "OPTIONS"]),
    by_path=st.booleans(),
    nonce=st.booleans(),
    overridden=st.booleans(),
)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_bound_to_an_app_or_a_blueprint_the_same_is_answered(
    host: Any,
    origins: Any,
    asking: dict[str, str],
    answer: Any,
    method: str,
    by_path: bool,
    nonce: bool,
    overridden: bool,
) -> None:
    """The two ways, around the app and in an after_request hook, are one hook."""
    answers = []
    for on_blueprint in (False, True):
        app, blueprint = host.new_app(), host.new_blueprint("pages")
        resources = {"/pages/*": {}} if by_path else None
        cors = CORS(origins, resources=resources, allow_headers="X-*", max_age=60)
        security = SecurityHeaders(
            force_https=False, content_security_policy_nonce_in="script-src" if nonce else ()
        )
        view: Any = lambda: answer  # noqa: E731 - it is decorated below
        if overridden:
            view = security.override(frame_options=None)(cors.override(expose_headers="X-A")(view))
        hooks = Hooks()
        hooks.add(cors, security)
        hooks.init_app(blueprint if on_blueprint else app)
        methods = {"methods": ["GET", "POST", "OPTIONS"], "provide_automatic_options": False}
        host.route("/<it>", blueprint, endpoint="page", **methods)(
            functools.wraps(view)(lambda it, view=view: view())
        )
        app.register_blueprint(blueprint)
        got = host.ask("/pages/a", method, app=app, headers=asking)
        csp = got.headers.get("Content-Security-Policy", "")
        assert ("nonce-" in csp) == nonce
        kept = Headers(pair for pair in got.headers if not nonce or pair[1] != csp)
        names = sorted((name.lower(), value) for name, value in kept if name.lower() != "date")
        answers.append((got.status, got.body, names))
    assert answers[0] == answers[1]


def between(host: Any, inner: Any) -> Any:
    """A middleware that hands on a copy of what it is given, as some do."""
    if host.name == "flask":

        def wsgi(environ: Any, start_response: Any) -> Any:
            yield from inner(environ, start_response)  # begins when it is iterated

        return wsgi

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        await inner(copy.deepcopy(scope), receive, send)

    return asgi


def install(host: Any, app: Any = None) -> None:
    """Put that middleware around the app as it is now."""
    app = app or host.app
    name = "wsgi_app" if host.name == "flask" else "asgi_app"
    setattr(app, name, between(host, getattr(app, name)))


def test_a_middleware_in_between_does_not_come_between_them(host: Any, bind: Any) -> None:
    install(host)
    bind(host, CORS(ORIGIN), SecurityHeaders(force_https=False))
    host.route("/")(lambda: ("no", 401, {"Set-Cookie": "a=1"}))
    asking = {"Origin": ORIGIN, "Access-Control-Request-Method": "PUT"}
    answer = host.ask("/", "OPTIONS", headers=asking)
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    preflight = host.ask("/nowhere", "OPTIONS", headers=asking)
    assert preflight.status == 204
    assert preflight.body == b""
    assert "Content-Type" not in preflight.headers


def test_an_override_is_noticed_through_a_copied_scope(host: Any, bind: Any) -> None:
    """A proxy's middleware on ASGI works on a deep copy of the scope."""
    if host.name == "flask":
        pytest.skip("an environ is not copied, by custom")
    install(host)
    security = SecurityHeaders(None, frame_options="DENY", force_https=False)
    bind(host, security)
    with_nonce = security.override(
        content_security_policy={"script-src": ()}, content_security_policy_nonce_in="script-src"
    )
    host.route("/")(with_nonce(lambda: security.nonce()))
    answer = host.ask()
    nonce = answer.body.decode()
    assert answer.headers["Content-Security-Policy"] == f"script-src 'nonce-{nonce}'"


def test_an_app_inside_an_app_does_not_see_its_views_settings(host: Any) -> None:
    """One hook on both apps; the outer view has settings of its own and asks the inner app."""
    security = SecurityHeaders(None, frame_options="DENY", force_https=False)
    inner = host.new_app()
    for app in (host.app, inner):
        hooks = Hooks()
        hooks.add(security)
        hooks.init_app(app)
    host.route("/", inner)(lambda: "inner")
    asked: list[Any] = []

    if host.name == "flask":

        def view() -> str:
            asked.append(inner.test_client().get("/").headers.get("X-Frame-Options"))
            return ""

    else:

        async def view() -> str:  # type: ignore[misc]  # of the host's colour
            response = await inner.test_client().get("/")
            asked.append(response.headers.get("X-Frame-Options"))
            return ""

    host.route("/")(security.override(frame_options="SAMEORIGIN")(view))
    assert host.ask().headers["X-Frame-Options"] == "SAMEORIGIN"
    assert asked == ["DENY"]


def test_a_message_that_a_middleware_keeps_is_left_as_it_was(host: Any, bind: Any) -> None:
    """Some answer with one constant message; what is added to it would be added again."""
    if host.name == "flask":
        pytest.skip("WSGI has no messages")
    start = {"type": "http.response.start", "status": 200, "headers": [(b"x-a", b"1")]}

    async def constant(scope: Any, receive: Any, send: Any) -> None:
        await send(start)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    host.app.asgi_app = constant
    bind(host, CORS([ORIGIN, "https://b.test"]))
    for origin in (ORIGIN, "https://b.test"):
        answer = host.ask(headers={"Origin": origin})
        assert answer.headers.getlist("Access-Control-Allow-Origin") == [origin]
    assert start["headers"] == [(b"x-a", b"1")]


def test_a_response_without_headers_gets_them(host: Any, bind: Any) -> None:
    """ASGI lets the headers be left out."""
    if host.name == "flask":
        pytest.skip("start_response always has headers")

    async def bare(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    host.app.asgi_app = bare
    bind(host, SecurityHeaders(None, frame_options="DENY", force_https=False))
    for method in ("GET", "OPTIONS"):
        assert host.ask("/", method).headers["X-Frame-Options"] == "DENY"


def test_websockets_pass_untouched(host: Any, bind: Any) -> None:
    if host.name == "flask":
        pytest.skip("Flask has no websockets")
    bind(host, CORS(), SecurityHeaders(force_https=False))

    async def echo() -> None:
        await host.module.websocket.send(await host.module.websocket.receive())

    host.app.add_websocket("/ws", "ws", echo)

    async def talk() -> Any:
        async with host.app.test_client().websocket("/ws") as socket:
            await socket.send("heard")
            return await socket.receive()

    assert host._runner.run(talk()) == "heard"


def test_what_surrounds_closes_the_response_it_was_given(host: Any) -> None:
    """PEP 3333: the server calls close, however it was wrapped."""
    if host.name == "quart":
        pytest.skip("ASGI has nothing to close")
    closed: list[bool] = []

    class Chunks:
        def __iter__(self) -> Any:
            return iter([b"x"])

        def close(self) -> None:
            closed.append(True)

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return Chunks()

    class Adds:
        views: PerView[Any] = PerView()
        add_wsgi = add_asgi = staticmethod(lambda *_: None)
        decide = staticmethod(lambda *_: False)

    host.app.wsgi_app = app
    served = surround_with(host.app, Adds())
    assert not served()
    for method in ("GET", "OPTIONS"):
        assert host.ask("/", method).body == b"x"
    assert closed == [True, True]
    assert served()


def test_constant_headers_of_both_kinds_are_the_same() -> None:
    constant = Constant([("X-A", "é"), ("X-B", "2")])
    wsgi, asgi = [("x-b", "own")], [(b"x-b", b"own")]
    constant.add_wsgi(wsgi)
    constant.add_asgi(asgi)
    assert wsgi == [("x-b", "own"), ("X-A", "é")]
    assert asgi == [(b"x-b", b"own"), (b"x-a", b"\xe9")]
