"""Load the service with example.json from several connections at once; print requests a second and waiting times."""

import asyncio
import os
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from statistics import quantiles


def request(host: str, path: str, body: bytes) -> bytes:
    """Return a request as it goes over the wire."""
    key = os.environ.get("SERVICE_API_KEY", "")
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", "Content-Type: application/json", f"X-API-Key: {key}"]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "\r\n"]).encode() + body


async def ask(given: Namespace, message: bytes, until: float) -> list[tuple[int, float]]:
    """Return status and seconds of every answer on one connection."""
    reader, writer = await asyncio.open_connection(given.host, given.port)
    found = []
    while time.perf_counter() < until:
        start = time.perf_counter()
        writer.write(message)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        found.append((int(head.split(b" ", 2)[1]), time.perf_counter() - start))
    writer.close()
    return found


async def load(given: Namespace) -> list[tuple[int, float]]:
    """Return status and seconds of every answer on all connections."""
    message = request(given.host, given.path, given.body.read_bytes())
    until = time.perf_counter() + given.seconds
    answers = await asyncio.gather(*(ask(given, message, until) for _ in range(given.connections)))
    return [answer for connection in answers for answer in connection]


def main() -> None:
    parser = ArgumentParser(prog="python -m flights.service.load", description="Load the service.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--path", default="/predict")
    parser.add_argument("--body", type=Path, default=Path("example.json"), help="the file to send: %(default)s")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=10)
    given = parser.parse_args()
    answers = asyncio.run(load(given))
    bad = sum(status != 200 for status, _ in answers)
    waits = quantiles([1_000 * seconds for _, seconds in answers], n=100)
    print(f"{len(answers):,} answers, {bad:,} of them refusals; {len(answers) / given.seconds:,.0f} a second")
    print(f"milliseconds: median {waits[49]:.2f}, 95 % within {waits[94]:.2f}, 99 % within {waits[98]:.2f}")


if __name__ == "__main__":
    main()
