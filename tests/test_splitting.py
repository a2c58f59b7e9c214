"""How a new project is split, what is doubtful about it, and that a part of no use is refused before training."""

import types
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
import yaml

from generator.new.answers import Answers, Inferred, UnfitError
from generator.new.infer import infer
from generator.new.reading import opened
from generator.new.scaffold import scaffold
from tests.sandbox import PROJECTS, tree
from tests.test_new import DAYS, ROWS, cycle, only, table

NOISE = [index * 7 % 11 for index in range(ROWS)]
YES_OR_NO = cycle(0, 1, 0, 1, 1)


def inferred(folder: Path, columns: Mapping[str, Sequence[Any]], **answers: Any) -> Inferred:
    """Return what is inferred of ``columns``, the last of which is the target."""
    with opened((table(folder, {"noise": NOISE, **columns}),)) as raw:
        return infer(raw, Answers(list(columns)[-1], **answers))


BARRED = {
    "the latest rows": ([*YES_OR_NO[:90], *[0] * 30], "y would always be 0 in the rows held out"),
    "rows for validation": (
        [*YES_OR_NO[:70], *[1] * 21, *YES_OR_NO[:29]],
        "y would always be 1 in the rows for validation",
    ),
    "numbers": ([*[index * 1.7 for index in range(90)], *[0.0] * 30], "y would always be 0.0 in the rows held out"),
    "late classes": (["a", "b"] * 30 + ["c", "a", "b"] * 20, "c would occur in the later half of the rows alone"),
}


def test_a_part_that_would_have_no_rows_is_told(tmp_path: Path) -> None:
    quarters = [f"2014-Q{1 + index // 30}" for index in range(120)]
    found = inferred(tmp_path, {"at": quarters, "y": YES_OR_NO}, holdout=0.2)
    why = "no rows would be left for validation: too many share the latest moment"
    assert found.split_reason == f"at random: by time, {why}"


@pytest.mark.parametrize("name", BARRED)
def test_a_split_by_time_that_could_not_be_scored_is_at_random_and_told(name: str, tmp_path: Path) -> None:
    target, why = BARRED[name]
    found = inferred(tmp_path, {"at": DAYS, "y": target})
    assert (found.by_time, found.split_reason) == (False, f"at random: by time, {why}")
    assert why in {doubt.path: doubt.text for doubt in found.doubts}["defaults", "split"]


def test_a_rare_answer_is_told_with_its_rows_in_each_part(tmp_path: Path) -> None:
    few = ["yes" if row in (3, 50, 80, 91, 119) else "no" for row in range(ROWS)]
    doubt, unreleased = inferred(tmp_path, {"at": DAYS, "y": few}).doubts
    assert unreleased.path == ("release", "min_gain")
    assert unreleased.text.startswith("2 held-out rows are outside the largest class: too few to release anything by")
    assert "true (5: 2 for training, 1 for validation, 2 held out)" in doubt.text
    (doubt, *_) = inferred(tmp_path, {"y": few}, validation=0.2).doubts
    assert "yes (5: 3 for training, 1 for validation, 1 held out)" in doubt.text
    (doubt, *_) = inferred(tmp_path, {"y": few}).doubts
    assert "yes (5: 4 for training, 1 held out)" in doubt.text
    assert doubt.path == ("problem", "target", "sql")


@pytest.mark.parametrize(
    ("rows", "answers", "folds"),
    [
        (120, {}, 5),
        (999, {}, 5),
        (1_000, {}, 3),
        (20_000, {}, 3),
        (20_001, {}, None),
        (120, {"validation": 0.3}, None),
    ],
)
@pytest.mark.parametrize("by_time", [True, False])
def test_the_fewer_the_rows_the_more_folds(
    rows: int, answers: Mapping[str, float], folds: int | None, by_time: bool, tmp_path: Path
) -> None:
    days = {"at": [str(date(1960, 1, 1) + timedelta(days=row)) for row in range(rows)]}
    columns = {
        "x": [row * 7 % 11 for row in range(rows)],
        **(days if by_time else {}),
        "y": [row % 2 for row in range(rows)],
    }
    with opened((table(tmp_path, columns),)) as raw:
        found = infer(raw, Answers("y", **answers))
    assert (found.by_time, found.folds) == (by_time, folds)
    line = scaffold(found, "made", "made.csv", ()).chosen_by
    chosen = yaml.safe_load(line)
    assert chosen == ({"folds": folds} if folds else {"validation": answers.get("validation", 0.2)})
    assert ("could choose the wrong one" in line) == (folds == 5)


def test_fewer_folds_are_proposed_where_more_would_have_one_answer(tmp_path: Path) -> None:
    few = ["yes" if row in (3, 40, 60, 80, 119) else "no" for row in range(ROWS)]
    assert inferred(tmp_path, {"y": few}).folds == 3
    assert inferred(tmp_path, {"at": DAYS, "y": few}).folds == 3
    assert (
        inferred(tmp_path, {"at": DAYS, "y": ["yes" if row in (3, 88, 119) else "no" for row in range(ROWS)]}).folds
        is None
    )


def test_rare_classes_are_told(tmp_path: Path) -> None:
    (doubt,) = inferred(tmp_path, {"y": cycle("a", "b", "a", "b", "a", "b", "c", "b", "a", "b")}).doubts[:1]
    assert doubt.text.startswith("y: few of 120 rows are c (12: 9 for training, 3 held out)")


WHOM = ["patient_id", "customer", "Subject", "CustomerID", "id_cliente", "Kundennr", "no patient", "Élève", "顧客"]


@pytest.mark.parametrize("name", WHOM)
def test_rows_about_the_same_stay_together_in_a_split_at_random(name: str, tmp_path: Path) -> None:
    whom = [f"P{row // 3}" for row in range(ROWS)]
    found = inferred(tmp_path, {name: whom, "y": YES_OR_NO})
    assert (found.group, only(found, name).role) == (name, "group")
    assert found.split_reason.endswith(f"; rows of one {name} stay together: 40 values in 120 rows")
    assert name not in {feature.name for feature in found.features}
    assert name not in {doubt.path[-1] for doubt in found.doubts}
    by_time = inferred(tmp_path, {name: whom, "at": DAYS, "y": YES_OR_NO})
    assert (by_time.by_time, by_time.group, by_time.doubts) == (True, "", ())


@pytest.mark.parametrize("name", ["patient_id", "customer", "Subject"])
def test_rows_about_the_same_on_both_sides_are_told_where_they_are_split_one_by_one(name: str, tmp_path: Path) -> None:
    whom = [f"P{row // 3}" for row in range(ROWS)]
    alone = inferred(tmp_path, {name: whom, "y": YES_OR_NO}, ungrouped=True)
    assert alone.group == ""
    told = {doubt.path: doubt.text for doubt in alone.doubts}["data", "columns", name]
    assert f"several rows share a {name} (40 values in 120 rows)" in told
    assert told.endswith("name it as `group` in conf/split/at_random.yaml")


CODES = [f"A{row // 3}" for row in range(ROWS)]
BY_CODE = {
    "age of a customer": ("customer_age", [20 + row % 40 for row in range(ROWS)], {}),
    "numbers": ("size", [row // 3 for row in range(ROWS)], {}),
    "a category of a place": ("zip", CODES, {"y": [row // 3 % 2 for row in range(ROWS)]}),
    "a category with an id": ("store_id", CODES, {"y": [row // 3 % 2 for row in range(ROWS)]}),
    "a name of which nothing hangs": ("case_no", CODES, {}),
    "few values": ("customer", [f"P{row % 10}" for row in range(ROWS)], {}),
    "hardly any twice": ("customer", [f"P{row * 9 // 10}" for row in range(ROWS)], {}),
    "one with most rows": ("customer", [f"P{max(row - 80, 0)}" for row in range(ROWS)], {}),
    "answers of few": ("customer", CODES, {"y": [int(row < 9) for row in range(ROWS)]}),
}


@pytest.mark.parametrize("case", BY_CODE)
def test_what_is_no_group_is_left_as_it_is(case: str, tmp_path: Path) -> None:
    name, values, more = BY_CODE[case]
    found = inferred(tmp_path, {name: values, "y": YES_OR_NO, **more})
    assert (found.group, only(found, name).role == "group") == ("", False)


@pytest.mark.parametrize(
    ("name", "more", "why"),
    [
        ("case_no", {"y": [row // 3 % 2 for row in range(ROWS)]}, ", in each of which y hardly changes"),
        (
            "case_no",
            {"age": [row // 3 % 7 for row in range(ROWS)], "size": [row // 3 % 5 for row in range(ROWS)]},
            ", in each of which age, size hardly change",
        ),
        (
            "animal tag",
            {"age": [row // 3 % 7 for row in range(ROWS)], "y": [row // 3 % 2 for row in range(ROWS)]},
            ", in each of which y, age hardly change",
        ),
    ],
)
def test_a_name_in_whose_rows_others_are_the_same_is_a_group(
    name: str, more: Mapping[str, Sequence[Any]], why: str, tmp_path: Path
) -> None:
    columns = {key: values for key, values in more.items() if key != "y"}
    found = inferred(tmp_path, {name: CODES, **columns, "y": more.get("y", YES_OR_NO)})
    assert found.group == name
    assert only(found, name).reason.startswith(f"40 values in 120 rows{why}: ")


def test_a_group_can_be_named_and_is_said_in_the_config(tmp_path: Path) -> None:
    found = inferred(tmp_path, {"batch's": CODES, "y": YES_OR_NO}, group="batch's")
    plan = scaffold(found, "made", "made.csv", ())
    assert yaml.safe_load(plan.group) == {"group": '"batch\'s"'}
    with pytest.raises(UnfitError, match="no column 'batches' for the group"):
        inferred(tmp_path, {"batch's": CODES, "y": YES_OR_NO}, group="batches")
    with pytest.raises(UnfitError, match="the column 'y' has the role outcome"):
        inferred(tmp_path, {"batch's": CODES, "y": YES_OR_NO}, group="y")
    with pytest.raises(UnfitError, match="120 values in 120 rows: no rows belong together by it"):
        inferred(tmp_path, {"n": [f"N{row}" for row in range(ROWS)], "y": YES_OR_NO}, group="n")
    with pytest.raises(UnfitError, match="add --at-random, or leave --group out"):
        inferred(tmp_path, {"batch's": CODES, "at": DAYS, "y": YES_OR_NO}, group="batch's")


def test_a_code_that_names_the_group_is_not_encoded_by_the_target(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    whom = np.repeat(np.arange(150), 8)
    income = draw.permutation(900_000)[:150][whom]
    bought = (draw.random(150)[whom] + draw.random(1_200) / 5 > 0.6).astype(int)
    columns = {"customer": [f"C{one}" for one in whom], "income": income.tolist(), "y": bought.tolist()}
    with opened((table(tmp_path, {"noise": draw.random(1_200).tolist(), **columns}),)) as raw:
        found = infer(raw, Answers("y"))
    assert [feature.name for feature in found.features] == ["noise", "income"]


def test_whole_numbers_that_name_whom_rows_are_about_are_no_measurement(tmp_path: Path) -> None:
    columns = {"patient_id": [1_000 + row // 2 for row in range(ROWS)], "y": YES_OR_NO}
    found = inferred(tmp_path, columns, ungrouped=True)
    assert (only(found, "patient_id").role, only(found, "patient_id").reason[:23]) == (
        "drop",
        "60 values in 120 rows: ",
    )


def test_a_key_that_some_rows_share_is_told(tmp_path: Path) -> None:
    names = [f"C{max(row, 2)}" for row in range(ROWS)]
    found = inferred(tmp_path, {"case id": names, "y": YES_OR_NO})
    assert (only(found, "case id").role, only(found, "case id").reason) == ("key", "118 values in 120 rows")
    assert [doubt.path for doubt in found.doubts] == [("data", "columns", "case id", "role")]
    assert "2 of 120 rows have the case id of another row, set aside" in found.doubts[0].text
    assert inferred(tmp_path, {"case id": names, "at": DAYS, "y": YES_OR_NO}).doubts == ()


def test_what_most_rows_share_is_refused_as_a_key(tmp_path: Path) -> None:
    with pytest.raises(UnfitError, match="80 of 120 rows have the case of another row"):
        inferred(tmp_path, {"case": [f"C{row // 3}" for row in range(ROWS)], "y": YES_OR_NO}, key="case")


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (
            "('fit', 'a'), ('fit', 'b'), ('validation', 'a'), ('validation', 'b'), ('holdout', 'a'), ('holdout', 'b')",
            "",
        ),
        (
            "('fit', 'a'), ('fit', 'b'), ('validation', 'a'), ('validation', 'b'), ('holdout', 'a')",
            "in the rows for the holdout (1)",
        ),
        (
            "('fit', 'a'), ('fit', 'b'), ('validation', 'b'), ('holdout', 'a'), ('holdout', 'b')",
            "in the rows for validation (1)",
        ),
        ("('fit', 'a'), ('fit', 'b'), ('validation', 'a'), ('validation', 'b')", "there are no rows for the holdout"),
        (
            "('fit', 'a'), ('fit', 'b'), ('validation', 'a'), ('validation', 'b'), ('holdout', 'a'), ('holdout', 'c')",
            "classes that occur in the holdout alone: c",
        ),
    ],
)
def test_a_part_of_no_use_is_refused_before_training(rows: str, says: str) -> None:
    module = types.ModuleType("parts")
    exec(tree(PROJECTS / "penguins", "~split.folds")["birds/features/split.py"], vars(module))
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE parts AS FROM (VALUES {rows}) AS rows(__part, __target)")
        if not says:
            module.check_parts(database)
            return
        with pytest.raises(ValueError, match="no model can be trained and scored") as caught:
            module.check_parts(database)
    assert says in str(caught.value)
