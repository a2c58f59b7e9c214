"""The service answers good requests, logs them, and says what is wrong with bad ones."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from flights import package, train_baseline
from flights.outputs import write_json
from flights.service.app import create_app
from flights.tests.examples import PARAMS, REQUEST, draw, write_params, write_tables, write_training


class Client:
    """Sends requests to the service, without a network."""

    def __init__(self, service: Starlette) -> None:
        self.transport = httpx.ASGITransport(service)

    def send(self, method: str, path: str, **content: Any) -> httpx.Response:
        async def answer() -> httpx.Response:
            async with httpx.AsyncClient(transport=self.transport, base_url="http://service") as client:
                return await client.request(method, path, **content)

        return asyncio.run(answer())

    def get(self, path: str) -> httpx.Response:
        return self.send("GET", path)

    def post(self, path: str, **content: Any) -> httpx.Response:
        return self.send("POST", path, **content)


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A client of the service, in a bundle of the candidate baseline with a model of made-up rows."""
    monkeypatch.chdir(tmp_path)
    write_params()
    write_training(*draw())
    write_tables()
    train_baseline.main()
    write_json(Path("reports/evaluation.json"), {"holdout": {"baseline": {}}})
    package.fill(Path("bundle"), "baseline")
    package.seal(Path("bundle"))
    monkeypatch.chdir(tmp_path / "bundle")
    return Client(create_app(Path("logs")))


def test_answers_one_row(client: Client) -> None:
    answer = client.post("/predict", json=REQUEST)
    assert answer.status_code == 200
    assert list(answer.json()) == ["probability"]


def test_answers_a_list_in_its_order(client: Client) -> None:
    one = client.post("/predict", json=REQUEST).json()
    assert client.post("/predict/batch", json=[REQUEST] * 3).json() == [one] * 3


def test_decides(client: Client) -> None:
    assert list(client.post("/decide", json=REQUEST).json()) == ["act", "expected_gain", "probability"]


def test_logs_what_it_answers(client: Client) -> None:
    client.post("/predict", json=REQUEST)
    lines = [json.loads(line) for line in Path("logs/predictions.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [list(line) for line in lines] == [["id", "time", "model", "inputs", "features", "score"]]
    assert lines[0]["inputs"] == REQUEST


def test_says_what_it_serves(client: Client) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/info").json()["candidate"] == "baseline"


@pytest.mark.parametrize("field", REQUEST)
def test_names_a_field_that_is_missing_or_of_another_type(client: Client, field: str) -> None:
    missing = client.post("/predict", json={name: value for name, value in REQUEST.items() if name != field})
    mistyped = client.post("/predict", json={**REQUEST, field: {}})
    assert (missing.status_code, mistyped.status_code) == (422, 422)
    assert field in missing.json()["error"]
    assert field in mistyped.json()["error"]


def test_names_a_field_that_is_unknown(client: Client) -> None:
    answer = client.post("/predict", json={**REQUEST, "surprise": 1})
    assert answer.status_code == 422
    assert "surprise" in answer.json()["error"]


@pytest.mark.parametrize("body", [b"", b"{", b"[NaN]", b'"\xff"'])
def test_refuses_what_is_not_a_row(client: Client, body: bytes) -> None:
    answer = client.post("/predict", content=body)
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]


def test_refuses_a_body_that_is_too_large(client: Client) -> None:
    answer = client.post("/predict", content=b" " * (PARAMS["service"]["max_body"] + 1))
    assert answer.status_code == 413
