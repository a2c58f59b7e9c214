"""Whatever a verb is given, it ends with words and an exit code, and never with a traceback."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.cli import VERBS, main
from tests.sandbox import copy

NEEDED = {"new": ["made"], "import": ["recipe.yaml", "made"], "adopt": ["fewer"], "explain": ["metrics"]}
"""What a verb has to be given."""

ODD = {
    "new": ["made", "--data", "nowhere.csv", "--target", "y"],
    "import": ["nowhere.yaml", "made"],
    "generate": ["metrics.primary"],
    "run": ["--nowhere"],
    "compare": ["--nowhere"],
    "retrain": ["--nowhere"],
    "backtest": ["--nowhere"],
    "adopt": ["no such/experiment"],
    "serve": ["--port", "many"],
    "registry": ["--nowhere"],
    "promote": ["many"],
    "rollback": ["0"],
    "show": ["no.such=key"],
    "explain": ["no.such.key"],
    "contract": ["--nowhere"],
    "plan": ["split=no_such"],
    "upgrade": ["--project", "nowhere"],
    "eject": ["--project", "nowhere"],
}
"""Arguments that are wrong in one way or the other."""


def empty(folder: Path) -> None:
    """Leave the folder as it is."""


def without_git(folder: Path) -> None:
    """Make a project that is under no version control."""
    shutil.rmtree(folder)
    copy("weights", folder)


def no_yaml(folder: Path) -> None:
    """Make a project with a config that is no YAML."""
    without_git(folder)
    (folder / "conf/config.yaml").write_text("defaults: [\n  - {", encoding="utf-8")


def no_text(folder: Path) -> None:
    """Make a project with files that are no text."""
    without_git(folder)
    for name in ("conf/config.yaml", "params.yaml", "dvc.yaml", "dvc.lock"):
        (folder / name).write_bytes(b"\xff\xfe\x00\x81")
    (folder / "reports").mkdir()
    (folder / "reports/metrics.json").write_bytes(b"\xff{")


def folders(folder: Path) -> None:
    """Make a project in which folders stand where files should."""
    without_git(folder)
    shutil.rmtree(folder / "conf")
    for name in ("conf/config.yaml", "params.yaml", "dvc.yaml", "dvc.lock", "recipe.yaml"):
        (folder / name).mkdir(parents=True)


def file_for_folder(folder: Path) -> None:
    """Put a file where conf/ should be, and others where their folders should be."""
    for name in ("conf", "reports", "registry", ".ninefold", "made", "vendor"):
        (folder / name).write_text("")


SCENES = (empty, without_git, no_yaml, no_text, folders, file_for_folder)


def tried(verb: str, given: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Run ``verb``, which has to come to an end by itself and to say something."""
    monkeypatch.setattr(sys, "argv", ["ninefold", verb, *given])
    with pytest.raises(SystemExit):
        main()
    said = "".join(capsys.readouterr())
    assert said
    assert "Traceback" not in said


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that is the current one, in no repository."""
    made = tmp_path / "project"
    made.mkdir()
    monkeypatch.chdir(made)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    return made


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "new"])  # which makes a folder of its own
def test_no_verb_ends_with_a_traceback(
    verb: str,
    scene: Callable[[Path], None],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    scene(folder)
    monkeypatch.chdir(folder)
    tried(verb, NEEDED.get(verb, []), monkeypatch, capsys)


@pytest.mark.parametrize("verb", VERBS)
def test_wrong_arguments_are_told(
    verb: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for given in (ODD[verb], ["--no-such-option"], ["--project", "nowhere"]):
        tried(verb, given, monkeypatch, capsys)


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in ("serve", "run")])
def test_a_program_that_is_not_there_is_named(
    verb: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without_git(folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", "")
    tried(verb, NEEDED.get(verb, []), monkeypatch, capsys)
