"""The log of other machines comes home: closed files are brought to a store, and monitoring reads each line once."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fsspec
import pytest

from tests.sandbox import PROJECTS, loaded, tree

KINDS = ["disk", "s3", "sqlite"]
LINE = '{{"id":"{0}","time":"2026-01-01T00:00:00Z","model":"it","features":{{}},"score":{0}}}\n'


@pytest.fixture(scope="session")
def bucket() -> Iterator[str]:
    """Start an object store that speaks as S3 does, and yield where it is."""
    server = pytest.importorskip("moto.server").ThreadedMotoServer(port=0)
    server.start()
    yield f"http://127.0.0.1:{server._server.port}"
    server.stop()


@cache
def project(kind: str) -> Mapping[str, str]:
    """Return what a project renders to whose log is kept in a store of a ``kind``."""
    store = {"url": "{url: file:///mnt/log}", "database": "{database: LOG_DATABASE_URL, table: select}"}
    return tree(PROJECTS / "weights", f"+service.log_store={store[kind]}")


@pytest.fixture(params=KINDS)
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Return the modules of a project that keeps its log in a store of each kind."""
    store: dict[str, Any] = {"url": f"file://{tmp_path / 'store'}"}
    (tmp_path / "store").mkdir()
    if request.param == "s3":
        pytest.importorskip("s3fs")
        environment = {"AWS_ENDPOINT_URL": request.getfixturevalue("bucket"), "AWS_DEFAULT_REGION": "us-east-1"}
        for name, value in (environment | {"AWS_ACCESS_KEY_ID": "it", "AWS_SECRET_ACCESS_KEY": "it"}).items():
            monkeypatch.setenv(name, value)
        import s3fs

        system = s3fs.S3FileSystem(skip_instance_cache=True)
        name = f"bucket-{os.getpid()}-{time.monotonic_ns()}"
        system.mkdir(name)
        store = {"url": f"s3://{name}/log"}
    if request.param == "sqlite":
        sqlite3.connect(tmp_path / "log.db").close()
        monkeypatch.setenv("LOG_DATABASE_URL", f"sqlite:///{tmp_path / 'log.db'}")
        store = {"database": "LOG_DATABASE_URL", "table": "select"}
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(json.dumps({"service": {"log_store": store}}))
    rendered = project("database" if request.param == "sqlite" else "url")
    modules = {name: f"weights/{folder}/{name}.py" for folder, names in MODULES.items() for name in names}
    return SimpleNamespace(**{name: loaded(rendered, path) for name, path in modules.items()}, rendered=rendered)


MODULES = {"service": ("log", "log_files", "log_store", "ship"), "monitoring": ("fetch", "logs")}


def read(home: SimpleNamespace) -> list[str]:
    """Return the ids that monitoring reads, once it has fetched what there is."""
    home.fetch.fetch(home.logs.FETCHED)
    counts: Counter[str] = Counter()
    files = home.logs.files_of("predictions")
    return [line.id for file in files for _, line in home.logs.read_lines(file, home.logs.Prediction, counts)]


def test_every_line_comes_home_once_whenever_it_is_brought(home: SimpleNamespace, tmp_path: Path) -> None:
    away = tmp_path / "away"
    log = home.log.Log(away, "predictions", 500, 3_600)
    store = home.log_store.Store()
    for number in range(60):
        log.append(LINE.format(number).encode())
        if number % 7 == 0:
            home.ship.ship(away, store)
    known = read(home)
    assert 40 < len(known) < 60  # the file that is written to stays until it is closed
    assert home.ship.ship(away, store) == 0
    log.close()
    # It is interrupted: what is there already is brought once more, and is there once.
    (last,) = away.iterdir()
    store.put(last)
    assert home.ship.ship(away, home.log_store.Store()) == 1
    assert [*away.iterdir()] == []
    for _ in range(2):
        assert Counter(read(home)) == Counter(map(str, range(60)))
    log.append(LINE.format(60).encode())
    log.close()
    home.ship.ship(away, store)
    assert len(read(home)) == 61


def test_a_file_that_is_here_and_in_the_store_counts_once(home: SimpleNamespace) -> None:
    log = home.log.Log(home.logs.LOGS, "predictions", 10_000, 3_600)
    log.append(LINE.format(1).encode())
    log.close()
    (file,) = home.logs.LOGS.glob("*.jsonl")
    home.log_store.Store().put(file)
    assert read(home) == ["1"]
    assert home.ship.ship(home.logs.LOGS, home.log_store.Store()) == 1
    assert read(home) == ["1"]


WRITER = """
import sys, time
from pathlib import Path
namespace = {}
exec(compile(Path(sys.argv[1]).read_text(), "log", "exec"), namespace)
log = namespace["Log"](Path("away"), "predictions", 10_000, 3_600)
for number in range(1_000):
    log.append(sys.argv[2].format(number).encode())
    print(number, flush=True)
    time.sleep(0.001)
"""


def test_what_a_killed_process_has_answered_comes_home(home: SimpleNamespace, tmp_path: Path) -> None:
    Path("log_module.py").write_text(home.rendered["weights/service/log.py"])
    with subprocess.Popen([sys.executable, "-c", WRITER, "log_module.py", LINE], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(50)]
        home.ship.ship(Path("away"), home.log_store.Store())
        process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
    home.ship.ship(Path("away"), home.log_store.Store())
    kept = Counter(read(home))
    assert [number for number in (line.decode().strip() for line in said) if kept[number] != 1] == []
    assert len(kept) <= len(said) + 1


def test_a_store_that_cannot_be_reached_is_no_empty_log(
    home: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LOG_DATABASE_URL", "sqlite:////nowhere/log.db")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    if "file://" in Path("params.yaml").read_text():
        (tmp_path / "store").rename(tmp_path / "gone")
        (tmp_path / "store").write_text("no folder")
    fsspec.spec.AbstractFileSystem.clear_instance_cache()
    for kind in ("s3", "file"):
        fsspec.get_filesystem_class(kind).clear_instance_cache()
    home.logs.FETCHED.mkdir(parents=True)
    if "file://" in Path("params.yaml").read_text():
        with pytest.raises(OSError):
            home.log_store.Store().put(Path("params.yaml"))
    else:
        with pytest.raises(ConnectionError, match="the log cannot be fetched from its store"):
            home.fetch.fetch(home.logs.FETCHED)


def test_the_shipper_ends_when_it_is_ended_and_brings_the_last(home: SimpleNamespace, tmp_path: Path) -> None:
    ended, away = threading.Event(), tmp_path / "away"
    log = home.log.Log(away, "predictions", 10_000, 3_600)
    log.append(LINE.format(1).encode())
    shipper = threading.Thread(
        target=home.ship.ship_until, args=(ended, away, home.log_store.Store(), 0.01), daemon=True
    )
    shipper.start()
    time.sleep(0.05)
    assert read(home) == []
    log.close()
    ended.set()
    shipper.join(10)
    assert not shipper.is_alive()
    assert read(home) == ["1"]
