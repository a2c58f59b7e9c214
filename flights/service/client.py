"""An example of a client: ``python -m flights.service.client [URL]`` sends example.json, and prints the answers."""

import json
import os
import sys
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

EXAMPLE = Path("example.json")
URL = "http://127.0.0.1:8000"


class ServiceError(Exception):
    """The service refuses a request: the status, and what it says is wrong."""


class Client:
    """A connection to the service that is kept open, for one thread."""

    def __init__(self, url: str = URL, seconds: float = 10) -> None:
        place = urlsplit(url)
        kind = HTTPSConnection if place.scheme == "https" else HTTPConnection
        self.connection = kind(place.netloc, timeout=seconds)
        self.headers = {"Content-Type": "application/json"}
        if key := os.environ.get("SERVICE_API_KEY"):
            self.headers["X-API-Key"] = key

    def post(self, path: str, content: Any) -> Any:
        """Return the answer to ``content``; raise ServiceError where it is refused."""
        return self.send(path, json.dumps(content).encode())

    def send(self, path: str, body: bytes) -> Any:
        """Return the answer to ``body``, which is JSON; raise ServiceError where it is refused."""
        self.connection.request("POST", path, body, self.headers)
        response = self.connection.getresponse()
        answer = json.loads(response.read())
        if response.status != 200:
            raise ServiceError(f"{response.status}: {answer}")
        return answer

    def predict(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return the prediction for ``row``."""
        answer: dict[str, Any] = self.post("/predict", row)
        return answer

    def predict_many(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the prediction for each of ``rows``."""
        answers: list[dict[str, Any]] = self.post("/predict/batch", rows)
        return answers


def main() -> None:
    client, row = Client(next(iter(sys.argv[1:]), URL)), json.loads(EXAMPLE.read_text(encoding="utf-8"))
    print(json.dumps(client.predict(row), indent=2))
    for path in ["/explain", "/decide"]:
        print(json.dumps(client.post(path, row), indent=2))


if __name__ == "__main__":
    main()
