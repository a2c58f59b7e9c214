"""Every feature has a place for what is missing and what was never seen, and one row is encoded as many are."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flights.common.outputs import read_json
from flights.features.columns import CATEGORIES, FEATURES
from flights.features.encoders import column_features, encode, read_matrix
from flights.features.encoding.single import Encoder
from flights.tests.examples import draw, write_training


@pytest.fixture
def encoders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what is learnt from training data in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    write_training(*draw())
    return read_json(Path("data/encoders.json"))


def table(category: str | None, number: float | None) -> pa.Table:
    """Return one row in which every category and every number is the same."""
    return pa.table(
        {
            name: pa.array([category], pa.string()) if name in CATEGORIES else pa.array([number], pa.float64())
            for name in FEATURES
        }
    )


@pytest.mark.parametrize("category", [None, "0", "never seen", ""])
@pytest.mark.parametrize("number", [None, 2.5, float("nan"), float("inf"), -1e308])
def test_a_row_is_encoded_as_many_are(encoders: Any, category: str | None, number: float | None) -> None:
    row = tuple(category if name in CATEGORIES else number for name in FEATURES)
    one = np.array([Encoder(encoders).row(row)], dtype=np.float32)
    np.testing.assert_array_equal(one, encode(table(category, number), encoders))


def test_what_is_missing_or_never_seen_is_no_infinite_number(encoders: Any) -> None:
    for rows in (table(None, None), table("never seen", float("inf"))):
        assert not np.isinf(encode(rows, encoders)).any()


def test_every_column_has_a_name_and_comes_from_a_feature(encoders: Any) -> None:
    width = encode(table(None, None), encoders).shape[1]
    assert len(encoders["columns"]) == len(column_features(encoders)) == width


def test_a_column_that_lacks_is_named(tmp_path: Path, encoders: Any) -> None:
    pq.write_table(table(None, None).drop_columns(FEATURES[0]).append_column("other", [[1]]), tmp_path / "rows.parquet")
    with pytest.raises(KeyError) as error:
        read_matrix(tmp_path / "rows.parquet", encoders)
    assert FEATURES[0] in error.value.args[0]
