"""`ninefold show`: every value with every default, as YAML, each beside where it was given."""

import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from generator.cli import app
from generator.config.annotate import annotated
from generator.config.compose import compose
from generator.validation.check import check
from tests.sandbox import PROJECTS, ROOT
from tests.test_errors import BASE, CASES, laid_over_base

FOLDERS = [ROOT, BASE, *(folder for folder in PROJECTS.iterdir() if (folder / "conf").is_dir())]


def shown(*arguments: str, folder: Path = ROOT) -> str:
    done = CliRunner().invoke(app(), ["show", *arguments, "--project", str(folder)])
    assert done.exit_code == 0, done.output
    return done.stdout


def comments(text: str) -> dict[str, str]:
    """Return the comment of every line of ``text``, by what stands before it; later lines win."""
    return {before.strip(): comment for before, comment in re.findall(r"^(.*?)  # (.*)$", text, re.MULTILINE)}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_it_is_the_whole_config_as_yaml(folder: Path) -> None:
    config = check(compose(folder / "conf")).config
    assert yaml.safe_load(shown(folder=folder)) == config.model_dump(mode="json", by_alias=True, exclude_none=True)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_file_and_line_is_there_and_holds_the_key(folder: Path) -> None:
    places = re.findall(r"^ *(?:([\w]+): |- ).*  # (conf/\S+):(\d+)$", shown(folder=folder), re.MULTILINE)
    assert len(places) > 50
    for key, file, number in places:
        line = (folder / file).read_text(encoding="utf-8").splitlines()[int(number) - 1]
        assert key in line or line == "{}" or key in ("sql", "kind"), f"{file}:{number} does not give {key}"


def test_a_default_an_override_and_the_part_of_a_short_form_are_told_apart() -> None:
    text = shown("split", "features.route", "split.validation=0.3")
    assert list(yaml.safe_load(text)) == ["split", "features"]
    assert comments(text) == {
        "kind: time": "conf/split/by_time.yaml:3",
        "holdout: 0.25": "default",
        "holdout_from: '2013-10-01'": "conf/split/by_time.yaml:4",
        "validation: 0.3": "override split.validation=0.3",
        "sql: origin || '-' || dest": "conf/features/flights.yaml:6",
        "kind: target": "conf/features/flights.yaml:6",
        "smooth: 20.0": "default",
        "folds: 5": "default",
        "count: false": "default",
    }


def test_comments_stand_in_one_column() -> None:
    assert len({line.index("  # ") for line in shown("model").splitlines() if "  # " in line}) == 1


def test_groups_may_be_written_as_folders() -> None:
    assert shown("data/sources") == shown("data.sources")


def test_names_may_be_anything(tmp_path: Path) -> None:
    conf = laid_over_base(CASES / "hostile_names_work", tmp_path)
    columns = check(compose(conf)).config.data.columns
    assert yaml.safe_load(shown("data.columns", folder=tmp_path))["data"]["columns"].keys() == columns.keys()
    values = {"a": {"two\nlines": "b\n\nc\n", "#": " # ", "e.f": {}, "'": [[], "x\xa0", "é\t"]}}
    assert yaml.safe_load(annotated(values, compose(conf))) == values


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("splt", "did you mean 'split'?"),
        ("model.lightgbm.params.num_leafs", "did you mean 'num_leaves'?"),
        ("split.kind.x", "nothing is below 'split.kind'"),
        ("deploy.kubernets", "did you mean 'kubernetes'?"),
        (".", "is no path"),
    ],
)
def test_a_path_that_leads_nowhere(path: str, hint: str) -> None:
    done = CliRunner().invoke(app(), ["show", path, "--project", str(ROOT)])
    assert done.exit_code == 2
    assert hint in " ".join(done.stderr.replace("│", " ").split())
