"""Whole numbers that name something are told from amounts by what their values say beyond how large they are."""

from pathlib import Path

import numpy as np
import pytest

from generator.new.answers import Answers, Inferred
from generator.new.infer import infer
from generator.new.reading import opened
from tests.test_new import table

ROWS, NAMES = 4_000, 400
RANDOM = np.random.default_rng(0)
LECTURERS = RANDOM.integers(1_000, 1_000 + NAMES, ROWS)
SKILLS = RANDOM.normal(size=NAMES)[LECTURERS - 1_000]
AMOUNTS = RANDOM.integers(0, 300, ROWS)
NOISE = RANDOM.normal(size=ROWS)
FEATURE = "lecturer code"


def inferred(folder: Path, target: list[object], **columns: list[object]) -> Inferred:
    """Return what is made of a table with lecturers, amounts and ``columns``."""
    told = {"lecturer": LECTURERS.tolist(), "amount": AMOUNTS.tolist(), **columns, "y": target}
    with opened((table(folder, told),)) as raw:
        return infer(raw, Answers("y"))


def test_numbers_of_people_are_names_and_amounts_are_not(tmp_path: Path) -> None:
    found = inferred(tmp_path, (SKILLS + AMOUNTS / 100 + NOISE).round(3).tolist())
    assert [feature.name for feature in found.features] == ["lecturer", FEATURE, "amount"]
    code = next(feature for feature in found.features if feature.name == FEATURE)
    assert (code.sql, code.encode) == ("CAST(lecturer AS VARCHAR)", "target")
    assert "each of 400 values" in code.reason


@pytest.mark.parametrize("classes", [["no", "yes"], ["a", "b", "c"]])
def test_names_are_found_for_classes_too(tmp_path: Path, classes: list[str]) -> None:
    places = np.digitize(SKILLS + NOISE / 2, np.quantile(SKILLS + NOISE / 2, np.linspace(0, 1, len(classes) + 1)[1:-1]))
    found = inferred(tmp_path, [classes[place] for place in places])
    assert FEATURE in {feature.name for feature in found.features}


@pytest.mark.parametrize(
    "target",
    [NOISE, AMOUNTS / 30 + NOISE, (LECTURERS - 1_000) / 100 + NOISE, np.where(NOISE > 3, 1e9, NOISE)],
    ids=["noise", "an amount", "the size of the number", "a few huge values"],
)
def test_what_the_size_says_makes_no_name(tmp_path: Path, target: np.ndarray) -> None:
    found = inferred(tmp_path, target.round(3).tolist())
    assert not [feature.name for feature in found.features if feature.encode == "target"]


def test_a_name_that_only_the_past_knows_is_none(tmp_path: Path) -> None:
    days = np.datetime64("2020-01-01") + np.arange(ROWS) // 4
    turned = np.concatenate([SKILLS[: ROWS // 2], -SKILLS[ROWS // 2 :]])
    found = inferred(tmp_path, (turned + NOISE / 4).round(3).tolist(), day=[str(day) for day in days])
    assert found.by_time
    assert FEATURE not in {feature.name for feature in found.features}


def test_a_code_has_a_name_of_its_own(tmp_path: Path) -> None:
    found = inferred(tmp_path, (SKILLS + NOISE).round(3).tolist(), **{FEATURE: RANDOM.random(ROWS).round(3).tolist()})
    names = [feature.name.lower() for feature in found.features]
    assert len(set(names)) == len(names)
    assert sum(feature.encode == "target" for feature in found.features) == 1


def test_missing_numbers_are_a_value_of_their_own(tmp_path: Path) -> None:
    lecturers = [None if index % 10 == 0 else name for index, name in enumerate(LECTURERS.tolist())]
    told = {"lecturer": ["" if name is None else name for name in lecturers], "y": (SKILLS + NOISE).round(3).tolist()}
    with opened((table(tmp_path, told),)) as raw:
        found = infer(raw, Answers("y"))
    assert FEATURE in {feature.name for feature in found.features}
