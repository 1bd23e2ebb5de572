"""The Python of README.md runs, from its first snippet to its last, on both hosts."""

from __future__ import annotations

import re

import pytest
from serving import ROOT

README = (ROOT / "README.md").read_text()
SNIPPETS = re.findall(r"^```python\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


@pytest.fixture
def namespace():
    """What a reader has who typed in every snippet in turn."""
    namespace = {"__name__": "readme"}
    for snippet in SNIPPETS:
        exec(compile(snippet, "README.md", "exec"), namespace)
    return namespace


def test_what_a_reader_types_in_does_what_is_said(host, namespace, capsys, caplog):
    app = namespace[f"{host.name}_app"]
    host.route("/", app)(lambda: {"message": "Hello, world!"})
    answer = host.ask("/", app=app)
    assert answer.json == {"message": "Hello, world!", "language": "en"}
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Length-Of"] == "/ 28"
    assert "X-Served-In" not in answer.headers
    assert "ZeroDivisionError" in caplog.text
    assert "fragile" in caplog.text
    assert capsys.readouterr().out == f"GET / 200 {len(answer.body)} True\n"


def test_there_are_snippets():
    assert len(SNIPPETS) >= 5


@pytest.mark.parametrize("target", re.findall(r"\]\((?!http)([^)#]+)\)", README))
def test_what_it_links_to_is_there(target):
    assert (ROOT / target).exists()


@pytest.mark.parametrize("target", re.findall(r"^\$ make ([\w-]+)", README, re.MULTILINE))
def test_the_commands_it_names_are_there(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
