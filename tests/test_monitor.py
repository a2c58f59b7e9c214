"""Alarms ring as often as they say on rows that follow one another, with seasons or without, and after a change."""

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

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
        importlib.import_module(f"{package}.{name}") for name in ("drift", "calibration", "monitor")
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


def test_lines_that_the_service_never_writes_are_passed_over(
    modules: tuple[ModuleType, ModuleType, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    *_, monitor = modules
    monkeypatch.setattr(monitor, "LOGS", tmp_path)
    (tmp_path / "predictions-0.jsonl").mkdir()
    pq.write_table(stream(10, seed=0), tmp_path / "reference.parquet")
    line = {"time": "2024-01-01T00:00:00Z", "model": "it", "score": 0.5}
    features = {"hour": 3.0, "weekday": "monday", "wind": None}
    good = [line | {"features": features}, line | {"features": features | {"hour": 3}, "id": 7}]
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
    log = monitor.Log("it", tmp_path / "reference.parquet")
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
    ("features", "none"),
]
