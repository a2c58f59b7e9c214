"""Clients that keep the service waiting."""

import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from attack.raw import received, send, status
from attack.service import KEY, STEP, WAIT, Counts, Witness, running

POST = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-API-Key: " + KEY.encode() + b"\r\n"


def waiting_clients(folder: Path, sent: bytes, more: bytes, clients: int) -> Counts:
    """Return what becomes of clients that send ``sent`` and then ``more`` now and then, while others ask."""
    with running(folder) as service, ExitStack() as stack, Witness(service) as witness:
        start = time.monotonic()
        connections = [stack.enter_context(service.connect()) for _ in range(clients)]
        taken = sum(send(connection, sent) for connection in connections)
        if more:
            while time.monotonic() - start < WAIT:
                for connection in connections:
                    send(connection, more)
                time.sleep(5 * STEP)
        ends = Counter(status(received(connection)) for connection in connections)
        seconds = time.monotonic() - start
        most = service.memory()
    witness.check()
    assert seconds < 10 * WAIT, f"the last was closed after {seconds:.1f} s"
    return {
        "clients": clients,
        "taken": taken,
        "ended with": dict(ends),
        "all closed after s": round(seconds, 1),
        "MiB": round(most),
        **witness.counts(),
    }


def silent(folder: Path) -> Counts:
    """Open connections that send nothing."""
    return waiting_clients(folder, b"", b"", 1_200)


def slow_heads(folder: Path) -> Counts:
    """Send heads letter by letter."""
    return waiting_clients(folder, b"GET /health HTTP/1.1\r\nHost: x\r\nX: ", b"a", 1_200)


def blank_lines(folder: Path) -> Counts:
    """Send empty lines before a request that never comes."""
    return waiting_clients(folder, b"\r\n", b"\r\n", 200)


def bodies_that_never_begin(folder: Path) -> Counts:
    """Announce a body that never begins."""
    return waiting_clients(folder, POST + b"Content-Length: 100\r\n\r\n", b"", 1_200)


def bodies_that_never_end(folder: Path) -> Counts:
    """Send bodies letter by letter."""
    return waiting_clients(folder, POST + b"Content-Length: 1000\r\n\r\n{", b" ", 1_200)
