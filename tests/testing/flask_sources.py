"""Flask's own tests and its tutorial, fetched by pip when they are run; none are kept here."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path


def fetched(folder: Path) -> Path:
    """The source of the Flask that is installed, unpacked in *folder*.

    :raises RuntimeError: pip could not get it.
    """
    wanted = f"flask-{version('flask')}"
    unpacked = folder / wanted
    if not unpacked.is_dir():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--no-binary", "flask", "--dest", str(folder)]
        done = subprocess.run(
            [*command, wanted.replace("-", "==")], capture_output=True, text=True, check=False
        )
        archive = folder / f"{wanted}.tar.gz"
        if not archive.is_file():
            raise RuntimeError(f"pip did not download {wanted}: {done.stderr.strip()}")
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
    return unpacked
