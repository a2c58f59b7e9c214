"""Windows of the log are measured as they are, alarm as often as promised where nothing changes, and after a change."""

import importlib
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.stats import poisson

from tests.sandbox import PROJECTS, ROOT, loaded, tree, write

ROWS, CHUNK = 30_000, 300
SETTINGS = {
    "false_alarms_per_quarter": 0.25,
    "chunk_rows": CHUNK,
    "windows": 200,
    "chunks": 200,
    "min_rows": 100,
    "unexpected": 0.05,
    "rows_as_outcomes": False,
    "seed": 0,
}
CONTRACT = {"hour": {"missing": False, "min": 0, "max": 23}, "weekday": {"values": [str(day) for day in range(7)]}}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Render a project whose rows have a time, and let its modules be imported."""
    folder = write(tree(PROJECTS / "parcels"), tmp_path_factory.mktemp("monitor"))
    sys.path.insert(0, str(folder))
    yield "parcels"
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.partition(".")[0] == "parcels"]:
        del sys.modules[name]


@pytest.fixture
def monitor(package: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the module of the stage, whose model gives the wind for a score."""
    found = importlib.import_module(f"{package}.monitoring.monitor")
    explanation = importlib.import_module(f"{package}.monitoring.explanation")
    monkeypatch.setattr(explanation, "FEATURES", ("hour", "weekday", "wind"))
    monkeypatch.setattr(explanation, "score_features", lambda _, features: sigmoid(features["wind"].to_numpy()))
    return found


def sigmoid(values: np.ndarray) -> np.ndarray:
    """Return ``values`` between 0 and 1."""
    return np.asarray(1 / (1 + np.exp(-np.nan_to_num(values))))


def stream(rows: int, seed: int, trend: float = 0.0) -> pa.Table:
    """Return rows of a process with daily and weekly seasons, slow noise, a trend, one in ten minutes, and targets."""
    draw = np.random.default_rng(seed)
    minutes = 10 * np.arange(rows)
    hour, weekday = (minutes // 60) % 24, (minutes // 1_440) % 7
    slow = np.empty(rows)
    slow[0] = 0.0
    for place, step in enumerate(draw.normal(0, 0.15, rows - 1)):
        slow[place + 1] = 0.985 * slow[place] + step
    wind = slow + np.sin(hour / 24 * 2 * np.pi) + 0.5 * (weekday >= 5) + trend * np.arange(rows) / ROWS
    wind += draw.normal(0, 0.3, rows)
    times = np.datetime64("2024-01-01T00:00:00", "us") + minutes.astype("timedelta64[m]")
    columns = {
        "hour": hour.astype(float),
        "weekday": weekday.astype(str),
        "wind": wind,
        "__time": times,
        "__score": sigmoid(wind),
        "__target": sigmoid(wind) + draw.normal(0, 0.2, rows),
    }
    return pa.table(columns)


@pytest.fixture
def released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a registry with two versions, of which the second is in production, and no log yet."""
    monkeypatch.chdir(tmp_path)
    release(tmp_path, stream(ROWS, 0))
    return tmp_path


def release(folder: Path, reference: pa.Table, **settings: Any) -> None:
    """Write the version in production with ``reference``, and settings that watch it."""
    for name in ("logs", "reports", "registry/versions/1", "registry/versions/2"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    versions = folder / "registry/versions"
    part = ["validation"] * (ROWS // 4) + ["holdout"] * (ROWS - ROWS // 4)
    pq.write_table(reference.append_column("__part", pa.array(part)), versions / "2/reference.parquet")
    texts = {
        "registry/production.json": {"version": 2, "digest": "it", "candidate": "linear"},
        "registry/versions/1/release.json": {"digest": "former"},
        "registry/versions/2/release.json": {"digest": "it"},
        "registry/versions/2/contract.json": CONTRACT,
        "params.yaml": {
            "project": {"title": "How long parcels take"},
            "monitor": SETTINGS | settings,
            "metrics": {"primary": "rmse", "slice_rows": 50, "bootstrap": {"rounds": 50, "confidence": 0.9, "seed": 0}},
        },
    }
    for name, content in texts.items():
        (folder / name).write_text(json.dumps(content))


def entry(place: int, row: dict[str, Any]) -> dict[str, Any]:
    """Return ``row`` as the service logs it."""
    features = {name: value for name, value in row.items() if not name.startswith("__")}
    time = f"{row['__time'].isoformat()}Z"
    return {
        "id": str(place),
        "time": time,
        "model": "it",
        "inputs": features,
        "features": features,
        "score": row["__score"],
    }


def log(folder: Path, rows: pa.Table, outcomes: list[tuple[str, float]] | None = None) -> None:
    """Write ``rows`` as the service logs them, their places as ids, and outcomes: their own where none are given."""
    if outcomes is None:
        outcomes = [(str(place), value) for place, value in enumerate(rows["__target"].to_pylist())]
    lines = [entry(place, row) for place, row in enumerate(rows.to_pylist())]
    said = [
        {
            "id": id,
            "time": f"2030-01-01T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z",
            "outcome": value,
        }
        for second, (id, value) in enumerate(outcomes)
    ]
    for name, entries in (("predictions", lines), ("outcomes", said)):
        (folder / f"logs/{name}-1.jsonl").write_text("".join(json.dumps(one) + "\n" for one in entries))


def later(chunks: int, seed: int = 0) -> pa.Table:
    """Return rows for as many windows from after the reference."""
    return stream(ROWS + chunks * CHUNK, seed).slice(ROWS)


def changed(rows: pa.Table, name: str, values: Any) -> pa.Table:
    """Return ``rows`` with other ``values`` in a column."""
    return rows.set_column(rows.column_names.index(name), name, pa.array(values))


def test_windows_have_their_metric_an_estimate_and_drift(monitor: ModuleType, released: Path) -> None:
    log(released, later(10))
    found = monitor.summarise()
    assert found.status == "quiet"
    assert [window.rows for window in found.windows] == [CHUNK] * 10
    assert all(window.complete and window.labelled == CHUNK for window in found.windows)
    assert all(one.end < other.start for one, other in zip(found.windows, found.windows[1:], strict=False))
    target, score = (np.array(later(10)[name].to_pylist())[:CHUNK] for name in ("__target", "__score"))
    assert found.windows[0].realised.value == pytest.approx(np.sqrt(((target - score) ** 2).mean()), abs=1e-6)
    assert found.windows[0].estimate.value == pytest.approx(found.windows[0].realised.value, abs=0.05)
    assert found.estimates.windows == 10
    assert found.estimates.reliable
    assert {column.name for column in found.columns if column.calendar} == {"hour", "weekday"}
    monitor.write_summary(found)
    summary = importlib.import_module("parcels.monitoring.summary")
    assert msgspec.json.decode(summary.SUMMARY.read_bytes(), type=summary.Summary) == found


@pytest.mark.parametrize(
    ("rows", "said"), [(1, "1 prediction of version 2 is"), (CHUNK // 4, "75 predictions of version 2 are")]
)
def test_a_log_too_short_to_compare_is_no_empty_one(rows: int, said: str, monitor: ModuleType, released: Path) -> None:
    log(released, later(1).slice(0, rows))
    found = monitor.summarise()
    assert found.status == "too few predictions"
    assert found.statement.startswith(f"{said} logged; 100 are needed. ")
    times = later(1)["__time"].slice(0, rows).to_pylist()
    assert [found.since, found.until] == [times[0].replace(tzinfo=UTC), times[-1].replace(tzinfo=UTC)]
    assert [(window.rows, window.labelled, window.complete) for window in found.windows] == [(rows, rows, False)]
    assert found.alarms == found.columns == []
    monitor.write_operations(found, "linear")
    page = Path("reports/monitor.html").read_text()
    assert f"since {times[0].isoformat(' ')[:16]}" in page
    assert f"predictions {rows}, torn 0" in page
    for wrong in ("none is logged", "Once predictions are logged", "1 predictions"):
        assert wrong not in page
    assert "none is logged" in page_of_nothing(monitor)


def page_of_nothing(monitor: ModuleType) -> str:
    """Return the page for operations where nothing is logged."""
    for file in Path("logs").glob("*"):
        file.unlink()
    found = monitor.summarise()
    assert (found.status, found.since, found.windows) == ("no predictions yet", None, [])
    monitor.write_operations(found, "linear")
    return Path("reports/monitor.html").read_text()


def test_the_age_of_a_version_counts_however_few_its_predictions_are(
    monitor: ModuleType, released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log(released, later(1).slice(0, 1))
    settings = json.loads(Path("params.yaml").read_text())
    Path("params.yaml").write_text(json.dumps(settings | {"retrain": {"on_alarm": True, "every": "30 days"}}))
    found = monitor.summarise()
    tag = SimpleNamespace(when=(found.until - timedelta(days=30)).isoformat(), data={})
    registry = SimpleNamespace(version_in=lambda: 2, versions={2: tag})
    retraining = importlib.import_module("parcels.monitoring.retraining")
    monkeypatch.setattr(retraining, "last_attempt", lambda _: None)
    assert monitor.decision_at(found.until, found, registry).policies == ["every"]
    tag.when = (found.until - timedelta(days=29)).isoformat()
    assert not monitor.decision_at(found.until, found, registry).due


def test_wrong_outcomes_alarm_within_one_window(monitor: ModuleType, released: Path) -> None:
    rows = later(4)
    inverted = np.r_[rows["__target"].to_numpy()[: 3 * CHUNK], 1 - rows["__target"].to_numpy()[3 * CHUNK :]]
    log(released, changed(rows, "__target", inverted))
    found = monitor.summarise()
    assert [(alarm.kind, alarm.window) for alarm in found.alarms] == [("performance", 3)]
    assert (found.status, found.retrain, found.performance.alarm) == ("alarm", True, True)
    assert found.reasons[0] == found.alarms[0].text


def test_scores_alarm_and_the_feature_that_moved_them_comes_first(monitor: ModuleType, released: Path) -> None:
    rows = later(12)
    wind = rows["wind"].to_numpy() + np.where(np.arange(len(rows)) >= 11 * CHUNK, 6.0, 0.0)
    log(released, changed(changed(rows, "wind", wind), "__score", sigmoid(wind)), [])
    found = monitor.summarise()
    assert ("scores", 11) in [(alarm.kind, alarm.window) for alarm in found.alarms]
    assert {alarm.window for alarm in found.alarms} == {11}
    assert found.columns[0].name == "wind"
    assert found.columns[0].effect > 0.3
    assert not any(column.alarm for column in found.columns[1:])


def test_broken_inputs_are_an_alarm_of_their_own(monitor: ModuleType, released: Path) -> None:
    rows = later(3)
    hour = rows["hour"].to_pylist()
    hour[2 * CHUNK :: 2] = [None] * len(hour[2 * CHUNK :: 2])
    weekday = ["monday" if place < CHUNK else day for place, day in enumerate(rows["weekday"].to_pylist())]
    log(released, changed(changed(rows, "hour", hour), "weekday", weekday))
    found = monitor.summarise()
    assert [(alarm.kind, alarm.what, alarm.window, alarm.value) for alarm in found.alarms] == [
        ("data quality", "weekday", 0, 1.0),
        ("data quality", "hour", 2, 0.5),
    ]
    assert (found.status, found.retrain) == ("alarm", False)


def test_a_log_without_any_feature_is_monitored_by_its_scores(monitor: ModuleType, released: Path) -> None:
    """Every column may be personal: then no feature is in the log."""
    names = ["hour", "weekday", "wind"]
    (released / "registry/versions/2/bundle.json").write_text(json.dumps({"unlogged": names}))
    log(released, stream(5 * CHUNK, 1).drop_columns(names))
    found = monitor.summarise()
    assert found.columns == []
    assert [window.features for window in found.windows] == [{}] * 5
    assert all(window.realised and window.estimate and window.scores for window in found.windows)


def test_a_window_that_is_not_complete_has_wider_thresholds(monitor: ModuleType, released: Path) -> None:
    log(released, later(2).slice(0, CHUNK + 99))
    found = monitor.summarise()
    assert [(window.rows, window.realised is None) for window in found.windows] == [(CHUNK, False), (99, True)]
    log(released, later(2).slice(0, CHUNK + 150))
    whole, half = monitor.summarise().windows
    assert half.scores.threshold == pytest.approx(2 * whole.scores.threshold, abs=1e-5)
    assert not half.complete


def test_a_log_of_every_kind_of_line_is_counted(monitor: ModuleType, released: Path) -> None:
    rows = later(1)
    told = [(str(place), value) for place, value in enumerate(rows["__target"].to_pylist()[:120])]
    log(released, rows, [*told, told[0], ("1", 7.0), ("of another", 1.0)])
    first = json.loads((released / "logs/predictions-1.jsonl").read_text().partition("\n")[0])
    good = [first, first | {"model": "former", "id": "a"}, first | {"model": "who", "id": "b"}]
    wrong = [first | {"features": first["features"] | {"hour": "3"}}, first | {"score": [0.5]}, first | {"time": "now"}]
    jump = first | {"id": "c", "time": "2020-01-01T00:00:00Z"}
    text = "\n".join(json.dumps(line) for line in [*good, *wrong, jump])
    (released / "logs/predictions-2.jsonl").write_text(text + '\n\n{"torn')
    (released / "logs/predictions-3.jsonl").mkdir()
    with (released / "logs/outcomes-1.jsonl").open("a") as file:
        file.write('{"id": "150", "time": "2001-01-01T00:00:00Z", "outcome": 1.0}\n')
        file.write('null\n{"id": "4", "time": "2030-01-01T00:00:00Z", "outcome": "no number"}\n{"id": "5", "ti')
    found = monitor.summarise()
    assert found.log == {
        "predictions": CHUNK + 1,
        "torn": 1,
        "invalid": 3,
        "duplicates": 1,
        "clock_jumps": 1,
        "other_versions": 1,
        "unknown_versions": 1,
    }
    assert found.labels == {
        "matched": 121,
        "waiting": CHUNK - 121,
        "missing": 1,
        "delayed": 120,
        "unmatched": 1,
        "repeated": 1,
        "contradicting": 1,
        "early": 1,
        "passed_over": 3,
    }
    assert found.performance.rows == 121
    monitor.main()
    (released / "logs/outcomes-1.jsonl").unlink()
    found = monitor.summarise()
    assert (found.performance, found.labels["matched"]) == (None, 0)


def test_stable_streams_alarm_as_seldom_as_promised(
    monitor: ModuleType, released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    performance = importlib.import_module("parcels.monitoring.performance")
    monkeypatch.setattr(performance.Rows, "figure", lambda rows: figure_of(performance, rows))
    alarms, windows, held, quarters = 0, 0, 0, 0.0
    for seed, trend in enumerate((0.0, 0.5, 1.0)):
        rows = stream(2 * ROWS, seed, trend)
        release(released, rows.slice(0, ROWS))
        log(released, rows.slice(ROWS))
        found = monitor.summarise()
        alarms += len({alarm.window for alarm in found.alarms if alarm.kind != "data quality"})
        windows += len(found.windows)
        held += found.estimates.covered
        quarters += len(found.windows) / found.calibration.windows_per_quarter
    assert windows == 300
    assert alarms <= poisson.ppf(0.975, quarters * SETTINGS["false_alarms_per_quarter"])
    assert held >= 0.85 * windows


def figure_of(performance: ModuleType, rows: Any) -> Any:
    """Return the metric without its interval, which takes long."""
    value = rows.value()
    return performance.Figure(value, (value, value)) if np.isfinite(value) else None


def test_a_number_in_another_unit_counts_as_missing(package: str) -> None:
    """What a mean of the past becomes in another season does not: twice as far outside as the reference is wide."""
    drift = importlib.import_module(f"{package}.monitoring.drift")
    scale = drift.scale_of(np.linspace(0.1, 0.2, 500))
    numbers = np.array([0.15, -0.09, 0.39, 15.0, -0.11, 0.41, np.nan, np.inf])
    assert [int(place) for place in np.flatnonzero(scale.places(numbers) == len(scale.values) + 1)] == [3, 4, 5, 6, 7]
    assert scale.lost(scale.counts(scale.places(numbers))) == 5 / 8
    alone = drift.scale_of(np.array([7.0, 7.0]))
    assert alone.lost(alone.counts(alone.places(np.array([7.0, 1e9])))) == 0.0


def test_few_chunks_promise_little(package: str) -> None:
    calibration = importlib.import_module(f"{package}.monitoring.calibration")
    calm = np.abs(np.random.default_rng(0).normal(0.1, 0.02, 9))
    assert calibration.limit(calm, 0.01) > calm.max()
    assert np.sort(calm)[6] < calibration.limit(calm, 0.2) < calibration.limit(calm, 0.01)
    assert calibration.limit(calm[:3], 0.2) == np.inf
    assert calibration.limit(calm, 0.2, span=2) > calibration.limit(calm, 0.2)
    assert not calibration.chunks_of(CHUNK * 7, CHUNK, 200, 0).ordered
    assert len(calibration.chunks_of(CHUNK * 8, CHUNK, 200, 0).rows) == 8


def test_outcomes_of_classes_are_drawn_as_likely_as_they_are() -> None:
    draw = np.random.default_rng(0)
    sure = draw.dirichlet([1, 1, 1], 20_000)
    target = (draw.random((len(sure), 1)) > np.cumsum(sure, axis=1)[:, :2]).sum(axis=1)
    for case, package, score, truth in (
        ("penguins", "birds", np.sqrt(sure) / np.sqrt(sure).sum(axis=1, keepdims=True), target),
        ("edge", "edge", sure[:, 0] ** 2, (target == 0).astype(int)),
    ):
        performance = loaded(tree(PROJECTS / case), f"{package}/monitoring/performance.py")
        rows = performance.Rows(truth.astype(float), score, np.zeros((len(truth), 1), dtype=int))
        drawn = performance.Outcomes(rows).draw(rows, draw)
        assert drawn.shape == (performance.DRAWS, len(truth))
        for kind in np.unique(truth):
            likely = sure[:, 0] > 0.6
            assert (drawn == kind)[:, likely].mean() == pytest.approx((truth == kind)[likely].mean(), abs=0.02)


def test_rows_that_are_collected_later_give_outcomes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered = tree(ROOT, "+monitor.rows_as_outcomes=true")
    write({path: text for path, text in rendered.items() if path.startswith("flights/problem")}, tmp_path)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/tables").mkdir(parents=True)
    (tmp_path / "params.yaml").write_text("engine: {memory_limit: 1GB, threads: 1}")
    times = [datetime(2013, 10, 1, hour) for hour in range(4)]
    columns = {"carrier": ["UA"] * 4, "flight": range(4), "departure": times, "arr_delay": [45.0, 5.0, None, 50.0]}
    pq.write_table(pa.table(columns), "data/tables/flights.parquet")
    pq.write_table(pa.table({"distance": [1.0], "__score": [0.5]}), "reference.parquet")
    (tmp_path / "logs").mkdir()
    line = {"time": "2013-09-30T20:00:00Z", "model": "it", "features": {"distance": 7.0}, "score": 0.5}
    inputs = [{"carrier": "UA", "flight": place, "departure": time.isoformat()} for place, time in enumerate(times)]
    inputs[3]["departure"] = "2013-10-02T00:00:00"
    lines = [line | {"id": str(place), "inputs": given} for place, given in enumerate(inputs)]
    (tmp_path / "logs/predictions-1.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    said = {"id": "1", "time": "2013-10-01T20:00:00Z", "outcome": True}
    (tmp_path / "logs/outcomes-1.jsonl").write_text(json.dumps(said) + "\n")
    labels = loaded(rendered, "flights/monitoring/labels.py")
    monkeypatch.setitem(vars(labels)["targets_of_rows"].__globals__, "LABELS", tmp_path / "flights/problem/labels.sql")
    log = vars(labels)["Log"]("it", set(), tmp_path / "reference.parquet")
    found = labels.Labels(log)
    assert np.nan_to_num(found.target, nan=-1).tolist() == [1.0, 1.0, -1.0, -1.0]
    assert {key: found.counts[key] for key in ("matched", "from_table", "contradicting")} == {
        "matched": 1,
        "from_table": 1,
        "contradicting": 1,
    }
