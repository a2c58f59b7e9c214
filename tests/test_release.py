"""What is released is what runs, what was predicted stays logged, and an experiment is never released."""

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.elsewhere import Elsewhere
from tests.sandbox import KEY, ROOT, commit, edit, ran, run, write
from tests.ways import digest_of, digests, serving, told


def found(project: Path, path: str) -> Any:
    return json.loads((project / path).read_text(encoding="utf-8"))


def logged(project: Path) -> list[Any]:
    files = sorted((project / "logs").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def committed(project: Path, message: str) -> None:
    """Render what was edited in conf/, and commit all of it: only then is anything released."""
    run(project, "ninefold", "generate")
    commit(project, message)


def released(project: Path) -> dict[str, Any]:
    """Return the verdict of the last run."""
    return dict(found(project, "reports/release.json"))


@pytest.mark.slow
def test_what_was_not_released_does_not_run_and_no_prediction_is_lost(project: Path) -> None:
    champion = found(project, "registry/production.json")
    with serving(project) as (client, said):
        assert f"version 1: {champion['candidate']}, digest {champion['digest'][:12]}" in said
        assert client.get("/info").json()["version"] == 1
        row = client.get("/example.json").json()
        for count in range(30):
            answer = client.post("/predict", json=row).json()
            assert client.post("/feedback", json={"id": answer["id"], "outcome": 3000 + count}).status_code == 200
        before = logged(project)
        assert len(before) == 60
        # The challenger is held; the service goes on, and so does its log.
        edit(project / "conf/release/gate.yaml", "min_gain: 0.0", "min_gain: 10000.0")
        edit(project / "conf/model/linear.yaml", "regularization: 1.0", "regularization: 2.0")
        run(project, "dvc", "repro")
        run(project, "dvc", "checkout", "--force")
        assert client.post("/predict", json=row).status_code == 200
    after = logged(project)
    assert len(after) == 61
    assert [line for line in after if line not in before] == after[-1:]
    verdict = released(project)
    assert (verdict["verdict"], verdict["version"], verdict["production"]) == ("hold", None, 1)
    watched = found(project, "reports/monitor.json")
    assert watched["rows"] == 30  # before the last
    assert watched["labels"]["matched"] == 30
    assert watched["performance"]["rows"] == 30
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
    run(project, "git", "tag", "--delete", "weights#production#1")
    refused = {"verdict": "refuse", "reasons": ["rmse is 400, and has to be at most 300"], "todo": None}
    (project / "reports/release.json").write_text(json.dumps(refused))
    said = run(project, "ninefold", "serve", fails=True)
    assert "nothing is released yet: rmse is 400, and has to be at most 300" in said
    assert "`ninefold serve --candidate`" in said
    with serving(project, "--candidate") as (client, _):
        assert client.get("/info").json()["version"] is None
    with serving(project, "--version", "1") as (client, said):
        assert client.get("/info").json()["version"] == 1
    # An interrupted release is brought to its end.
    assert ran(run(project, "dvc", "repro", "release")) == ["release"]
    assert released(project)["production"] == 1


@pytest.mark.slow
def test_what_is_not_committed_is_judged_and_released_once_it_is(project: Path) -> None:
    edit(project / "conf/service/http.yaml", "log: true", "log: true\nmax_rows: 900")
    said = run(project, "dvc", "repro")
    verdict = released(project)
    assert (verdict["verdict"], verdict["version"], verdict["production"]) == ("promote", None, 1)
    assert verdict["todo"].startswith("not as the commit has it: conf/service/http.yaml, params.yaml")
    assert f"not registered: {verdict['todo']}" in said
    assert verdict["todo"] in (project / "reports/index.html").read_text().replace("&#x27;", "'")
    assert "not as the commit has it" in run(project, "ninefold", "promote", fails=True)
    commit(project, "Take fewer rows at once")
    assert "version 2 is in production" in run(project, "ninefold", "promote")
    assert ran(run(project, "dvc", "repro")) == ["release", "monitor", "report"]
    assert (released(project)["version"], released(project)["production"]) == (2, 2)
    # What an old commit makes is the version that it was.
    commit(project, "Release")
    run(project, "git", "checkout", "--quiet", "weights@v1.0.0")
    shutil.rmtree(project / "registry")
    run(project, "dvc", "repro")
    assert released(project)["version"] == 1
    assert "which was replaced in production" in released(project)["reasons"][0]
    assert "digest" in run(project, "python", "-m", "weights.release.registry", "--version", "1")
    run(project, "git", "checkout", "--quiet", "--force", "main")
    run(project, "dvc", "checkout", "--force")
    assert run(project, "python", "-m", "weights.release.registry").endswith("registry/versions/2\n")


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--temp",)], ids=["workspace", "temporary"])
def test_an_experiment_is_compared_and_released_once_it_is_adopted(project: Path, options: tuple[str, ...]) -> None:
    files = [path for path in (project / "registry").rglob("*") if path.is_file()]
    before = {path: path.read_bytes() for path in files}
    tried = ("-S", "+service.max_rows=900", "-S", "model.lightgbm.params.num_leaves=5", "-n", "fewer")
    assert "train@lightgbm" in ran(run(project, "dvc", "exp", "run", *options, *tried))
    (ref,) = run(project, "git", "for-each-ref", "--format=%(refname)", "refs/exps/??/*/*").split()
    verdict = json.loads(run(project, "git", "show", f"{ref}:reports/release.json"))
    assert (verdict["verdict"], verdict["version"], verdict["production"]) == ("promote", None, 1)
    assert verdict["todo"].startswith("the experiment fewer is compared and not registered")
    assert {path: path.read_bytes() for path in (project / "registry").rglob("*") if path.is_file()} == before
    assert run(project, "git", "tag").split() == ["weights#production#1", "weights@v1.0.0"]
    if not options:  # the workspace is that of the experiment
        edit(project / "conf/monitor/drift.yaml", "false_alarms_per_quarter: 0.25", "false_alarms_per_quarter: 0.2")
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
    committed(project, "Keep it")
    # What the experiment fitted is not fitted again, and it is decided on the release, as it never does.
    again = set(ran(run(project, "dvc", "repro")))
    assert {"generate", "release"} <= again <= {"generate", "package", "release", "monitor", "report"}
    assert options or "package" not in again
    assert released(project)["version"] == 2
    assert (project / "params.yaml").read_text() == run(project, "git", "show", f"{ref}:params.yaml")
    assert "conf/ says what" in run(project, "ninefold", "adopt", "fewer")
    assert ran(run(project, "dvc", "repro")) == []


# Every way to serve, after every outcome

WAYS = {
    *("a service that runs", "ninefold serve", "make serve", "bulk"),
    *("docker run", "compose", "kubernetes", "ecs", "lambda"),
}


def check_ways(project: Path, running: httpx.Client, elsewhere: Elsewhere, production: int) -> None:
    """Assert that every way to serve answers with the version in production, a service that runs already among them."""
    folder = Path(run(project, "python", "-m", "weights.release.registry").splitlines()[-1])
    assert folder == project / f"registry/versions/{production}"
    for _ in range(100):
        if running.get("/info").json()["version"] == production:
            break
        time.sleep(0.1)
    answered = {"a service that runs": told(running), **digests(project, folder, elsewhere)}
    assert answered.keys() == WAYS
    digest = found(project, "registry/production.json")["digest"]
    assert answered == dict.fromkeys(answered, digest)
    assert digest == digest_of(folder)
    (listed,) = [
        version
        for version in json.loads(run(project, "ninefold", "registry", "--json"))
        if "production" in version["stages"]
    ]
    assert (listed["version"], listed["digest"]) == (production, digest)
    assert found(project, "reports/release.json")["production"] == production


@pytest.mark.slow
def test_every_way_to_serve_answers_with_the_version_in_production(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_API_KEY", KEY)
    elsewhere = Elsewhere(project.parent / "elsewhere")
    for group, option in {"ci": "local", "deploy": "everywhere"}.items():
        write({f"conf/{group}/{option}.yaml": (ROOT / f"conf/{group}/{option}.yaml").read_text()}, project)
        edit(project / "conf/config.yaml", "  - monitor: drift\n", f"  - monitor: drift\n  - {group}: {option}\n")
    edit(project / "conf/service/http.yaml", "log: true", "log: true\napi_key: SERVICE_API_KEY")
    write({"requirements.txt": "", ".venv/.ready": ""}, project)
    committed(project, "Run it elsewhere")
    run(project, "dvc", "repro")
    with serving(project) as (running, _):
        check_ways(project, running, elsewhere, 2)
        edit(project / "conf/service/http.yaml", "log: true", "log: true\nmax_rows: 900")
        committed(project, "Take fewer rows at once")
        run(project, "dvc", "repro")
        assert released(project)["verdict"] == "promote"
        check_ways(project, running, elsewhere, 3)
        edit(project / "conf/release/gate.yaml", "min_gain: 0.0", "min_gain: 10000.0")
        edit(project / "conf/model/linear.yaml", "regularization: 1.0", "regularization: 2.0")
        committed(project, "Ask for much")
        run(project, "dvc", "repro")
        assert released(project)["verdict"] == "hold"
        check_ways(project, running, elsewhere, 3)
        edit(project / "conf/metrics/errors.yaml", "slice_rows: 10", "slice_rows: 10\nguardrails: {rmse: {max: 1}}")
        committed(project, "Ask for more")
        run(project, "dvc", "repro")
        assert released(project)["verdict"] == "refuse"
        check_ways(project, running, elsewhere, 3)
        run(project, "ninefold", "rollback")
        run(project, "dvc", "repro")
        check_ways(project, running, elsewhere, 2)
        assert found(project, "reports/monitor.json")["statement"].count("version 2") == 1
        # What was rolled back does not come back by itself.
        for file, before in (("release/gate", "min_gain: 10000.0"), ("model/linear", "regularization: 2.0")):
            edit(
                project / f"conf/{file}.yaml",
                before,
                f"{before.partition(':')[0]}: {'0.0' if 'gain' in before else '1.0'}",
            )
        edit(project / "conf/metrics/errors.yaml", "\nguardrails: {rmse: {max: 1}}", "")
        committed(project, "Ask for less")
        run(project, "dvc", "repro")
        assert released(project)["verdict"] == "hold"
        assert "it is version 3, which was rolled back in production" in released(project)["reasons"][0]
        check_ways(project, running, elsewhere, 2)
        run(project, "ninefold", "promote", "3")
        run(project, "dvc", "repro")
        check_ways(project, running, elsewhere, 3)


@pytest.mark.slow
def test_a_fresh_clone_makes_the_same_release_with_and_without_tags(project: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    run(tmp_path, "git", "clone", "--quiet", "--no-tags", str(project), str(clone))
    run(clone, "dvc", "repro")
    assert run(clone, "git", "status", "--porcelain") == ""
    tags = run(clone, "git", "tag")
    assert tags == run(project, "git", "tag")
    run(clone, "git", "tag", "--delete", *tags.split())
    run(clone, "git", "fetch", "--quiet", "--tags")
    shutil.rmtree(clone / "registry")
    assert ran(run(clone, "dvc", "repro")) == ["release"]
    assert run(clone, "git", "status", "--porcelain") == ""
