"""Load a server with wrk, which is written in C: a client in Python would be slower than what it measures."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("post.lua")
INSTALL = "wrk is not installed: `apt-get install wrk` on Debian and Ubuntu, `brew install wrk` on macOS"


@dataclass(frozen=True)
class Load:
    """What one run of wrk found."""

    requests: int
    rate: float  # requests a second
    p50: float  # milliseconds
    p99: float  # milliseconds


def check_installed() -> None:
    """Raise SystemExit where wrk is missing, and say how to install it."""
    if shutil.which("wrk") is None:
        raise SystemExit(INSTALL)


def load(url: str, body: Path, connections: int, seconds: int) -> Load:
    """Post ``body`` to ``url`` over ``connections`` for ``seconds``; raise where an answer is not a good one."""
    options = ["--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s", "--timeout", "30s"]
    command = ["wrk", *options, "--latency", "--script", str(SCRIPT), url, "--", str(body)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"wrk failed on {url}: {done.stdout}{done.stderr}")
    return told(done.stdout, url)


def told(output: str, url: str) -> Load:
    """Return what the last line of wrk's ``output`` says; raise where it counted anything but good answers."""
    found = json.loads(output.splitlines()[-1])
    if found["refused"] or found["failed"] or not found["requests"] or "Non-2xx" in output:
        raise RuntimeError(f"{url} did not answer every request with 200:\n{output}")
    rate = found["requests"] / (found["duration"] / 1_000_000)
    return Load(found["requests"], rate, found["p50"] / 1_000, found["p99"] / 1_000)
