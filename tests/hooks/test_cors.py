"""CORS beyond what the peers do: refusals, per-view policies, preflights, websockets."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterware import HookConfigurationError, Hooks
from afterware.hooks import CORS
from afterware.hooks._origins import Matcher, origins

ORIGIN = "https://a.test"
PREFLIGHT = {"Origin": ORIGIN, "Access-Control-Request-Method": "PUT"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"origin": "*"}, "no option 'origin'. Did you mean origins?"),
        ({"origins": "a.test"}, "scheme://host"),
        ({"origins": "https://a.test/"}, "An origin ends with its host"),
        ({"origins": "https://*"}, "stands for subdomains"),
        ({"origins": "https://a.test:x"}, "origins='https://a.test:x'"),
        ({"origins": ["*", ORIGIN]}, "name it alone"),
        ({"origins": 7}, "origins=7. Give a string"),
        ({"origins": [re.compile(b"x")]}, "neither a string nor a pattern"),
        ({"credentials": True}, "refuse credentials with origins='\\*'"),
        ({"credentials": "yes", "origins": ORIGIN}, "Choose True or False"),
        ({"expose_headers": "*", "credentials": True, "origins": ORIGIN}, "no wildcard"),
        ({"expose_headers": "X Y"}, "not a header name"),
        ({"allow_headers": ["a b"]}, "not a header name"),
        ({"methods": ["GET,PUT"]}, "not a method"),
        ({"max_age": -1}, "whole number of seconds"),
        ({"max_age": "600"}, "whole number of seconds"),
        ({"resources": "api"}, "A path begins with"),
        ({"resources": {"/a": None}}, "no mapping"),
        ({"resources": {"/a": {"orgins": "*"}}}, "no option 'orgins'. Did you mean origins"),
        ({"websockets": 1.5}, "Choose True or False"),
    ],
)
def test_a_wrong_option_is_named_with_what_it_may_be(options: Any, says: str) -> None:
    with pytest.raises(HookConfigurationError, match=says):
        CORS(**options)


def bound(host: Any, cors: CORS) -> CORS:
    hooks = Hooks()
    hooks.add(cors)
    hooks.init_app(host.app)
    return cors


@pytest.mark.parametrize(
    ("origin", "shared"),
    [
        ("https://x.a.test", True),
        ("https://x.y.a.test", True),
        ("https://a.test", False),
        ("http://x.a.test", False),
        ("https://xa.test", False),
        ("https://x.a.test:444", False),
        ("https://x.a.test.evil.test", False),
        ("https://evil.test/.a.test", False),
    ],
)
def test_a_wildcard_stands_for_subdomains_only(host: Any, origin: str, shared: bool) -> None:
    bound(host, CORS("https://*.a.test"))
    host.route("/")(lambda: "")
    answer = host.ask(headers={"Origin": origin})
    assert (answer.headers.get("Access-Control-Allow-Origin") == origin) is shared
    assert answer.headers["Vary"] == "Origin"


def test_the_port_that_goes_without_saying_is_left_out_as_browsers_leave_it_out() -> None:
    assert origins("CORS", ["HTTPS://A.test:443", "http://[::1]:80", "http://b.test:81"])[0] == [
        "https://a.test",
        "http://[::1]",
        "http://b.test:81",
    ]


def test_a_header_that_a_view_has_set_is_left_alone(host: Any) -> None:
    bound(host, CORS(ORIGIN))

    @host.route("/")
    def view() -> Any:
        return "", {"Access-Control-Allow-Origin": "https://b.test"}

    answer = host.ask(headers={"Origin": ORIGIN})
    assert answer.headers.getlist("Access-Control-Allow-Origin") == ["https://b.test"]


def test_a_view_may_have_a_policy_of_its_own_or_none(host: Any) -> None:
    cors = bound(host, CORS(ORIGIN))
    host.route("/other")(cors.override(origins="https://b.test", expose_headers="X-A")(lambda: ""))
    host.route("/none")(cors.exempt(lambda: ""))
    other, none = host.ask("/other"), host.ask("/none")
    assert other.headers["Access-Control-Allow-Origin"] == "https://b.test"
    assert other.headers["Access-Control-Expose-Headers"] == "X-A"
    assert "Access-Control-Allow-Origin" not in none.headers


def test_an_override_takes_no_resources(host: Any) -> None:
    with pytest.raises(HookConfigurationError, match="no option 'resources'"):
        CORS().override(resources="/")


def test_the_first_resource_that_matches_counts_and_others_are_not_shared(host: Any) -> None:
    bound(
        host,
        CORS(
            resources={
                "/a/*": {"origins": ORIGIN},
                re.compile("/[ab]/.*"): {"origins": "https://b.test"},
            }
        ),
    )
    for path in ("/a/x", "/b/x", "/c/x"):
        host.route(path)(lambda: "")
    shared = [
        host.ask(path).headers.get("Access-Control-Allow-Origin") for path in ("/a/x", "/b/x")
    ]
    assert shared == [ORIGIN, "https://b.test"]
    assert "Access-Control-Allow-Origin" not in host.ask("/c/x").headers


@pytest.mark.parametrize("status", [401, 403, 404, 405])
def test_a_preflight_past_a_refusal_is_answered_without_its_body(host: Any, status: int) -> None:
    bound(host, CORS(ORIGIN))

    def refuse() -> Any:
        return "no", status, {"WWW-Authenticate": "Basic", "Content-Type": "text/plain"}

    host.app.before_request(host.colour(refuse))
    answer = host.ask(method="OPTIONS", headers=PREFLIGHT)
    assert (answer.status, answer.body) == (204, b"")
    assert "WWW-Authenticate" not in answer.headers
    assert answer.headers.get("Content-Type") != "text/plain"
    assert host.ask(method="OPTIONS", headers={"Origin": ORIGIN}).status == status
    stranger = {**PREFLIGHT, "Origin": "https://b.test"}
    assert host.ask(method="OPTIONS", headers=stranger).status == status


def test_a_server_error_at_a_preflight_stays_one(host: Any) -> None:
    bound(host, CORS(ORIGIN))
    host.app.config["PROPAGATE_EXCEPTIONS"] = False
    host.quiet()

    def fail() -> None:
        raise ArithmeticError

    host.app.before_request(host.colour(fail))
    answer = host.ask(method="OPTIONS", headers=PREFLIGHT)
    assert answer.status == 500
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN


def test_a_view_that_answers_options_itself_keeps_its_answer(host: Any) -> None:
    bound(host, CORS(ORIGIN))
    host.route("/", methods=["OPTIONS"], provide_automatic_options=False)(lambda: "mine")
    answer = host.ask(method="OPTIONS", headers=PREFLIGHT)
    assert (answer.status, answer.body) == (200, b"mine")
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"]


def test_any_method_is_named_since_a_star_is_no_wildcard_with_credentials(host: Any) -> None:
    bound(host, CORS(ORIGIN, methods="*", credentials=True))
    host.route("/")(lambda: "")
    answer = host.ask(
        method="OPTIONS", headers={**PREFLIGHT, "Access-Control-Request-Method": "QUERY"}
    )
    assert answer.headers["Access-Control-Allow-Methods"] == "QUERY"


def test_a_requested_header_that_is_no_header_name_is_not_echoed(host: Any) -> None:
    bound(host, CORS("*"))
    host.route("/")(lambda: "")
    asked = {**PREFLIGHT, "Access-Control-Request-Headers": "x-a, b d, <script>, x-c"}
    answer = host.ask(method="OPTIONS", headers=asked)
    assert answer.headers["Access-Control-Allow-Headers"] == "x-a, x-c"


@given(st.text(alphabet="https:/.*atevil-0123456789", max_size=40))
def test_nothing_but_the_origin_itself_matches_an_exact_origin(origin: str) -> None:
    exact, patterns, every = origins("CORS", [ORIGIN])
    assert (origin in Matcher(exact, patterns)) == (origin == ORIGIN)
    assert not every


def test_a_websocket_from_another_origin_is_refused_where_that_is_asked(quart_host: Any) -> None:
    bound(quart_host, CORS(ORIGIN, websockets=True))

    async def echo() -> None:
        from quart import websocket

        await websocket.send("hello")

    quart_host.app.websocket("/ws")(echo)
    client = quart_host.app.test_client()

    async def hello(headers: dict[str, str]) -> Any:
        async with client.websocket("/ws", headers=headers) as socket:
            return await socket.receive()

    assert quart_host.run(hello({"Origin": ORIGIN})) == "hello"
    assert quart_host.run(hello({})) == "hello"
    from quart.testing.connections import WebsocketResponseError

    with pytest.raises(WebsocketResponseError) as refused:
        quart_host.run(hello({"Origin": "https://b.test"}))
    assert refused.value.response.status_code == 403
