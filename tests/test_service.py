"""The packaged bundle, started from a copy of its folder as its README says, answers over a real socket."""

import json
import math
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
import msgspec
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from flights.service.bulk import batches
from tests.sandbox import KEY, serve

BUNDLE = Path(__file__).parents[1] / "bundle"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (BUNDLE / "bundle.json").exists(), reason="there is no bundle/: run `dvc repro package`"),
]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the bundle, away from the project it was made by."""
    folder = tmp_path_factory.mktemp("served") / "bundle"
    return Path(shutil.copytree(BUNDLE, folder, ignore=shutil.ignore_patterns("__pycache__", "logs")))


@pytest.fixture(scope="module")
def client(bundle: Path) -> Iterator[httpx.Client]:
    """Start the service in the bundle and yield a client of it."""
    with serve(bundle, "flights") as client:
        yield client


@pytest.fixture(scope="module")
def example(bundle: Path) -> dict[str, object]:
    """Return the request that the bundle gives as an example."""
    return dict(json.loads((bundle / "example.json").read_text(encoding="utf-8")))


def test_says_which_model_it_serves(client: httpx.Client) -> None:
    packaged = json.loads((BUNDLE.parent / "reports/package.json").read_text(encoding="utf-8"))
    info = client.get("/info").json()
    assert client.get("/health").json() == {"status": "ok"}
    assert (info["candidate"], info["digest"]) == (packaged["candidate"], packaged["digest"])


def logged(bundle: Path) -> list[dict[str, object]]:
    """Return what the log of predictions holds."""
    files = sorted((bundle.parent / "logs").glob("predictions-*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def test_predicts_decides_explains_and_logs(client: httpx.Client, bundle: Path, example: dict[str, object]) -> None:
    one = client.post("/predict", json=example).json()
    assert 0 <= one["probability"] <= 1
    many = client.post("/predict/batch", json=[example] * 1_000).json()
    assert {answer["probability"] for answer in many} == {one["probability"]}
    decided = client.post("/decide", json=example).json()
    assert decided["probability"] == one["probability"]
    assert decided["act"] == (decided["expected_gain"] > 0)
    explained = client.post("/explain", json=example).json()
    raw = explained["base"] + sum(part["contribution"] for part in explained["features"])
    assert 1 / (1 + math.exp(-raw)) == pytest.approx(one["probability"], abs=1e-9)
    lines = logged(bundle)
    assert len(lines) == len({line["id"] for line in lines}) == 1_003
    assert {answer["id"] for answer in (one, *many, decided, explained)} == {line["id"] for line in lines}
    assert {line["score"] for line in lines} == {one["probability"]}
    assert all(line["inputs"] == example for line in lines)


def test_has_features_where_nothing_is_found(client: httpx.Client, example: dict[str, object]) -> None:
    unknown = {field: value if field == "departure" else None for field, value in example.items()}
    assert 0 <= client.post("/predict", json=unknown).json()["probability"] <= 1
    assert client.post("/predict", json={**example, "dest": "'; DROP TABLE inputs; --"}).status_code == 200


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"distance": "far"}, "distance"),
        ({"sched_arr_time": 648.5}, "sched_arr_time"),
        ({"sched_arr_time": 1e17}, "sched_arr_time"),
        ({"sched_arr_time": 2**63}, "sched_arr_time"),
        ({"departure": None}, "departure"),
        ({"departure": "2013-10-01T09:00:00Z"}, "departure"),
        ({"carrier": True}, "carrier"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_names_the_field_that_is_wrong(
    client: httpx.Client, example: dict[str, object], change: dict[str, object], says: str
) -> None:
    answer = client.post("/predict", json={**example, **change})
    assert answer.status_code == 422
    assert [problem["field"] for problem in answer.json()["problems"]] == [says]


@pytest.mark.parametrize("number", ["648.0", "6.48e2", "6480E-1"])
def test_takes_a_whole_number_however_it_is_written(client: httpx.Client, bundle: Path, number: str) -> None:
    body = (bundle / "example.json").read_text(encoding="utf-8")
    whole = re.sub(r'("sched_arr_time": )\d+', r"\g<1>648", body)
    written = whole.replace("648", number)
    headers = {"Content-Type": "application/json"}
    answers = [client.post("/predict", content=text, headers=headers).json() for text in (whole, written)]
    assert answers[0]["probability"] == answers[1]["probability"]
    many = client.post("/predict/batch", content=f"[{whole}, {written}]", headers=headers).json()
    assert {answer["probability"] for answer in many} == {answers[0]["probability"]}
    assert [line["inputs"]["sched_arr_time"] for line in logged(bundle)[-4:]] == [648] * 4


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/predict", b"", 400),
        ("/predict", b"{", 400),
        ("/predict", b"\xff\xfe", 400),
        ("/predict", b'{"distance": NaN}', 400),
        ("/predict", b'{"distance": 1e999}', 400),
        ("/predict", b'{"carrier": "\xff"}', 400),
        ("/predict", b"[" * 100_000, 400),
        ("/predict", b"[]", 422),
        ("/predict/batch", b"[]", 422),
        ("/predict/batch", b"{}", 422),
        ("/predict/batch", b"[" + b"{}," * 1_000 + b"{}]", 422),
        ("/predict", b" " * 1_048_577, 413),
        ("/elsewhere", b"", 404),
        ("/health", b"", 405),
    ],
)
def test_refuses_what_is_no_request(client: httpx.Client, path: str, body: bytes, status: int) -> None:
    answer = client.post(path, content=body)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_stops_at_the_problems_that_it_names(client: httpx.Client) -> None:
    problems = client.post("/predict/batch", json=[{}] * 1_000).json()
    assert len(problems["problems"]) == 100
    assert "more than 100" in problems["error"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "json"])
def test_refuses_what_is_not_json(client: httpx.Client, bundle: Path, kind: str) -> None:
    body = (bundle / "example.json").read_bytes()
    assert client.post("/predict", content=body, headers={"Content-Type": kind}).status_code == 415


def test_leads_nowhere_else(client: httpx.Client) -> None:
    assert client.post("/predict/", json={}, headers={"Host": "elsewhere.example"}).status_code == 404


def test_marks_what_lies_beyond_the_known_past(client: httpx.Client, example: dict[str, object]) -> None:
    known = client.get("/info").json()["past"]
    answers = [
        client.post("/predict", json={**example, "departure": time}).json()
        for time in (example["departure"], "2013-05-01T12:00:00", "2020-05-01T12:00:00")
    ]
    assert answers[0]["unexpected"] == []
    assert "from when on the past is known" in answers[1]["unexpected"][0]["reason"]
    assert "refresh the snapshots" in answers[2]["unexpected"][0]["reason"]
    assert known["since"] < str(example["departure"]) < known["until"]
    explained = client.post("/explain", json=example).json()["features"]
    past = [part for part in explained if re.search(r"_(\d+[hd]|flights)$", part["feature"])]
    assert len(past) == 13
    assert all(part["value"] is not None for part in past)


def test_goes_on_where_a_client_waits_to_be_told_so(client: httpx.Client, bundle: Path) -> None:
    body = (bundle / "example.json").read_bytes()
    sizes = f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    head = f"POST /predict HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\n{sizes}"
    with socket.create_connection(("127.0.0.1", client.base_url.port or 0), timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(1_000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        answer = connection.recv(10_000)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"probability" in answer


def test_scores_files_as_it_answers_requests(client: httpx.Client, bundle: Path, tmp_path: Path) -> None:
    rows = pq.read_table(BUNDLE.parent / "data/tables/flights.parquet").slice(100_000, 300)
    pq.write_table(rows, tmp_path / "rows.parquet")
    pc.write_csv(rows, tmp_path / "rows.csv")
    (tmp_path / "rows.jsonl").write_bytes(msgspec.json.Encoder().encode_lines(rows.to_pylist()))
    fields = client.get("/info").json()["inputs"]
    requests = [
        {field: value.isoformat() if isinstance(value, datetime) else value for field, value in row.items()}
        for row in rows.select(list(fields.values())).to_pylist()
    ]
    told = [answer["probability"] for answer in client.post("/predict/batch", json=requests).json()]
    for suffix in ("parquet", "csv", "jsonl"):
        command = [sys.executable, "-B", "-m", "flights.service.bulk", str(tmp_path / f"rows.{suffix}")]
        done = subprocess.run([*command, str(tmp_path / "scores.parquet")], cwd=bundle, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "300 rows" in done.stderr
        scored = pq.read_table(tmp_path / "scores.parquet")
        assert scored.column_names[:-3] == rows.column_names
        assert scored["probability"].to_pylist() == pytest.approx(told, rel=1e-12)


def test_scores_pieces_of_a_file_together() -> None:
    pieces = pa.table({"row": range(30)}).to_reader(max_chunksize=4)
    found = [batch["row"].to_pylist() for batch in batches(pieces, rows=10)]
    assert [len(batch) for batch in found] == [12, 12, 6]
    assert [row for batch in found for row in batch] == list(range(30))


def test_the_client_asks_it(client: httpx.Client, bundle: Path) -> None:
    command = [sys.executable, "-B", "-m", "flights.service.client", f"http://127.0.0.1:{client.base_url.port}"]
    environment = {**os.environ, "SERVICE_API_KEY": KEY}
    said = subprocess.run(command, cwd=bundle, env=environment, capture_output=True, text=True, check=True).stdout
    assert "expected_gain" in said
