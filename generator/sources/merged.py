"""Read several Parquet files as one table, and lose nothing where their types differ."""

from collections.abc import Iterable, Sequence

import duckdb
from duckdb import ColumnExpression

WHOLE = {"tinyint", "smallint", "integer", "bigint", "hugeint", "utinyint", "usmallint", "uinteger", "ubigint"}


def merged(database: duckdb.DuckDBPyConnection, files: Sequence[str]) -> duckdb.DuckDBPyRelation:
    """Return the rows of ``files``, a column that is of several types in them as text: 1 and 1.5 stay what they are.

    Raises ValueError for a file that lacks a column of the first, or has one more.
    """
    tables = [database.read_parquet(file, hive_partitioning=False) for file in files]
    names = tables[0].columns
    for file, table in zip(files, tables, strict=True):
        if set(table.columns) != set(names):
            other = ", ".join(sorted(set(table.columns) ^ set(names)))
            raise ValueError(f"{file} and {files[0]} have not the same columns: {other} is in one of them alone")
    texts = [name for name in names if _differ(table.select(ColumnExpression(name)).types[0] for table in tables)]
    if not texts:
        return database.read_parquet(list(files), union_by_name=True, hive_partitioning=False)
    parts = [
        table.select(*(ColumnExpression(name).cast("VARCHAR").alias(name) if name in texts else name for name in names))
        for table in tables
    ]
    rows, *others = parts
    for part in others:
        rows = rows.union(part)
    return rows


def _differ(kinds: Iterable[duckdb.sqltypes.DuckDBPyType]) -> bool:
    """Return whether a column of these types cannot be of one without a change; whole numbers of any length can."""
    found = {"whole" if kind.id in WHOLE else str(kind) for kind in kinds}
    return len(found) > 1
