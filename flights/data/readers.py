"""Read files as conf/data/ says that they are written."""

from pathlib import Path

import duckdb

from flights.data.paths import exact
from flights.data.quotes import quotes


def read_csv(database: duckdb.DuckDBPyConnection, files: list[Path]) -> duckdb.DuckDBPyRelation:
    """Read CSV files, every value as text."""
    return database.read_csv(
        exact(files),
        header=True,
        skiprows=0,
        all_varchar=True,
        sep=",",
        na_values=["NA", ""],
        hive_partitioning=False,
        **quotes(database, exact(files), ","),
    )
