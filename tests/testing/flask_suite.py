"""Flask's own tests that go through a client, with Quart in the place of Flask.

    python tests/testing/flask_suite.py            run them, and say what differs from the records
    python tests/testing/flask_suite.py --write    write docs/testing-flask-suite.md as well

pip downloads the source of the Flask that is installed. In a copy of its tests the apps, views and
hooks, which are written out in the tests, are ported as little as can be (awaiting.py): the name
`flask` becomes `quart`, and what uses what Quart gives to be awaited becomes `async def` and awaits
it. What the tests themselves say, outside of views and hooks, stays as Flask's authors wrote it.
`DIFFER`, in flask_suite_records.py, says of each test that cannot pass which record of the
catalogue it runs into.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from fnmatch import fnmatchcase
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "testing-flask-suite.md"

CONFTEST = """

# Added: of each file, the tests that go through a client.
import inspect
import json


def pytest_collection_modifyitems(items):
    def calls_a_client(item):
        text = inspect.getsource(item.function)
        return "client" in item.fixturenames or "test_client(" in text or "client." in text

    items[:] = [item for item in items if calls_a_client(item)]


def pytest_runtest_logreport(report):
    if report.when == "call" or report.failed:
        crash = getattr(report.longrepr, "reprcrash", None)
        said = str(report.longrepr or "") if crash is None else crash.message
        with open("outcomes.jsonl", "a") as file:
            file.write(json.dumps([report.nodeid, report.outcome, said]) + "\\n")
"""


def prepared(source: Path, folder: Path) -> None:
    """Copy the tests, with the names of Quart, and with what it gives to be awaited awaited."""
    from testing.awaiting import awaited, renamed

    shutil.copytree(source / "tests", folder / "tests", ignore=shutil.ignore_patterns("type_check"))
    for path in (folder / "tests").rglob("*.py"):
        text = path.read_text("utf-8")
        text = renamed(text)
        # A private name that pytest has since renamed.
        text = text.replace("monkeypatch.notset", "monkeypatch.NOTSET")
        path.write_text(awaited(text), "utf-8")
    with (folder / "tests" / "conftest.py").open("a") as file:
        file.write(CONFTEST)
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = tests\nfilterwarnings = error\n")


def outcomes(folder: Path) -> dict[str, tuple[str, str]]:
    """Run them: what became of each test, and the first line of what it said."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "afterware.testing", "-p", "no:asyncio"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "shared")}
    done = subprocess.run(
        # Of the command line no test goes through a client.
        [
            *command,
            "--ignore",
            "tests/test_cli.py",
            "-p",
            "no:cacheprovider",
            "-o",
            "faulthandler_timeout=60",
            "--tb=line",
        ],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=540,
    )
    found: dict[str, tuple[str, str]] = {}
    written = folder / "outcomes.jsonl"
    if not written.is_file():
        raise RuntimeError(f"no test ran:\n{done.stdout}\n{done.stderr}")
    for line in written.read_text("utf-8").splitlines():
        nodeid, outcome, said = json.loads(line)
        name = nodeid.removeprefix("tests/")
        if found.get(name, ("passed", ""))[0] == "passed":
            found[name] = (outcome, next(iter(said.splitlines()), ""))
    return found


def run() -> dict[str, tuple[str, str]]:
    """Fetch, prepare and run."""
    from testing.flask_sources import fetched

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "suite").mkdir()
        prepared(fetched(folder), folder / "suite")
        return outcomes(folder / "suite")


def surprises(found: dict[str, tuple[str, str]], quart: str) -> list[str]:
    """What is not as the records say, a line each."""
    from testing.flask_suite_records import DIFFER, expected

    lines = []
    for test, (outcome, said) in found.items():
        if (outcome == "passed") == (expected(test, quart) is not None):
            lines.append(f"{test}: {outcome} {said[:200]}")
    lines += [
        f"{each.test}: no such test"
        for each in DIFFER
        if each.on in ("", quart) and not any(fnmatchcase(test, each.test) for test in found)
    ]
    return lines


def page(found: dict[str, tuple[str, str]]) -> str:
    """The page of the documentation, made of a run that was as the records say."""
    from testing.flask_suite_records import DIFFER, expected

    versions = ("0.22", "0.23")
    files = sorted({test.partition("::")[0] for test in found})
    counts = []
    for file in [*files, ""]:
        tests = [test for test in found if test.startswith(file)]
        passed = [sum(expected(test, each) is None for test in tests) for each in versions]
        name = f"`{file}`" if file else "**all**"
        counts.append(f"| {name} | {len(tests)} | {passed[0]} | {passed[1]} |")
    rows = []
    for each in DIFFER:
        link = f"[{each.record}](differences.md#{each.record.lower()})" if each.record else ""
        name = each.test.replace("[[]", "[").replace("*", "...")
        on = f" (Quart {each.on})" if each.on else ""
        rows.append(f"| `{name}` | {link} | {each.why}{on} |")
    head = HEAD.format(flask=version("flask"))
    return "\n".join([head, *counts, "", MIDDLE, *rows, ""])


HEAD = """# Flask's own tests, on Quart

This page is written by `python tests/testing/flask_suite.py --write`; it fetches the tests of
Flask {flask}, puts Quart in the place of Flask, and runs those that go through a client with
`-p afterware.testing`. The apps, views and hooks are written out in those tests, so they are ported
as little as can be: `quart` for `flask`, and `async def` and `await` where Quart gives something to
be awaited. What the tests themselves say is as Flask's authors wrote it.

| | tests | pass on Quart 0.22 | pass on Quart 0.23 |
|---|---|---|---|"""

MIDDLE = """Those that do not pass, each by the record of [the catalogue](differences.md) that it
runs into. Where there is none, the test is about something that is Flask's alone, or that versions
of Quart do otherwise among themselves.

| test | record | what it wants |
|---|---|---|"""


def main() -> int:
    sys.path.insert(0, str(ROOT / "tests"))
    found = run()
    wrong = surprises(found, ".".join(version("quart").split(".")[:2]))
    for line in wrong:
        print(line)
    passed = sum(outcome == "passed" for outcome, _ in found.values())
    print(f"{len(found)} tests, {passed} passed, {len(wrong)} not as the records say")
    if "--write" in sys.argv and not wrong:
        PAGE.write_text(page(found), "utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
