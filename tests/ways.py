"""Every way to serve the version in production, each asked which digest it answers with."""

import hashlib
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.elsewhere import Container, Elsewhere, cloudformation
from tests.sandbox import KEY, SCRIPTS, free_port, run, wait_for

PACKED = "import sys; sys.path.insert(0, 'deploy/aws'); from package_lambda import *; "
PACKED += "print(released(Path('.'), candidate=False)); fill(Path('.'), Path(sys.argv[1]))"
"""Packs the archive for Lambda without its libraries, which the environment of the tests has."""

INVOKED = """
import importlib, json, sys
module, _, function = sys.argv[1].partition(".")
http = {"method": "GET", "path": "/info", "sourceIp": "1.2.3.4", "protocol": "HTTP/1.1"}
event = {"version": "2.0", "routeKey": "GET /info", "rawPath": "/info", "rawQueryString": "", "isBase64Encoded": False,
         "headers": {"host": "x", "x-api-key": sys.argv[2]},
         "requestContext": {"http": http, "domainName": "x", "stage": "$default"}}
sys.path.insert(0, ".")
print(getattr(importlib.import_module(module), function)(event, None)["body"])
"""
"""Calls the function as Lambda does."""


@contextmanager
def serving(project: Path, *arguments: str) -> Iterator[tuple[httpx.Client, str]]:
    """Run ``ninefold serve`` and yield a client of it, with what it said first."""
    port, said = free_port(), project.parent / "said"
    command = [f"{SCRIPTS}/ninefold", "serve", *arguments, "--port", str(port)]
    with said.open("wb") as output, subprocess.Popen(command, cwd=project, stderr=output) as process:
        try:
            wait_for(port, lambda: process.poll() is None, said)
            with client_of(port) as client:
                yield client, said.read_text(encoding="utf-8")
        finally:
            process.terminate()


@contextmanager
def answering(
    project: Path, folder: Path, command: list[str], port: int, environment: Mapping[str, str] | None = None
) -> Iterator[httpx.Client]:
    """Run a ``command`` that serves at ``port`` in ``folder``, with no ``environment`` but that, and yield a client."""
    said = project.parent / "said by a command"
    inherited = {**os.environ, "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"}
    with said.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment or inherited, stderr=output, start_new_session=True
        )
    try:
        wait_for(port, lambda: process.poll() is None, said)
        with client_of(port) as client:
            yield client
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def client_of(port: int) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10, headers={"X-API-Key": KEY})


def told(client: httpx.Client) -> str:
    """Return the digest that a service says it answers with."""
    return str(client.get("/info").raise_for_status().json()["digest"])


def digest_of(bundle: Path) -> str:
    return hashlib.sha256((bundle / "SHA256SUMS").read_bytes()).hexdigest()


def digests(project: Path, folder: Path, elsewhere: Elsewhere) -> dict[str, str]:
    """Return the digest that each way answers with, where ``folder`` is that of the version in production."""
    elsewhere.deploy(project)
    found = {
        "ninefold serve": by_verb(project),
        "make serve": by_make(project),
        "bulk": by_bulk(project, folder),
        "lambda": by_lambda(project, folder),
    }
    # Targets that run the same command in the same files and environment give the same answer: it is run once.
    answers: dict[Any, str] = {}
    for way, container in elsewhere.containers().items():
        key = (container.image.folder, tuple(container.command), tuple(sorted(container.environment.items())))
        answers.setdefault(key, "")
        answers[key] = answers[key] or by_container(project, container)
        found[way] = answers[key]
    return found


def by_verb(project: Path) -> str:
    with serving(project) as (client, _):
        return told(client)


def by_make(project: Path) -> str:
    recipe = run(project, "make", "--no-print-directory", "-n", "serve").strip().splitlines()[-1]
    port = free_port()
    with answering(project, project, ["sh", "-c", f"{recipe} --port {port}"], port) as client:
        return told(client)


def by_bulk(project: Path, folder: Path) -> str:
    asked, scored, port = project.parent / "asked.jsonl", project.parent / "scored.jsonl", free_port()
    row = json.loads((folder / "example.json").read_text())
    asked.write_text(json.dumps(row))
    run(folder, "python", "-B", "-m", "weights.service.bulk", str(asked), str(scored))
    command = ["python", "-B", "-m", "weights.service", "--port", str(port)]
    with answering(project, folder, command, port) as client:
        digest = told(client)
        expected = client.post("/predict", json=row).json()["value"]
    score = json.loads(scored.read_text())["value"]
    assert score == pytest.approx(expected)
    return digest


def by_lambda(project: Path, folder: Path) -> str:
    """Ask the function that its stack describes, in the archive that is packed for it."""
    packed = Path(tempfile.mkdtemp(dir=project.parent))
    assert run(folder, "python", "-B", "-c", PACKED, str(packed)).startswith("version ")
    function = cloudformation(folder / "deploy/aws/lambda.yaml")["Resources"]["Function"]["Properties"]
    secret = {"Sub": "{{resolve:secretsmanager:${ApiKeySecret}}}"}
    given = {name: KEY if value == secret else value for name, value in function["Environment"]["Variables"].items()}
    task = {"LAMBDA_TASK_ROOT": str(packed), "PATH": SCRIPTS}
    done = subprocess.run(
        [f"{SCRIPTS}/python", "-B", "-c", INVOKED, function["Handler"], KEY],
        cwd=packed,
        env={**task, **given},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return str(json.loads(done.stdout)["digest"])


def by_container(project: Path, container: Container) -> str:
    """Run the command of a container where its image has it; its port and its log alone are others."""
    command, port = list(container.command), free_port()
    assert int(command[command.index("--port") + 1]) == container.port
    command[command.index("--port") + 1] = str(port)
    assert command[command.index("--logs") + 1] in container.mounts
    command[command.index("--logs") + 1] = str(project.parent / "container")
    with answering(project, container.image.folder, command, port, container.environment) as client:
        return told(client)
