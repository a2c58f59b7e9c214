"""``ninefold plan`` says what ``dvc repro`` then does, on real edits of a real project."""

import json
from pathlib import Path
from typing import Any

import pytest

from generator.forecast import stages_of
from tests.sandbox import commit, edit, ran, run, start

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project that has run to the end; tests edit it one after the other."""
    folder = start("weights", tmp_path_factory.mktemp("plan") / "weights")
    run(folder, "dvc", "repro")
    commit(folder, "Run")
    return folder


def planned(folder: Path, changes: bool = True) -> dict[str, Any]:
    return dict(json.loads(run(folder, "ninefold", "plan", "--json", fails=changes)))


def verdicts(said: dict[str, Any], verdict: str) -> set[str]:
    return {stage["stage"] for stage in said["stages"] if stage["verdict"] == verdict}


EDITS = {
    "a comment": ("conf/model/lightgbm.yaml", "# Choose", "# Do choose", {"generate"}),
    "a setting": ("conf/model/lightgbm.yaml", "num_leaves: 7", "num_leaves: 5", {"generate", "train@lightgbm"}),
    "a feature": (
        "conf/features/penguins.yaml",
        "# Choose",
        "bill: bill_length_mm / 2\n# Choose",
        {"generate", "features"},
    ),
    "what is reported": ("conf/monitor/drift.yaml", "chunks: 50", "chunks: 60", {"generate", "monitor"}),
}


@pytest.mark.parametrize("name", EDITS)
def test_what_is_planned_is_what_runs(name: str, project: Path) -> None:
    file, before, after, certain = EDITS[name]
    edit(project / file, before, after)
    said = planned(project)
    done = set(ran(run(project, "ninefold", "run")))
    assert certain <= verdicts(said, "runs")
    assert verdicts(said, "runs") <= done <= verdicts(said, "runs") | verdicts(said, "may run")
    assert planned(project, changes=False)["files"] == []


def test_a_run_that_is_up_to_date_changes_nothing(project: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in project.rglob("*") if ".dvc" not in file.parts}
    said = planned(project, changes=False)
    assert {stage["verdict"] for stage in said["stages"]} == {"stays"}
    assert {file: file.stat().st_mtime_ns for file in before} == before


def test_a_candidate_less_goes_and_a_new_one_has_never_run(project: Path) -> None:
    said = json.loads(run(project, "ninefold", "plan", "--json", "model=[baseline,lightgbm]", fails=True))
    assert verdicts(said, "goes") == {"train@linear"}
    (project / "dvc.lock").rename(project / "lock")
    assert all("has never run" in stage["reasons"] for stage in planned(project)["stages"])
    (project / "lock").rename(project / "dvc.lock")


def test_seconds_are_those_of_the_last_run(project: Path) -> None:
    seconds = {stage["stage"]: stage["seconds"] for stage in planned(project, changes=False)["stages"]}
    assert 0.2 < seconds["explore"] < 120
    assert sum(value is not None for value in seconds.values()) > len(seconds) / 2


def test_lines_are_shown(project: Path) -> None:
    shown = run(project, "ninefold", "plan", "--diff", "split.seed=9", fails=True)
    assert "update  weights/labels.sql" in shown
    assert "+      seed: 9" in shown or "+  seed: 9" in shown


def test_values_are_filled_into_stages_of_a_loop() -> None:
    pipeline = "stages: {train: {foreach: '${model}', do: {cmd: 'train ${key} ${item.kind}'}}}"
    assert stages_of(pipeline, "model: {a: {kind: x}}") == {"train@a": {"cmd": "train a x"}}
