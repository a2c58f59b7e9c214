"""``ninefold upgrade``: a project of an earlier version, with edits of its own, works with this one."""

import tarfile
from pathlib import Path

import pytest

from generator.config.migrations import VERSION, Renamed, migrated
from tests.sandbox import ROOT, commit, copy, edit, ran, run

STORED = sorted((ROOT / "tests/upgrades").glob("*.tar.gz"))


@pytest.mark.slow
@pytest.mark.parametrize("archive", STORED, ids=[archive.name.removesuffix(".tar.gz") for archive in STORED])
def test_a_stored_project_is_upgraded_and_runs(archive: Path, tmp_path: Path) -> None:
    """Edits, an own stage and an own candidate of a project whose package was one folder come along."""
    folder = tmp_path / "project"
    with tarfile.open(archive) as content:
        content.extractall(folder, filter="data")
    with (folder / "conf/service/http.yaml").open("a") as file:
        file.write("on_unusual: mark  # mine\nusual: {island: {missing: true}}\n")
    for name in (".gitignore", ".dvcignore"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    for command in ("git init -q", "git config user.email a@example.com", "git config user.name A", "dvc init -q",
                    "dvc config hydra.enabled true"):  # fmt: skip
        run(folder, *command.split())
    commit(folder, "As it was")
    said = run(folder, "ninefold", "upgrade")
    assert "merged  weights/models/train_linear.py" in said
    assert "stale  weights/markup.py" in said  # templates took its place; it stays, as it was edited
    assert "update  weights/tally.py" in said
    assert "update  conf/config.yaml" in said
    service = (folder / "conf/service/http.yaml").read_text()
    assert service.endswith("on_unexpected: mark  # mine\nexpected: {island: {missing: true}}\n")
    assert (folder / "weights/markup.py").read_text().endswith("MINE = 1\n")
    assert "from pathlib import Path  # mine\n" in (folder / "weights/models/train_linear.py").read_text()
    assert "from weights.common import outputs, settings\n" in (folder / "weights/tally.py").read_text()
    assert sorted(file.name for file in (folder / "weights").glob("*.py")) == [
        "__init__.py",
        "markup.py",
        "mine.py",
        "tally.py",
    ]
    run(folder, "ninefold", "generate", "--check")
    assert {"report", "tally", "train@mine"} <= set(ran(run(folder, "dvc", "repro")))
    run(folder, "python", "-m", "pytest", "-q", "weights/tests")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = copy("weights", tmp_path / "weights")
    run(folder, "ninefold", "generate")
    return folder


@pytest.mark.slow
def test_another_version_is_told_before_anything_is_rendered(project: Path) -> None:
    edit(project / "conf/split/at_random.yaml", "seed: 0", "seed: 1")
    before = (project / "weights/problem/labels.sql").read_text()
    for version, told in (("0.0.9", "run `ninefold upgrade`"), ("9.0.0", "install ninefold==9.0.0")):
        (project / VERSION).write_text(f"{version}\n")
        assert told in run(project, "ninefold", "generate", fails=True)
        assert told in run(project, "ninefold", "run", fails=True)
    assert (project / "weights/problem/labels.sql").read_text() == before
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


def test_keys_that_the_service_had_before_are_renamed() -> None:
    text = "on_unusual: refuse  # why\nusual:\n  usual: {min: 0}\n"
    assert migrated(text, ("service",))[0] == "on_unexpected: refuse  # why\nexpected:\n  usual: {min: 0}\n"
    text = "chunk_rows: 500\nfalse_alarms: 0.01  # few\n"
    now, told = migrated(text, ("monitor",))
    assert now == "chunk_rows: 500\nfalse_alarms_per_quarter: 0.25  # few\n"
    assert told == ("2: monitor.false_alarms is false_alarms_per_quarter since 0.1.0, and 0.25 instead of 0.01",)
    whole = "service: {on_unusual: mark}\nusual: 1\n"
    assert migrated(whole, ())[0] == "service: {on_unexpected: mark}\nusual: 1\n"
