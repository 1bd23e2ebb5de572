"""docs/porting.md: its Python runs on both hosts, its quotations and its links are true."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from click.testing import CliRunner
from serving import ROOT

from afterware.differences import command

GUIDE = (ROOT / "docs" / "porting.md").read_text()
PAGE = (ROOT / "docs" / "differences.md").read_text()

BLOCK = re.compile(r"(?:<!-- (.*?) -->\n)?```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCKS = [match.groups() for match in BLOCK.finditer(GUIDE)]
SNIPPETS = [text for files, kind, text in BLOCKS if kind == "python" and not files]
QUOTED = [(files, text) for files, kind, text in BLOCKS if kind == "python" and files]
DIFFS = [(files.split(), text) for files, kind, text in BLOCKS if kind == "diff"]
COMMANDS = [line[2:] for _, kind, text in BLOCKS if kind == "console" for line in text.splitlines()]


@pytest.fixture
def namespace():
    """What a reader has who typed in every snippet in turn."""
    namespace = {"__name__": "porting"}
    for snippet in SNIPPETS:
        exec(compile(snippet, "porting.md", "exec"), namespace)
    return namespace


def test_the_guide_has_snippets_of_every_kind():
    assert len(SNIPPETS) >= 8
    assert len(QUOTED) >= 3
    assert len(DIFFS) >= 2
    assert len(COMMANDS) >= 5


def test_the_same_hooks_do_the_same_on_both_hosts(host, namespace):
    app = namespace[f"{host.name}_app"]
    answer = host.ask("/", app=app, headers={"X-User": "ada"})
    assert answer.status == 200
    assert answer.json == {"message": "Hello, world!", "by": "ada"}
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-User"] == "ada"
    assert answer.headers["X-App"] == "porting"
    assert answer.headers["X-Counted"] == "yes"
    assert namespace["log"] == ["commit", ("GET", "/", 200, len(answer.body))]


def test_order_reversed_runs_the_last_first(host, namespace):
    """The checksum was registered before the body was signed, so it is that of the signed body."""
    import hashlib

    answer = host.ask("/", app=namespace[f"{host.name}_app"])
    assert answer.headers["X-Checksum"] == hashlib.sha256(answer.body).hexdigest()[:8]


def test_what_was_posted_is_read_by_the_hook(host, namespace):
    app = namespace[f"{host.name}_app"]
    host.route("/posted", app, methods=["POST"])(dict)
    answer = host.ask(
        "/posted",
        "POST",
        app,
        data=json.dumps({"title": "Hello"}),
        headers={"Content-Type": "application/json"},
    )
    assert answer.headers["X-Title"] == "Hello!"


def test_teardown_is_told_of_the_exception(host, namespace):
    app = namespace[f"{host.name}_app"]
    host.route("/boom", app)(lambda: 1 // 0)
    assert host.ask("/boom", app=app).status == 500
    assert namespace["log"][0] == "rollback"


@pytest.mark.parametrize(("file", "text"), QUOTED)
def test_a_quotation_is_what_the_file_says(file, text):
    assert text in (ROOT / file).read_text()


@pytest.mark.parametrize(("files", "text"), DIFFS)
def test_a_difference_of_the_twins_is_one(files, text):
    old, new = ((ROOT / file).read_text() for file in files)
    lines = text.splitlines(keepends=True)
    assert "".join(line[1:] for line in lines if line[0] in " -") in old
    assert "".join(line[1:] for line in lines if line[0] in " +") in new


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_is_one(line):
    """Its options are known; what it does has tests of its own."""
    words = shlex.split(line)
    if words[0] == "afterware":
        assert words[1] == "differences"
        assert command.differences.make_context("differences", words[2:])
    else:
        assert words[:2] == ["python", "-m"]
        assert (ROOT / words[2] / "__main__.py").exists()


def test_an_option_that_is_none_would_be_seen():
    assert CliRunner().invoke(command.differences, ["--no-such-option"]).exit_code == 2


@pytest.mark.parametrize("anchor", sorted(set(re.findall(r"differences\.md#(aw\d+)", GUIDE))))
def test_an_entry_that_it_names_is_there(anchor):
    assert f'<a id="{anchor}"></a>' in PAGE


@pytest.mark.parametrize(
    ("name", "anchor"), re.findall(r"\[(AW\d+)\]\(differences\.md#(aw\d+)\)", GUIDE)
)
def test_a_link_is_called_what_it_leads_to(name, anchor):
    assert name.lower() == anchor
