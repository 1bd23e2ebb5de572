"""The Python of docs/phases.md runs, from its first snippet to its last, and does what is said."""

from __future__ import annotations

import re

import pytest
from serving import ROOT

from afterware import Hooks, hosts
from afterware.hook import PHASES
from afterware.listing.collect import collect

TEXT = (ROOT / "docs" / "phases.md").read_text()
SNIPPETS = re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


@pytest.fixture
def namespace():
    """What a reader has who typed in every snippet in turn."""
    namespace = {"__name__": "phases_doc"}
    for snippet in SNIPPETS:
        exec(compile(snippet, "phases.md", "exec"), namespace)
    return namespace


def test_every_phase_and_option_is_told_of():
    for phase in PHASES:
        assert f"| `{phase}` |" in TEXT
    for option in ("blocking=True", "suspends=True", "shield=True", 'on_error="log"'):
        assert f"| `{option}` |" in TEXT


def test_the_examples_do_what_is_said(host, namespace, caplog):
    namespace["hooks"].init_app(host.app)
    seen = []

    @host.route("/")
    def home():
        connection = namespace["connection"]()
        seen.append(connection)
        return namespace["user"].get()

    assert host.ask().body == b"ada"
    with pytest.raises(Exception, match="closed database"):
        seen[0].execute("select 1")
    assert caplog.text == ""  # the token held


def test_the_extension_of_the_example_is_adopted(namespace):
    rows = collect(namespace["app"]).rows
    assert [(row.phase, row.afterware) for row in rows] == [("after_request", True)]
    assert hosts.name_of(namespace["app"]) == "flask"


@pytest.mark.parametrize("buffered", [True, False])
def test_the_test_client_of_flask_tells_of_a_response_when_it_is_closed(flask_host, buffered):
    told = []
    hooks = Hooks()
    hooks.after_response(told.append)
    hooks.init_app(flask_host.app)
    flask_host.route("/")(lambda: "home")
    response = flask_host.app.test_client().get("/", buffered=buffered)
    assert bool(told) is buffered
    response.close()
    assert len(told) == 1
