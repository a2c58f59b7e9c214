"""How much of the target each single column tells, to find what is the target in another coat."""

from collections.abc import Iterable

from generator.new.reading import Raw
from generator.sql import identifier

SAMPLE = 20_000
BINS = 60
FEWEST = 5
"""Rows that a group needs to say anything; the others count as if the column told nothing."""

CERTAIN = 0.98
"""Share of the target's uncertainty that only another name of the target takes away."""


def told(raw: Raw, view: str, columns: Iterable[str], numbers: Iterable[str], task: str) -> dict[str, float]:
    """Return the share of the uncertainty of ``__target`` that each of ``columns`` of ``view`` takes away, 0 to 1.

    ``numbers`` are the columns that are put into bins first. For classes it is Theil's U, the entropy that is gone; for
    numbers the variance that is gone, or the square of the correlation, whichever is more.
    """
    sample = f"(SELECT * FROM {view} WHERE __target IS NOT NULL USING SAMPLE reservoir({SAMPLE} ROWS) REPEATABLE (0))"
    raw.database.execute(f"CREATE OR REPLACE TEMP TABLE told AS SELECT * FROM {sample}")
    binned = set(numbers)
    return {name: _told(raw, name, name in binned, task) for name in columns}


def _told(raw: Raw, name: str, number: bool, task: str) -> float:
    column = identifier(name)
    distinct = raw.database.execute(f"SELECT count(DISTINCT {column}) FROM told").fetchall()[0][0]
    groups = f"ntile({BINS}) OVER (ORDER BY {column})" if number and distinct > BINS * FEWEST else column
    source = f"(SELECT {groups} AS g, __target AS t FROM told)"
    if task == "regression":
        return max(_variance(raw, source), _correlation(raw, column) if number else 0.0)
    return _entropy(raw, source)


def _entropy(raw: Raw, source: str) -> float:
    ask = f"""
        WITH cells AS (SELECT g, t, count(*) AS n FROM {source} GROUP BY g, t),
        sizes AS (SELECT g, sum(n) AS size, count(*) AS cells FROM cells GROUP BY g),
        classes AS (SELECT t, sum(n) AS n FROM cells GROUP BY t),
        whole AS (SELECT sum(-(n / s) * ln(n / s)) AS h, any_value(s) AS s
                  FROM classes, (SELECT sum(n) AS s FROM classes)),
        parts AS (SELECT sum(CASE WHEN size >= {FEWEST} THEN -n * ln(n / size) ELSE n * (SELECT h FROM whole) END) AS h
                  FROM cells JOIN sizes USING (g))
        SELECT 1 - parts.h / whole.s / whole.h FROM parts, whole"""
    return float(raw.database.execute(ask).fetchall()[0][0] or 0.0)


def _variance(raw: Raw, source: str) -> float:
    ask = f"""
        WITH groups AS (SELECT count(*) AS n, var_pop(t) AS v FROM {source} GROUP BY g),
        whole AS (SELECT var_pop(t) AS v, count(*) AS n FROM {source})
        SELECT 1 - sum(groups.n * CASE WHEN groups.n >= {FEWEST} THEN groups.v ELSE whole.v END)
            / any_value(whole.n) / nullif(any_value(whole.v), 0)
        FROM groups, whole"""
    return float(raw.database.execute(ask).fetchall()[0][0] or 0.0)


def _correlation(raw: Raw, column: str) -> float:
    ask = f"SELECT corr(CAST({column} AS DOUBLE), CAST(__target AS DOUBLE)) FROM told WHERE isfinite({column})"
    found = raw.database.execute(ask).fetchall()[0][0]
    return float(found) ** 2 if found is not None and found == found else 0.0
