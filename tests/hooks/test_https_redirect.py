"""force_https redirects to the very bytes that were asked for."""

from __future__ import annotations

import http.client
import socket
from typing import Any

import pytest
from serving import DEADLINE, app_server

from afterware.hooks import SecurityHeaders
from afterware.hooks._https import _of_environ, _of_scope

# What a client may ask for; each is to be found again in the Location, to the byte.
TARGETS = (
    "/",
    "/a%2541",
    "/docs/a%252Fb",
    "/docs/a%2Fb",
    "/zo%C3%AB",
    "/zo%c3%ab",
    "/%FF",
    "/a%20b+c",
    "/a;b=c,d!$&'()*~",
    "/%41%42",
    "/?",
    "/a?",
    "/a?b=%2541&c=a%2Fb&d=+%20",
    "/a?b=/c?d=e&f=%zz",
    "/a[1]?b[]=1&c={2}|^`",
    "//evil.example/x",
    "//evil.example",
    "/\\evil.example",
    "/./a/../b",
    "/a?next=https://evil.example/%2F",
)


@pytest.mark.parametrize("name", ["flask", "quart"])
def test_over_a_real_server_each_target_is_redirected_to_itself(name: str) -> None:
    with app_server(name, f"https_apps:{name}_app") as port:
        for target in TARGETS:
            # ASGI does not tell of a mark with nothing after it.
            expected = target.removesuffix("?") if name == "quart" else target
            status, location = _location(port, target)
            assert status == 307, target
            assert location == f"https://app.test{expected}", target
            # What it leads to is the same again, which a server takes.
            assert _location(port, location.removeprefix("https://app.test"))[0] == 307, target


def _location(port: int, target: str, host: str = "app.test") -> tuple[int, str]:
    """What is answered to a target that no library has touched."""
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as connection:
        connection.sendall(
            f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("latin-1")
        )
        response = http.client.HTTPResponse(connection)
        response.begin()
        response.read()
        return response.status, response.headers.get("Location", "")


@pytest.mark.parametrize("name", ["flask", "quart"])
def test_a_whole_url_is_redirected_by_its_path_and_the_host_that_the_header_names(
    name: str,
) -> None:
    with app_server(name, f"https_apps:{name}_app") as port:
        status, location = _location(port, "http://app.test/a%2541?b=c")
        assert (status, location) == (307, "https://app.test/a%2541?b=c")


def test_a_host_that_is_not_trusted_is_refused(flask_host: Any, bind: Any) -> None:
    """Quart has no such setting; a request class of one's own fails there before any hook."""
    bind(flask_host, SecurityHeaders())
    flask_host.app.config["TRUSTED_HOSTS"] = ["good.test"]
    flask_host.route("/")(lambda: "")
    assert flask_host.ask(headers={"Host": "good.test"}).status == 307
    refused = flask_host.ask(headers={"Host": "evil.test"})
    assert refused.status == 400
    assert "Location" not in refused.headers


def test_a_request_that_names_no_host_is_not_redirected_to_nowhere(host: Any, bind: Any) -> None:
    bind(host, SecurityHeaders())
    host.route("/")(lambda: "")
    answer = host.ask(headers={"Host": "not a host"})
    assert answer.status == 400
    assert "Location" not in answer.headers


ENVIRONS = [
    # What the server says of the target, SCRIPT_NAME, PATH_INFO, QUERY_STRING; the target.
    (None, "", "/a%41", "q=1", "/a%2541?q=1"),
    (None, "/app", "/zo\xc3\xab b", "", "/app/zo%C3%AB%20b"),
    ("/app/a%2Fb?x=1", "/app", "/a/b", "x=1", "/app/a%2Fb?x=1"),
    ("/a%2Fb", "/app", "/a/b", "", "/app/a%2Fb"),  # a proxy took the prefix away
    ("/old?x=1", "", "/new", "y=2", "/new?y=2"),  # a middleware changed it
    ("/a?x=1", "", "/a", "y=2", "/a?y=2"),
    ("http://x.test/a%2Fb?x", "", "/a/b", "x", "/a%2Fb?x"),
    ("http://x.test", "", "/", "", "/"),
    ("*", "", "*", "", "/*"),
    ("/zo\xc3\xab?\xc3\xab", "", "/zo\xc3\xab", "\xc3\xab", "/zo%C3%AB?%C3%AB"),
    ("/a b", "", "/a b", "", "/a%20b"),
]


@pytest.mark.parametrize("name", ["RAW_URI", "REQUEST_URI"])
@pytest.mark.parametrize(("raw", "script", "path", "query", "target"), ENVIRONS)
def test_a_target_is_found_in_every_environ(
    name: str, raw: str | None, script: str, path: str, query: str, target: str
) -> None:
    environ = {"SCRIPT_NAME": script, "PATH_INFO": path, "QUERY_STRING": query}
    if raw is not None:
        environ[name] = raw
    assert _of_environ(environ) == target


SCOPES = [
    # raw_path, root_path, path, query_string; the target.
    (None, "", "/a%41", b"q=1", "/a%2541?q=1"),
    (None, "", "/zoë b", b"", "/zo%C3%AB%20b"),
    (b"/a%2Fb", "", "/a/b", b"x=%2F", "/a%2Fb?x=%2F"),
    (b"/app/a%2Fb", "/app", "/app/a/b", b"", "/app/a%2Fb"),
    (b"/app/a%2Fb", "/app", "/a/b", b"", "/app/a%2Fb"),  # mounted: the path has lost the prefix
    (b"/old", "", "/new", b"", "/new"),
    (b"http://x.test/a%2Fb", "", "http://x.test/a/b", b"", "/a%2Fb"),
    (b"/zo\xc3\xab", "", "/zo\xc3\xab", b"\xff", "/zo%C3%AB?%FF"),
    (b"/a%2Fb?x=1", "", "/a/b", b"x=1", "/a%2Fb?x=1"),
]


@pytest.mark.parametrize(("raw", "root", "path", "query", "target"), SCOPES)
def test_a_target_is_found_in_every_scope(
    raw: bytes | None, root: str, path: str, query: bytes, target: str
) -> None:
    scope = {"raw_path": raw, "root_path": root, "path": path, "query_string": query}
    assert _of_scope(scope) == target
