"""Start a bundle's own service and ask it over HTTP, as clients do."""

import os
import secrets
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server

import msgspec
import numpy as np

from flights.common.progress import Progress
from flights.common.settings import setting
from flights.packaging.bundles import PYTHON, BundleError
from flights.service.client import Client
from flights.service.contract import Contract
from flights.service.request import Row

START_SECONDS = 60


def free_port() -> int:
    """Return a port that nobody listens to."""
    with create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


@contextmanager
def service(bundle: Path, *arguments: str) -> Iterator[Client]:
    """Yield a client of the service of ``bundle``, which runs for as long as the block."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "stderr").open("w+") as said:
        command = [*PYTHON, "flights.service", "--port", str(port), "--workers", "1", *arguments]
        command += ["--logs", folder]
        key = secrets.token_hex()
        environment = {**os.environ, "SERVICE_API_KEY": key}
        with subprocess.Popen(command, cwd=bundle, env=environment, stderr=said) as process:
            try:
                client = Client(f"http://127.0.0.1:{port}", START_SECONDS)
                client.headers["X-API-Key"] = key
                connect(client, process, Path(said.name))
                yield client
            finally:
                process.terminate()


def connect(client: Client, process: subprocess.Popen[bytes], said: Path) -> None:
    """Connect ``client`` once the service listens; raise BundleError with the end of what it said where it ends first."""
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            client.connection.connect()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise BundleError(said.read_text(encoding="utf-8").strip().rpartition("\n")[2] or "the service does not start")


def batches(requests: list[bytes]) -> Iterator[bytes]:
    """Yield the bodies that hold ``requests``, within the limits of the service."""
    limits = setting("service")
    body: list[bytes] = []
    size = 2
    for request in requests:
        if body and (len(body) == limits["max_rows"] or size + len(request) + 1 > limits["max_body"]):
            yield b"[" + b",".join(body) + b"]"
            body, size = [], 2
        body.append(request)
        size += len(request) + 1
    if body:
        yield b"[" + b",".join(body) + b"]"


def answered(bundle: Path, requests: list[bytes]) -> np.ndarray:
    """Return which of ``requests`` the service of ``bundle`` answers: all, unless it refuses what is unexpected."""
    if setting("service", "on_unexpected") != "refuse":
        return np.ones(len(requests), dtype=bool)
    contract, decoder = Contract(bundle / "contract.json"), msgspec.json.Decoder(Row)
    return np.array([not contract.unexpected(decoder.decode(request)) for request in requests], dtype=bool)


def scores(bundle: Path, requests: list[bytes], past: tuple[str, ...]) -> np.ndarray:
    """Return the score of each of ``requests``, by the answers that the service of ``bundle`` gives over HTTP."""
    found: list[float | list[float]] = []
    with service(bundle, *past) as client:
        progress = Progress(len(requests), "rows asked over HTTP")
        for body in batches(requests):
            answers = client.send("/predict/batch", body)
            found += map(score, answers)
            progress.add(len(answers))
    return np.asarray(found, dtype=np.float64)


def score(answer: dict[str, float]) -> float:
    """Return the score in an answer."""
    return answer["probability"]
