"""Serve the bundle in the working folder, where params.yaml says or the command line does."""

from argparse import ArgumentParser
from pathlib import Path

import uvicorn

from flights.service.app import create_app
from flights.settings import setting


def main() -> None:
    settings = setting("service")
    parser = ArgumentParser(prog="python -m flights.service", description="Answer over HTTP.")
    parser.add_argument("--host", default=settings["host"])
    parser.add_argument("--port", type=int, default=settings["port"])
    parser.add_argument("--logs", type=Path, default=Path("logs"), help="the folder of predictions.jsonl")
    given = parser.parse_args()
    uvicorn.run(create_app(given.logs), host=given.host, port=given.port, access_log=False)


if __name__ == "__main__":
    main()
