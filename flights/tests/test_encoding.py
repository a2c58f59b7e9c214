"""Numbers stay as they are, categories become codes, and what is missing or was never seen becomes NaN."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flights.columns import CATEGORIES, FEATURES, NUMBERS
from flights.encoding import encode, read_matrix

ENCODERS = {"categories": {name: {"seen": 2, "rare": 1} for name in CATEGORIES}}


def column(name: str, values: list[str | float | None]) -> pa.Array:
    return pa.array(values, pa.string() if name in CATEGORIES else pa.float64())


def test_known_values_are_kept() -> None:
    rows = pa.table({name: column(name, ["rare"] if name in CATEGORIES else [2.5]) for name in FEATURES})
    assert encode(rows, ENCODERS).tolist() == [[1.0 if name in CATEGORIES else 2.5 for name in FEATURES]]


def test_missing_values_are_nan() -> None:
    rows = pa.table({name: column(name, [None]) for name in FEATURES})
    assert np.isnan(encode(rows, ENCODERS)).all()


def test_unseen_categories_and_infinite_numbers_are_nan() -> None:
    rows = pa.table({name: column(name, ["unseen"] if name in CATEGORIES else [float("inf")]) for name in FEATURES})
    assert np.isnan(encode(rows, ENCODERS)).all()


def test_a_column_that_lacks_is_named(tmp_path: Path) -> None:
    rows = pa.table({name: column(name, [None]) for name in FEATURES[1:]} | {"other": [1]})
    pq.write_table(rows, tmp_path / "rows.parquet")
    with pytest.raises(KeyError) as error:
        read_matrix(tmp_path / "rows.parquet", ENCODERS)
    assert FEATURES[0] in error.value.args[0]


def test_features_are_numbers_or_categories() -> None:
    assert sorted((*NUMBERS, *CATEGORIES)) == sorted(FEATURES)
