"""``ninefold upgrade``: a project of an earlier version, with edits of its own, works with this one."""

import tarfile
from pathlib import Path

import pytest

from generator.config.migrations import VERSION, Renamed, migrated
from generator.workspace.diff import BASE, SUFFIX
from tests.sandbox import ROOT, commit, copy, edit, ran, run

STORED = sorted((ROOT / "tests/upgrades").glob("*.tar.gz"))


def stored(archive: Path, folder: Path) -> Path:
    """Unpack a project as it was rendered then; what it was rendered to is what is in it."""
    with tarfile.open(archive) as content:
        content.extractall(folder, filter="data")
    package = next(folder.glob("*/evaluate.py")).parent.name
    for file in [*(folder / package).rglob("*"), folder / "dvc.yaml"]:
        if file.is_file():
            base = folder / BASE / f"{file.relative_to(folder)}{SUFFIX}"
            base.parent.mkdir(parents=True, exist_ok=True)
            base.write_bytes(file.read_bytes())
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("archive", STORED, ids=[archive.name.removesuffix(".tar.gz") for archive in STORED])
def test_a_stored_project_is_upgraded_and_runs(archive: Path, tmp_path: Path) -> None:
    folder = stored(archive, tmp_path / "project")
    for name in (".gitignore", ".dvcignore"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    mine = folder / "weights/markup.py"
    mine.write_text(mine.read_text() + "\n\nMINE = 1\n")
    for command in ("git init -q", "git config user.email a@example.com", "git config user.name A", "dvc init -q",
                    "dvc config hydra.enabled true"):  # fmt: skip
        run(folder, *command.split())
    commit(folder, "As it was")
    said = run(folder, "ninefold", "upgrade")
    assert "merged  weights/markup.py" in said or "edited  weights/markup.py" in said
    assert "update" in said
    assert mine.read_text().endswith("MINE = 1\n")
    run(folder, "ninefold", "generate", "--check")
    assert "report" in ran(run(folder, "dvc", "repro"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = copy("weights", tmp_path / "weights")
    run(folder, "ninefold", "generate")
    return folder


@pytest.mark.slow
def test_another_version_is_told_before_anything_is_rendered(project: Path) -> None:
    edit(project / "conf/split/at_random.yaml", "seed: 0", "seed: 1")
    before = (project / "weights/labels.sql").read_text()
    for version, told in (("0.0.9", "run `ninefold upgrade`"), ("9.0.0", "install ninefold==9.0.0")):
        (project / VERSION).write_text(f"{version}\n")
        assert told in run(project, "ninefold", "generate", fails=True)
        assert told in run(project, "ninefold", "run", fails=True)
    assert (project / "weights/labels.sql").read_text() == before
    (project / VERSION).write_text("0.0.9\n")
    assert "0.0.9 -> " in run(project, "ninefold", "upgrade")
    run(project, "ninefold", "generate", "--check")


def test_renamed_keys_are_renamed_where_they_stand() -> None:
    text = "# why\nlightgbm:\n  leaves: 3  # few\n  'leaves': 4\nother: {leaves: 5, kept: leaves}\n"
    now, told = migrated(text, ("model",), [Renamed("0.2.0", ("model", "*", "leaves"), "num_leaves")])
    assert now == "# why\nlightgbm:\n  num_leaves: 3  # few\n  num_leaves: 4\nother: {num_leaves: 5, kept: leaves}\n"
    assert [line.split(":")[0] for line in told] == ["3", "4", "5"]
    assert migrated(text, ("split",), [Renamed("0.2.0", ("model", "*", "leaves"), "num_leaves")]) == (text, ())
    assert migrated("kind: x\n", ("split",), [Renamed("0.2.0", ("split", "kind"), "by")])[0] == "by: x\n"
