"""Start the service of a copy of the bundle, and ask it as a probe and a client would while it is attacked."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import create_connection, socket
from threading import Event, Thread
from typing import Any

import psutil
import yaml
from servers.bundle import copied
from servers.process import stop
from servers.rows import free_port

from flights.service.integrity import seal

KEY = "a key"
WAIT = 2.0  # seconds that the attacked service waits for a request
STEP = 0.05  # seconds between two questions of a client
PATIENCE = 30.0
Counts = dict[str, Any]


class Service:
    """A service that runs in ``bundle``, and what is asked of it."""

    def __init__(self, bundle: Path, logs: Path, process: subprocess.Popen[bytes], port: int) -> None:
        self.bundle, self.logs, self.process, self.port = bundle, logs, process, port
        self.example = (bundle / "example.json").read_bytes()

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
        """Return status and content of the answer to a request on a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            given = {"Content-Type": "application/json", "X-API-Key": KEY} | headers
            connection.request("GET" if body is None else "POST", path, body, given)
            answer = connection.getresponse()
            content = answer.read()
            return answer.status, json.loads(content) if "json" in (answer.getheader("Content-Type") or "") else content
        finally:
            connection.close()

    def connect(self) -> socket:
        """Return a connection that nothing was sent on."""
        return create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def memory(self) -> float:
        """Return the MiB that the service holds resident."""
        found: float = psutil.Process(self.process.pid).memory_info().rss / 2**20
        return found

    def metric(self, name: str) -> float:
        """Return the value of a metric, 0 where it is not told."""
        lines = self.ask("/metrics")[1].decode().splitlines()
        return next((float(line.split()[-1]) for line in lines if line.startswith(name)), 0.0)


class Witness:
    """A probe and a client that ask the service again and again, each on a new connection, and time its answers."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.answers: Counter[str] = Counter()
        self.longest = {"/health": 0.0, "/predict": 0.0}
        self.over = Event()
        self.threads = [Thread(target=self.run, args=(path,)) for path in self.longest]

    def run(self, path: str) -> None:
        """Ask ``path`` until it is over."""
        while not self.over.is_set():
            start = time.perf_counter()
            try:
                status = self.service.ask(path, self.service.example if path == "/predict" else None)[0]
            except (OSError, HTTPException) as error:
                status = type(error).__name__
            self.answers[f"{path} {status}"] += 1
            self.longest[path] = max(self.longest[path], time.perf_counter() - start)
            time.sleep(STEP)

    def __enter__(self) -> "Witness":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def counts(self) -> Counts:
        """Return what was answered, and the longest waits."""
        waits = {f"longest wait for {path}, ms": round(1_000 * seconds, 1) for path, seconds in self.longest.items()}
        return {**dict(sorted(self.answers.items())), **waits}

    def check(self, most: float = 5.0) -> None:
        """Fail unless everything was answered with 200, within ``most`` seconds."""
        bad = [name for name in self.answers if not name.endswith(" 200")]
        assert not bad, self.counts()
        assert max(self.longest.values()) < most, self.counts()


@contextmanager
def running(
    folder: Path, *arguments: str, key: str | None = KEY, change: Callable[[Path], None] = lambda _: None
) -> Iterator[Service]:
    """Yield the service of a copy of the bundle in ``folder``, which ``change`` may alter before it is sealed again."""
    bundle = copied(folder)
    settings = yaml.safe_load((bundle / "params.yaml").read_text(encoding="utf-8"))
    settings["service"]["timeout"] = WAIT
    (bundle / "params.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    change(bundle)
    seal(bundle)
    port, logs = free_port(), folder / "logs"
    command = [sys.executable, "-B", "-m", "flights.service", "--port", str(port), "--logs", str(logs), *arguments]
    environment = {**os.environ, "TMPDIR": str(folder), **({} if key is None else {"SERVICE_API_KEY": key})}
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, cwd=bundle, env=environment, stdout=said, stderr=said)
    service = Service(bundle, logs, process, port)
    try:
        until(lambda: listens(service) or process.poll() is not None)
        yield service
    finally:
        stop(process)


def listens(service: Service) -> bool:
    """Return whether the service answers."""
    try:
        return service.ask("/health")[0] == 200
    except OSError:
        return False


def until(true: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Wait until something is ``true``; return whether it is."""
    end = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < end:
        time.sleep(STEP)
    return found
