"""Serve the bundle in the working folder, where params.yaml says or the command line does."""

import os
import resource
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from flights.common.settings import setting
from flights.common.stage import run_stage
from flights.service.access import AccessError, key
from flights.service.integrity import BundleError, digest, outside
from flights.service.log import log_folder
from flights.service.protocol import Protocol
from flights.service.reload import create, test
from flights.service.telemetry import LOGGING

CLOSING_SECONDS = 30
OWN_FILES = 64  # what the process holds open beside connections


def arguments(settings: dict[str, Any]) -> Namespace:
    """Return what the command line says, and ``settings`` where it says nothing."""
    parser = ArgumentParser(prog="python -m flights.service", description="Answer over HTTP.")
    parser.add_argument("--host", default=settings["host"])
    parser.add_argument("--port", type=int, default=settings["port"])
    parser.add_argument("--workers", type=int, default=settings["workers"], help="processes; one answers on one core")
    parser.add_argument(
        "--logs", type=Path, default=log_folder(Path.cwd()), help="the folder of predictions and outcomes: %(default)s"
    )
    parser.add_argument(
        "--bundle", type=Path, default=Path.cwd(), help="the folder to watch for a new version; this one by default"
    )
    parser.add_argument(
        "--follow", type=Path, help="registry/production.json of a project: the version that it names is served"
    )
    parser.add_argument("--data", type=Path, help="a folder of tables to read instead of the bundle's")
    parser.add_argument("--check", action="store_true", help="load the bundle, run its smoke test, and leave")
    given = parser.parse_args()
    given.logs = outside(given.logs.resolve())
    return given


def main() -> None:
    settings = setting("service")
    given = arguments(settings)
    several = given.workers > 1
    try:
        if several:
            key(settings)
            test(Path.cwd(), given)
        app: Any = partial(create, given) if several else create(given)
    except (AccessError, BundleError) as error:
        sys.exit(str(error))
    if given.check:
        print(f"{digest(given.bundle)} is as packaged, and scores as it did where it was made")
        return
    most = min(settings["max_connections"], allow_files(2 * settings["max_connections"]) - OWN_FILES)
    config = uvicorn.Config(
        app,
        factory=several,
        host=given.host,
        port=given.port,
        workers=given.workers,
        log_config=LOGGING,
        http=partial(Protocol, most, settings["timeout"]),  # type: ignore[arg-type]
        ws="none",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=CLOSING_SECONDS,
    )
    if several:
        with tempfile.TemporaryDirectory() as folder:
            os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", folder)
            Multiprocess(config, sockets=[config.bind_socket()]).run()
    else:
        uvicorn.Server(config).run()


def allow_files(wanted: int) -> int:
    """Return how many files and connections this process may hold open: ``wanted``, or as many as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft


if __name__ == "__main__":
    run_stage(main)
