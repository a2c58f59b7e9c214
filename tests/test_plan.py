"""``ninefold plan`` says what ``dvc repro`` then does, on real edits of a real project."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from generator.workspace.forecast import stages_of
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
    check_plan(project, certain)


def test_edits_by_hand_and_other_data_are_planned(project: Path) -> None:
    """Edits of rendered files, a module of one's own that is imported, and data: before and after they are merged."""
    (project / "weights/own.py").write_text("RATE = 1\n")
    with (project / "weights/models/train_linear.py").open("a") as file:
        file.write("\n\ndef unused() -> None:\n    from weights import own  # noqa\n")
    check_plan(project, {"generate", "train@linear"})
    (project / "weights/own.py").write_text("RATE = 2\n")
    check_plan(project, {"train@linear", "train@lightgbm"})
    for path in ("weights/models/scoring/linear.py", "weights/exploration/explore.sql"):
        with (project / path).open("a") as file:
            file.write("-- mine\n" if path.endswith(".sql") else "# mine\n")
    check_plan(project, {"generate", "explore", "evaluate"})
    places = next((project / "places").iterdir())
    places.write_bytes(places.read_bytes().replace(b"\n", b"\r\n"))
    check_plan(project, {"collect"})


def check_plan(project: Path, certain: set[str]) -> None:
    """Hold what DVC runs against the plan: all that was said to, nothing that was said to stay."""
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
    """Whatever becomes of the times of files, and as long as the run took in all."""
    for file in project.rglob("*"):
        if file.is_file() and ".dvc" not in file.parts:
            os.utime(file, (0, 10_000 * (hash(file.name) % 50)))
    start = time.monotonic()
    again = set(ran(run(project, "dvc", "repro", "--force", "--downstream", "define"))) - {"generate"}
    whole = time.monotonic() - start
    seconds = {stage["stage"]: stage["seconds"] for stage in planned(project, changes=False)["stages"]}
    assert again
    assert all(seconds[stage] > 0 for stage in again)
    assert sum(seconds[stage] for stage in again) < whole
    assert all(value is not None and value < 300 for stage, value in seconds.items() if stage != "generate")


def test_lines_are_shown(project: Path) -> None:
    shown = run(project, "ninefold", "plan", "--diff", "split.seed=9", fails=True)
    assert "update  weights/problem/labels.sql" in shown
    assert "+      seed: 9" in shown or "+  seed: 9" in shown


def test_values_are_filled_into_stages_of_a_loop() -> None:
    pipeline = "stages: {train: {foreach: '${model}', do: {cmd: 'train ${key} ${item.kind}'}}}"
    assert stages_of(pipeline, "model: {a: {kind: x}}") == {"train@a": {"cmd": "train a x"}}
    escaped = "stages: {collect: {cmd: c, deps: ['inputs/a\\${b}.csv']}}"
    assert stages_of(escaped, "{}")["collect"]["deps"] == ["inputs/a${b}.csv"]
