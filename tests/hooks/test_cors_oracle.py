"""CORS against Flask-CORS: the same requests to both, and the same meaning in the answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

import flask_cors
import pytest
from fetch_standard import Meaning, meaning, same_for_all, vary
from hosting import Answer, Host

from afterware import Hooks
from afterware.hooks import CORS

A = "https://a.test"
B = "http://b.test:8080"
EVIL = "https://a.test.evil.test"


@dataclass(frozen=True)
class Config:
    """The same policy, as Flask-CORS and as Afterware take it."""

    peer: dict[str, Any]
    ours: dict[str, Any]


CONFIGS = {
    "defaults": Config({}, {}),
    "send wildcard": Config({"send_wildcard": True}, {"origins": "*"}),
    "one origin": Config({"origins": A}, {"origins": A}),
    "two origins": Config({"origins": [A, B]}, {"origins": [A, B]}),
    "pattern": Config(
        {"origins": r"https://\w+\.test$"}, {"origins": re.compile(r"https://\w+\.test", re.I)}
    ),
    "unanchored pattern": Config(
        {"origins": r"https://a\.test"}, {"origins": re.compile(r"https://a\.test", re.I)}
    ),
    "pattern and origin": Config(
        {"origins": [re.compile(r"https://[ab]\.test$"), B]},
        {"origins": [re.compile(r"https://[ab]\.test"), B]},
    ),
    "credentials, one origin": Config(
        {"origins": A, "supports_credentials": True}, {"origins": A, "credentials": True}
    ),
    "credentials, two origins": Config(
        {"origins": [A, B], "supports_credentials": True},
        {"origins": [A, B], "credentials": True},
    ),
    "credentials, everybody": Config(
        {"supports_credentials": True}, {"origins": re.compile(".+"), "credentials": True}
    ),
    "exposed": Config(
        {"origins": [A, B], "expose_headers": ["X-Total", "ETag"]},
        {"origins": [A, B], "expose_headers": ["X-Total", "ETag"]},
    ),
    "exposed one": Config({"expose_headers": "X-Total"}, {"expose_headers": "X-Total"}),
    "exposed none": Config({"expose_headers": []}, {"expose_headers": []}),
    "max age": Config({"max_age": 600}, {"max_age": 600}),
    "max age as a timedelta": Config(
        {"origins": A, "max_age": timedelta(hours=1)}, {"origins": A, "max_age": timedelta(hours=1)}
    ),
    "methods": Config({"methods": ["GET", "PUT"]}, {"methods": ["GET", "PUT"]}),
    "one method, lower case": Config({"methods": "put"}, {"methods": "put"}),
    "headers": Config(
        {"allow_headers": ["Content-Type", "X-Token"]},
        {"allow_headers": ["Content-Type", "X-Token"]},
    ),
    "headers by pattern": Config({"allow_headers": r"X-.*"}, {"allow_headers": "X-*"}),
    "headers with credentials": Config(
        {"origins": A, "supports_credentials": True, "allow_headers": ["x-token"]},
        {"origins": A, "credentials": True, "allow_headers": ["x-token"]},
    ),
    "one resource": Config({"resources": r"/api/.*"}, {"resources": "/api/*"}),
    "resources": Config(
        {"resources": [r"/api/.*", r"/$"], "origins": [A, B]},
        {"resources": ["/api/*", "/"], "origins": [A, B]},
    ),
    "resources with options": Config(
        {
            "resources": {
                r"/api/notes": {"origins": B, "methods": ["GET"]},
                r"/api/.*": {"origins": A, "supports_credentials": True, "max_age": 5},
            },
            "expose_headers": "X-Total",
        },
        {
            "resources": {
                "/api/notes": {"origins": B, "methods": ["GET"]},
                "/api/*": {"origins": A, "credentials": True, "max_age": 5},
            },
            "expose_headers": "X-Total",
        },
    ),
    "private network": Config(
        {"origins": A, "allow_private_network": True}, {"origins": A, "private_network": True}
    ),
    "null origin": Config({"origins": ["null", A]}, {"origins": ["null", A]}),
}


@dataclass(frozen=True)
class Ask:
    """A request as a browser would make it."""

    path: str = "/api/notes"
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)


def preflight(method: str, headers: str = "", path: str = "/api/notes", origin: str = A) -> Ask:
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    if headers:
        asked["Access-Control-Request-Headers"] = headers
    return Ask(path, "OPTIONS", asked)


ASKS = {
    "get": Ask(headers={"Origin": A}),
    "get from another": Ask(headers={"Origin": B}),
    "get from a stranger": Ask(headers={"Origin": "https://stranger.example"}),
    "get from a look-alike": Ask(headers={"Origin": EVIL}),
    "get from nowhere": Ask(headers={"Origin": "null"}),
    "get from the same origin": Ask(),
    "get another path": Ask("/", headers={"Origin": A}),
    "get another case": Ask(headers={"Origin": A.upper()}),
    "head": Ask(method="HEAD", headers={"Origin": A}),
    "post": Ask(method="POST", headers={"Origin": A, "Content-Type": "text/plain"}),
    "not found": Ask("/api/missing", headers={"Origin": A}),
    "not allowed": Ask("/api/notes", "PATCH", {"Origin": A}),
    "unhandled exception": Ask("/api/boom", headers={"Origin": A}),
    "abort": Ask("/api/teapot", headers={"Origin": B}),
    "redirect": Ask("/api/folder", headers={"Origin": A}),
    "stream": Ask("/api/stream", headers={"Origin": A}),
    "options that is no preflight": Ask(method="OPTIONS", headers={"Origin": A}),
    "preflight get": preflight("GET", "x-token"),
    "preflight put": preflight("PUT"),
    "preflight put with headers": preflight("PUT", "content-type, x-token"),
    "preflight post with json": preflight("POST", "content-type"),
    "preflight delete": preflight("DELETE", "x-token", "/api/notes"),
    "preflight authorization": preflight("PUT", "authorization"),
    "preflight from another": preflight("GET", "x-token", origin=B),
    "preflight from a stranger": preflight("PUT", origin="https://stranger.example"),
    "preflight another path": preflight("PUT", path="/"),
    "preflight lower case": preflight("patch"),
    "preflight part of a method": preflight("U"),
    "preflight of a missing page": preflight("PUT", "x-token", "/api/missing"),
    "preflight past a guard": preflight("PUT", "x-token", "/api/guarded"),
    "preflight that would be redirected": preflight("PUT", "x-token", "/api/folder"),
    "preflight to a private network": Ask(
        "/api/notes",
        "OPTIONS",
        {
            "Origin": A,
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Private-Network": "true",
        },
    ),
}

NOT_OK = (
    "Flask-CORS leaves the app's own status. A preflight asks about sharing, without credentials,"
    " and fails on any status but success, so the script would see a failed fetch, not the answer."
)
PREFIX = (
    "Flask-CORS matches patterns from the left only, so this policy lets a look-alike origin in."
)
# What differs on purpose: configurations (None for all) and requests, with the reason.
DEPARTURES: list[tuple[set[str] | None, set[str], str]] = [
    (
        None,
        {
            "preflight of a missing page",
            "preflight past a guard",
            "preflight that would be redirected",
        },
        NOT_OK,
    ),
    ({"unanchored pattern"}, {"get from a look-alike"}, PREFIX),
    (
        {
            "one origin",
            "credentials, one origin",
            "max age as a timedelta",
            "headers with credentials",
            "private network",
        },
        {"get another case"},
        (
            "Flask-CORS echoes the origin. A single one is named as a constant here, so that caches"
            " may keep one response for all; no browser writes an origin in upper case."
        ),
    ),
]


def reason(config: str, ask: str) -> str | None:
    for configs, asks, why in DEPARTURES:
        if (configs is None or config in configs) and ask in asks:
            return why
    return None


def views(host: Host) -> None:
    host.app.config["PROPAGATE_EXCEPTIONS"] = False
    host.quiet()

    @host.route("/")
    def home() -> str:
        return "home"

    @host.route("/api/notes", methods=["GET", "POST", "PUT", "DELETE"])
    def notes() -> Any:
        return {"notes": []}

    @host.route("/api/boom")
    def boom() -> str:
        raise ArithmeticError

    @host.route("/api/teapot")
    def teapot() -> str:
        host.module.abort(418)

    @host.route("/api/folder/", methods=["GET", "PUT"])
    def folder() -> str:
        return "folder"

    @host.route("/api/guarded", methods=["GET", "PUT"])
    def guarded() -> str:
        return "guarded"

    @host.route("/api/stream")
    def stream() -> Any:
        return host.app.response_class(iter([b"a", b"b"]), mimetype="text/plain")

    def guard() -> Any:
        if host.module.request.path == "/api/guarded":
            return "Who are you?", 401, {"WWW-Authenticate": "Basic"}
        return None

    host.app.before_request(host.colour(guard))


@pytest.fixture(scope="module")
def asked() -> Iterator[Any]:
    """Ask an app of a kind ("peer", "flask" or "quart") with a configuration; apps are kept."""
    hosts: list[Host] = []

    @cache
    def app_for(kind: str, config: str) -> Host:
        host = Host("quart" if kind == "quart" else "flask")
        hosts.append(host)
        views(host)
        if kind == "peer":
            flask_cors.CORS(host.app, **CONFIGS[config].peer)
        else:
            hooks = Hooks()
            hooks.add(CORS(**CONFIGS[config].ours))
            hooks.init_app(host.app)
        return host

    @cache
    def ask(kind: str, config: str, name: str) -> Answer:
        ask = ASKS[name]
        return app_for(kind, config).ask(ask.path, ask.method, headers=ask.headers)

    yield ask
    for host in hosts:
        host.close()


def meaning_of(name: str, answer: Answer) -> Meaning:
    return meaning(ASKS[name].method, ASKS[name].headers, answer.status, answer.headers)


ROWS = [(config, name) for config in CONFIGS for name in ASKS]
assert len(ROWS) >= 150


@pytest.mark.parametrize("kind", ["flask", "quart"])
@pytest.mark.parametrize(("config", "name"), ROWS)
def test_a_browser_makes_the_same_of_ours_and_of_flask_cors(
    asked: Any, kind: str, config: str, name: str
) -> None:
    ours = meaning_of(name, asked(kind, config, name))
    peer = meaning_of(name, asked("peer", config, name))
    if reason(config, name) is None:
        assert ours == peer
    else:
        # Where it departs for this policy too, and never by sharing more with a look-alike.
        assert ours.readable <= peer.readable
        assert ours.proceeds is None or ours.proceeds >= peer.proceeds


@pytest.mark.parametrize("kind", ["flask", "quart"])
def test_every_departure_is_one(asked: Any, kind: str) -> None:
    for configs, names, why in DEPARTURES:
        for name in names:
            assert any(
                meaning_of(name, asked(kind, config, name))
                != meaning_of(name, asked("peer", config, name))
                for config in configs or CONFIGS
            ), why


@pytest.mark.parametrize("kind", ["flask", "quart"])
@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("path", ["/", "/api/notes"])
def test_vary_names_origin_exactly_where_the_answer_depends_on_it(
    asked: Any, kind: str, config: str, path: str
) -> None:
    names = [name for name, ask in ASKS.items() if ask.path == path and ask.method == "GET"]
    answers = [asked(kind, config, name) for name in names]
    varies = not same_for_all(answers)
    if len(answers) > 1:
        assert {"origin" in vary(answer.headers) for answer in answers} == {varies}
