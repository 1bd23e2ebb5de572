"""Conditional: ETags that both hosts agree on, and 304 for data, files and streams."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hosting import Host

from afterware import HookConfigurationError, Hooks
from afterware.hooks import Compress, Conditional


@pytest.mark.parametrize(
    ("options", "says"),
    [({"weak": 2}, "Choose True or False"), ({"etag": True}, "Did you mean etags")],
)
def test_a_wrong_option_is_named_with_what_it_may_be(options: Any, says: str) -> None:
    with pytest.raises(HookConfigurationError, match=says):
        Conditional(**options)


def test_data_gets_the_same_etag_on_both_hosts_and_304_when_it_is_known() -> None:
    etags = set()
    for name in ("flask", "quart"):
        host = Host(name)
        hooks = Hooks()
        hooks.add(Conditional())
        hooks.init_app(host.app)
        host.route("/")(lambda: "data")
        etag = host.ask().headers["ETag"]
        etags.add(etag)
        again = host.ask(headers={"If-None-Match": etag})
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", etag)
        assert host.ask(headers={"If-None-Match": '"other"'}).body == b"data"
        assert host.ask(method="HEAD", headers={"If-None-Match": etag}).status == 304
        assert host.ask(headers={"If-Match": '"other"'}).status == 412
        host.close()
    assert len(etags) == 1
    assert not next(iter(etags)).startswith("W/")


def test_a_stream_with_an_etag_of_its_own_is_not_made_for_a_304(host: Any, bind: Any) -> None:
    bind(host, Conditional())
    made = []

    def chunks() -> Any:
        made.append(1)
        yield b"chunk"

    host.route("/")(lambda: host.app.response_class(chunks(), headers={"ETag": '"one"'}))
    host.route("/bare")(lambda: host.app.response_class(chunks()))
    assert host.ask(headers={"If-None-Match": '"one"'}).status == 304
    assert made == []
    assert host.ask().body == b"chunk"
    assert "ETag" not in host.ask("/bare").headers


def test_a_file_is_answered_with_304(host: Any, bind: Any, tmp_path: Any) -> None:
    bind(host, Conditional())
    (tmp_path / "file.txt").write_text("file")
    send_file = host.module.send_file
    if host.name == "flask":
        host.app.add_url_rule("/", "home", lambda: send_file(tmp_path / "file.txt"))
    else:

        async def view() -> Any:
            return await send_file(tmp_path / "file.txt")

        host.app.add_url_rule("/", "home", view)
    first = host.ask()
    assert first.body == b"file"
    again = host.ask(headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")


def test_last_modified_alone_is_enough(host: Any, bind: Any) -> None:
    bind(host, Conditional(etags=False))

    @host.route("/")
    def view() -> Any:
        response = host.app.response_class("data")
        response.last_modified = datetime(2024, 1, 1, tzinfo=UTC)
        return response

    since = {"If-Modified-Since": "Tue, 02 Jan 2024 00:00:00 GMT"}
    answer = host.ask(headers=since)
    assert (answer.status, "ETag" in answer.headers) == (304, False)


@pytest.mark.parametrize(("method", "status"), [("POST", 200), ("GET", 404)])
def test_other_methods_and_errors_are_left_alone(
    host: Any, bind: Any, method: str, status: int
) -> None:
    bind(host, Conditional())
    host.route("/", methods=["GET", "POST"])(lambda: ("data", status))
    answer = host.ask(method=method, headers={"If-None-Match": "*"})
    assert (answer.status, "ETag" in answer.headers) == (status, False)


def test_before_compress_the_client_of_a_compressed_body_is_answered_with_304(
    host: Any, bind: Any
) -> None:
    bind(host, Conditional(), Compress())
    host.route("/")(lambda: "data " * 1000)
    first = host.ask(headers={"Accept-Encoding": "gzip"})
    assert first.headers["Content-Encoding"] == "gzip"
    again = host.ask(headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]})
    assert (again.status, again.headers["ETag"]) == (304, first.headers["ETag"])


def test_weak_etags_are_marked(host: Any, bind: Any) -> None:
    bind(host, Conditional(weak=True))
    host.route("/")(lambda: "data")
    assert host.ask().headers["ETag"].startswith('W/"')
