"""The config of a new project, read as its owner would: each value has its reason, and sentences are whole."""

import re
from itertools import pairwise
from pathlib import Path

import yaml

from generator.new.answers import Answers
from generator.new.files import files
from generator.new.infer import infer
from generator.new.reading import opened
from generator.new.scaffold import scaffold
from generator.plan import ProjectPlan
from generator.render.render import render_files
from tests.test_new import DAYS, ROWS, cycle, table

UNREASONED = {"seed", "kind", "host", "port", "package", "title", "question", "name", "table", "_self_"}
"""Keys whose value is nobody's inference."""


def config(folder: Path, columns: dict[str, list], target: str) -> dict[str, str]:
    """Return the files of a new project by their paths."""
    with opened((table(folder, columns),)) as raw:
        plan = scaffold(infer(raw, Answers(target)), "shop", "inputs/rows.csv", ())
    return {
        path: text
        for path, text in render_files(files(plan), ProjectPlan(package=plan.package)).items()
        if "conf/" in path
    }


def rows(target: list) -> dict[str, list]:
    return {
        "when": DAYS,
        "gender": cycle("f", "m", "m", ""),
        "noise": [index * 7 % 11 + (index % 13) / 10 for index in range(ROWS)],
        "region": cycle("n", "s", "e", "w", "n"),
        "comment": [f"the parcel number {index} came late" for index in range(ROWS)],
        "y": target,
    }


def test_each_inferred_value_has_its_reason(tmp_path: Path) -> None:
    for target in (cycle("no", "yes", "no"), cycle("a", "b", "c"), [index * 1.7 for index in range(ROWS)]):
        found = config(tmp_path, rows(target), "y")
        for path in (
            "problem/shop",
            "data/shop",
            "features/shop",
            "metrics/standard",
            "split/by_time",
            "model/lightgbm",
        ):
            lines = found[f"conf/{path}.yaml"].splitlines()[2:]
            for before, line in pairwise(["", *lines]):
                key = line.strip().lstrip("- ").partition(":")[0]
                heads = line.rstrip().endswith(":") or key in UNREASONED or re.match(r"\s+\w+: \{path: ", line)
                assert "  # " in line or before.lstrip().startswith("#") or line.lstrip().startswith("#") or heads, line


def test_questions_are_sentences(tmp_path: Path) -> None:
    asked = {
        "Will y be yes, given gender, noise, region and 1 more?": rows(cycle("no", "yes", "no")),
        "Which y is it, given noise?": {"noise": cycle(1, 5, 3, 2, 7), "y": cycle("a", "b", "c")},
        "What will y be, given when?": {"when": DAYS, "y": [index * 1.7 for index in range(ROWS)]},
    }
    for question, columns in asked.items():
        said = yaml.safe_load(config(tmp_path, columns, "y")["conf/problem/shop.yaml"])["question"]
        assert said == question


def test_slices_are_groups_of_people_then_what_explains_most(tmp_path: Path) -> None:
    """Not the first two columns, and none with groups of too few rows."""
    columns = {
        "rare": cycle(*["a"] * 39, "b"),
        "noise": cycle(1, 5, 3, 2, 7),
        "region": cycle("n", "s", "e", "w", "n"),
        "plan": ["big" if index % 3 == 1 or index % 5 == 0 else "small" for index in range(ROWS)],
        "Gender": cycle("f", "m", "m"),
        "y": cycle("no", "yes", "no"),
    }
    columns["Gender"] = [value if index % 2 else "f" for index, value in enumerate(columns["Gender"])]
    assert yaml.safe_load(config(tmp_path, columns, "y")["conf/metrics/standard.yaml"])["slices"] == ["Gender", "plan"]


def test_parts_of_the_time_that_never_change_are_no_features(tmp_path: Path) -> None:
    found = config(
        tmp_path, {"at": [f"{day} 00:00:00" for day in DAYS], "noise": cycle(1, 5, 3), "y": cycle(0, 1, 1, 0, 1)}, "y"
    )
    assert set(yaml.safe_load(found["conf/features/shop.yaml"])) == {"noise", "at month", "at weekday"}
