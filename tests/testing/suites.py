"""Suites of tests in a folder of their own, run by pytest in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]

APP = """
import asyncio
import time

import quart


def create_app(log=None):
    app = quart.Quart(__name__)
    app.config.update(TESTING=True, SECRET_KEY="a key for tests")

    @app.route("/")
    async def index():
        quart.g.value = 1
        quart.session["seen"] = True
        return await greeting()

    @app.route("/plain")
    def plain():
        return "plain"

    @app.route("/lost")
    async def lost():
        quart.flash("nobody awaits this")
        return "lost"

    @app.route("/slow")
    async def slow():
        time.sleep(0.12)
        return "slow"

    @app.before_request
    async def load():
        quart.g.user = quart.session.get("user")

    if log is not None:
        @app.before_serving
        async def start():
            log.append("start")

        @app.after_serving
        async def end():
            log.append("end")

    return app


async def greeting():
    return "hello"
"""

CONFTEST = """
import pytest

from site_app import create_app


@pytest.fixture
def app():
    return create_app()


@pytest.fixture
def client(app):
    return app.test_client()
"""


class Suite:
    """A folder with an app, its conftest and tests."""

    def __init__(self, folder):
        self.folder = folder
        self.write("site_app.py", APP)
        self.write("conftest.py", CONFTEST)
        settings = "[pytest]\npythonpath = .\nfilterwarnings = error\n"
        settings += "asyncio_default_fixture_loop_scope = function\n"
        self.write("pytest.ini", settings)

    def write(self, name, text):
        (self.folder / name).write_text(textwrap.dedent(text), "utf-8")

    def run(self, text, *options, plugin=True):
        """Run one file of tests; what pytest said, and what became of each kind of test."""
        self.write("test_it.py", text)
        asked = ["-p", "afterware.testing"] if plugin else []
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *asked, *options],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT / "shared"), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        print(done.stdout, done.stderr)
        return Run(done.stdout + done.stderr)


class Run:
    def __init__(self, said):
        self.said = said

    def count(self, kind):
        found = re.findall(rf"(\d+) {kind}", self.said.splitlines()[-1])
        return int(found[0]) if found else 0

    def passes(self, number):
        assert self.count("passed") == number, self.said
        assert self.count("failed") == self.count("error") == 0, self.said
