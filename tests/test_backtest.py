"""The backtest: windows that respect when outcomes are known, policies, and fits that are made once."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml

from flights.backtest import backtest as replay
from flights.backtest import history, policies
from tests.sandbox import PROJECTS, ROOT, module_of, run, start, tree

START = datetime(2013, 1, 1)


def hourly(days: int) -> pa.ChunkedArray:
    return pa.chunked_array(
        [pa.array([START + timedelta(hours=hour) for hour in range(24 * days)], pa.timestamp("us"))]
    )


def test_only_rows_that_were_certain_when_a_window_began_are_known() -> None:
    chain = history.divide(hourly(90), "month")
    assert [window.name for window in chain] == ["2013-01-01", "2013-02-01", "2013-03-01"]
    times = hourly(90).to_pylist()
    for window in chain:
        certain = [time for time in times if time + timedelta(hours=12 + 3) <= window.start]  # 3 h ahead, 12 h after
        assert window.known == len(certain)
    assert [window.first for window in chain[1:]] == [window.last for window in chain[:-1]]
    assert chain[-1].last == len(times)


@pytest.mark.parametrize(("days", "period"), [(20, "day"), (60, "week"), (365, "month"), (1_500, "quarter")])
def test_the_span_of_the_data_suggests_the_period(days: int, period: str) -> None:
    assert history.windows(hourly(days), None)[0] == period


def test_each_policy_serves_what_it_says() -> None:
    found = {
        policy.name: [(model.since, model.rows) for model in policy.serving(3, 7)]
        for policy in policies.policies("month", 2, lambda model, window: window - model.since == 2)
    }
    assert found == {
        "never": [(3, "all")] * 4,
        "every_all": [(3, "all"), (4, "all"), (5, "all"), (6, "all")],
        "every_latest": [(3, "all"), (4, "latest"), (5, "latest"), (6, "latest")],
        "alarm_all": [(3, "all"), (3, "all"), (5, "all"), (5, "all")],
        "alarm_latest": [(3, "all"), (3, "all"), (5, "latest"), (5, "latest")],
    }


def replayed(policy: str, retrainings: int, gain: float, interval: list[float]) -> SimpleNamespace:
    words = "retrained"
    return SimpleNamespace(
        policy=policy, words=words, retrainings=retrainings, value=0.7 + gain, gain_over_never=gain, interval=interval
    )


def test_what_is_recommended_is_as_good_as_the_best_with_the_fewest_retrainings() -> None:
    recommend = replay.recommend
    never, best = replayed("never", 0, 0.0, [0.0, 0.0]), replayed("every_all", 8, 0.04, [0.03, 0.05])
    near, behind = replayed("alarm_all", 2, 0.038, [0.03, 0.045]), replayed("alarm_latest", 1, 0.02, [0.01, 0.03])
    assert recommend([never, best, near, behind])[0] == "alarm_all"
    assert recommend([never, best, behind])[0] == "every_all"
    noise = replayed("every_all", 8, 0.001, [-0.002, 0.004])
    assert recommend([never, noise])[0] == "never"


def test_the_pipeline_of_the_backtest_stands_apart() -> None:
    rendered = tree(ROOT)
    stage = yaml.safe_load(rendered["backtest/dvc.yaml"])["stages"]["backtest"]
    assert stage["wdir"] == ".."
    assert "backtest" not in yaml.safe_load(rendered["dvc.yaml"])["stages"]
    for dep in stage["deps"]:
        assert dep in rendered or dep.startswith(("data/", "reports/", "flights/models"))
    assert not any("backtest" in path for path in tree(PROJECTS / "weights") if not path.startswith(".ninefold"))


@pytest.mark.slow
def test_history_is_replayed_once_and_short_history_is_refused(tmp_path: Path) -> None:
    folder = start("parcels", tmp_path / "parcels")
    for stage in (
        "collect",
        "process",
        "snapshots",
        "features",
        "train_baseline",
        "train_linear",
        "train_lightgbm",
        "evaluate",
    ):
        run(folder, "python", "-m", f"parcels.{module_of(stage)}")
    output = run(folder, "python", "-m", "parcels.backtest.backtest")
    found = json.loads((folder / "reports/backtest.json").read_text())
    assert found["candidate"] == "linear"
    assert found["recommendation"] in output
    by_name = {policy["policy"]: policy for policy in found["policies"]}
    windows = [window["window"] for window in by_name["never"]["windows"]]
    assert by_name["every_all"]["retrainings"] == len(windows) - 1
    assert [window["since"] for window in by_name["every_all"]["windows"]] == windows
    assert {window["since"] for window in by_name["never"]["windows"]} == {windows[0]}
    assert by_name["never"]["gain_over_never"] == 0
    assert (
        found["ages"][0]["value"] == found["ages"][0]["new"] == pytest.approx(by_name["every_all"]["value"], abs=1e-5)
    )
    fits = {path: path.stat().st_mtime_ns for path in (folder / "backtest/fits").iterdir()}
    run(folder, "python", "-m", "parcels.backtest.backtest")
    assert {path: path.stat().st_mtime_ns for path in (folder / "backtest/fits").iterdir()} == fits
    assert json.loads((folder / "reports/backtest.json").read_text()) == found
    cut(folder, 1_000)  # new data is a longer table: without the latest rows the fits of the others stay as they are
    run(folder, "python", "-m", "parcels.backtest.backtest")
    assert set((folder / "backtest/fits").iterdir()) < set(fits)
    cut(folder, 300)
    said = run(folder, "python", "-m", "parcels.backtest.backtest", fails=True)
    assert "`backtest.first`" in said
    assert "Traceback" not in said


def cut(folder: Path, rows: int) -> None:
    """Keep the earliest ``rows`` of all labelled rows."""
    table = pq.read_table(folder / "data/train.parquet")
    earliest = np.sort(table["__row"].to_numpy())[:rows]
    pq.write_table(table.filter(pc.is_in(table["__row"], pa.array(earliest))), folder / "data/train.parquet")
    holdout = pq.read_table(folder / "data/holdout.parquet")
    pq.write_table(holdout.slice(0, 0), folder / "data/holdout.parquet")
