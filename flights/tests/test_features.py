"""features.sql gives a column for each feature and a row for each input."""

from pathlib import Path

import duckdb
import pytest

from flights.columns import FEATURES
from flights.tests.examples import LOOKUPS

INPUTS_SQL = Path(__file__).with_name("inputs.sql")
FEATURES_SQL = Path(__file__).parents[1] / "features.sql"


@pytest.fixture
def database() -> duckdb.DuckDBPyConnection:
    """A database with three rows of inputs of which nothing is known, and nothing to look up."""
    database = duckdb.connect()
    for statement in LOOKUPS.values():
        database.execute(statement)
    database.execute(INPUTS_SQL.read_text(encoding="utf-8"))
    database.execute("INSERT INTO inputs (__row) VALUES (0), (1), (2)")
    database.execute(FEATURES_SQL.read_text(encoding="utf-8"))
    return database


def test_every_feature_is_a_column(database: duckdb.DuckDBPyConnection) -> None:
    assert database.sql("FROM features").columns == ["__row", *FEATURES]


def test_every_input_is_a_row(database: duckdb.DuckDBPyConnection) -> None:
    assert database.sql("SELECT __row FROM features ORDER BY __row").fetchall() == [(0,), (1,), (2,)]
