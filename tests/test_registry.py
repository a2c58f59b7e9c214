"""Versions are git tags in GTO's format: what they say is in production, is; what no commit holds is never one."""

import json
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from gto.constants import tag_re
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox import PROJECTS, commit, copy, loaded, run, tree, write

RENDERED = tree(PROJECTS / "weights")


@pytest.fixture(scope="module")
def versions() -> ModuleType:
    """Return the rendered module that knows the versions."""
    return loaded(RENDERED, "weights/release/versions.py")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project under git, with a bundle that was judged; its model is of no matter here."""
    folder = tmp_path / "weights"
    write(RENDERED, folder)
    copied = copy("weights", tmp_path / "config")
    (copied / "conf").rename(folder / "conf")
    ignored = "/registry/\n/bundle/\n/data/\n/reports/\n__pycache__/\n"
    write({".gitignore": ignored, "data/reference.parquet": "rows"}, folder)
    judged(folder, "one")
    run(folder, "git", "init", "-q", "-b", "main")
    run(folder, "git", "config", "user.email", "someone@example.com")
    run(folder, "git", "config", "user.name", "Someone")
    commit(folder, "Start")
    return folder


def judged(folder: Path, model: str, verdict: str = "promote", champion: int | None = None) -> None:
    """Put a bundle with ``model`` into a project, and what the stages say of it."""
    sums = f"{'0' * 64}  {model}\n"
    digest = subprocess.run(["sha256sum"], input=sums, capture_output=True, text=True, check=True).stdout[:64]
    package = {"candidate": "linear", "digest": digest, "parity": {"rows": 9}}
    told = {"verdict": verdict, "reasons": ["because"], "todo": None, "version": None, "champion": champion}
    reports = {
        "package": package,
        "release": {**told, "candidate": "linear", "digest": digest, "production": champion},
        "collection": {"penguins": {"sha256": "of the rows"}},
        "metrics": {"rmse": 301.05406, "interval": [258.50315, 335.369514]},
    }
    texts = {f"reports/{name}.json": json.dumps(report) for name, report in reports.items()}
    write({"bundle/SHA256SUMS": sums, f"bundle/{model}": model, **texts}, folder)


def registry(folder: Path, *arguments: str, fails: bool = False, **options: Any) -> str:
    """Run the rendered registry and return all it said."""
    return run(folder, "python", "-m", "weights.release.registry", *arguments, fails=fails, **options)


def tags(folder: Path) -> list[str]:
    return run(folder, "git", "tag", "--list").split()


def listed(folder: Path) -> list[dict[str, Any]]:
    return list(json.loads(registry(folder, "list", "--json")))


def production(folder: Path) -> int | None:
    """Return the version in production, by the folder that is served and by the file that is followed alike."""
    served = registry(folder).splitlines()[-1]
    version = json.loads((folder / "registry/production.json").read_text())["version"]
    assert served == str(folder / f"registry/versions/{version}")
    return int(version)


def test_a_bundle_becomes_a_version_with_all_it_was_made_of(project: Path) -> None:
    assert "nothing is released yet: because" in registry(project, fails=True)
    assert "no version is registered yet" in registry(project, "list")
    said = registry(project, "promote")
    assert "version 1 is in production" in said
    assert "git push origin 'weights@v1.0.0' 'weights#production#1'" in said
    assert tags(project) == ["weights#production#1", "weights@v1.0.0"]
    (found,) = listed(project)
    assert found["commit"] == run(project, "git", "rev-parse", "HEAD").strip()
    assert (found["by"], found["candidate"], found["data"]) == ("Someone", "linear", {"penguins": "of the rows"})
    assert (found["metrics"]["rmse"], found["parity"]) == (301.05406, {"rows": 9})
    assert len(found["config"]) == len(found["digest"]) == 64
    registered, put = map(datetime.fromisoformat, (found["registered"], found["stages"]["production"]))
    assert timedelta(0) <= put - registered < timedelta(minutes=1)
    files = {path.name: path.read_text() for path in (project / "registry/versions/1").iterdir()}
    assert {"SHA256SUMS", "one", "reference.parquet", "release.json"} == files.keys()
    assert not {found["commit"], "Someone", found["registered"]} & {*files["release.json"].split('"')}
    assert production(project) == 1
    head, row = registry(project, "list").splitlines()
    assert head.split()[:4] == ["version", "stage", "candidate", "primary"]
    assert row.split()[:8] == ["1", "production", "linear", "rmse", "301.1", "(258.5", "to", "335.4)"]
    assert len(row) <= 110
    assert "v1.0.0" in run(project, "gto", "show", "weights")


def test_a_rollback_goes_back_one_by_one_and_promote_forward(project: Path) -> None:
    for number, model in enumerate(("one", "two", "three"), start=1):
        judged(project, model, champion=number - 1 or None)
        registry(project, "promote")
        assert production(project) == number
    registry(project, "rollback")
    assert production(project) == 2
    assert [found["rolled_back"] for found in listed(project)] == [False, False, True]
    assert "rolled back" in registry(project, "list")
    registry(project, "rollback")
    assert production(project) == 1
    assert "no version was in production before version 1" in registry(project, "rollback", fails=True)
    registry(project, "promote", "3")
    assert production(project) == 3
    assert "version 2 was not in production before version 3" in registry(project, "rollback", "2", fails=True)
    assert "version 3 is in production already" in registry(project, "promote", "3")
    registry(project, "promote", "2", "--to", "staging")
    assert production(project) == 3
    assert [sorted(found["stages"]) for found in listed(project)] == [[], ["staging"], ["production"]]
    registry(project, "rollback")
    assert production(project) == 1
    for number in (1, 2, 3):
        assert registry(project, "--version", str(number)).endswith(f"registry/versions/{number}\n")
    assert "there is no version 4: versions are 1, 2, 3" in registry(project, "--version", "4", fails=True)
    counts = sorted(int(tag.rpartition("#")[2]) for tag in tags(project) if "#" in tag)
    assert counts == list(range(1, len(counts) + 1))
    assert all(tag_re.fullmatch(tag) for tag in tags(project))


def test_tags_that_gto_has_set_count_too(project: Path) -> None:
    registry(project, "promote")
    (project / "README.md").write_text("more")
    commit(project, "More")
    judged(project, "two", champion=1)
    registry(project, "promote")
    run(project, "gto", "assign", "weights", "--version", "v1.0.0", "--stage", "production", "--force")
    assert production(project) == 1
    assert tags(project)[-3:] == ["weights#production#3", "weights@v1.0.0", "weights@v2.0.0"]
    registry(project, "promote", "2")
    run(project, "gto", "deprecate", "weights", "v2.0.0", "production")
    assert production(project) == 1


def edited(folder: Path) -> None:
    with (folder / "conf/model/linear.yaml").open("a") as file:
        file.write("# more\n")


def added(folder: Path) -> None:
    (folder / "weights/more.py").write_text("MORE = 1\n")


def removed(folder: Path) -> None:
    (folder / "weights/evaluation/curves.py").unlink()


def staged(folder: Path) -> None:
    edited(folder)
    run(folder, "git", "add", "--all")


@pytest.mark.parametrize("change", [edited, added, removed, staged])
def test_what_no_commit_holds_is_no_version(project: Path, change: Any) -> None:
    change(project)
    said = registry(project, "promote", fails=True)
    named = run(project, "git", "status", "--porcelain").split()[-1]
    assert f"not as the commit has it: {named}: commit, then `python -m weights.release.registry promote`" in said
    assert tags(project) == []
    assert not (project / "registry/versions").exists()
    commit(project, "Commit")
    registry(project, "promote")
    assert production(project) == 1


def test_what_the_stages_write_and_what_nobody_reads_may_differ(project: Path) -> None:
    for name in ("dvc.lock", "reports/index.html", "notes.txt", "logs/predictions-1.jsonl"):
        write({name: "new"}, project)
    registry(project, "promote")


def test_an_experiment_is_no_version(project: Path) -> None:
    said = registry(project, "promote", env={"DVC_EXP_NAME": "muggy-bits"}, fails=True)
    assert "the experiment muggy-bits is compared and not registered" in said
    assert tags(project) == []


def test_a_temporary_experiment_sees_the_versions_of_its_project(project: Path) -> None:
    registry(project, "promote")
    inside = project / ".dvc/tmp/exps/tmp1"
    run(project, "git", "clone", "-q", "--no-tags", str(project), str(inside))
    (inside / "registry").symlink_to(project / "registry")
    assert registry(inside).startswith("version 1: linear")


def test_without_git_nothing_is_registered(project: Path, tmp_path: Path) -> None:
    (project / ".git").rename(tmp_path / "elsewhere")
    said = registry(project, "promote", env={"GIT_CEILING_DIRECTORIES": str(tmp_path)}, fails=True)
    assert "versions are tags of git, and it says: not a git repository" in said
    run(project, "git", "init", "-q")
    said = registry(project, "promote", fails=True)
    assert "no version without a commit in git" in said


def test_a_clone_without_tags_or_files_loses_no_version(project: Path, tmp_path: Path) -> None:
    registry(project, "promote")
    judged(project, "two", champion=1)
    versions = project / "registry/versions"
    versions.rename(tmp_path / "versions")
    assert "version 1 is not in registry/versions: `dvc pull registry/versions`" in registry(
        project, "promote", fails=True
    )
    said = registry(project, "--version", "1", fails=True)
    assert "`git checkout weights@v1.0.0` and `dvc repro` rebuild it" in said
    (tmp_path / "versions").rename(versions)
    judged(project, "two")
    for tag in tags(project):
        run(project, "git", "tag", "--delete", tag)
    assert "no tag names version 1 in registry/versions: `git fetch --tags`" in registry(project, "promote", fails=True)


def test_a_verdict_that_is_not_promote_takes_a_word(project: Path) -> None:
    judged(project, "one", "hold")
    assert "the verdict is hold: because; --anyway promotes it" in registry(project, "promote", fails=True)
    registry(project, "promote", "--anyway")
    assert production(project) == 1
    judged(project, "two")
    assert "has changed since bundle/ was compared: run `dvc repro`" in registry(project, "promote", fails=True)
    (project / "bundle/SHA256SUMS").write_text("")
    assert "bundle/ is not the one that was compared" in registry(project, "promote", fails=True)


def test_a_project_in_a_folder_of_a_repository_has_tags_of_its_own(project: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    inner = outer / "svc/mo[d]el 1"
    inner.parent.mkdir(parents=True)
    project.rename(inner)
    (inner / ".git").rename(outer / ".git")
    run(outer, "git", "tag", "-a", "-m", "of another", "weights@v7.0.0")
    commit(outer, "Move")
    registry(inner, "promote")
    assert tags(outer) == ["svc/mo-d-el-1=weights#production#1", "svc/mo-d-el-1=weights@v1.0.0", "weights@v7.0.0"]
    edited(inner)
    judged(inner, "two", champion=1)
    assert "not as the commit has it: conf/model/linear.yaml: commit" in registry(inner, "promote", fails=True)
    (outer / "beside.txt").write_text("of no matter")
    run(inner, "git", "checkout", "conf")
    registry(inner, "promote")
    assert production(inner) == 2


def test_messages_of_others_are_read_as_nothing_and_printed_plainly(project: Path) -> None:
    registry(project, "promote")
    for number, message in enumerate(('title\n\n{"version": [', "[" * 50_000, "title\n\n[1]", "\x1b[31mred"), start=2):
        run(project, "git", "tag", "-a", "-m", message, f"weights@v{number}.0.0")
    run(project, "git", "tag", "weights@v6.0.0")
    odd = '{"candidate": "\\u001b[31mred\\nline", "primary": {"metric": "x", "value": "x", "interval": [1, 2]}}'
    run(project, "git", "tag", "-a", "-m", f"title\n\n{odd}", "weights@v7.0.0")
    shown = registry(project, "list")
    assert "\x1b" not in shown
    assert len(shown.splitlines()) == 8
    assert production(project) == 1


def test_a_version_needs_no_name_of_a_person(project: Path) -> None:
    for key in ("user.email", "user.name"):
        run(project, "git", "config", "--unset", key)
    run(project, "git", "config", "user.useConfigOnly", "true")
    registry(project, "promote", env={"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"})
    assert [found["by"] for found in listed(project)] == ["nobody"]


EVENTS = st.lists(st.tuples(st.sampled_from(["promote", "rollback"]), st.integers(1, 4)), max_size=12)


@given(events=EVENTS)
def test_what_was_promoted_or_rolled_back_to_last_is_in_production(
    versions: ModuleType, events: list[tuple[str, int]]
) -> None:
    tag = loaded(RENDERED, "weights/release/tags.py").Tag
    made = [tag(f"w@v{number}.0.0", "c", "", "", {}) for number in range(1, 5)]
    made += [
        tag(f"w#production#{count}", "c", "", "", {"version": version, "action": action})
        for count, (action, version) in enumerate(events, start=1)
    ]
    found = versions.registry_of("w", reversed(made))
    assert found.version_in() == (events[-1][1] if events else None)
    assert found.version_in() not in found.rolled_back
    assert found.count == len(events)
    assert all(found.ever_in(version) for _, version in events)


FOLLOW = """
import json, sys
from argparse import Namespace
from pathlib import Path
from weights.service.reload import followed
pointer = None if sys.argv[1] == "nothing" else Path("registry/production.json")
print(followed(Namespace(follow=pointer, bundle=Path("bundle")), Path("current")))
"""


def test_a_service_follows_what_is_in_production(project: Path) -> None:
    """Of what stands in registry/production.json; that a running service takes it is in test_release."""
    pointer = project / "registry/production.json"
    pointer.parent.mkdir()
    none = dict.fromkeys(("", "{", '{"version": null}'), "current")
    for text, folder in (none | {'{"version": 2}': "registry/versions/2"}).items():
        pointer.write_text(text)
        assert run(project, "python", "-c", FOLLOW, "it").strip() == folder
    assert run(project, "python", "-c", FOLLOW, "nothing").strip() == "bundle"
