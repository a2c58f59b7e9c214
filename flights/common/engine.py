"""Open DuckDB within the limits that conf/engine/ sets."""

import duckdb

from flights.common.settings import setting


def connect() -> duckdb.DuckDBPyConnection:
    """Return an in-memory database that spills to disk and keeps rows in order."""
    engine = setting("engine")
    limits = {"memory_limit": engine["memory_limit"], "threads": engine["threads"]}
    return duckdb.connect(config={**limits, "temp_directory": "data/spill.partial"})
