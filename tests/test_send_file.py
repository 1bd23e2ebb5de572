"""helpers.send_file and send_from_directory: the same answer on both hosts, and that is Flask's."""

from __future__ import annotations

import io
import itertools
import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import flask
import pytest
from hosting import Answer, Host
from serving import app_server, get

from afterware import Hooks, helpers
from afterware.drive import drive

NAMES = (
    "plain.txt",
    "picture.svgz",
    "log.txt.gz",
    "archive.tar.gz",
    "unknown.zzz",
    "none",
    "zoë und straße.txt",
    "日本語.pdf",
    'quo"te;semi.txt',
    "two words.csv",
)
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"as_attachment": True},
    {"download_name": "other.svgz"},
    {"download_name": "naïve.txt", "as_attachment": True},
    {"mimetype": "text/x-own"},
    {"max_age": 60},
    {"max_age": 0},
    {"max_age": lambda path: 90 if path else None},
    {"etag": False},
    {"etag": "own"},
    {"last_modified": datetime(2020, 1, 1, tzinfo=UTC)},
    {"last_modified": 1_500_000_000},
    {"conditional": False},
)
ASKED: tuple[dict[str, str], ...] = (
    {},
    {"Range": "bytes=0-3"},
    {"Range": "bytes=-5"},
    {"Range": "bytes=3-"},
    {"Range": "bytes=0-1,3-4"},
    {"Range": "bytes=90-"},
    {"Range": "bytes=x"},
    {"If-None-Match": '"own"'},
    {"If-Modified-Since": "Wed, 01 Jan 2031 00:00:00 GMT"},
    {"If-Modified-Since": "never"},
)
# Flask says these; a server says its own Date.
LEFT_OUT = {"date"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        (tmp_path / name).write_bytes(b"0123456789")
        os.utime(tmp_path / name, (1_600_000_000.75, 1_600_000_000.75))
    return tmp_path


class Files:
    """One host that serves a file by what it is told to call."""

    def __init__(self, name: str, folder: Path) -> None:
        self.host = Host(name)
        self.host.app.root_path = str(folder)
        Hooks().init_app(self.host.app)
        self.call: Any = None

        async def view() -> Any:
            return await self.call()

        self.host.route("/")(view if name == "quart" else lambda: drive(view()))

    def ask(self, call: Any, headers: dict[str, str], method: str = "GET") -> tuple[Any, ...]:
        self.call = call
        return told(self.host.ask("/", method, headers=headers))


def told(answer: Answer) -> tuple[Any, ...]:
    pairs = {n.lower(): v for n, v in answer.headers if n.lower() not in LEFT_OUT}
    if "expires" in pairs:
        pairs["expires"] = "then"
    return answer.status, answer.body, pairs


@pytest.fixture
def both(folder: Path) -> Any:
    hosts = Files("flask", folder), Files("quart", folder)
    yield hosts
    for each in hosts:
        each.host.close()


def native(call: Any) -> Any:
    async def asked() -> Any:
        return call()

    return asked


@pytest.mark.slow
def test_every_combination_of_arguments_is_answered_as_flask_answers_it(both: Any) -> None:
    for name, options, headers in itertools.product(NAMES, OPTIONS, ASKED):
        flasks = both[0].ask(native(partial(flask.send_file, name, **options)), headers)
        for each in both:
            ours = each.ask(partial(helpers.send_file, name, **options), headers)
            assert ours == flasks, (each.host.name, name, options, headers)


def test_head_is_answered_as_get_without_the_body(both: Any) -> None:
    for each, options in itertools.product(both, OPTIONS):
        asked = each.ask(partial(helpers.send_file, "plain.txt", **options), {}, "HEAD")
        got = each.ask(partial(helpers.send_file, "plain.txt", **options), {})
        assert (asked[0], asked[2]) == (got[0], got[2])


@pytest.mark.parametrize("headers", ASKED)
def test_what_is_in_memory_is_answered_as_flask_answers_it(
    both: Any, headers: dict[str, str]
) -> None:
    kinds: tuple[dict[str, Any], ...] = (
        {"mimetype": "text/plain"},
        {"download_name": "zoë.txt"},
        {"download_name": "a.svgz", "etag": "own", "last_modified": 1_500_000_000},
    )
    for options in kinds:
        flasks = both[0].ask(
            native(lambda o=options: flask.send_file(io.BytesIO(b"0123456789"), **o)), headers
        )
        for each in both:
            ours = each.ask(
                lambda o=options: helpers.send_file(io.BytesIO(b"0123456789"), **o), headers
            )
            assert ours == flasks, (each.host.name, options)


def test_an_open_file_is_sent_and_closed(both: Any, folder: Path) -> None:
    opened = []

    def source() -> Any:
        opened.append((folder / "plain.txt").open("rb"))
        return opened[-1]

    flasks = both[0].ask(native(lambda: flask.send_file(source(), mimetype="a/b")), {})
    for each in both:
        ours = each.ask(lambda: helpers.send_file(source(), mimetype="a/b"), {})
        assert ours == flasks
        assert ours[1] == b"0123456789"
    assert all(file.closed for file in opened)


@pytest.mark.parametrize(
    ("source", "options", "error"),
    [
        ("missing.txt", {}, FileNotFoundError),
        (".", {}, IsADirectoryError),
        (io.BytesIO(b""), {}, TypeError),
        (io.StringIO("text"), {"mimetype": "text/plain"}, ValueError),
    ],
)
def test_what_cannot_be_sent_is_said_in_the_view(
    both: Any, source: Any, options: Any, error: type[Exception]
) -> None:
    for each in both:
        raised = []

        async def call(raised: list[Any] = raised) -> Any:
            try:
                return await helpers.send_file(source, **options)
            except Exception as found:
                raised.append(type(found))
                return ""

        each.ask(call, {})
        assert raised == [error], each.host.name


def test_a_directory_gives_what_is_below_it_and_nothing_else(both: Any, folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "in.txt").write_text("in")
    for each in both:
        for name, status in (("in.txt", 200), ("../plain.txt", 404), ("no.txt", 404), (".", 404)):
            call = lambda name=name: helpers.send_from_directory("sub", name)  # noqa: E731 - bound
            assert each.ask(call, {})[0] == status, (each.host.name, name)
        answer = each.ask(lambda: helpers.send_from_directory(folder, "log.txt.gz"), {})
        assert answer[2]["content-encoding"] == "gzip"


def test_the_apps_own_max_age_counts_where_none_is_given(both: Any) -> None:
    for each in both:
        each.host.app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 77
        answer = each.ask(lambda: helpers.send_file("plain.txt"), {})
        assert answer[2]["cache-control"] == "public, max-age=77", each.host.name


@pytest.mark.parametrize("kind", ["file", "memory", "data"])
def test_quarts_own_conditional_serves_suffixes_and_says_the_length(
    quart_host: Any, folder: Path, kind: str
) -> None:
    Hooks().init_app(quart_host.app)
    quart = quart_host.module

    async def view() -> Any:
        if kind == "data":
            response = quart.current_app.response_class("0123456789")
            return await response.make_conditional(quart.request, True, 10)
        source = folder / "plain.txt" if kind == "file" else io.BytesIO(b"0123456789")
        return await quart.send_file(source, mimetype="text/plain", conditional=True)

    quart_host.route("/")(view)
    for value, begin in (("bytes=-5", 5), ("bytes=-500", 0), ("bytes=7-", 7)):
        answer = quart_host.ask(headers={"Range": value})
        assert (answer.status, answer.body) == (206, b"0123456789"[begin:])
        assert answer.headers["Content-Range"] == f"bytes {begin}-9/10"
    for value in ("bytes=10-", "bytes=0-1,3-4"):
        answer = quart_host.ask(headers={"Range": value})
        assert (answer.status, answer.headers["Content-Range"]) == (416, "bytes */10"), value


@pytest.mark.parametrize("name", ["flask", "quart"])
def test_over_a_real_server_a_suffix_and_a_name_come_through(name: str) -> None:
    with app_server(name, f"send_apps:{name}_app") as port:
        status, headers, body = get(port, "/file", headers={"Range": "bytes=-5"})
        assert (status, body) == (206, b"56789")
        assert headers["Content-Range"] == "bytes 5-9/10"
        assert headers["Content-Disposition"] == (
            "inline; filename=zoe.txt; filename*=UTF-8''zo%C3%AB.txt"
        )
        assert headers.get_all("Date") is not None
        assert len(headers.get_all("Date")) == 1
        status, headers, _ = get(port, "/file", headers={"Range": "bytes=90-"})
        assert (status, headers["Content-Range"]) == (416, "bytes */10")
        status, headers, body = get(port, "/file", "HEAD", headers={"Range": "bytes=-5"})
        assert (status, headers["Content-Length"], body) == (200, "10", b"")
