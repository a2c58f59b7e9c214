"""`ninefold explain`: what a key means, from the schema; every key of it has words of its own."""

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from generator.cli import app
from generator.config.compose import compose
from generator.schema.config import Config
from generator.schema.reference import ANY, default_of, entries, everything, example_of, type_of
from generator.validation.check import check
from tests.sandbox import ROOT

KEYS = {".".join((*entry.path, entry.kind)): entry for entry in everything()}


def explained(*arguments: str, folder: Path = ROOT) -> str:
    done = CliRunner().invoke(app(), ["explain", *arguments, "--project", str(folder)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_every_key_has_a_meaning_a_type_and_a_default() -> None:
    told = {
        name: (*entry.meanings, type_of(entry.node), default_of(entry), all(len(text) > 10 for text in entry.meanings))
        for name, entry in KEYS.items()
    }
    assert [name for name, words in told.items() if len(words) < 4 or not all(words)] == []


def test_every_example_stands_at_its_place() -> None:
    examples = {name: (entry, yaml.safe_load(example_of(entry) or "null")) for name, entry in KEYS.items()}
    assert sum(values is not None for _, values in examples.values()) > len(KEYS) * 0.8
    for entry, values in examples.values():
        for part in entry.path if values else ():
            values = values["an_example" if part == ANY else part]


def test_every_group_is_listed_and_explained(tmp_path: Path) -> None:
    listed = explained(folder=tmp_path)
    for group in Config.model_fields:
        assert f"\n{group}: " in f"\n{listed}"
        assert explained(group, folder=tmp_path).startswith(f"{group}\n    ")


def test_every_value_of_the_example_can_be_explained() -> None:
    values = check(compose(ROOT / "conf")).config.model_dump(mode="json", by_alias=True, exclude_none=True)

    def paths(value: object, path: tuple[str, ...]) -> list[tuple[str, ...]]:
        below = value.items() if isinstance(value, dict) else ()
        return [path, *(found for key, item in below for found in paths(item, (*path, str(key))))]

    assert all(entries(path, values) for path in paths(values, ())[1:])


def test_a_key_with_its_current_value() -> None:
    assert explained("model.lightgbm.params.num_leaves") == (
        "model.lightgbm.params.num_leaves\n"
        "    most leaves of a tree: more of them fit finer, and overfit sooner\n"
        "\n"
        "type      a whole number, at least 2, at most 131072\n"
        "default   31\n"
        "here      31, from conf/model/lightgbm.yaml:8\n"
        "example\n"
        "    model:\n"
        "      lightgbm:\n"
        "        params:\n"
        "          num_leaves: 63\n"
    )


def test_the_kind_in_the_config_decides_what_a_key_means(tmp_path: Path) -> None:
    assert "the latest" in explained("split.holdout")
    assert "of `kind: random`" in explained("split.seed")
    both = explained("split.holdout", folder=tmp_path)
    assert "of `kind: time`" in both
    assert "of `kind: random`" in both
    assert "here " not in both


def test_names_of_the_users_own_lead_on() -> None:
    assert "here      key, from conf/data/flights.yaml:9" in explained("data.columns.carrier.role")
    assert explained("data/sources/'my.own'/path").startswith("data.sources.my.own.path\n")


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("splt", "did you mean 'split'?"),
        ("model.lightgbm.params.num_leafs", "did you mean 'model.lightgbm.params.num_leaves'?"),
        ("num_leaves", "did you mean 'model.<name>.params.num_leaves'?"),
        ("model.lightgbm.params.n_estimators", "the name here is rounds"),
        ("problem.use.x", "'problem.use' holds no keys"),
        ("zzzzzz", "known here: project, problem, data"),
    ],
)
def test_a_key_that_is_not_there(key: str, hint: str) -> None:
    done = CliRunner().invoke(app(), ["explain", key])
    assert done.exit_code == 2
    assert hint in " ".join(done.stderr.replace("│", " ").split())
