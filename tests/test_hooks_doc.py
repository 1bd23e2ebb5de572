"""The Python of docs/hooks.md runs, from its first snippet to its last, on both hosts."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from serving import ROOT

import afterware.hooks
from afterware import Hooks

TEXT = (ROOT / "docs" / "hooks.md").read_text()
SNIPPETS = re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
HOOKS = [
    each for each in afterware.hooks.__all__ if isinstance(getattr(afterware.hooks, each), type)
]


@pytest.fixture
def namespace() -> Iterator[dict[str, Any]]:
    """What a reader has who typed in every snippet in turn."""
    factory = logging.getLogRecordFactory()
    namespace: dict[str, Any] = {"__name__": "hooks_doc"}
    for snippet in SNIPPETS:
        exec(compile(snippet, "hooks.md", "exec"), namespace)
    yield namespace
    logging.setLogRecordFactory(factory)


def test_every_hook_has_a_section_and_a_snippet() -> None:
    for name in HOOKS:
        section = TEXT.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert "```python" in section, name
        assert name in section


def test_the_first_example_does_what_is_said(
    host: Any, namespace: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    app = namespace[f"{host.name}_app"]
    host.route("/", app)(namespace["report"])
    host.route("/long", app)(lambda: "text " * 1000)
    asked = {
        "Origin": "https://app.example.com",
        "X-Forwarded-Proto": "https",
        "X-Request-ID": "mine",
        "Accept-Encoding": "gzip",
    }
    answer = host.ask("/", app=app, headers=asked)
    assert answer.json == {"rows": ["a", "b", "c"]}
    headers = answer.headers
    assert headers["X-Request-ID"] == "mine"
    assert headers["Access-Control-Allow-Origin"] == "https://app.example.com"
    assert headers["Access-Control-Allow-Credentials"] == "true"
    assert "'nonce-" in headers["Content-Security-Policy"]
    assert "max-age=31536000" in headers["Strict-Transport-Security"]
    assert re.fullmatch(
        r'total;dur=[\d.]+, hooks;dur=[\d.]+, db;dur=[\d.]+;desc="all notes", render;dur=[\d.]+',
        headers["Server-Timing"],
    )
    again = host.ask("/", app=app, headers={**asked, "If-None-Match": headers["ETag"]})
    assert again.status == 304
    assert host.ask("/long", app=app, headers=asked).headers["Content-Encoding"] == "gzip"
    told = [json.loads(r.getMessage()) for r in caplog.records if r.name == "afterware.access"]
    assert [(each["status"], each["request_id"]) for each in told] == [
        (200, "mine"),
        (304, "mine"),
        (200, "mine"),
    ]


def test_the_other_hooks_do_what_is_said(host: Any, namespace: dict[str, Any]) -> None:
    counted = namespace["Counted"]()
    hooks = Hooks()
    hooks.add(namespace["security"], namespace["cors"], namespace["envelope"], counted)
    hooks.init_app(host.app)
    host.route("/embedded")(namespace["embedded"])
    host.route("/api/partners")(namespace["partners_only"])
    host.route("/api/private")(namespace["private"])
    host.route("/api/public/note")(lambda: {"id": 1})
    secure = {"X-Forwarded-Proto": "https", "Origin": "http://localhost:3000"}
    embedded = host.ask("/embedded", headers=secure).headers
    assert "X-Frame-Options" not in embedded
    assert embedded["Content-Security-Policy"] == "frame-ancestors https://partner.example"
    partners = host.ask("/api/partners", headers=secure).headers
    assert partners["Access-Control-Allow-Origin"] == "https://partner.example"
    assert "Access-Control-Allow-Origin" not in host.ask("/api/private", headers=secure).headers
    public = host.ask("/api/public/note", headers=secure)
    assert public.headers["Access-Control-Allow-Origin"] == "*"
    assert public.json == {"data": {"id": 1}, "error": None}
    missing = host.ask("/api/missing", headers=secure)
    assert missing.headers["Access-Control-Allow-Origin"] == "http://localhost:3000"
    assert missing.json["error"] == {"status": 404, "title": "Not Found", "detail": None}
    assert sorted(set(counted.counts.values())) == [5]


def test_the_one_hooks_object_takes_fewer_than_20_lines() -> None:
    body = SNIPPETS[0].partition("def make_hooks")[2]
    assert len(body.splitlines()) < 20
