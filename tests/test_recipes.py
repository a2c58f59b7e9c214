"""``ninefold import``: what goes over from a project of MLflow Recipes, and what is told of the rest."""

from pathlib import Path

import palmerpenguins
import pytest
import yaml

from generator.new.answers import UnfitError
from generator.new.fetching import at_hand
from generator.new.reading import opened
from generator.new.recipes import read_recipe
from tests.sandbox import ran, run

RECIPE = """\
recipe: "regression/v1"
target_col: "body_mass_g"
primary_metric: "mean_absolute_error"
steps:
  ingest: {{INGEST_CONFIG}}
  split:
    split_ratios: {{SPLIT_RATIOS|default([0.75, 0.125, 0.125])}}
    post_split_filter_method: create_dataset_filter
  transform:
    using: "custom"
    transformer_method: transformer_fn
  train:
    using: "custom"
    estimator_method: estimator_fn
    tuning:
      enabled: false
  evaluate:
    validation_criteria:
      - metric: root_mean_squared_error
        threshold: 900
      - metric: weighted_mean_squared_error
        threshold: 20
  register:
    allow_non_validated_model: false
    model_name: "penguins"
custom_metrics:
  - name: weighted_mean_squared_error
    function: weighted_mean_squared_error
    greater_is_better: False
"""
PROFILE = """\
INGEST_CONFIG:
  using: csv
  location: "./data/penguins.csv"
SPLIT_RATIOS: [0.6, 0.2, 0.2]
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    source = Path(palmerpenguins.__file__).with_name("data") / "penguins.csv"
    for path, text in {
        "recipe.yaml": RECIPE, "profiles/local.yaml": PROFILE, "data/penguins.csv": source.read_text()
    }.items():  # fmt: skip
        (tmp_path / "old" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "old" / path).write_text(text)
    return tmp_path / "old/recipe.yaml"


def test_answers_and_notes(recipe: Path) -> None:
    found = read_recipe(recipe, "local")
    answers = found.answers
    assert found.data == (str(recipe.parent / "data/penguins.csv"),)
    assert (answers.target, answers.task, answers.metric) == ("body_mass_g", "regression", "mae")
    assert (answers.holdout, answers.validation) == (0.2, 0.25)
    assert answers.guardrails == {"rmse": {"max": 900.0}}
    places = {note.split(": ")[0].split(":")[1] for note in found.notes}
    lines = RECIPE.splitlines()
    told = {lines[int(line) - 1].strip().split(":")[0] for line in places}
    assert told == {
        "post_split_filter_method",
        "transformer_method",
        "estimator_method",
        "tuning",
        "custom_metrics",
        "evaluate",
    }


def test_a_variable_in_a_comment_is_nothing_to_fill_in(recipe: Path) -> None:
    plain = read_recipe(recipe, "local")
    recipe.write_text(f"# set {{{{ NOWHERE }}}} in a profile, {{% if %}}\n{RECIPE}".replace(
        "register:", "register:  # as {{ NOWHERE_ELSE }} says"
    ))  # fmt: skip
    profile = recipe.parent / "profiles/local.yaml"
    profile.write_text(f"# {{{{ NOWHERE }}}}\nNOTE: 'no # comment'\n{PROFILE}")
    found = read_recipe(recipe, "local")
    assert (found.answers, found.data) == (plain.answers, plain.data)
    assert found.notes[0].split(":")[1] == str(int(plain.notes[0].split(":")[1]) + 1)


def test_several_files_are_one_table(recipe: Path, tmp_path: Path) -> None:
    lines = (recipe.parent / "data/penguins.csv").read_text().splitlines(keepends=True)
    for name, part in {"early.csv": lines[1:200], "late.csv": lines[200:]}.items():
        (recipe.parent / "data" / name).write_text("".join([lines[0], *part]))
    files = PROFILE.replace('"./data/penguins.csv"', "[data/early.csv, ./data/late.csv]")
    (recipe.parent / "profiles/local.yaml").write_text(files)
    with at_hand(read_recipe(recipe, "local").data) as files, opened(files) as raw:
        assert ([file.name for file in files], raw.rows) == (["early.csv", "late.csv"], len(lines) - 1)


def test_a_target_that_the_recipe_makes_is_told(recipe: Path, tmp_path: Path) -> None:
    ingest = "{using: csv, location: data/penguins.csv, loader_method: load}"
    recipe.write_text(RECIPE.replace("body_mass_g", "is_heavy").replace("{{INGEST_CONFIG}}", ingest))
    said = run(tmp_path, "ninefold", "import", "old/recipe.yaml", "penguins", fails=True)
    assert "no column 'is_heavy' in penguins.csv: the recipe makes it in load" in said


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("regression/v1", "ranking/v1", "neither regression/v1 nor"),
        ('target_col: "body_mass_g"', 'target_col: ""', "no target"),
        ("{{INGEST_CONFIG}}", "{{OTHER}}", "'OTHER' is undefined"),
        ("{{INGEST_CONFIG}}", "{using: delta, location: x}", "'delta' is not read"),
        ("{{INGEST_CONFIG}}", "{using: csv}", "no file is named"),
        ("steps:", "steps: [", "no valid YAML"),
    ],
)
def test_what_is_no_recipe_for_us_is_told(before: str, after: str, told: str, recipe: Path) -> None:
    recipe.write_text(RECIPE.replace(before, after))
    with pytest.raises(UnfitError) as caught:
        read_recipe(recipe, "local")
    assert told in str(caught.value)


def test_classes_with_a_positive_one(recipe: Path) -> None:
    text = RECIPE.replace("regression/v1", "classification/v1").replace("body_mass_g", "sex")
    recipe.write_text(text.replace("primary_metric:", 'positive_class: "male"\nprimary_metric:'))
    answers = read_recipe(recipe, "local").answers
    assert (answers.task, answers.positive) == ("binary", "male")


def test_what_classes_are_measured_by(recipe: Path) -> None:
    text = RECIPE.replace("regression/v1", "classification/v1").replace("body_mass_g", "sex")
    text = text.replace("mean_absolute_error", "f1_score").replace("root_mean_squared_error", "recall_score")
    recipe.write_text(text.replace("primary_metric:", 'positive_class: "male"\nprimary_metric:'))
    answers = read_recipe(recipe, "local").answers
    assert (answers.metric, answers.guardrails) == ("f1", {"recall": {"min": 900.0}})


@pytest.mark.slow
def test_it_becomes_a_project(recipe: Path, tmp_path: Path) -> None:
    said = run(tmp_path, "ninefold", "import", "old/recipe.yaml", "penguins")
    assert "steps.transform.transformer_method does not go over" in said
    shown = yaml.safe_load(run(tmp_path / "penguins", "ninefold", "show"))
    assert shown["metrics"]["primary"] == "mae"
    assert shown["metrics"]["guardrails"] == {"rmse": {"max": 900.0}}
    assert (shown["split"]["holdout"], shown["split"]["validation"]) == (0.2, 0.25)
    run(tmp_path / "penguins", "ninefold", "generate", "--check")


@pytest.mark.slow
def test_the_project_runs(recipe: Path, tmp_path: Path) -> None:
    run(tmp_path, "ninefold", "import", "old/recipe.yaml", "penguins")
    assert "report" in ran(run(tmp_path / "penguins", "dvc", "repro"))
