"""Codes keep what makes them codes, and what stands for a missing value among numbers is missing."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from generator.new.answers import Answers
from generator.new.infer import infer
from generator.new.reading import opened
from tests.test_new import ROWS, cycle, inferred, only, table

CODES: dict[str, Sequence[str]] = {
    "postal codes in two parts": cycle("114 55", "123 45", "987 65"),
    "calls": [f"+49 {100 + row} {2000 + row}" for row in range(ROWS)],
    "cards": [f"4480 3746 {1000 + row} 1228" for row in range(ROWS)],
    "dial codes": cycle("+49", "+1", "+33"),
    "versions": cycle("1.10", "1.1", "1.9", "2.0"),
    "long versions": cycle("1.10.1", "1.1.2", "1.9.0"),
    "diagnoses": cycle("250.00", "038.9", "401.9"),
    "goods": cycle("0101.21", "8471.30", "8703.23"),
    "zeros with a minus among them": cycle("01", "02", "03", "-9"),
    "zeros behind an apostrophe": cycle("'001", "'002", "'003"),
    "lists": cycle("1,2,3", "4,5", "2,3"),
}


@pytest.mark.parametrize("name", CODES)
def test_a_code_stays_a_text(name: str, tmp_path: Path) -> None:
    column = only(inferred(tmp_path, {name: CODES[name]}), name)
    assert (column.kind.type, column.kind.read) == ("text", None), column


@pytest.mark.parametrize("mark", ["#DIV/0!", "n.a.", "NaT", "..", "\N{EN DASH}", "(null)", "unknown", "Not asked"])
def test_what_stands_among_numbers_or_dates_is_missing(mark: str, tmp_path: Path) -> None:
    ages = [mark if row % 10 == 0 else str(20 + row % 60) for row in range(ROWS)]
    days = [mark if row % 10 == 0 else f"{1 + row % 28:02}/{1 + row % 12:02}/2024" for row in range(ROWS)]
    found = inferred(tmp_path, {"age": ages, "seen": days})
    for name, kind in (("age", "integer"), ("seen", "date")):
        column = only(found, name)
        assert (column.kind.type, column.measure.missing, column.measure.marks) == (kind, ROWS / 10, (mark,))
    told = [doubt for doubt in found.doubts if "taken for a missing value" in doubt.text]
    assert len(told) == (2 if mark in ("unknown", "Not asked") else 0)


def test_a_few_words_among_classes_or_one_typing_error_are_no_marks(tmp_path: Path) -> None:
    found = inferred(tmp_path, {"kids": cycle("0", "1", "2", "more"), "age": ["abc", *map(str, range(1, ROWS))]})
    assert only(found, "kids").measure.missing == only(found, "age").measure.missing == 0


@pytest.mark.parametrize("classes", [("1,0", "2,0", "3,0"), ("1,000", "2,000", "3,000"), ("1.0", "2.0", "3.0")])
def test_classes_in_the_clothes_of_amounts_are_classes(classes: tuple[str, ...], tmp_path: Path) -> None:
    rows = {"size": [row * 7 % 11 + row / 1_000 for row in range(ROWS)], "level": cycle(*classes)}
    with opened((table(tmp_path, rows),)) as raw:
        assert infer(raw, Answers("level")).goal.task == "multiclass"


def test_a_number_of_a_row_may_be_written_with_signs(tmp_path: Path) -> None:
    column = only(inferred(tmp_path, {"order": [f"{1000 + row:,}" for row in range(ROWS)]}), "order")
    assert (column.role, column.reason) == ("drop", "counts the rows")
    assert column.kind.type == "integer"
