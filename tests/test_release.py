"""What is released is what runs, what was predicted stays logged, and an experiment is never released."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import numpy as np
import pytest

from generator.sources.counts import counted
from tests.sandbox import PROJECTS, SCRIPTS, edit, free_port, loaded, ran, run, tree, wait_for


@contextmanager
def serving(project: Path, *arguments: str) -> Iterator[tuple[httpx.Client, str]]:
    """Run ``ninefold serve`` and yield a client of it, with what it said first."""
    port, said = free_port(), project.parent / "said"
    command = [f"{SCRIPTS}/ninefold", "serve", *arguments, "--port", str(port)]
    with said.open("wb") as output, subprocess.Popen(command, cwd=project, stderr=output) as process:
        try:
            wait_for(port, lambda: process.poll() is None, said)
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
                yield client, said.read_text(encoding="utf-8")
        finally:
            process.terminate()


def found(project: Path, path: str) -> Any:
    return json.loads((project / path).read_text(encoding="utf-8"))


def logged(project: Path) -> list[Any]:
    files = sorted((project / "logs").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


@pytest.mark.slow
def test_what_was_not_released_does_not_run_and_no_prediction_is_lost(project: Path) -> None:
    champion = found(project, "registry/champion.json")
    with serving(project) as (client, said):
        assert f"version 1: {champion['candidate']}, digest {champion['digest'][:12]}" in said
        assert client.get("/info").json()["version"] == 1
        row = client.get("/example.json").json()
        for count in range(30):
            answer = client.post("/predict", json=row).json()
            assert client.post("/feedback", json={"id": answer["id"], "outcome": 3000 + count}).status_code == 200
        before = logged(project)
        assert len(before) == 60
        # The challenger is kept out; the service goes on, and so does its log.
        edit(project / "conf/release/gate.yaml", "min_gain: 0.0", "min_gain: 10000.0")
        edit(project / "conf/model/linear.yaml", "regularization: 1.0", "regularization: 2.0")
        run(project, "dvc", "repro")
        run(project, "dvc", "checkout", "--force")
        assert client.post("/predict", json=row).status_code == 200
    after = logged(project)
    assert len(after) == 61
    assert [line for line in after if line not in before] == after[-1:]
    assert found(project, "reports/release.json")["decision"] == "kept"
    watched = found(project, "reports/monitor.json")
    assert watched["rows"] == 30  # before the last
    assert watched["labels"]["matched"] == 30
    assert watched["performance"]["rows"] == 30
    assert watched["performance"]["alarm"]  # outcomes that have nothing to do with what was predicted
    challenger = found(project, "reports/package.json")["digest"]
    assert challenger != champion["digest"]
    with serving(project) as (client, _):
        assert client.get("/info").json()["digest"] == champion["digest"]
    with serving(project, "--candidate") as (client, said):
        info = client.get("/info").json()
        assert (info["digest"], info["version"]) == (challenger, None)
    assert run(project, "dvc", "status", "package", "release") == "Data and pipelines are up to date.\n"
    assert ran(run(project, "dvc", "repro")) == ["monitor", "report"]
    for inside in ("bundle/logs", "registry/versions/1/logs/today"):
        refused = run(project / "bundle", sys.executable, "-m", "weights.service", "--logs", f"../{inside}", fails=True)
        assert "is inside a bundle" in refused
        assert "--logs" in refused


@pytest.mark.slow
def test_before_the_first_release_nothing_is_served_but_the_candidate(project: Path) -> None:
    (project / "registry/champion.json").unlink()
    refused = {"decision": "refused", "reasons": ["rmse is 400, and has to be at most 300"]}
    (project / "reports/release.json").write_text(json.dumps(refused))
    said = run(project, "ninefold", "serve", fails=True)
    assert "nothing is released yet: rmse is 400, and has to be at most 300" in said
    assert "`ninefold serve --candidate`" in said
    with serving(project, "--candidate") as (client, _):
        assert client.get("/info").json()["version"] is None


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--temp",)], ids=["workspace", "temporary"])
def test_an_experiment_is_compared_and_released_once_it_is_adopted(project: Path, options: tuple[str, ...]) -> None:
    before = {path: path.read_bytes() for path in (project / "registry").rglob("*") if path.is_file()}
    tried = ("-S", "+service.max_rows=900", "-S", "model.lightgbm.params.num_leaves=5", "-n", "fewer")
    assert "train@lightgbm" in ran(run(project, "dvc", "exp", "run", *options, *tried))
    (ref,) = run(project, "git", "for-each-ref", "--format=%(refname)", "refs/exps/??/*/*").split()
    released = json.loads(run(project, "git", "show", f"{ref}:reports/release.json"))
    assert (released["decision"], released["version"]) == ("passed", 1)
    assert released["reasons"][-1].startswith("the experiment fewer is compared and not released")
    assert {path: path.read_bytes() for path in (project / "registry").rglob("*") if path.is_file()} == before
    if not options:  # the workspace is that of the experiment
        edit(project / "conf/monitor/drift.yaml", "false_alarms: 0.05", "false_alarms: 0.04")
        said = run(project, "dvc", "repro", fails=True)
        assert "params.yaml is that of the experiment fewer" in said
        assert "model.lightgbm.params.num_leaves" in said
        assert "`ninefold adopt fewer`" in said
        run(project, "git", "checkout", "conf")
    shown = run(project, "ninefold", "compare")
    assert max(map(len, shown.splitlines())) <= 100
    assert shown.splitlines()[1].startswith("workspace" if options else "HEAD")
    assert "model.lightgbm.params.num_leaves: 7 -> 5" in " ".join(shown.split())
    said = run(project, "ninefold", "adopt", "fewer")
    assert "conf/model/lightgbm.yaml:6: " in said
    assert "num_leaves: 5" in said
    # What the experiment fitted is not fitted again, and it is decided on the release, as it never does.
    again = set(ran(run(project, "dvc", "repro")))
    assert {"generate", "release"} <= again <= {"generate", "package", "release", "monitor", "report"}
    assert options or "package" not in again
    assert found(project, "reports/release.json")["version"] == 2
    assert (project / "params.yaml").read_text() == run(project, "git", "show", f"{ref}:params.yaml")
    assert "conf/ says what" in run(project, "ninefold", "adopt", "fewer")
    assert ran(run(project, "dvc", "repro")) == []


# The gate


def gate(settings: Mapping[str, Any], *overrides: str) -> ModuleType:
    """Return the rendered gate of a project, in which ``settings`` hold."""
    rendered = tree(PROJECTS / "weights", *overrides)
    metrics, made = loaded(rendered, "weights/evaluation/metrics.py"), ModuleType("gate")
    imports = [line for line in rendered["weights/release/gate.py"].splitlines() if line.startswith("from weights.")]
    text = "\n".join(line for line in rendered["weights/release/gate.py"].splitlines() if line not in imports)
    values = {"metrics": {"guardrails": {}, "bootstrap": {"rounds": 50, "confidence": 0.95, "seed": 0}}} | settings

    def setting(*path: str) -> Any:
        value: Any = values
        for part in path:
            value = value[part]
        return value

    names = {name: metrics.__dict__[name] for name in ("PRIMARY", "Bootstrap", "measure")}
    training = np.repeat([0.0, 1.0], [270, 30])
    made.__dict__.update(
        names, setting=setting, read_target=lambda *_: training, BundleError=ValueError, counted=counted
    )
    exec(text, made.__dict__)
    return made


BINARY = (
    "problem.task=binary",
    'problem.target.sql="body_mass_g > 4000"',
    "metrics.primary=roc_auc",
    "metrics.report=[]",
)
RELEASE = {"release": {"beat_baseline": True, "min_gain": 0.0, "min_holdout": 10}}
SCORES = np.random.default_rng(0).random(150)


@pytest.mark.parametrize(
    ("positives", "score", "reason"),
    [
        (1, SCORES, "the holdout has 1 positive row, too few to tell skill from luck"),
        (9, SCORES, "the holdout has 9 positive rows"),
        (141, SCORES, "the holdout has 9 negative rows"),
        (40, SCORES, "no better than a prediction without skill"),
        (40, -np.arange(150), "no better than a prediction without skill"),
    ],
)
def test_a_first_release_needs_rows_and_skill(positives: int, score: np.ndarray, reason: str) -> None:
    target = np.repeat([0.0, 1.0], [150 - positives, positives])
    assert any(said.startswith(reason) for said in gate(RELEASE, *BINARY).refusals(target, score, {}))


def test_a_model_with_skill_and_rows_enough_is_released() -> None:
    target = np.repeat([0.0, 1.0], [110, 40])
    assert gate(RELEASE, *BINARY).refusals(target, target * 0.3 + SCORES, {}) == []


def test_other_tasks_need_rows_too() -> None:
    numbers = gate(RELEASE)
    assert numbers.too_few(np.zeros(9))[0].startswith("the holdout has 9 rows")
    assert numbers.too_few(np.zeros(10)) == []
    shares = "problem.task=multiclass", "problem.target.sql=species", "metrics.primary=log_loss", "metrics.report=[]"
    assert gate(RELEASE, *shares).too_few(np.array([0] * 50 + [1] * 9))[0].startswith("the holdout has 9 rows outside")
