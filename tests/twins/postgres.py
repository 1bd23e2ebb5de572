"""A PostgreSQL server for tests, in a temporary folder and on a socket there."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
from serving import DEADLINE, wait_for

# The server refuses to run as root, so it runs as the first of these that there is.
USERS = ("postgres", "nobody")


class NoPostgresError(Exception):
    """There is no server to test with; the message says what is missing."""


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The URL of a database that may be written to.

    :raises NoPostgresError: none was named and none could be started.
    """
    if named := os.environ.get("DATABASE_URL_TEST"):
        yield named
        return
    tools = {name: shutil.which(name) for name in ("initdb", "postgres")}
    if missing := [name for name, found in tools.items() if found is None]:
        raise NoPostgresError(
            f"DATABASE_URL_TEST is not set, and there is no {' and no '.join(missing)} here"
        )
    # Not pytest's own folder, which only its owner may enter; the path of a socket must be short.
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="twin-pg-"))
        user = _hand_over(Path(folder))
        data = str(Path(folder, "data"))
        made = subprocess.run(
            [tools["initdb"], "-D", data, "-U", "twin", "-A", "trust", "-E", "UTF8", "--no-sync"],
            user=user,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        if made.returncode:
            raise NoPostgresError(f"initdb failed: {made.stderr.strip()}")
        log = stack.enter_context(Path(folder, "log").open("w+"))
        server = subprocess.Popen(
            [tools["postgres"], "-D", data, "-k", folder, "-h", "", "-F"],
            user=user,
            cwd=folder,
            stdout=log,
            stderr=log,
        )
        url = f"postgresql://twin@/postgres?host={folder}"
        try:
            wait_for(lambda: server.poll() is not None or _answers(url))
            if server.poll() is not None:
                log.seek(0)
                raise NoPostgresError(f"postgres did not start: {log.read()}")
            yield url
        finally:
            server.send_signal(signal.SIGINT)  # "fast shutdown": it does not wait for clients
            try:
                server.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _hand_over(folder: Path) -> str | None:
    """Give *folder* to the user whom the server is to run as; None is oneself."""
    if os.geteuid() != 0:
        return None
    for name in USERS:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
            return name
    raise NoPostgresError(f"this runs as root, and there is no user {' or '.join(USERS)}")


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True
