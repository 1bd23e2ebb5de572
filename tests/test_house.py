"""What holds for every file of the repository."""

from __future__ import annotations

import re
import subprocess

import pytest
from serving import ROOT

# Spelt in two parts, so that this file does not name what it looks for.
INDEX_HOSTS = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "registry.npm" + "js",
    "deb." + "debian.org",
]
HOMES = ["/ro" + "ot/", "/ho" + "me/", "/wo" + "rk/", "/Us" + "ers/"]


def tracked_text():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file():
            try:
                yield name, path.read_text("utf-8")
            except UnicodeDecodeError:
                continue


def test_no_file_names_a_package_index():
    found = [(name, host) for name, text in tracked_text() for host in INDEX_HOSTS if host in text]
    assert found == []


def test_no_file_names_a_path_of_somebodys_machine():
    pattern = re.compile("|".join(rf"(?<![\w.~}}]){re.escape(home)}\w" for home in HOMES))
    found = [
        (name, match.group()) for name, text in tracked_text() if (match := pattern.search(text))
    ]
    assert found == []


def test_the_lock_pins_with_hashes():
    lock = (ROOT / "requirements.lock").read_text()
    pins = re.findall(r"^[a-z0-9_.-]+(?:\[[^\]]+\])?==\S+", lock, re.MULTILINE)
    blocks = re.split(r"\n(?=\S)", lock.strip())
    assert len(pins) == len(blocks)
    assert all("--hash=sha256:" in block for block in blocks)
