"""How much of a number one column explains: all, where it is the number in another unit or in another shape."""

import numpy as np
import pytest

from generator.new.shares import shares

ROWS = 240
TARGET = np.random.default_rng(0).gamma(2, 50, ROWS).round(2)
SHAPES = {
    "logarithm": np.log1p(TARGET).round(4),
    "inverse": (1 / TARGET).round(6),
    "rank": np.argsort(np.argsort(TARGET)).astype(np.float64),
    "tenth": (np.argsort(np.argsort(TARGET)) * 10 // ROWS).astype(np.float64),
    "with gaps": np.where(np.arange(ROWS) % 5, np.sqrt(TARGET), np.nan),
}


@pytest.mark.parametrize("name", SHAPES)
def test_what_stands_in_the_order_of_the_target_explains_nearly_all(name: str) -> None:
    (share,) = shares({name: SHAPES[name]}, TARGET).values()
    assert 0.98 <= share <= 0.999


def test_another_unit_explains_more_than_the_same_order() -> None:
    assert shares({"unit": TARGET * 0.3 + 5}, TARGET)["unit"] > 0.9999


def test_an_honest_feature_explains_less() -> None:
    draw = np.random.default_rng(1)
    found = shares({"area": TARGET * (1 + draw.normal(0, 0.15, ROWS)), "noise": draw.normal(size=ROWS)}, TARGET)
    assert found["area"] < 0.98 and found["noise"] < 0.2
