"""The service of the bundle as a server to measure, run from a copy: the bundle itself is not written into."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from servers.process import KEY, Server, running
from servers.rows import BUNDLE, ROOT, as_it_stood, free_port

TOLERANCE = 1e-9


def copied(folder: Path) -> Path:
    """Return a copy of the bundle in ``folder``."""
    if not (BUNDLE / "example.json").exists():
        raise SystemExit("there is no bundle: run `make repro` first")
    return Path(shutil.copytree(BUNDLE, folder / "bundle"))


def service(bundle: Path, logs: Path, path: str, body: Path, read: Callable[[Any], Any], *more: str) -> Server:
    """Return the service of ``bundle``: one process, its log in ``logs``."""
    port = free_port()
    options = ("--port", str(port), "--logs", str(logs), "--workers", "1", *more)
    command = (sys.executable, "-m", "flights.service", *options)
    return Server("ours", command, port, path, body, read, bundle, {"SERVICE_API_KEY": KEY})


@contextmanager
def in_the_past(bundle: Path) -> Iterator[tuple[str, ...]]:
    """Yield the arguments by which ``bundle`` knows the past as it stood at each row of the holdout."""
    os.chdir(ROOT)
    with as_it_stood(bundle) as arguments:
        yield arguments


def check(server: Server, expected: Any, log: Path) -> None:
    """Raise unless ``server`` answers what is ``expected``: a probability, or a list of them."""
    with running(server, log) as found:
        same(server.name, server.read(found.answer), expected)


def same(name: str, found: Any, expected: Any) -> None:
    """Raise unless both are probabilities and alike."""
    pairs = list(zip(numbers(found), numbers(expected), strict=True))
    apart = max(abs(one - other) for one, other in pairs)
    if not apart <= TOLERANCE or not all(0 <= one <= 1 for one, _ in pairs):
        raise SystemExit(f"{name} answers {found}, not {expected}: a difference of {apart:g}")


def numbers(value: Any) -> list[float]:
    """Return a number, or a list of them, as a list."""
    return list(value) if isinstance(value, list) else [value]


def logged(logs: Path) -> int:
    """Return how many predictions are in ``logs``."""
    return sum(file.read_bytes().count(b"\n") for file in logs.glob("predictions-*.jsonl"))
