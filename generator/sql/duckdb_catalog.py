"""What DuckDB itself says of its words and functions."""

from functools import cache
from importlib.metadata import version
from typing import Any

from generator.cache import Cache

ANSWERS = Cache("duckdb", limit=5_000)
"""What DuckDB has said, by its version and the question."""

UNSTABLE_TOO = frozenset(
    # What DuckDB calls stable, and is not so from day to day, version to version or machine to machine.
    ["ago", "current_catalog", "current_role", "current_user", "session_user", "user", "version", "hash", "rand",
     "current_localtime", "current_localtimestamp", "localtime", "localtimestamp", "getenv", "pg_typeof",
     "current_time", "current_timestamp", "add_parquet_key"]
)  # fmt: skip
MANY_ROWS_INSIDE = r"\b(sum|avg|list|string_agg|geomean|weighted_avg|unnest)\(|SELECT"
"""What makes a macro the business of many rows, by its definition."""


@cache
def duckdb_version() -> str:
    """Return the version of DuckDB, which need not be imported for that."""
    return version("duckdb")


def _said(query: str, *values: str) -> list[list[Any]]:
    """Return the rows of ``query``, in which ``?`` stand for ``values``."""

    def asked() -> list[list[Any]]:
        import duckdb

        with duckdb.connect() as database:
            return [list(row) for row in database.execute(query, values).fetchall()]

    return ANSWERS.get(repr((duckdb_version(), query, values)), asked)


@cache
def keywords() -> frozenset[str]:
    """Return the words that DuckDB does not take for a name unless they are quoted."""
    query = "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'"
    return frozenset(str(row[0]) for row in _said(query))


@cache
def functions() -> dict[str, str]:
    """Return DuckDB's functions, each as ``row``, ``rows`` (aggregates, windows, tables) or ``unstable``."""
    query = """
        SELECT function_name,
               bool_or(stability IN ('VOLATILE', 'CONSISTENT_WITHIN_QUERY')
                       OR (schema_name = 'pg_catalog' AND function_type = 'macro')),
               bool_or(function_type IN ('scalar', 'macro') AND NOT regexp_matches(coalesce(macro_definition, ''), ?))
        FROM duckdb_functions() GROUP BY function_name"""
    rows = _said(query, MANY_ROWS_INSIDE)
    kinds = {name.lower(): "unstable" if unstable else "row" if row else "rows" for name, unstable, row in rows}
    return kinds | dict.fromkeys(UNSTABLE_TOO, "unstable") | {"histogram": "rows"}
