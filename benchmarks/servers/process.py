"""Start a server as a process of its own, time its first answer, weigh it, and stop it with all its children."""

import http.client
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

PATIENCE = 120.0  # seconds until the first answer
PAUSE = 0.002  # seconds between two tries
CLOSING = 15.0  # seconds in which a server stops by itself
OK = 200
KEY = "key"  # every server is sent it, and ours asks for it


@dataclass(frozen=True)
class Server:
    """A server, what it is asked, and how its answer is read."""

    name: str
    command: tuple[str, ...]
    port: int
    path: str
    body: Path
    read: Callable[[Any], Any] = field(repr=False)  # returns the probability, or a list of them, that an answer tells
    folder: Path = Path()
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Return where requests go."""
        return f"http://127.0.0.1:{self.port}{self.path}"


@dataclass(frozen=True)
class Running:
    """A server that has answered."""

    process: subprocess.Popen[bytes]
    seconds: float  # from the start of the process to the first answer
    answer: Any

    def memory(self) -> float:
        """Return the MiB that the process and all its children hold resident."""
        return sum(process.memory_info().rss for process in family(self.process)) / 2**20


def family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Return ``process`` and all that it started."""
    parent = psutil.Process(process.pid)
    return [parent, *parent.children(recursive=True)]


def ask(server: Server) -> tuple[int, bytes] | None:
    """Return the status and the body that ``server`` answers; None where nothing listens yet."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    try:
        connection.request(
            "POST", server.path, server.body.read_bytes(), {"Content-Type": "application/json", "X-API-Key": KEY}
        )
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (ConnectionError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def first_answer(server: Server, process: subprocess.Popen[bytes], log: Path) -> Any:
    """Wait for the first answer with status 200 and return it; raise with the end of ``log`` where there is none."""
    latest, until = None, time.perf_counter() + PATIENCE
    while process.poll() is None and time.perf_counter() < until:
        latest = ask(server) or latest
        if latest and latest[0] == OK:
            return json.loads(latest[1])
        time.sleep(PAUSE)
    end = log.read_text(encoding="utf-8", errors="replace")[-2_000:]
    raise RuntimeError(f"{server.name} does not answer {server.path} with 200, but {latest}:\n{end}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop ``process`` and all that it started."""
    if process.poll() is not None:
        return
    started = family(process)
    for one in started:
        one.terminate()
    for one in psutil.wait_procs(started, CLOSING)[1]:
        one.kill()
    process.wait()


@contextmanager
def running(server: Server, log: Path) -> Iterator[Running]:
    """Yield ``server`` once it answers, and stop it in the end; what it prints goes to ``log``."""
    with log.open("wb") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            server.command,
            cwd=server.folder,
            env={**os.environ, **server.environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            answer = first_answer(server, process, log)
            yield Running(process, time.perf_counter() - start, answer)
        finally:
            stop(process)
