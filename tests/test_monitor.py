"""Alarms ring as often as they say on rows that follow one another, with seasons or without, and after a change."""

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.sandbox import PROJECTS, tree

ROWS, CHUNK = 30_000, 300
SETTINGS = {"false_alarms": 0.02, "chunks": 200, "seed": 0}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Render a project whose rows have a time, and let its modules be imported."""
    folder = tmp_path_factory.mktemp("monitor")
    for path, text in tree(PROJECTS / "parcels").items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    yield "parcels"
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == "parcels"]:
        del sys.modules[name]


@pytest.fixture
def modules(package: str, monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, ModuleType, ModuleType]:
    """Return the modules of drift, calibration and monitoring."""
    drift, calibration, monitor = (
        importlib.import_module(f"{package}.monitoring.{name}") for name in ("drift", "calibration", "monitor")
    )
    monkeypatch.setattr(calibration, "setting", lambda *_: SETTINGS)
    return drift, calibration, monitor


def stream(rows: int, seed: int) -> pa.Table:
    """Return rows of a process with daily and weekly seasons and slow noise, one every ten minutes."""
    draw = np.random.default_rng(seed)
    minutes = 10 * np.arange(rows)
    hour, weekday = (minutes // 60) % 24, (minutes // 1_440) % 7
    slow = np.empty(rows)
    slow[0] = 0.0
    for place, step in enumerate(draw.normal(0, 0.15, rows - 1)):
        slow[place + 1] = 0.985 * slow[place] + step
    score = 1 / (1 + np.exp(-(slow + np.sin(hour / 24 * 2 * np.pi) + 0.5 * (weekday >= 5) + draw.normal(0, 0.3, rows))))
    times = np.datetime64("2024-01-01T00:00:00", "us") + minutes.astype("timedelta64[m]")
    wind = slow + draw.normal(0, 1, rows)
    columns = {
        "hour": hour.astype(float),
        "weekday": weekday.astype(str),
        "wind": wind,
        "__time": times,
        "__score": score,
    }
    return pa.table(columns)


def calibrated(modules: tuple[ModuleType, ModuleType, ModuleType], reference: pa.Table) -> tuple[list[str], object]:
    _, calibration, monitor = modules
    names = [name for name in reference.column_names if not name.startswith("__")]
    parts = {
        part: monitor.columns_of(rows, rows.select(names).slice(0, 0), np.empty(0))
        for part, rows in {"holdout": reference.slice(ROWS // 4), "validation": reference.slice(0, ROWS // 4)}.items()
    }
    return names, calibration.calibrate(parts, reference.slice(ROWS // 4)["__time"], len(names), CHUNK)


def drifts(modules: tuple[ModuleType, ModuleType, ModuleType], reference: pa.Table, chunk: pa.Table) -> np.ndarray:
    drift, _, monitor = modules
    names = [name for name in reference.column_names if not name.startswith("__")]
    columns = monitor.columns_of(
        reference.slice(ROWS // 4), chunk.select(names), np.array(chunk["__score"].to_pylist())
    )
    return np.asarray(drift.merged(np.array([[column.drift(column.compared) for column in columns]]), len(names))[0])


def test_consecutive_chunks_ring_as_often_as_promised(modules: tuple[ModuleType, ModuleType, ModuleType]) -> None:
    rang, chunks, measured = 0, 0, []
    for seed in range(3):
        rows = stream(2 * ROWS, seed)
        reference, later = rows.slice(0, ROWS), rows.slice(ROWS)
        _, found = calibrated(modules, reference)
        measured.append(found.summary["measured"])  # type: ignore[attr-defined]
        assert found.summary["promised"] == 0.02  # type: ignore[attr-defined]
        for start in range(0, ROWS, 3 * CHUNK):
            far = drifts(modules, reference, later.slice(start, CHUNK)) > found.thresholds  # type: ignore[attr-defined]
            rang, chunks = rang + bool(far[-1]), chunks + 1
    assert chunks == 102
    assert rang <= 6  # 2 are promised; of draws from all over the reference more than 90 ring
    assert max(measured) <= 0.05


def test_draws_from_all_over_the_reference_are_too_close(modules: tuple[ModuleType, ModuleType, ModuleType]) -> None:
    drift, _, monitor = modules
    reference = stream(ROWS, 0)
    columns = monitor.columns_of(reference, reference.select(["wind"]).slice(0, 0), np.empty(0))
    blocks = drift.in_blocks(columns, CHUNK, 200)[:, -1]
    drawn = drift.thresholds(drift.in_draws(columns, CHUNK, 200, 0)[:, -1:], 0.02)
    assert (blocks > drawn).mean() > 0.5


def test_a_change_rings_and_the_calendar_does_not(modules: tuple[ModuleType, ModuleType, ModuleType]) -> None:
    rows = stream(ROWS + CHUNK, 5)
    reference, chunk = rows.slice(0, ROWS), rows.slice(ROWS)
    names, found = calibrated(modules, reference)
    calendar = [name for name, follows in zip(names, found.calendar, strict=False) if follows]  # type: ignore[attr-defined]
    assert calendar == ["hour", "weekday"]
    moved = chunk.set_column(chunk.column_names.index("__score"), "__score", pa.array(np.full(CHUNK, 0.97)))
    far = drifts(modules, reference, moved) > found.thresholds  # type: ignore[attr-defined]
    assert far.tolist() == [False, False, bool(far[2]), True]


def test_few_blocks_promise_little(modules: tuple[ModuleType, ModuleType, ModuleType]) -> None:
    drift, _, _ = modules
    calm = np.abs(np.random.default_rng(0).normal(0.1, 0.02, (9, 1)))
    assert drift.thresholds(calm, 0.01)[0] > calm.max()
    assert np.sort(calm[:, 0])[6] < drift.thresholds(calm, 0.2)[0] < drift.thresholds(calm, 0.01)[0]
    assert not drift.in_blocks([drift.numbers(np.arange(50.0), np.empty(0))], 30, 200).size


@pytest.fixture
def released(
    modules: tuple[ModuleType, ModuleType, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Make a registry with one version whose reference has targets, and settings that watch it, and no log yet."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "registry/versions/1"
    folder.mkdir(parents=True)
    for name in ("logs", "reports"):
        (tmp_path / name).mkdir()
    (tmp_path / "registry/production.json").write_text(
        json.dumps({"version": 1, "digest": "it", "candidate": "linear"})
    )
    rows = with_targets(stream(ROWS, 0), seed=0)
    part = ["validation"] * (ROWS // 4) + ["holdout"] * (ROWS - ROWS // 4)
    pq.write_table(rows.append_column("__part", pa.array(part)), folder / "reference.parquet")
    monitor = SETTINGS | {"chunk_rows": CHUNK, "min_rows": 100}
    metrics = {"bootstrap": {"rounds": 50, "confidence": 0.9, "seed": 0}}
    (tmp_path / "params.yaml").write_text(json.dumps({"monitor": monitor, "metrics": metrics}))
    return tmp_path


def with_targets(rows: pa.Table, seed: int) -> pa.Table:
    """Return ``rows`` with what happened: about their score."""
    noise = np.random.default_rng(seed).normal(0, 0.2, len(rows))
    return rows.append_column("__target", pa.array(np.array(rows["__score"].to_pylist()) + noise))


def log(folder: Path, rows: pa.Table, outcomes: list[tuple[str, float]]) -> None:
    """Write ``rows`` as the service logs them, their places as ids, and ``outcomes``, a second apart."""
    lines = [
        {
            "id": str(place),
            "time": f"{row['__time'].isoformat()}Z",
            "model": "it",
            "features": {name: value for name, value in row.items() if not name.startswith("__")},
            "score": row["__score"],
        }
        for place, row in enumerate(rows.to_pylist())
    ]
    said = [
        {"id": id, "time": f"2030-01-01T00:{second // 60:02}:{second % 60:02}Z", "outcome": value}
        for second, (id, value) in enumerate(outcomes)
    ]
    for name, entries in (("predictions", lines), ("outcomes", said)):
        (folder / f"logs/{name}-1.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries))


def test_outcomes_become_performance_and_wrong_ones_an_alarm(
    modules: tuple[ModuleType, ModuleType, ModuleType], released: Path
) -> None:
    *_, monitor = modules
    rows = with_targets(stream(ROWS + CHUNK, 0), seed=1).slice(ROWS)
    actual = rows["__target"].to_pylist()
    log(released, rows, [(str(place), value) for place, value in enumerate(actual)])
    found = msgspec.to_builtins(monitor.summarise())
    performance = found["performance"]
    assert performance["rows"] == CHUNK
    assert performance["interval"][0] <= performance["value"] <= performance["interval"][1]
    assert performance["promised"] == 0.02
    assert performance["blocks"] > 50
    assert not performance["alarm"]
    assert not any("with an outcome" in reason for reason in found["reasons"])
    log(released, rows, [(str(place), 1 - value) for place, value in enumerate(actual)])
    found = msgspec.to_builtins(monitor.summarise())
    assert found["performance"]["alarm"]
    assert (found["status"], found["retrain"]) == ("alarm", True)
    assert "with an outcome" in found["reasons"][0]
    assert next(alarm["class"] for alarm in found["alarms"]) == "performance"
    window = found["windows"][found["alarms"][0]["window"]]
    assert (window["from"] < window["to"], window["rows"], window["labelled"]) == (True, CHUNK, CHUNK)
    monitor.write_summary(monitor.summarise())
    summary = importlib.import_module("parcels.monitoring.summary")
    kept = msgspec.json.decode(summary.SUMMARY.read_bytes(), type=summary.Summary)
    assert (kept.alarms[0].kind, kept.windows[0].realised.value) == ("performance", found["performance"]["value"])


def test_outcomes_of_every_kind_are_counted(modules: tuple[ModuleType, ModuleType, ModuleType], released: Path) -> None:
    *_, monitor = modules
    rows = with_targets(stream(ROWS + CHUNK, 0), seed=1).slice(ROWS)
    told = [(str(place), value) for place, value in enumerate(rows["__target"].to_pylist()[:99])]
    log(released, rows, [*told, told[0], ("1", 7.0), ("of another", 1.0)])
    lines = (released / "logs/predictions-1.jsonl").read_text()
    (released / "logs/predictions-2.jsonl").write_text(lines.partition("\n")[0] + '\n{"torn')
    with (released / "logs/outcomes-1.jsonl").open("a") as file:
        file.write('{"id": "150", "time": "2001-01-01T00:00:00Z", "outcome": 1.0}\n')
        file.write('null\n{"id": "4", "time": "2030-01-01T00:00:00Z", "outcome": "no number"}\n{"id": "5", "ti')
    found = msgspec.to_builtins(monitor.summarise())
    assert found["labels"] == {
        "matched": 100,
        "waiting": CHUNK + 1 - 100,
        "unmatched": 1,
        "repeated": 1,
        "contradicting": 1,
        "early": 1,
        "passed_over": 3,
    }
    assert found["performance"]["rows"] == 100
    (released / "logs/outcomes-1.jsonl").unlink()
    found = msgspec.to_builtins(monitor.summarise())
    assert (found["performance"], found["labels"]["matched"]) == (None, 0)
    assert "100, of which the metric can be told, are needed" in found["statement"]


def test_performance_of_consecutive_chunks_alarms_as_seldom_as_promised(
    modules: tuple[ModuleType, ModuleType, ModuleType], released: Path
) -> None:
    performance = importlib.import_module("parcels.monitoring.performance")
    reference = pq.read_table(released / "registry/versions/1/reference.parquet")
    limit = performance.limit_for(reference, CHUNK)
    rang, chunks = 0, 0
    for seed in range(1, 4):
        later = with_targets(stream(ROWS, seed), seed=seed)
        target, score = later["__target"].to_numpy(), np.array(later["__score"].to_pylist())
        for start in range(0, ROWS, CHUNK):
            value = performance.Rows(target[start : start + CHUNK], score[start : start + CHUNK]).value()
            rang, chunks = rang + (performance.gain(value, limit["threshold"]) < 0), chunks + 1
    assert chunks == 300
    assert rang <= 15  # 6 are promised


def test_lines_that_the_service_never_writes_are_passed_over(
    modules: tuple[ModuleType, ModuleType, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = importlib.import_module("parcels.monitoring.logs")
    monkeypatch.setattr(logs, "LOGS", tmp_path)
    (tmp_path / "predictions-0.jsonl").mkdir()
    pq.write_table(stream(10, seed=0), tmp_path / "reference.parquet")
    line = {"id": "a", "time": "2024-01-01T00:00:00Z", "model": "it", "score": 0.5}
    features = {"hour": 3.0, "weekday": "monday", "wind": None}
    good = [line | {"features": features}, line | {"features": features | {"hour": 3}, "more": 7}]
    others = [line | {"features": {}, "model": "another"}, "", " "]
    wrong = [
        *("null", "[]", "[" * 100_000, "{", '{"time":', "\x00", '{"a": NaN}', '"2024"', "1e999"),
        *(line | {"features": features, key: value} for key, value in WRONG),
        *(
            line | {"features": features | found}
            for found in ({"hour": "3"}, {"weekday": 3}, {"more": 1}, {"wind": []})
        ),
        line | {"features": {"hour": 3.0}},
    ]
    texts = [json.dumps(item) if isinstance(item, dict) else item for item in [*good, *others, *wrong, *good]]
    content = "\n".join(texts).encode() + b'\n{"model": "\xff"}\n' + json.dumps(good[0]).encode()[:-9]
    (tmp_path / "predictions-1.jsonl").write_bytes(content)
    log = logs.Log("it", tmp_path / "reference.parquet")
    read = sorted(log, key=lambda prediction: prediction.time)
    assert [prediction.features for prediction in read] == [features] * 4
    assert log.passed_over == len(wrong) + 2


WRONG = [
    ("time", "2024-01-01T00:00:00"),
    ("time", "yesterday"),
    ("score", None),
    ("score", [0.5]),
    ("score", "0.5"),
    ("model", 3),
    ("id", 7),
    ("features", "none"),
]
