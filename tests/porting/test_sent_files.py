"""A file that is removed is told from the one that is still to be sent, however it is spelt."""

from __future__ import annotations

import json
import textwrap

import pytest
from click.testing import CliRunner

from afterware.porting.command import check_command

PAGE = """
import os
import shutil
from pathlib import Path
from flask import Flask, after_this_request, g, send_file

app = Flask(__name__)
TEMP = "folder"


def spelt(name):
    return os.path.join(TEMP, name)


@app.get("/<name>")
def download(name, other="other", files={{}}):
    {made}
    @after_this_request
    def remove(response):
        {removed}
        return response
    return send_file({sent})
"""

SAME = {
    "a name": ('path = "a"', "os.remove(path)", "path"),
    "an f-string": ('path = f"{TEMP}/{name}"', "os.remove(path)", "path"),
    "a sum": ('path = TEMP + "/" + name', "os.remove(path)", "path"),
    "a Path": ("path = Path(TEMP) / name", "path.unlink()", "path"),
    "an item": ('files["x"] = spelt(name)', 'os.remove(files["x"])', 'files["x"]'),
    "an item got": ('files["x"] = spelt(name)', 'os.remove(files.get("x"))', 'files["x"]'),
    "on g": ("g.path = spelt(name)", "os.remove(g.path)", "g.path"),
    "either": ("path = name if name else other", "os.remove(path)", "path"),
    "a function": ("path = spelt(name)", "os.remove(path)", "path"),
    "an archive": (
        'path = shutil.make_archive("a", "zip", TEMP)',
        "os.remove(path)",
        "path",
    ),
    "an open file": ("path = spelt(name)", "os.remove(path)", 'open(path, "rb")'),
}


def needs(tmp_path, made, removed, sent):
    source = textwrap.dedent(PAGE).format(made=made, removed=removed, sent=sent)
    (tmp_path / "app.py").write_text(source)
    result = CliRunner().invoke(check_command, ["--format", "json", str(tmp_path)])
    (hook,) = json.loads(result.output)["hooks"]
    assert hook["name"].endswith("remove")
    return hook["needs"]


@pytest.mark.parametrize(("made", "removed", "sent"), SAME.values(), ids=SAME.keys())
def test_the_file_that_is_sent(tmp_path, made, removed, sent):
    assert needs(tmp_path, made, removed, sent) == ["blocking", "lifecycle"]


def test_another_file(tmp_path):
    made = 'path, rest = "a", "b"'
    assert needs(tmp_path, made, "os.remove(rest)", "path") == ["blocking"]
