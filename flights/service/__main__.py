"""Serve the bundle in the working folder, where params.yaml says or the command line does."""

import os
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from flights.service.integrity import BundleError
from flights.service.protocol import Protocol
from flights.service.reload import create
from flights.service.telemetry import LOGGING
from flights.settings import setting

CLOSING_SECONDS = 30


def arguments(settings: dict[str, Any]) -> Namespace:
    """Return what the command line says, and ``settings`` where it says nothing."""
    parser = ArgumentParser(prog="python -m flights.service", description="Answer over HTTP.")
    parser.add_argument("--host", default=settings["host"])
    parser.add_argument("--port", type=int, default=settings["port"])
    parser.add_argument("--workers", type=int, default=settings["workers"], help="processes; one answers on one core")
    parser.add_argument("--logs", type=Path, default=Path("logs"), help="the folder of predictions and outcomes")
    parser.add_argument(
        "--bundle", type=Path, default=Path.cwd(), help="the folder to watch for a new version; this one by default"
    )
    parser.add_argument("--data", type=Path, help="a folder of tables to read instead of the bundle's")
    return parser.parse_args()


def main() -> None:
    settings = setting("service")
    given = arguments(settings)
    several = given.workers > 1
    if several:
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp())
    try:
        app: Any = partial(create, given) if several else create(given)
    except BundleError as error:
        sys.exit(str(error))
    config = uvicorn.Config(
        app,
        factory=several,
        host=given.host,
        port=given.port,
        workers=given.workers,
        log_config=LOGGING,
        http=Protocol,
        ws="none",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=settings["max_connections"],
        timeout_graceful_shutdown=CLOSING_SECONDS,
    )
    if several:
        Multiprocess(config, sockets=[config.bind_socket()]).run()
    else:
        uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
