"""Results that are kept from run to run come back as they were, and nothing that has changed is taken for known."""

import math
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from generator.cache import FOLDER, Cache
from generator.config.compose import compose
from generator.errors import ConfigError
from tests.sandbox import copy, edit, run

ASK = """
import sys
from pathlib import Path
from generator.cache import Cache, kept_in
with kept_in(Path(sys.argv[1])):
    print(Cache(sys.argv[2], 2).get(sys.argv[3], lambda: eval(sys.argv[4])))
"""
IMPORTED = "import sys; sys.argv = ['ninefold', 'generate']; from generator.cli import main\n" + (
    "try: main()\nexcept SystemExit: pass\nprint(sorted({'duckdb', 'hydra', 'omegaconf'} & sys.modules.keys()))"
)


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return where a user keeps the key, who has computed nothing yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a project."""
    (tmp_path / "project").mkdir()
    return tmp_path / "project"


def start(folder: Path, key: str, otherwise: str, kind: str = "test") -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", ASK, str(folder), kind, key, otherwise]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def ask(folder: Path, key: str, otherwise: str, kind: str = "test") -> str:
    """Return the result in a process of its own, which is what ``otherwise`` gives where none is kept."""
    with start(folder, key, otherwise, kind) as process:
        told = process.communicate()[0].strip()
    assert process.returncode == 0
    return told


def is_kept(folder: Path) -> bool:
    return [ask(folder, "q", "'first'"), ask(folder, "q", "'second'")] == ["first", "first"]


@pytest.mark.parametrize("result", ["'ä\\ud800'", "[1, 2.5, None, True]", "{'a': ['b', float('inf')]}", "-0.0"])
def test_a_result_outlives_the_run(result: str, folder: Path) -> None:
    first = ask(folder, "q", f"ascii({result})")
    assert ask(folder, "q", "'another'") == first
    assert ask(folder, "Q", "'another'") == "another"


@pytest.mark.parametrize("result", ["(1, 2)", "[(1, 2)]", "{1: 2}", "__import__('datetime').date(2020, 1, 1)"])
def test_what_json_would_change_is_forgotten(result: str, folder: Path) -> None:
    ask(folder, "q", result)
    assert ask(folder, "q", "'another'") == "another"


def test_the_result_that_was_asked_for_longest_ago_is_forgotten_first() -> None:
    results = Cache("test", 2)
    for key in "abac":
        results.get(key, lambda: "first")
    assert [results.get(key, lambda: "second") for key in "acb"] == ["first", "first", "second"]


def test_within_a_run_whatever_was_computed_is_known() -> None:
    results, day, said = Cache("test", 3), date(2020, 1, 1), iter([math.nan])
    assert [results.get("day", lambda: day) for _ in range(2)] == [day, day]
    assert math.isnan(results.get("number", said.__next__))
    assert math.isnan(results.get("number", said.__next__))
    assert [results.get("none", lambda: None) for _ in range(2)] == [None, None]


@pytest.mark.parametrize("damage", [b"", b"[1]", b"{", b"\xff", b"null", b"\n{}"])
def test_a_file_that_broke_is_written_anew(damage: bytes, folder: Path) -> None:
    ask(folder, "q", "'first'")
    (folder / FOLDER / "test.json").write_bytes(damage)
    assert [ask(folder, "q", "'second'"), ask(folder, "q", "'third'")] == ["second", "second"]


def test_git_leaves_the_folder_out(folder: Path) -> None:
    assert is_kept(folder)
    run(folder, "git", "init", "-q")
    assert run(folder, "git", "status", "--porcelain", "--untracked-files=all") == ""


def test_runs_at_once_do_no_harm(folder: Path) -> None:
    """Whichever comes last is kept whole; a file that two have written into is not believed."""
    runs = [start(folder, key, f"{key!r} * 100_000") for key in "abcdef"]
    assert [process.communicate()[0].strip() for process in runs] == [key * 100_000 for key in "abcdef"]
    assert {process.returncode for process in runs} == {0}
    assert is_kept(folder)


def test_where_nothing_can_be_written_all_is_computed_again(folder: Path) -> None:
    (folder / FOLDER).parent.touch()
    assert not is_kept(folder)


def test_where_no_key_can_be_kept_all_is_computed_again(folder: Path, state: Path) -> None:
    state.touch()
    assert not is_kept(folder)
    assert not (folder / FOLDER).exists()


@pytest.mark.parametrize("damage", [b"", b"short"])
def test_a_key_that_broke_is_not_used(damage: bytes, folder: Path, state: Path) -> None:
    assert is_kept(folder)
    (state / "ninefold/cache.key").write_bytes(damage)
    assert not is_kept(folder)


# A folder that came from elsewhere


def test_what_another_user_computed_is_not_believed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_kept(folder)
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "another"))
    assert ask(folder, "q", "'second'") == "second"


def test_a_result_of_another_kind_is_not_believed(folder: Path) -> None:
    assert is_kept(folder)
    shutil.copy(folder / FOLDER / "test.json", folder / FOLDER / "other.json")
    assert ask(folder, "q", "'second'", "other") == "second"


def test_a_key_that_others_may_read_is_not_used(folder: Path, state: Path) -> None:
    assert is_kept(folder)
    (state / "ninefold/cache.key").chmod(0o644)
    assert not is_kept(folder)


@pytest.mark.parametrize("linked", [FOLDER, ".ninefold"])
def test_a_link_in_the_place_of_the_folder_is_not_followed(linked: str, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "foreign/cache").mkdir(parents=True)
    (folder / linked).parent.mkdir(exist_ok=True)
    (folder / linked).symlink_to(tmp_path / "foreign")
    assert not is_kept(folder)
    assert [path.name for path in (tmp_path / "foreign").rglob("*")] == ["cache"]


@pytest.mark.parametrize("name", ["test.json", "test.json.partial"])
def test_a_link_in_the_place_of_a_file_is_not_written_through(name: str, folder: Path, tmp_path: Path) -> None:
    (folder / FOLDER).mkdir(parents=True)
    (tmp_path / "foreign").write_text("mine")
    (folder / FOLDER / name).symlink_to(tmp_path / "foreign")
    ask(folder, "q", "'first'")
    assert (tmp_path / "foreign").read_text() == "mine"


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


@pytest.mark.parametrize("override", [(), ("project.title=${now:%H:%M:%S.%f}",)])
def test_a_config_that_asks_for_the_time_is_composed_anew(override: tuple[str, ...], conf: Path) -> None:
    edit(conf / "config.yaml", f"title: {title(conf)}", "title: At ${now:%H:%M:%S.%f}")
    assert title(conf, *override) != title(conf, *override)


def test_origins_are_known_where_nothing_is_new(conf: Path) -> None:
    first, again = compose(conf), compose(conf)
    assert first.origins == again.origins
    assert again.origin(("split", "seed")).file == "conf/split/at_random.yaml"


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
    "an edit by hand": lambda folder: edit(folder / "weights/data/collect.py", "def main", "def  main"),
    "an edit of what is written whole": lambda folder: (folder / "params.yaml").write_text("{}\n"),
    "a deleted file": lambda folder: (folder / "weights/data/collect.py").unlink(),
    "a deleted dvc.yaml": lambda folder: (folder / "dvc.yaml").unlink(),
    "a base that is gone": lambda folder: (folder / ".ninefold/base/dvc.yaml.rendered").unlink(),
    "a template": lambda folder: [
        (folder / "templates/package/common").mkdir(parents=True),
        (folder / "templates/package/common/outputs.py.jinja").write_text("WORD = 'own'\n"),
    ],
    "an option": lambda folder: edit(folder / "conf/model/linear.yaml", "regularization: 1.0", "regularization: 2.0"),
}


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_changed_is_seen_where_all_was_known(change: Change, tmp_path: Path) -> None:
    outcomes = []
    for name in ("known", "new"):
        project = copy("weights", tmp_path / name / "weights")
        for _ in range(2):
            run(project, "ninefold", "generate")
        change(project)
        shutil.rmtree(project / FOLDER) if name == "new" else None
        said = run(project, "ninefold", "generate")
        files = {
            path.relative_to(project): path.read_bytes()
            for path in project.rglob("*")
            if path.is_file() and project / FOLDER not in path.parents
        }
        outcomes.append((said, files))
    assert outcomes[0] == outcomes[1]


@pytest.mark.slow
def test_what_takes_long_to_import_is_left_where_nothing_is_new(tmp_path: Path) -> None:
    project = copy("weights", tmp_path / "weights")
    command = [sys.executable, "-c", IMPORTED]
    said = [run(project, *command).splitlines()[-1] for _ in range(3)]
    assert said == ["['duckdb', 'hydra', 'omegaconf']", "[]", "[]"]
