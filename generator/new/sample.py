"""Take a sample of very many rows, always the same of the same data."""

import duckdb

SAMPLE_CELLS, SAMPLE_ROWS = 2_000_000, 20_000
"""Values that a sample has, and rows that it has at least."""


def sample(database: duckdb.DuckDBPyConnection, whole: str, some: str, rows: int, columns: int) -> int:
    """Let the table ``some`` be ``whole`` where its ``rows`` are few, else every n-th by the hash of its values.

    Returns n.
    """
    nth = rows // max(SAMPLE_ROWS, SAMPLE_CELLS // columns)
    tables = {str(row[0]) for row in database.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if nth > 1:
        database.execute(f"CREATE TABLE {some} AS FROM {whole} WHERE hash(*COLUMNS(*)) % {nth} = 0")
    elif whole in tables:
        database.execute(f"ALTER TABLE {whole} RENAME TO {some}")
        database.execute(f"CREATE VIEW {whole} AS FROM {some}")
    else:
        database.execute(f"CREATE TABLE {some} AS FROM {whole}")
    return max(nth, 1)


def in_words(looked_at: int, rows: int, nth: int) -> str:
    """Return which rows are looked at, and what is counted in all."""
    return (
        f"inferred from {looked_at:,} of {rows:,} rows, those whose hash is a multiple of {nth:,}; counted in all "
        "rows: missing values and their marks, values of another type, different values, copies of keys, the target's "
        "values"
    )


def count(database: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return the number of rows of ``table``."""
    return int(database.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])
