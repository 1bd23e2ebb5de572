"""Build the wheel, and use it in empty environments: with no host, and with each host alone.

With a host, its command line must know `hooks`.

The hosts are installed from what requirements.lock pins, so that nothing newer slips in.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements.lock"

ALONE = """
import sys, afterware
assert not {"flask", "quart"} & set(sys.modules), "importing it imported a host"
"""

ON_FLASK = """
import afterware, flask
hooks = afterware.Hooks()

@hooks.after_request
async def header(response):
    response.headers["X-Path"] = afterware.request.path
    return response

app = flask.Flask("a")
hooks.init_app(app)
assert app.test_client().get("/x").headers["X-Path"] == "/x"
"""

ON_QUART = """
import asyncio, afterware, quart
hooks = afterware.Hooks()

@hooks.after_request
def header(response):
    response.headers["X-Path"] = afterware.request.path
    return response

app = quart.Quart("a")
hooks.init_app(app)

async def main():
    response = await app.test_client().get("/x")
    assert response.headers["X-Path"] == "/x"

asyncio.run(main())
"""

CASES = {"": ALONE, "flask": ON_FLASK, "quart": ON_QUART}


def run(*command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def build(folder: Path) -> Path:
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    strays = [name for name in names if not name.startswith(("afterware/", "afterware-"))]
    if strays or "afterware/py.typed" not in names:
        sys.exit(f"The wheel should hold the library alone, with py.typed: {strays or names}")
    return wheel


def try_out(wheel: Path, extra: str, script: str, folder: Path) -> None:
    environment = folder / (extra or "alone")
    venv.create(environment, with_pip=True)
    python = environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    constraints = folder / "constraints.txt"
    constraints.write_text(
        "".join(
            line.rstrip("\\\n ") + "\n"
            for line in LOCK.read_text().splitlines()
            if line and not line.startswith((" ", "#"))
        )
    )
    target = f"{wheel}[{extra}]" if extra else wheel
    run(python, "-m", "pip", "install", "--quiet", "--constraint", constraints, target)
    run(python, "-c", script)
    if extra:
        run(python, "-m", extra, "hooks", "--help")
    print(f"{wheel.name} works with {extra or 'no host'}")


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    wheel = build(folder / "dist")
    for extra, script in CASES.items():
        try_out(wheel, extra, script, folder)
