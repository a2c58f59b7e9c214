"""The service answers good requests, logs them, and says what is wrong with bad ones."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from flights.common.outputs import write_json
from flights.features.columns import FEATURES
from flights.models import train_baseline
from flights.packaging import package
from flights.service.app import create_app
from flights.service.integrity import seal
from flights.tests.examples import PARAMS, REQUEST, draw, write_params, write_tables, write_training


class Client:
    """Sends requests to the service, without a network."""

    def __init__(self, service: ASGIApp) -> None:
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
    shutil.copytree(train_baseline.FOLDER, package.FINAL)
    write_json(Path("reports/evaluation.json"), {"holdout": {"baseline": {}}})
    package.fill(Path("bundle"), "baseline")
    write_json(Path("bundle/example.json"), REQUEST)
    write_json(Path("bundle/contract.json"), {field: {"missing": True} for field in REQUEST})
    write_json(Path("bundle/proof.json"), {"features": [], "scores": []})
    seal(Path("bundle"))
    monkeypatch.chdir(tmp_path / "bundle")
    return Client(create_app(Path(), Path("logs")))


def test_answers_one_row(client: Client) -> None:
    answer = client.post("/predict", json=REQUEST)
    assert answer.status_code == 200
    assert list(answer.json()) == ["id", "probability", "unexpected"]


def test_answers_a_list_in_its_order(client: Client) -> None:
    one, *rest = client.post("/predict/batch", json=[REQUEST] * 3).json()
    again = client.post("/predict", json=REQUEST).json()
    assert [{**answer, "id": ""} for answer in rest] == [{**one, "id": ""}] * 2 == [{**again, "id": ""}] * 2


def test_explains(client: Client) -> None:
    answer = client.post("/explain", json=REQUEST).json()
    assert {part["feature"] for part in answer["features"]} == set(FEATURES)


def test_decides(client: Client) -> None:
    answer = client.post("/decide", json=REQUEST).json()
    assert answer["act"] == (answer["expected_gain"] > 0)


def logged(name: str) -> list[dict[str, Any]]:
    """Return what the log ``name`` holds."""
    files = sorted(Path("logs").glob(f"{name}-*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def test_logs_what_it_answers(client: Client) -> None:
    answer = client.post("/predict", json=REQUEST).json()
    (line,) = logged("predictions")
    assert (line["id"], line["inputs"], list(line["features"])) == (answer["id"], REQUEST, list(FEATURES))


def test_records_what_happened(client: Client) -> None:
    said = {"id": client.post("/predict", json=REQUEST).json()["id"], "outcome": True}
    assert client.post("/feedback", json=said).status_code == 200
    assert client.post("/feedback", json={**said, "outcome": []}).status_code == 422
    (line,) = logged("outcomes")
    assert (line["id"], line["outcome"]) == (said["id"], said["outcome"])


def test_begins_a_removed_log_anew(client: Client) -> None:
    client.post("/predict", json=REQUEST)
    shutil.rmtree("logs")
    answer = client.post("/predict", json=REQUEST).json()
    assert client.get("/ready").status_code == 200
    assert logged("predictions")[-1]["id"] == answer["id"]


def test_answers_nothing_that_it_cannot_log(client: Client) -> None:
    shutil.rmtree("logs", ignore_errors=True)
    Path("logs").write_text("no folder", encoding="utf-8")
    assert client.post("/predict", json=REQUEST).status_code == 503
    assert client.get("/ready").status_code == 503
    Path("logs").unlink()
    assert client.get("/ready").status_code == 200
    assert client.post("/predict", json=REQUEST).status_code == 200


def test_says_what_it_serves(client: Client) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/info").json()["candidate"] == "baseline"


@pytest.mark.parametrize("field", REQUEST)
def test_names_a_field_that_is_missing_or_of_another_type(client: Client, field: str) -> None:
    missing = client.post("/predict", json={name: value for name, value in REQUEST.items() if name != field})
    mistyped = client.post("/predict", json={**REQUEST, field: {}})
    assert (missing.status_code, mistyped.status_code) == (422, 422)
    assert [problem["field"] for problem in missing.json()["problems"]] == [field]
    assert [problem["field"] for problem in mistyped.json()["problems"]] == [field]


def test_names_a_field_that_is_unknown(client: Client) -> None:
    answer = client.post("/predict", json={**REQUEST, "surprise": 1})
    assert answer.status_code == 422
    assert [problem["field"] for problem in answer.json()["problems"]] == ["surprise"]


def test_names_every_problem_at_once(client: Client) -> None:
    answer = client.post("/predict/batch", json=[dict.fromkeys(REQUEST, ()), REQUEST, 1])
    assert {(problem["row"], problem["field"]) for problem in answer.json()["problems"]} == {
        *((0, field) for field in REQUEST),
        (2, ""),
    }


def test_describes_itself(client: Client) -> None:
    description = client.get("/openapi.json").json()
    assert list(description["components"]["schemas"]["Row"]["properties"]) == list(REQUEST)
    assert client.get("/").headers["content-type"].startswith("text/html")
    assert "service_requests_total" in client.get("/metrics").text


@pytest.mark.parametrize("body", [b"", b"{", b"[NaN]", b'"\xff"', b"[" * 4_000])
def test_refuses_what_is_not_a_row(client: Client, body: bytes) -> None:
    answer = client.post("/predict", content=body)
    assert answer.status_code in (400, 413, 422)
    assert answer.json()["error"]


def test_refuses_a_body_that_is_too_large(client: Client) -> None:
    answer = client.post("/predict", content=b" " * (PARAMS["service"]["max_body"] + 1))
    assert answer.status_code == 413
