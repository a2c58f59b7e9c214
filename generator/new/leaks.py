"""How much of the target each single column tells, to find what is the target in another coat."""

from collections.abc import Sequence

from generator.new.reading import Raw
from generator.sql import identifier

SAMPLE = 20_000
CELLS = 4_000_000
"""Values that one query looks at."""

BINS = 60
FEWEST = 5
"""Rows that a group needs to say anything; the others count as if the column told nothing."""

CERTAIN = 0.98
"""Share of the target's uncertainty that only another name of the target takes away."""

ENTROPY = """
    cells AS (SELECT name, g, t, count(*) AS n FROM grouped GROUP BY ALL),
    sizes AS (SELECT name, g, sum(n) AS size FROM cells GROUP BY ALL),
    classes AS (SELECT __target AS t, count(*) AS n FROM told GROUP BY __target),
    whole AS (SELECT sum(-(n / s) * ln(n / s)) AS h, any_value(s) AS s FROM classes, (SELECT sum(n) AS s FROM classes)),
    parts AS (
      SELECT cells.name, sum(n * CASE WHEN size >= {fewest} THEN -ln(n / size) ELSE (SELECT h FROM whole) END) AS h
      FROM cells JOIN sizes ON cells.name = sizes.name AND cells.g IS NOT DISTINCT FROM sizes.g GROUP BY cells.name
    )
    SELECT name, 1 - parts.h / s / nullif(whole.h, 0) FROM parts, whole"""

VARIANCE = """
    groups AS (SELECT name, g, count(*) AS n, var_pop(t) AS v FROM grouped GROUP BY ALL),
    whole AS (SELECT var_pop(__target) AS v, count(*) AS s FROM told)
    SELECT name, 1 - sum(n * CASE WHEN n >= {fewest} THEN groups.v ELSE whole.v END) / any_value(s)
      / nullif(any_value(whole.v), 0)
    FROM groups, whole GROUP BY name"""


def told(raw: Raw, view: str, texts: Sequence[str], numbers: Sequence[str], task: str) -> dict[str, float]:
    """Return the share of the uncertainty of ``__target`` that each column of ``view`` takes away, 0 to 1.

    ``numbers`` are put into bins first. For classes it is Theil's U, the share of the entropy; for numbers that of the
    variance, or the square of the correlation, whichever is more.
    """
    sample = f"FROM {view} WHERE __target IS NOT NULL USING SAMPLE reservoir({SAMPLE} ROWS) REPEATABLE (0)"
    raw.database.execute(f"CREATE OR REPLACE TEMP TABLE told AS SELECT * {sample}")
    shares: dict[str, float] = {}
    size = max(1, CELLS // min(SAMPLE, raw.rows))
    for columns, binned in ((texts, False), (numbers, True)):
        for start in range(0, len(columns), size):
            shares |= _shares(raw, columns[start : start + size], binned, task)
    for name in numbers if task == "regression" else ():
        shares[name] = max(shares.get(name, 0.0), _correlation(raw, name))
    return shares


def _shares(raw: Raw, columns: Sequence[str], binned: bool, task: str) -> dict[str, float]:
    """Return the shares of a few columns: every column one below the other, its values in groups, and each told of."""
    kind = "DOUBLE" if binned else "VARCHAR"
    listed = ", ".join(f"CAST({identifier(name)} AS {kind}) AS c{index}" for index, name in enumerate(columns))
    names = ", ".join(f"c{index}" for index in range(len(columns)))
    bins = f"ntile({BINS}) OVER (PARTITION BY name, v IS NULL ORDER BY v)"
    group = f"CASE WHEN many THEN {bins} ELSE v END" if binned else "v"
    ask = f"""
        WITH long AS (
          SELECT * FROM (SELECT __target AS t, {listed} FROM told) UNPIVOT INCLUDE NULLS (v FOR name IN ({names}))
        ),
        counted AS (SELECT name, count(DISTINCT v) > {BINS * FEWEST} AS many FROM long GROUP BY name),
        grouped AS (SELECT name, CASE WHEN v IS NOT NULL THEN {group} END AS g, t FROM long JOIN counted USING (name)),
        {(VARIANCE if task == "regression" else ENTROPY).format(fewest=FEWEST)}"""
    found = dict(raw.database.execute(ask).fetchall())
    return {name: float(found.get(f"c{index}") or 0.0) for index, name in enumerate(columns)}


def _correlation(raw: Raw, name: str) -> float:
    column = f"CAST({identifier(name)} AS DOUBLE)"
    found = raw.database.execute(f"SELECT corr({column}, __target) FROM told WHERE isfinite({column})").fetchall()[0][0]
    return float(found) ** 2 if found is not None and found == found else 0.0
