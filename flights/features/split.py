"""Check that each part of the rows can be learned from, or scored."""

import duckdb

PARTS = {"fit": "training", "validation": "validation", "holdout": "the holdout"}
REMEDY = "Collect more rows, choose `split: at_random` in conf/config.yaml, or another share in conf/split/, or look at `target` in conf/problem/."
COUNTS = """
    SELECT __part, count(*), count(DISTINCT __target), CAST(any_value(__target) AS VARCHAR)
    FROM parts GROUP BY __part"""


def check_parts(database: duckdb.DuckDBPyConnection) -> None:
    """Raise where a part of the table ``parts`` has one value of the target."""
    counted = {part: found for part, *found in database.sql(COUNTS).fetchall()}
    problems = []
    for part, shown in PARTS.items():
        rows, values, value = counted.get(part, (0, 0, None))
        if not rows:
            problems.append(f"there are no rows for {shown}")
        elif values < 2:
            problems.append(f"in the rows for {shown} ({rows:,}) the target is always {value}")
    if problems:
        raise ValueError(f"no model can be trained and scored: {'; '.join(problems)}. {REMEDY}")
