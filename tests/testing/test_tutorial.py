"""Flask's tutorial on Quart: its app ported by a few edits, its 24 tests as they are."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from testing.awaiting import awaited
from testing.flask_sources import fetched

ROOT = Path(__file__).parents[2]

# What is left to do by hand once names are changed and what must be awaited is: how the file of a
# schema is opened, and functions that use the connection of their request, which is of the loop's
# thread. Each is looked for as a pattern, and must be found.
BY_HAND = {
    "db.py": [
        (
            r"with current_app\.open_resource\((.*?)\) as",
            r"with open(Path(current_app.root_path, \1), 'rb') as",
        ),
        (r"^def close_db", "async def close_db"),
        (r"^import sqlite3$", "import sqlite3\nfrom pathlib import Path"),
    ],
    "auth.py": [
        (r"def wrapped_view", "async def wrapped_view"),
        (r"return view\(", "return await view("),
        (r"^def load_logged_in_user", "async def load_logged_in_user"),
    ],
    "blog.py": [(r"^def delete", "async def delete")],
}


def ported(source: Path, folder: Path) -> None:
    """Copy the tutorial; its app with the edits of a port, its tests as they are."""
    shutil.copytree(source / "examples" / "tutorial" / "flaskr", folder / "flaskr")
    shutil.copytree(source / "examples" / "tutorial" / "tests", folder / "tests")
    for path in (folder / "flaskr").glob("*.py"):
        text = re.sub(r"\bflask\b", "quart", path.read_text("utf-8"))
        text = awaited(re.sub(r"\bFlask\b", "Quart", text))
        for pattern, replacement in BY_HAND.get(path.name, ()):
            text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
            assert count == 1, (path.name, pattern)
        path.write_text(text, "utf-8")


@pytest.mark.slow
def test_every_test_of_the_tutorial_passes_unedited_on_the_ported_app(tmp_path):
    try:
        source = fetched(tmp_path)
    except RuntimeError as error:
        pytest.skip(f"Flask's source is not to be had: {error}")
    folder = tmp_path / "tutorial"
    folder.mkdir()
    ported(source, folder)
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\nfilterwarnings = error\n")
    command = [sys.executable, "-m", "pytest", "-p", "afterware.testing", "-p", "no:asyncio", "-q"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "shared")}
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    print(done.stdout, done.stderr)
    assert "24 passed" in done.stdout
    assert "failed" not in done.stdout
    assert done.returncode == 0
