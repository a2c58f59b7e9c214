"""``ninefold eject`` leaves a project that works, and takes nothing that git could not bring back."""

import shutil
from pathlib import Path

import pytest
import yaml

from generator.workspace.eject import uncommitted, without
from tests.sandbox import ROOT, commit, edit, ran, run, start
from tests.test_independence import alone

assert alone  # the fixture

CI = "  - monitor: drift\n  - ci: both\n"


def project(target: Path) -> Path:
    """Return a project under git, with all that may stand at its root."""
    folder = start("weights", target)
    (folder / "conf/ci").mkdir()
    shutil.copy(ROOT / "conf/ci/both.yaml", folder / "conf/ci/both.yaml")
    edit(folder / "conf/config.yaml", "  - monitor: drift\n", CI)
    (folder / "requirements.txt").write_text("dvc==3.67.1\nninefold==0.1.0\nninefold-extra==1\n")
    run(folder, "ninefold", "generate")
    commit(folder, "Continuous integration")
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """Return every file of a project, but for git's own and caches."""
    found = (file for file in folder.rglob("*") if file.is_file() and not {".git", "cache"} & {*file.parts})
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in found}


@pytest.mark.slow
def test_nothing_is_lost_that_git_does_not_have(tmp_path: Path) -> None:
    folder = project(tmp_path / "weights")
    (folder / "conf/notes.yaml").write_text("a: 1\n")
    before = files(folder)
    assert "conf/notes.yaml" in run(folder, "ninefold", "eject", fails=True)
    assert files(folder) == before
    (folder / ".gitignore").write_text((folder / ".gitignore").read_text() + "notes.yaml\n")
    commit(folder, "Ignore notes")
    before = files(folder)
    assert uncommitted(folder) == ["conf/notes.yaml"]
    assert "conf/notes.yaml" in run(folder, "ninefold", "eject", fails=True)
    (folder / "conf/notes.yaml").unlink()
    edit(folder / "conf/model/linear.yaml", "regularization: 1.0", "regularization: 2.0")
    commit(folder, "Not rendered")
    before = files(folder)
    assert "ninefold generate" in run(folder, "ninefold", "eject", fails=True)
    assert files(folder) == before
    run(folder, "git", "revert", "--no-edit", "HEAD")
    shutil.move(folder / ".git", tmp_path / "git")
    assert uncommitted(folder) is None
    assert "no git repository" in run(folder, "ninefold", "eject", fails=True)
    assert (folder / "conf/config.yaml").is_file()


def test_ninefold_itself_is_not_ejected() -> None:
    assert "this is Ninefold itself" in run(ROOT, "ninefold", "eject", "--force", fails=True)


@pytest.mark.slow
def test_edits_stay_and_every_call_of_ninefold_goes(tmp_path: Path) -> None:
    folder = project(tmp_path / "weights")
    edit(folder / "weights/data/collect.py", '"""Read every source', '"""Now read every source')
    mine = '  mine:\n    cmd: "true"\n    params: [split, params.yaml: [data]]\n'
    edit(folder / "dvc.yaml", "  evaluate:\n", f"{mine}  evaluate:\n")
    edit(folder / "Makefile", "clean: ##", "mine:\n\techo mine\n\nclean: ##")
    commit(folder, "Edits of my own")
    said = run(folder, "ninefold", "eject")
    assert not (folder / "conf").exists()
    assert not (folder / ".ninefold").exists()
    assert "Now read every source" in (folder / "weights/data/collect.py").read_text()
    assert "echo mine" in (folder / "Makefile").read_text()
    stages = yaml.safe_load((folder / "dvc.yaml").read_text())["stages"]
    assert "mine" in stages
    assert "generate" not in stages
    params = yaml.safe_load((folder / "params.yaml").read_text())
    assert {"model", "engine", "split", "data"} <= params.keys()
    assert not {"ci", "tuning"} & params.keys()
    assert (folder / "requirements.txt").read_text() == "dvc==3.67.1\nninefold-extra==1\n"
    assert "hydra" not in (folder / ".dvc/config").read_text()
    for file in (
        ".github/workflows/ninefold.yml",
        ".gitlab-ci.yml",
        ".pre-commit-config.yaml",
        "Makefile",
        "AGENTS.md",
    ):
        text = (folder / file).read_text().lower()
        assert "ninefold" not in text, file
        assert "conf/" not in text, file
    commit(folder, "Eject")
    assert "mention" in said
    assert run(folder, "git", "show", "HEAD~1:conf/config.yaml").startswith("#")


FOREIGN = {
    "last": ("dvc.lock", "stages:\n  mine:\n    generate:\n      a\n", "  generate:\n    cmd: x\n", ""),
    "block": ("dvc.lock", "stages:\n", "  generate:\n    a: |\n\n      b\n", "  mine:\n    cmd: y\n"),
    "config": (
        ".dvc/config",
        "[core]\n    a = b\n",
        "[hydra]\n    enabled = True\n",
        "['remote \"s\"']\n    url = u\n",
    ),
    "pin": ("requirements.txt", "dvc\n", "Ninefold>=0.1\n", "ninefold_extra\n"),
}


@pytest.mark.parametrize(("path", "head", "part", "tail"), FOREIGN.values(), ids=FOREIGN)
def test_only_what_is_ninefolds_goes(path: str, head: str, part: str, tail: str, tmp_path: Path) -> None:
    (tmp_path / ".dvc").mkdir()
    for name, content in ((path, head + part + tail), ("dvc.yaml", "stages: {}\n"), ("params.yaml", "a: 1\n")):
        (tmp_path / name).write_text(content)
    assert without(tmp_path)[path] == head + tail


@pytest.mark.slow
def test_what_is_left_works_without_ninefold(alone: Path, tmp_path: Path) -> None:
    folder = project(tmp_path / "weights")
    run(folder, "dvc", "repro")
    commit(folder, "Reproduce")
    run(folder, "ninefold", "eject")
    commit(folder, "Eject")
    env = {"PATH": f"{alone / 'bin'}:/usr/bin:/bin", "PYTHONPATH": ""}
    assert "No module named 'generator'" in run(folder, "python", "-c", "import generator", env=env, fails=True)
    assert "up to date" in run(folder, "dvc", "status", env=env)
    assert ran(run(folder, "dvc", "repro", env=env)) == []
    assert run(folder, "git", "status", "--porcelain") == ""
    edit(folder / "params.yaml", "regularization: 1.0", "regularization: 2.0")
    stages = ran(run(folder, "dvc", "repro", env=env))
    assert {"train@linear", "evaluate"} <= set(stages)
    assert not {"collect", "features", "train@lightgbm"} & set(stages)
    assert len(ran(run(folder, "dvc", "repro", "--force", env=env))) == 14
    run(folder, "python", "-m", "pytest", "-q", "weights/tests", env=env)
    run(folder, "ruff", "check", "weights")
    run(folder, "ruff", "format", "--check", "weights")
