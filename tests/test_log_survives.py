"""Ten thousand answered predictions are in the log once each, whatever happens to the project and its service."""

import os
import resource
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sandbox import ROOT, SCRIPTS, Threads, edit, free_port, run, wait_for, write
from tests.test_release import committed, found, logged

LINES, ROWS, CLIENTS = 10_000, 100, 2
"""Lines that are acknowledged at least, rows of a request, and clients that ask at once."""
SLOW, FAST = 0.5, 0.02
"""Seconds between two requests of a client: while something happens to the project, and while lines are waited for."""


class Service:
    """``ninefold serve`` with two workers, which may be killed and started again at the same port."""

    def __init__(self, project: Path) -> None:
        self.project, self.port = project, free_port()
        self.start()

    def start(self) -> None:
        """Start it, and return once it listens."""
        said, command = self.project.parent / "said", [f"{SCRIPTS}/ninefold", "serve", "--workers", "2"]
        with said.open("wb") as output:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port)], cwd=self.project, stderr=output, start_new_session=True
            )
        wait_for(self.port, lambda: self.process.poll() is None, said)

    def end(self, how: signal.Signals) -> None:
        """Send a signal to each of its processes, and return once none of them listens."""
        os.killpg(self.process.pid, how)
        self.process.wait()
        with suppress(ConnectionError):
            while True:
                socket.create_connection(("127.0.0.1", self.port)).close()
                time.sleep(0.01)

    def limit_files(self, size: int) -> None:
        """Let none of its processes write files of more than ``size`` bytes."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for number in (self.process.pid, *map(int, children)):
            resource.prlimit(number, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


class Clients(Threads):
    """They ask without end for batches, and keep the ids of all rows that were answered, and what was not."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        row = httpx.get(f"{self.url}/example.json").json()
        self.body = [row] * ROWS
        self.ids: list[str] = []
        self.failures: list[str] = []
        self.pause = SLOW
        super().__init__(self.ask, CLIENTS)

    def ask(self) -> None:
        """Ask until it is over; whoever gets no answer asks again, with other ids."""
        while not self.over.wait(self.pause):
            with closing(httpx.Client(base_url=self.url, timeout=20)) as client:
                try:
                    while not self.over.wait(self.pause):
                        answer = client.post("/predict/batch", json=self.body)
                        if answer.status_code == 200:
                            self.ids += [one["id"] for one in answer.json()]
                        else:
                            self.failures.append(str(answer.status_code))
                except httpx.TransportError as error:
                    self.failures.append(repr(error))

    def wait(self, enough: Callable[[], bool]) -> None:
        """Return once there is ``enough``."""
        self.pause, until = FAST, time.monotonic() + 60
        while not enough():
            assert time.monotonic() < until, self.failures[-3:]
            time.sleep(0.01)
        self.pause = SLOW


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mount a small disk of its own at ``folder``, with what is there; yield whether that is possible here."""
    kept = {file: file.read_bytes() for file in folder.iterdir()}
    command = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and not subprocess.run(command, capture_output=True, check=False).returncode
    try:
        for file, content in kept.items():
            file.write_bytes(content)
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Fill the disk of ``folder`` to its last byte, and return the file that does."""
    file = folder / "filler"
    with file.open("wb", buffering=0) as content, pytest.raises(OSError, match="No space left"):
        while True:
            content.write(b"\0" * 4_096)
    return file


@pytest.fixture
def service(project: Path) -> Iterator[Any]:
    """Yield the service of the project, whose log is on a small disk, with whether that is one of its own."""
    write({"conf/ci/local.yaml": (ROOT / "conf/ci/local.yaml").read_text()}, project)
    edit(project / "conf/config.yaml", "  - monitor: drift\n", "  - monitor: drift\n  - ci: local\n")
    edit(project / "conf/service/http.yaml", "log: true", "log: true\nmax_rows: 900")
    with small_disk(project / "logs") as mounted:
        made = Service(project)
        yield made, mounted
        made.end(signal.SIGTERM)


@pytest.mark.slow
def test_no_answered_line_is_lost_or_doubled(project: Path, service: tuple[Service, bool]) -> None:
    served, mounted = service
    took: dict[str, float] = {}

    def digest_is(number: int) -> bool:
        digest = found(project, f"registry/versions/{number}/release.json")["digest"]
        return {httpx.get(f"{clients.url}/info").json()["digest"] for _ in range(20)} == {digest}

    def reproduce() -> None:
        committed(project, "Take fewer rows at once")
        run(project, "dvc", "repro")
        clients.wait(lambda: digest_is(2))

    def roll_back() -> None:
        run(project, "ninefold", "rollback")
        clients.wait(lambda: digest_is(1))

    def clean() -> None:
        run(project, "make", "clean")
        assert not (project / "bundle").exists()

    def kill() -> None:
        served.end(signal.SIGKILL)
        served.start()

    def fill_disk() -> None:
        filler = fill(project / "logs") if mounted else served.limit_files(1)
        clients.wait(lambda: "503" in clients.failures[before:])
        if filler:
            filler.unlink()
        else:
            served.limit_files(resource.RLIM_INFINITY)

    steps: dict[str, Callable[[], object]] = {
        "`dvc repro` and a new bundle": reproduce,
        "a rollback": roll_back,
        "`make clean`": clean,
        "`dvc checkout`": lambda: run(project, "dvc", "checkout", "--force"),
        "a full disk": fill_disk,
        "`kill -9`": kill,
    }
    with Clients(served.port) as clients:
        for name, step in steps.items():
            before, begun = len(clients.failures), time.monotonic()
            step()
            took[name], answered = time.monotonic() - begun, len(clients.ids)
            clients.wait(lambda so_far=answered: len(clients.ids) >= so_far + LINES / len(steps))
            disturbed = name in ("a full disk", "`kill -9`")
            assert bool(clients.failures[before:]) == disturbed, (name, clients.failures[before:])
    served.end(signal.SIGTERM)
    served.start()  # for the fixture to end
    kept = Counter(line["id"] for line in logged(project) if "features" in line)
    print(f"\n{len(clients.ids):,} rows answered, {len(kept):,} logged; {took}")
    assert len(set(clients.ids)) == len(clients.ids) >= LINES
    assert [key for key in clients.ids if kept[key] != 1] == []
    # What was logged and not answered was asked by a client whose service was killed.
    assert len(kept) <= len(clients.ids) + CLIENTS * ROWS
    assert took["a rollback"] < 60
