"""How a project lives inside DVC: what an edit re-runs, experiments, changes of the graph, runs that are killed."""

import json
import os
import re
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import yaml

from tests.sandbox import SCRIPTS, edit, module_of, ran, run, start

pytestmark = pytest.mark.slow


def metrics(folder: Path) -> dict[str, float]:
    return json.loads((folder / "reports/metrics.json").read_text())


def test_an_edit_of_a_candidate_runs_that_candidate_and_what_follows(project: Path) -> None:
    edit(project / "conf/model/lightgbm.yaml", "num_leaves: 7", "num_leaves: 5")
    stages = ran(run(project, "dvc", "repro"))
    assert stages[:3] == ["generate", "train@lightgbm", "evaluate"]
    assert set(stages) <= {"generate", "train@lightgbm", "evaluate", "refit", "package", "release", "monitor", "report"}


def test_an_edit_of_a_monitor_threshold_trains_nothing(project: Path) -> None:
    edit(project / "conf/monitor/drift.yaml", "false_alarms_per_quarter: 0.25", "false_alarms_per_quarter: 0.2")
    stages = set(ran(run(project, "dvc", "repro")))
    assert {"generate", "monitor"} <= stages <= {"generate", "monitor", "report"}


def test_an_edit_of_a_feature_runs_nothing_before_features(project: Path) -> None:
    edit(project / "conf/features/penguins.yaml", "sql: year >= 2008", "sql: year >= 2009")
    stages = ran(run(project, "dvc", "repro"))
    assert stages[:2] == ["generate", "features"]
    assert not {"collect", "process", "define", "explore"} & set(stages)


def test_one_feature_more_runs_nothing_before_features(project: Path) -> None:
    features = project / "conf/features/penguins.yaml"
    features.write_text(features.read_text() + "bill_ratio: bill_length_mm / bill_depth_mm\n")
    stages = ran(run(project, "dvc", "repro"))
    assert stages[:2] == ["generate", "features"]
    assert {"collect", "process", "define", "explore"}.isdisjoint(stages)


def test_new_rows_refresh_what_the_service_knows_of_the_past_without_training(tmp_path: Path) -> None:
    folder = start("parcels", tmp_path / "parcels")
    run(folder, "dvc", "repro", "snapshots")
    before = (folder / "data/snapshots/by_depot_1_week.parquet").read_bytes()
    rows = folder / "parcels.csv"
    new = [f"{number},2024-02-01 12:00:00,Nord,fast,1,2.5,true,30.5,false,3" for number in range(2_000, 2_050)]
    rows.write_text(rows.read_text() + "\n".join(new) + "\n")
    assert ran(run(folder, "dvc", "repro", "snapshots")) == ["collect", "process", "snapshots"]
    assert (folder / "data/snapshots/by_depot_1_week.parquet").read_bytes() != before


def test_an_edit_that_changes_nothing_runs_only_the_first_stage(project: Path) -> None:
    edit(project / "conf/model/lightgbm.yaml", "rounds: 200", "rounds: 200  # enough")
    assert ran(run(project, "dvc", "repro")) == ["generate"]


def test_a_mistake_fails_in_the_first_stage_with_its_place(project: Path) -> None:
    edit(project / "conf/model/lightgbm.yaml", "num_leaves:", "num_leavs:")
    output = run(project, "dvc", "repro", fails=True)
    assert ran(output) == ["generate"]
    assert "conf/model/lightgbm.yaml:6: model.lightgbm.params.num_leavs" in output
    assert "did you mean 'num_leaves'?" in output
    assert run(project, "git", "status", "--porcelain") == " M conf/model/lightgbm.yaml\n"


def test_a_change_of_the_graph_stops_with_one_line_and_completes_on_the_next_run(project: Path) -> None:
    edit(project / "conf/config.yaml", "[baseline, linear, lightgbm]", "[baseline, lightgbm]")
    stopped = run(project, "dvc", "repro", fails=True)
    assert "dvc.yaml changed (-train@linear): run `dvc repro` again" in stopped
    assert ran(stopped) == ["generate"]
    completed = ran(run(project, "dvc", "repro"))
    assert "evaluate" in completed
    assert not (project / "weights/models/train_linear.py").exists()
    assert list(metrics(project)["candidates"]) == ["baseline", "lightgbm"]  # type: ignore[call-overload]


def test_ninefold_run_needs_one_command_for_a_change_of_the_graph(project: Path) -> None:
    edit(project / "conf/config.yaml", "[baseline, linear, lightgbm]", "[baseline, linear]")
    assert "evaluate" in ran(run(project, "ninefold", "run"))
    assert ran(run(project, "dvc", "repro")) == []


def test_an_experiment_with_one_candidate_tests_that_candidate(project: Path) -> None:
    output = run(project, "dvc", "exp", "run", "-S", "model=[lightgbm]")
    assert "train@linear" not in ran(output)
    assert list(metrics(project)["candidates"]) == ["lightgbm"]  # type: ignore[call-overload]
    assert "linear" not in (project / "weights/evaluation/evaluate.py").read_text()
    assert list(yaml.safe_load((project / "params.yaml").read_text())["model"]) == ["lightgbm"]


def test_an_experiment_with_a_value_trains_with_that_value(project: Path) -> None:
    before = (project / "models/lightgbm/model.txt").read_text()
    output = run(project, "dvc", "exp", "run", "-S", "model.lightgbm.params.num_leaves=4")
    assert "train@linear" not in ran(output)
    model = (project / "models/lightgbm/model.txt").read_text()
    assert model != before
    assert "[num_leaves: 4]" in model


def test_a_queue_of_three_tests_three_splits(project: Path) -> None:
    run(project, "dvc", "exp", "run", "--queue", "-S", "split.seed=1,2,3")
    run(project, "dvc", "queue", "start", "-j", "2")
    for _ in range(300):
        status = run(project, "dvc", "queue", "status")
        if len(re.findall("Success|Failed", status)) == 3:
            break
        time.sleep(1)
    assert status.count("Success") == 3, status
    shown = json.loads(run(project, "dvc", "exp", "show", "--json"))
    found = {}
    for commit_ in shown:
        for experiment in commit_.get("experiments") or []:
            revision, data = experiment["revs"][0]["rev"], experiment["revs"][0]["data"]
            seed = data["params"]["params.yaml"]["data"]["split"]["seed"]
            found[seed] = data["metrics"]["reports/metrics.json"]["data"]["rmse"]
            assert f"concat_ws('|', '{seed}'" in run(project, "git", "show", f"{revision}:weights/problem/labels.sql")
    assert sorted(found) == [1, 2, 3]
    assert len(set(found.values())) == 3


def test_a_misspelt_key_of_an_experiment_fails_in_the_first_stage(project: Path) -> None:
    output = run(project, "dvc", "exp", "run", "-S", "+model.lightgbm.params.num_leavs=4", fails=True)
    assert set(ran(output)) == {"generate"}
    assert re.search(r"params\.yaml:\d+: model\.lightgbm\.params\.num_leavs", output)
    assert "did you mean 'num_leaves'?" in output


def test_a_misspelt_key_without_a_plus_is_refused_before_any_stage(project: Path) -> None:
    output = run(project, "dvc", "exp", "run", "-S", "model.lightgbm.params.num_leavs=4", fails=True)
    assert ran(output) == []
    assert "num_leavs" in output


STAGES = (
    *("generate", "collect", "process", "features", "train@lightgbm"),
    *("evaluate", "refit", "package", "release", "report"),
)


def runs(process: psutil.Process, words: str) -> bool:
    """Return whether the command line of ``process``, if there still is one, holds ``words``."""
    with suppress(psutil.NoSuchProcess):
        return words in " ".join(process.cmdline())
    return False


def kill_within(project: Path, stage: str) -> None:
    """Run ``stage`` and kill it, with DVC, a moment after its own process has started."""
    victim = subprocess.Popen(
        ["dvc", "repro", "--force", "--single-item", stage],
        cwd=project,
        env={**os.environ, "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    words = "ninefold" if stage == "generate" else f"weights.{module_of(stage.replace('@', '_'))}"
    own: list[psutil.Process] = []
    while not own:
        assert victim.poll() is None, "the stage ended before it could be killed"
        own = [child for child in psutil.Process(victim.pid).children(recursive=True) if runs(child, words)]
    time.sleep(0.3)
    for process in own:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    os.killpg(victim.pid, signal.SIGKILL)
    victim.wait()
    for lock in (project / ".dvc/tmp").glob("*lock"):
        lock.unlink()


@pytest.mark.parametrize("stage", STAGES)
def test_a_killed_stage_leaves_nothing_that_passes_for_finished(project: Path, stage: str) -> None:
    finished = {path: path.read_bytes() for path in (project / "reports").rglob("*.json")}
    kill_within(project, stage)
    run(project, "dvc", "repro")
    assert {path: path.read_bytes() for path in (project / "reports").rglob("*.json")} == finished
    assert run(project, "git", "status", "--porcelain") == ""


def test_dvc_shows_metrics_plots_experiments_and_the_graph(project: Path) -> None:
    assert "rmse" in run(project, "dvc", "metrics", "show")
    assert "predicted.json" in run(project, "dvc", "plots", "show", "--json", "--out", "drawn")
    assert "model.lightgbm.params.num_leaves" in run(project, "dvc", "exp", "show", "--csv")
    assert "train@lightgbm" in run(project, "dvc", "dag", "--dot")
