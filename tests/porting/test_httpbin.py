"""httpbin's own hooks, ported in a temporary folder, answer with the same headers as before."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from afterware.porting.check import check
from afterware.porting.fixing.rewrite import fix_files

VERSION = "0.10.4"
PATHS = [
    ("GET", "/get", {"Origin": "https://example.org"}),
    ("GET", "/headers", {}),
    ("GET", "/status/404", {}),
    ("GET", "/status/418", {}),
    ("GET", "/redirect/1", {}),
    ("GET", "/gzip", {}),
    ("GET", "/cookies/set?a=1", {}),
    ("GET", "/etag/abc", {"If-None-Match": "abc"}),
    ("GET", "/stream/2", {}),
    ("GET", "/nothing-here", {}),
    ("POST", "/post", {"Origin": "null"}),
    ("OPTIONS", "/get", {"Access-Control-Request-Headers": "X-One"}),
]
ASK = """
import json, sys
from httpbin import app
client = app.test_client()
answers = []
for method, path, headers in json.load(sys.stdin):
    response = client.open(path, method=method, headers=headers)
    answers.append([response.status_code, sorted(response.headers.items(), key=str)])
json.dump(answers, sys.stdout)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """httpbin and what it needs, in a folder of its own, beside the Flask that is installed."""
    target = tmp_path_factory.mktemp("httpbin")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
               "--no-input", "--retries", "0", "--target", str(target)]  # fmt: skip
    wanted = [["--no-deps", f"httpbin=={VERSION}"], ["--no-deps", "decorator", "six"]]
    try:
        for each in wanted:
            subprocess.run([*command, *each], check=True, capture_output=True, timeout=120)
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"httpbin cannot be had here: {error}")
    return target


def ask(folder: Path) -> Any:
    # Optional parts of httpbin that would need more packages, and are not what is tested.
    for name in ("brotlicffi", "flasgger"):
        if not (folder / f"{name}.py").exists() and not (folder / name).exists():
            text = "class Swagger:\n    def __init__(self, *_, **__): pass\ncompress = bytes\n"
            (folder / f"{name}.py").write_text(text, encoding="utf-8")
    path = os.pathsep.join([str(folder), *filter(None, sys.path)])
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK],
        input=json.dumps(PATHS),
        env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"},  # Allow is made of a set
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if "No module named" in result.stderr:
        pytest.skip(result.stderr.strip().splitlines()[-1])
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_ported_hooks_answer_with_the_same_headers(installed: Path, tmp_path: Path) -> None:
    before = ask(installed)
    folder = tmp_path / "ported"
    shutil.copytree(installed, folder)
    outcome = check([folder / "httpbin"])
    assert [(each.name, each.registered, each.needs) for each in outcome.hooks] == [
        ("set_cors_headers", "app", [])
    ]
    report = fix_files(outcome, to="afterware", write=True)
    assert report.rewritten == 1
    assert report.unfixed == []
    text = (folder / "httpbin" / "core.py").read_text(encoding="utf-8")
    assert "@hooks.after_request" in text
    assert "@app.after_request" not in text
    after = ask(folder)
    assert dates_apart(after) == dates_apart(before)
    names = {name for _, headers in after for name, _ in headers}
    assert {"Access-Control-Allow-Origin", "Access-Control-Allow-Methods"} <= names
    assert check([folder / "httpbin"]).hooks == []


def dates_apart(answers: Any) -> Any:
    return [
        [
            status,
            [[name, value] for name, value in headers if name not in ("Date", "Last-Modified")],
        ]
        for status, headers in answers
    ]
