"""Numbers that stand for a missing value are told; those that are far from others for another reason are not."""

from pathlib import Path

import pytest

from generator.new.answers import Answers
from generator.new.infer import infer
from generator.new.reading import opened
from tests.test_new import ROWS, table

VALUES = [round(20 + row * 37 % 101 / 10, 1) for row in range(ROWS)]


def doubts(folder: Path, values: list[object]) -> list[str]:
    target = [str(row * 7 % 2) for row in range(ROWS)]
    with opened([table(folder, {"reading": values, "target": target})]) as raw:
        return [doubt.text for doubt in infer(raw, Answers(target="target")).doubts if "stands for" in doubt.text]


@pytest.mark.parametrize("mark", ["-999", "-99.0", "9999", "-9999.00", "888"])
def test_a_number_far_beyond_all_others_is_told(mark: str, tmp_path: Path) -> None:
    (told,) = doubts(tmp_path, [mark if row % 9 == 0 else value for row, value in enumerate(VALUES)])
    assert f"hold {mark}, all others 20 to 30" in told
    assert f"`nulls: ['{mark}']`" in told


@pytest.mark.parametrize("values", [
    [900 + row % 100 for row in range(ROWS)],
    [-5000 if row % 9 == 0 else value for row, value in enumerate(VALUES)],
    [9999 if row == 3 else value for row, value in enumerate(VALUES)],
    [99 if row % 9 == 0 else row % 100 for row in range(ROWS)],
    [99 if row % 9 == 0 else 1 for row in range(ROWS)],
], ids=["999 among 900s", "another number", "a single row", "99 of a hundred", "two values"])  # fmt: skip
def test_other_numbers_are_not(values: list[object], tmp_path: Path) -> None:
    assert doubts(tmp_path, values) == []
