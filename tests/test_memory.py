"""What is remembered from run to run: it is given back as it was, and nothing that has changed is taken for known."""

import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from generator.cache import Memory
from generator.config.compose import compose
from generator.errors import ConfigError
from generator.plan import ProjectPlan
from generator.render.render import render_files
from tests.sandbox import copy, edit, run

ASK = "from generator.cache import Memory; print(Memory('test', 2).recall({!r}, lambda: {}))"
IMPORTED = "import sys; sys.argv = ['ninefold', 'generate']; from generator.cli import main\n" + (
    "try: main()\nexcept SystemExit: pass\nprint(sorted({'duckdb', 'hydra', 'omegaconf'} & sys.modules.keys()))"
)


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the folder of a user who has asked for nothing yet."""
    target = tmp_path / "temporary"
    target.mkdir()
    monkeypatch.setenv("TMPDIR", str(target))
    monkeypatch.setattr(tempfile, "tempdir", str(target))
    return target


def ask(question: str, otherwise: str) -> str:
    """Return the answer in a process of its own, which is what ``otherwise`` gives where none is known."""
    return subprocess.run(
        [sys.executable, "-c", ASK.format(question, otherwise)], capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.parametrize("answer", ["'ä\\ud800'", "[1, 2.5, None, True]", "{'a': ['b', float('inf')]}", "-0.0"])
def test_an_answer_outlives_the_run(answer: str) -> None:
    first = ask("q", f"ascii({answer})")
    assert ask("q", "'another'") == first
    assert ask("Q", "'another'") == "another"


@pytest.mark.parametrize("answer", ["(1, 2)", "[(1, 2)]", "{1: 2}", "__import__('datetime').date(2020, 1, 1)"])
def test_what_json_would_change_is_forgotten(answer: str) -> None:
    ask("q", answer)
    assert ask("q", "'another'") == "another"


def test_the_answer_that_was_asked_for_longest_ago_is_forgotten_first() -> None:
    memory = Memory("test", 2)
    for question in "abac":
        memory.recall(question, lambda: "first")
    assert [memory.recall(question, lambda: "second") for question in "acb"] == ["first", "first", "second"]


@pytest.mark.parametrize("damage", [b"", b"[1]", b"{", b"\xff", b"null"])
def test_a_file_that_broke_is_written_anew(damage: bytes, folder: Path) -> None:
    ask("q", "'first'")
    (file,) = folder.rglob("ninefold-test.json")
    file.write_bytes(damage)
    assert [ask("q", "'second'"), ask("q", "'third'")] == ["second", "second"]


def test_where_nothing_can_be_kept_all_is_worked_out_again(folder: Path) -> None:
    (folder / f"ninefold-{os.getuid()}").touch()  # as if another user were here first
    assert [ask("q", "'first'"), ask("q", "'second'")] == ["first", "second"]
    assert render_files((), ProjectPlan(package="p")) == {}


def test_a_link_in_the_place_of_the_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "foreign"
    target.mkdir(mode=0o755)
    (folder / f"ninefold-{os.getuid()}").symlink_to(target)
    assert [ask("q", "'first'"), ask("q", "'second'")] == ["first", "second"]
    assert render_files((), ProjectPlan(package="p")) == {}
    assert target.stat().st_mode & 0o777 == 0o755
    assert list(target.iterdir()) == []


def test_a_folder_that_others_may_write_to_is_not_used(folder: Path) -> None:
    (folder / f"ninefold-{os.getuid()}").mkdir()
    (folder / f"ninefold-{os.getuid()}").chmod(0o777)
    assert [ask("q", "'first'"), ask("q", "'second'")] == ["first", "second"]


def test_within_a_run_whatever_is_said_is_known() -> None:
    memory, day, said = Memory("test", 3), date(2020, 1, 1), iter([math.nan])
    assert [memory.recall("day", lambda: day) for _ in range(2)] == [day, day]
    assert math.isnan(memory.recall("number", said.__next__))
    assert math.isnan(memory.recall("number", said.__next__))


# Configs


def title(conf: Path, *overrides: str) -> Any:
    return compose(conf, overrides).values["project"]["title"]


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    """Return the config of a project that was composed before."""
    conf = copy("weights", tmp_path / "weights") / "conf"
    compose(conf)
    return conf


def test_a_config_is_composed_anew_after_a_change(conf: Path) -> None:
    was = title(conf)
    assert title(conf, "project.title=Other") == "Other"
    edit(conf / "config.yaml", f"title: {was}", "title: Third")
    assert title(conf) == "Third"


def test_whoever_changes_a_value_changes_his_own(conf: Path) -> None:
    was = title(conf)
    compose(conf).values["project"]["title"] = "Other"
    assert title(conf) == was


@pytest.mark.parametrize(
    "text",
    ["${oc.env:WORD}", '"${oc.env:WORD}"', '"\\u0024{oc.env:WORD}"', '"$\\\n    {oc.env:WORD}"', "${${name}:WORD}"],
)
def test_a_config_that_reads_the_environment_is_refused(text: str, conf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its value, a secret it may be, would be kept; nothing of it is, and nothing of it is told."""
    line = (conf / "config.yaml").read_text().splitlines().index(f"  title: {title(conf)}") + 1
    edit(conf / "config.yaml", f"title: {title(conf)}", f"title: {text}")
    with (conf / "config.yaml").open("a") as file:
        file.write("name: oc.env\n")
    monkeypatch.setenv("WORD", "hunter2")
    with pytest.raises(ConfigError, match=f"conf/config.yaml:{line}: project.title: an environment variable") as error:
        title(conf)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("override", ["project.title=${oc.env:WORD}", "project.title='${oc.decode:${oc.env:WORD}}'"])
def test_an_override_that_reads_the_environment_is_refused(
    override: str, conf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORD", "hunter2")
    with pytest.raises(ConfigError, match="an environment variable") as error:
        title(conf, override)
    assert "hunter2" not in str(error.value)


def test_a_group_behind_a_link_is_not_remembered(conf: Path, tmp_path: Path) -> None:
    (conf / "problem").rename(tmp_path / "problem")
    (conf / "problem").symlink_to(tmp_path / "problem")
    (file,) = (tmp_path / "problem").glob("*.yaml")
    question = compose(conf).values["problem"]["question"]
    edit(file, question, "Why?")
    assert compose(conf).values["problem"]["question"] == "Why?"


@pytest.mark.slow
def test_a_mistake_is_told_each_time_with_its_line(conf: Path) -> None:
    edit(conf / "config.yaml", "project:\n", "project:\n  titel: Weights\n")
    told = [run(conf.parent, "ninefold", "generate", fails=True) for _ in range(2)]
    assert told[0] == told[1]
    assert "conf/config.yaml:" in told[0]


# The command


Change = Callable[[Path], object]
CHANGES: dict[str, Change] = {
    "an edit by hand": lambda folder: edit(folder / "weights/collect.py", "def main", "def  main"),
    "an edit of what is written whole": lambda folder: (folder / "params.yaml").write_text("{}\n"),
    "a deleted file": lambda folder: (folder / "weights/collect.py").unlink(),
    "a deleted dvc.yaml": lambda folder: (folder / "dvc.yaml").unlink(),
    "a base that is gone": lambda folder: (folder / ".ninefold/base/dvc.yaml.rendered").unlink(),
    "a template": lambda folder: [
        (folder / "templates/package").mkdir(parents=True),
        (folder / "templates/package/outputs.py.jinja").write_text("WORD = 'own'\n"),
    ],
    "an option": lambda folder: edit(folder / "conf/model/linear.yaml", "regularization: 1.0", "regularization: 2.0"),
}


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_changed_is_seen_where_all_was_known(change: Change, tmp_path: Path) -> None:
    outcomes = []
    for name in ("known", "new"):
        project, empty = copy("weights", tmp_path / name / "weights"), tmp_path / name / "empty"
        for _ in range(2):
            run(project, "ninefold", "generate")
        change(project)
        empty.mkdir()
        said = run(project, "ninefold", "generate", env={"TMPDIR": str(empty)} if name == "new" else {})
        files = {path.relative_to(project): path.read_bytes() for path in project.rglob("*") if path.is_file()}
        outcomes.append((said, files))
    assert outcomes[0] == outcomes[1]


@pytest.mark.slow
def test_what_takes_long_to_import_is_left_where_nothing_is_new(tmp_path: Path) -> None:
    project = copy("weights", tmp_path / "weights")
    command = [sys.executable, "-c", IMPORTED]
    said = [run(project, *command).splitlines()[-1] for _ in range(3)]
    assert said == ["['duckdb', 'hydra', 'omegaconf']", "[]", "[]"]
