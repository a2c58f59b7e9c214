"""Clients that send too much."""

import time
from pathlib import Path

from attack.raw import received, send, status
from attack.service import Counts, Witness, running


def floods(folder: Path, begin: bytes, piece: bytes, count: int) -> Counts:
    """Return what becomes of a client that sends ``begin`` and ``count`` times ``piece``, while others ask."""
    with running(folder) as service, service.connect() as connection:
        before = service.memory()
        with Witness(service) as witness:
            send(connection, begin)
            taken = 0
            while taken < count and send(connection, piece):
                taken += 1
            answer = received(connection)
        grown = service.memory() - before
    witness.check()
    assert grown < 20, f"memory grew by {grown:.0f} MiB"
    return {
        "MB taken": round(taken * len(piece) / 1e6, 1),
        "answer": status(answer),
        "MiB grown": round(grown, 1),
        **witness.counts(),
    }


def large_header(folder: Path) -> Counts:
    """Send 100 MB in one header."""
    found = floods(folder, b"GET /health HTTP/1.1\r\nHost: x\r\nX: ", b"a" * 1_000_000, 100)
    assert found["answer"] == "431", found
    return found


def many_headers(folder: Path) -> Counts:
    """Send 250 MB of headers."""
    found = floods(folder, b"GET /health HTTP/1.1\r\nHost: x\r\n", b"a: b\r\n" * 100_000, 417)
    assert found["answer"] == "431", found
    return found


def large_address(folder: Path) -> Counts:
    """Send a path of 100 MB."""
    found = floods(folder, b"GET /", b"a" * 1_000_000, 100)
    assert found["answer"] in ("414", "431"), found
    return found


def requests_ahead(folder: Path) -> Counts:
    """Send requests without a pause on one connection, and read no answer."""
    return floods(folder, b"", b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n" * 10_000, 100)


def large_batches(folder: Path) -> Counts:
    """Send batches of 1 MB that are refused."""
    bodies = {
        "empty rows": b"[" + b"{}," * 349_000 + b"{}]",
        "numbers": b"[" + b"1," * 500_000 + b"1]",
        "unknown fields": b"[{" + b",".join(b'"%d":1' % count for count in range(90_000)) + b"}]",
        "one number": b"[" + b"1" * 1_000_000 + b"]",
        "brackets": b"[" * 1_000_000,
    }
    with running(folder) as service, Witness(service) as witness:
        found: Counts = {}
        for name, body in bodies.items():
            start = time.perf_counter()
            code, answer = service.ask("/predict/batch", body)
            found[f"{name}, ms"] = round(1_000 * (time.perf_counter() - start), 1)
            assert code in (400, 422), (name, code)
            assert len(answer["problems"]) <= 100, name
    witness.check(2.0)
    return {**found, **witness.counts()}
