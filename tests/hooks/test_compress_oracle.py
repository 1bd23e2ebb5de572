"""Compress against Flask-Compress: the same requests to both, the same meaning in the answers."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import brotli
import flask_compress
import pytest
import zstandard
from fetch_standard import vary
from hosting import Answer, Host

from afterware import Hooks
from afterware.hooks import Compress

# Flask-Compress leaves the file open that send_file has opened.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <_io.FileIO:pytest.PytestUnraisableExceptionWarning"
)

TEXT = "".join(f"line {number} of a text that shrinks\n" for number in range(100))
LARGE = TEXT * 60  # about 200 KiB


@dataclass(frozen=True)
class Config:
    """The same settings, as Flask-Compress and as Afterware take them."""

    peer: dict[str, Any]
    ours: dict[str, Any]


CONFIGS = {
    "defaults": Config({}, {}),
    "gzip only": Config(
        {"COMPRESS_ALGORITHM": "gzip", "COMPRESS_ALGORITHM_STREAMING": "gzip"},
        {"codings": "gzip"},
    ),
    "brotli first, at its best": Config(
        {"COMPRESS_ALGORITHM": ["br", "gzip"], "COMPRESS_BR_LEVEL": 9},
        {"codings": ["br", "gzip"], "levels": {"br": 9}},
    ),
    "long bodies only": Config({"COMPRESS_MIN_SIZE": 10_000}, {"minimum_size": 10_000}),
    "json only": Config(
        {"COMPRESS_MIMETYPES": ["application/json"]}, {"types": "application/json"}
    ),
}

ACCEPTED = {
    "none": None,
    "empty": "",
    "browser": "gzip, deflate, br, zstd",
    "gzip": "gzip",
    "zstd": "zstd",
    "brotli by quality": "gzip;q=0.5, br;q=0.9, zstd;q=0.1",
    "refused": "gzip;q=0, br;q=0, zstd;q=0",
    "identity preferred": "identity;q=1, gzip;q=0.5",
    "any": "*",
    "upper case": "GZIP",
    "unknown": "compress, sdch",
    "any but gzip": "gzip;q=0, *;q=0.5",
    "nothing at all": "*;q=0",
    "gzip under its old name": "x-gzip",
    "deflate": "deflate",
}

PATHS = [
    "/text", "/short", "/json", "/large", "/picture", "/encoded", "/stream", "/etag", "/weak",
    "/partial", "/empty", "/missing", "/long-error", "/file",
]  # fmt: skip


def views(host: Host, folder: Path) -> None:
    def respond(data: Any, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return host.app.response_class(data, headers=named)

    plain = {"Content_Type": "text/plain; charset=utf-8"}
    host.route("/text")(lambda: respond(TEXT, **plain))
    host.route("/short")(lambda: respond("short", **plain))
    host.route("/json")(lambda: {"text": TEXT})
    host.route("/large")(lambda: respond(LARGE, **plain))
    host.route("/picture")(lambda: respond(b"\x89PNG" * 500, Content_Type="image/png"))
    encoded = gzip.compress(LARGE.encode(), mtime=0)
    host.route("/encoded")(lambda: respond(encoded, Content_Encoding="gzip", **plain))
    host.route("/stream")(lambda: respond(iter([TEXT.encode()] * 3), **plain))
    host.route("/etag")(lambda: respond(TEXT, ETag='"one"', **plain))
    host.route("/weak")(lambda: respond(TEXT, ETag='W/"one"', **plain))
    host.route("/partial")(lambda: (respond(TEXT, Content_Range="bytes 0-3499/9999", **plain), 206))
    host.route("/empty")(lambda: ("", 204))
    host.route("/long-error")(lambda: (respond(TEXT, **plain), 400))
    (folder / "file.txt").write_text(TEXT)

    if host.name == "flask":
        host.app.add_url_rule("/file", "file", lambda: host.module.send_file(folder / "file.txt"))
    else:

        async def file() -> Any:
            return await host.module.send_file(folder / "file.txt")

        host.app.add_url_rule("/file", "file", file)


def decoded(answer: Answer) -> bytes:
    match answer.headers.get("Content-Encoding"):
        case None:
            return answer.body
        case "gzip":
            return gzip.decompress(answer.body)
        case "br":
            return bytes(brotli.decompress(answer.body))
        case "deflate":
            return zlib.decompress(answer.body)
        case "zstd":
            return bytes(zstandard.ZstdDecompressor().decompressobj().decompress(answer.body))
        case other:
            raise AssertionError(other)


@dataclass(frozen=True)
class Meaning:
    """What a client has of an answer."""

    status: int
    coding: str | None
    body: bytes
    media_type: str | None
    length_is_right: bool
    has_etag: bool


def meaning(answer: Answer) -> Meaning:
    length = answer.headers.get("Content-Length")
    return Meaning(
        answer.status,
        answer.headers.get("Content-Encoding"),
        decoded(answer),
        answer.headers.get("Content-Type", "").partition(";")[0],
        length is None or int(length) == len(answer.body),
        "ETag" in answer.headers,
    )


# What differs on purpose: configurations, paths, Accept-Encoding (None for all), with the reason.
DEPARTURES: list[tuple[set[str] | None, set[str] | None, set[str] | None, str]] = [
    (
        None,
        None,
        {"deflate"},
        (
            "There are two formats of that name, which servers and clients confuse; nobody who has"
            " deflate lacks gzip."
        ),
    ),
    (
        None,
        None,
        {"refused"},
        (
            "Flask-Compress sends a coding that the request refuses with q=0 (RFC 9110, section"
            " 12.4.2)."
        ),
    ),
    (
        None,
        None,
        {"any but gzip"},
        (
            "Flask-Compress takes the first it has for '*', though the request refuses that very"
            " one (RFC 9110, section 12.5.3)."
        ),
    ),
    (
        None,
        None,
        {"gzip under its old name"},
        "x-gzip is to be taken for gzip (RFC 9110, section 8.4.1.3).",
    ),
    (
        None,
        {"/partial"},
        None,
        (
            "Flask-Compress encodes a part of a body, which the client cannot put together with"
            " others (RFC 9110, section 14.2)."
        ),
    ),
    (
        None,
        {"/long-error"},
        None,
        "Flask-Compress leaves errors as they are; a long one shrinks as well as another body.",
    ),
    (
        None,
        {"/stream", "/file"},
        {"gzip", "upper case"},
        "Flask-Compress leaves gzip out for streams; flushed after every chunk it serves as well.",
    ),
    (
        None,
        {"/stream", "/file"},
        {"any", "brotli by quality"},
        "Flask-Compress chooses for streams from other codings than for bodies.",
    ),
    (
        {"brotli first, at its best", "long bodies only"},
        {"/stream", "/file"},
        None,
        (
            "Flask-Compress chooses for streams from other codings, and does not know a file's"
            " length in time."
        ),
    ),
]


def reason(config: str, path: str, accepted: str) -> str | None:
    for configs, paths, accepts, why in DEPARTURES:
        if (
            (configs is None or config in configs)
            and (paths is None or path in paths)
            and (accepts is None or accepted in accepts)
        ):
            return why
    return None


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Ask an app of a kind ("peer", "flask" or "quart") with a configuration; apps are kept."""
    hosts: list[Host] = []
    folder = tmp_path_factory.mktemp("files")

    @cache
    def app_for(kind: str, config: str) -> Host:
        host = Host("quart" if kind == "quart" else "flask")
        hosts.append(host)
        views(host, folder)
        if kind == "peer":
            host.app.config.update(CONFIGS[config].peer)
            flask_compress.Compress(host.app)
        else:
            hooks = Hooks()
            hooks.add(Compress(**CONFIGS[config].ours))
            hooks.init_app(host.app)
        return host

    @cache
    def ask(kind: str, config: str, path: str, accepted: str) -> Answer:
        header = ACCEPTED[accepted]
        headers = {} if header is None else {"Accept-Encoding": header}
        return app_for(kind, config).ask(path, headers=headers)

    yield ask
    for host in hosts:
        host.close()


ROWS = [(c, path, a) for c in CONFIGS for path in PATHS for a in ACCEPTED]
assert len(ROWS) >= 40


@pytest.mark.parametrize("kind", ["flask", "quart"])
@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("path", PATHS)
def test_a_client_has_the_same_of_ours_and_of_flask_compress(
    asked: Any, kind: str, config: str, path: str
) -> None:
    different = {}
    for accepted in ACCEPTED:
        ours = meaning(asked(kind, config, path, accepted))
        peer = meaning(asked("peer", config, path, accepted))
        assert ours.length_is_right
        if reason(config, path, accepted) is not None:
            assert (ours.status, ours.body) == (peer.status, peer.body)
        elif ours != peer:
            different[accepted] = (ours.status, ours.coding, peer.coding, ours.body == peer.body)
    assert different == {}


@pytest.mark.parametrize("kind", ["flask", "quart"])
def test_every_departure_is_one(asked: Any, kind: str) -> None:
    for configs, paths, accepts, why in DEPARTURES:
        assert any(
            meaning(asked(kind, c, path, a)) != meaning(asked("peer", c, path, a))
            for c in configs or CONFIGS
            for path in paths or PATHS
            for a in accepts or ACCEPTED
        ), why


@pytest.mark.parametrize("kind", ["flask", "quart"])
@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("path", PATHS)
def test_vary_names_accept_encoding_where_the_answer_depends_on_it(
    asked: Any, kind: str, config: str, path: str
) -> None:
    answers = [asked(kind, config, path, accepted) for accepted in ACCEPTED]
    varies = len({answer.headers.get("Content-Encoding") for answer in answers}) > 1
    assert {"accept-encoding" in vary(answer.headers) for answer in answers} == {varies}


@pytest.mark.parametrize("kind", ["flask", "quart"])
def test_a_strong_etag_becomes_weak_with_the_bytes(asked: Any, kind: str) -> None:
    etags = {
        (path, accepted): asked(kind, "defaults", path, accepted).headers["ETag"]
        for path in ("/etag", "/weak")
        for accepted in ("none", "gzip")
    }
    assert etags == {
        ("/etag", "none"): '"one"',
        ("/etag", "gzip"): 'W/"one"',
        ("/weak", "none"): 'W/"one"',
        ("/weak", "gzip"): 'W/"one"',
    }
