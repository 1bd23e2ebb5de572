"""CORS and SecurityHeaders as a real browser understands them, against both servers."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import browsing, executable, page_server
from serving import app_server, wait_for

pytestmark = pytest.mark.skipif(
    executable() is None, reason="there is no Chromium here; Debian's package is called chromium"
)

# What a script of the page is given for each fetch, or the name of the error that it meets.
FETCHES = """<!doctype html><title>fetches</title><script>
const api = new URLSearchParams(location.search).get("api");
const asked = {
  open: ["/api/open", {}],
  simple: ["/api/notes", {}],
  preflighted: ["/api/notes", {method: "PUT", body: '{"a": 1}',
    headers: {"Content-Type": "application/json", "X-Token": "t"}}],
  otherMethod: ["/api/notes", {method: "DELETE"}],
  otherHeader: ["/api/notes", {headers: {"X-Other": "t"}}],
  firstVisit: ["/api/visits", {credentials: "include"}],
  secondVisit: ["/api/visits", {credentials: "include"}],
  withoutCredentials: ["/api/visits", {credentials: "omit"}],
  openWithCredentials: ["/api/open", {credentials: "include"}],
  missing: ["/api/missing", {headers: {"X-Token": "t"}}],
  failed: ["/api/boom", {}],
  guarded: ["/api/guarded", {headers: {"X-Token": "t"}}],
  notShared: ["/page", {}],
};
(async () => {
  const told = {};
  for (const [name, [path, options]] of Object.entries(asked)) {
    try {
      const response = await fetch(api + path, options);
      told[name] = [response.status, (await response.text()).slice(0, 40).trim(),
        response.headers.get("X-Total"), response.headers.get("X-Hidden")];
    } catch (error) {
      told[name] = error.name;
    }
  }
  await fetch("/told", {method: "POST", body: JSON.stringify(told)});
})();
</script>"""

REFUSED = "TypeError"


@pytest.fixture(params=["flask", "quart"])
def served(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A page, and the app of a host that shares with the page's origin; both on real sockets."""
    with page_server(FETCHES) as page:
        monkeypatch.setenv("PAGE_ORIGIN", page.origin)
        with app_server(request.param, f"browser_apps:{request.param}_app") as port:
            yield page, f"http://127.0.0.1:{port}"


def test_a_page_of_an_allowed_origin_reads_what_is_shared_and_nothing_else(
    served: Any, tmp_path: Path
) -> None:
    page, api = served
    with browsing(f"{page.origin}/?api={api}", tmp_path):
        told = page.told()
    assert told.pop("failed")[0] == 500
    assert told.pop("missing")[0] == 404
    assert told == {
        "open": [200, "open", None, None],
        "simple": [200, '{"got":""}', "7", None],
        "preflighted": [200, '{"got":"{\\"a\\": 1}"}', "7", None],
        "otherMethod": REFUSED,
        "otherHeader": REFUSED,
        "firstVisit": [200, "1", None, None],
        "secondVisit": [200, "2", None, None],
        "withoutCredentials": [200, "1", None, None],
        "openWithCredentials": REFUSED,
        "guarded": [401, "who?", None, None],
        "notShared": REFUSED,
    }


def test_a_page_of_another_origin_reads_only_what_everybody_may(
    served: Any, tmp_path: Path
) -> None:
    _, api = served
    with page_server(FETCHES) as stranger, browsing(f"{stranger.origin}/?api={api}", tmp_path):
        told = stranger.told()
    assert told.pop("open") == [200, "open", None, None]
    assert set(told.values()) == {REFUSED}


def test_a_page_with_a_nonce_runs_its_own_script_and_no_other(served: Any, tmp_path: Path) -> None:
    _, api = served

    def told() -> bytes:
        with urllib.request.urlopen(f"{api}/told") as response:
            return bytes(response.read())

    with browsing(f"{api}/page", tmp_path):
        saw = json.loads(wait_for(told, "the page's own script did not run"))
    assert saw == {
        "ownScript": True,
        "withoutNonce": False,
        "wrongNonce": False,
        "attribute": False,
    }
