"""JsonEnvelope: one shape for every JSON answer."""

from __future__ import annotations

from typing import Any

import pytest

from afterware import HookConfigurationError
from afterware.hooks import JsonEnvelope


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"data": ""}, "name of a key"),
        ({"data": "x", "error": "x"}, "key of its own"),
        ({"error_status": 99}, "200 to 599"),
        ({"paths": "api"}, "begins with"),
        ({"path": "/"}, "Did you mean paths"),
    ],
)
def test_a_wrong_option_is_named_with_what_it_may_be(options: Any, says: str) -> None:
    with pytest.raises(HookConfigurationError, match=says):
        JsonEnvelope(**options)


def serve(host: Any) -> None:
    host.app.config["PROPAGATE_EXCEPTIONS"] = False
    host.quiet()
    host.route("/api/note")(lambda: {"id": 1})
    host.route("/api/none")(lambda: ("", 204))
    host.route("/api/page")(lambda: "<p>page</p>")
    host.route("/api/wrong")(lambda: ({"field": "name"}, 422))
    host.route("/api/odd")(lambda: ("", 599))
    host.route("/api/stream")(
        lambda: host.app.response_class(iter_json(), mimetype="application/json")
    )

    @host.route("/api/boom")
    def boom() -> None:
        raise ArithmeticError


def iter_json() -> Any:
    yield b"[1,"
    yield b"2]"


def test_json_is_wrapped_and_everything_else_is_left_alone(host: Any, bind: Any) -> None:
    bind(host, JsonEnvelope(paths="/api/*"))
    serve(host)
    host.route("/other")(lambda: {"id": 1})
    note = host.ask("/api/note")
    assert note.json == {"data": {"id": 1}, "error": None}
    assert int(note.headers["Content-Length"]) == len(note.body)
    assert host.ask("/api/none").status == 204
    assert host.ask("/api/page").body == b"<p>page</p>"
    assert host.ask("/api/stream").body == b"[1,2]"
    assert host.ask("/other").json == {"id": 1}
    assert host.ask("/missing").headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("path", "status", "title", "detail"),
    [
        ("/api/wrong", 422, {"Unprocessable Entity", "Unprocessable Content"}, {"field": "name"}),
        ("/api/missing", 404, {"Not Found"}, None),
        ("/api/boom", 500, {"Internal Server Error"}, None),
        ("/api/odd", 599, {"Error"}, None),
    ],
)
def test_an_error_says_its_status_and_what_the_view_gave(
    host: Any, bind: Any, path: str, status: int, title: set[str], detail: Any
) -> None:
    bind(host, JsonEnvelope())
    serve(host)
    answer = host.ask(path)
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/json"
    told = answer.json
    assert told["error"].pop("title") in title
    assert told == {"data": None, "error": {"status": status, "detail": detail}}


def test_the_status_can_be_one_for_all_errors_and_the_keys_others(host: Any, bind: Any) -> None:
    bind(host, JsonEnvelope(data="result", error="problem", error_status=200))
    serve(host)
    answer = host.ask("/api/wrong")
    assert answer.status == 200
    assert answer.json["problem"]["status"] == 422
    assert answer.json["result"] is None
