"""A PostgreSQL server of the tests' own, in a folder that goes with it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.sandbox import free_port

PASSWORD = "s3cr@t:/wörd"
AS_IN_URLS = "s3cr%40t%3A%2Fw%C3%B6rd"
OWNER = "postgres" if os.getuid() == 0 else None
"""Who runs the server: it refuses to be run by root, and Debian's package brings a user for it."""


def programs() -> Path:
    """Return the folder of PostgreSQL's programs; skip the test where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    initdb = shutil.which("initdb") or (found and found[-1])
    if not initdb:
        pytest.skip("PostgreSQL is not installed")
    return Path(initdb).parent


def call(*command: str | Path) -> None:
    """Run a program of PostgreSQL as who may run it."""
    done = subprocess.run(command, cwd="/", user=OWNER, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stderr.decode()


@contextmanager
def server() -> Iterator[str]:
    """Start a server and yield the URL of its database."""
    bin_ = programs()
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        (folder / "password").write_text(PASSWORD, encoding="utf-8")
        if OWNER:
            for path in (folder, folder / "password"):
                shutil.chown(path, OWNER)
        data = folder / "data"
        words = ("--auth=scram-sha-256", f"--pwfile={folder / 'password'}", "--encoding=UTF8", "--no-sync")
        call(bin_ / "initdb", f"--pgdata={data}", "--username=owner", *words)
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        call(bin_ / "pg_ctl", "start", "-w", "-D", data, "-l", folder / "log", "-o", options)
        try:
            yield f"postgres://owner:{AS_IN_URLS}@127.0.0.1:{port}/postgres"
        finally:
            call(bin_ / "pg_ctl", "stop", "-w", "-m", "immediate", "-D", data)


def execute(url: str, *statements: str) -> None:
    """Run ``statements`` in the database at ``url``."""
    with psycopg.connect(url) as connection:
        for statement in statements:
            connection.execute(statement.encode())
