"""Describe each column of the training rows: gaps, variety, range, what is typical, and how values spread."""

from typing import Any

import duckdb

from flights.common.progress import Progress

BINS = 24
TOP = 5
LONGEST = 80
COLUMNS = (
    ("carrier", "VARCHAR", "key", "text"),
    ("flight", "BIGINT", "key", "number"),
    ("departure", "TIMESTAMP", "time", "moment"),
    ("origin", "VARCHAR", "input", "text"),
    ("dest", "VARCHAR", "input", "text"),
    ("tailnum", "VARCHAR", "input", "text"),
    ("distance", "DOUBLE", "input", "number"),
    ("scheduled_departure", "TIMESTAMP", "input", "moment"),
    ("sched_arr_time", "BIGINT", "input", "number"),
)
SPREAD = "min(value), quantile_disc(value, [0.01, 0.25, 0.5, 0.75, 0.99]), max(value)"

Relation = duckdb.DuckDBPyRelation


def rounded(value: float) -> float:
    """Return ``value`` with six significant digits."""
    return float(f"{value:.6g}")


def histogram(values: Relation, low: float, high: float) -> list[int]:
    """Return how many values fall into equal ranges from ``low`` to ``high``; those beyond count at the ends."""
    counts = [0] * BINS
    place = f"(least(greatest(value, {low!r}), {high!r}) - {low!r}) / {max(high - low, 1e-300)!r} * {BINS}"
    for bin_, rows in values.aggregate(
        f"CAST(least({BINS - 1}, floor({place})) AS INTEGER) AS bin, count(*)", "bin"
    ).fetchall():
        counts[bin_] = rows
    return counts


def number(values: Relation) -> dict[str, Any]:
    """Describe numbers by their range, their quartiles, and a histogram without the outermost percents."""
    finite = values.select("CAST(value AS DOUBLE) AS value").filter("isfinite(value)")
    low, quantiles, high = finite.aggregate(SPREAD).fetchall()[0]
    if low is None:
        return {}
    return {
        "range": [rounded(low), rounded(high)],
        "quartiles": [rounded(value) for value in quantiles[1:4]],
        "histogram": histogram(finite, quantiles[0], quantiles[4]),
    }


def moment(values: Relation) -> dict[str, Any]:
    """Describe moments by the first, the median and the last, and by when they happened."""
    known = values.filter("isfinite(value)")
    low, quantiles, high = known.aggregate(SPREAD).fetchall()[0]
    if low is None:
        return {}
    first, last = known.aggregate("epoch(min(value)), epoch(max(value))").fetchall()[0]
    return {
        "range": [str(low), str(high)],
        "quartiles": [str(value) for value in quantiles[1:4]],
        "histogram": histogram(known.select("epoch(value) AS value"), first, last),
    }


def text(values: Relation) -> dict[str, Any]:
    """Describe texts by the most frequent ones."""
    counted = values.filter("value IS NOT NULL").aggregate("CAST(value AS VARCHAR) AS value, count(*) AS rows", "value")
    top = counted.order("rows DESC, value").limit(TOP).fetchall()
    return {"top": [{"value": value[:LONGEST], "rows": rows} for value, rows in top]}


KINDS = {"number": number, "moment": moment, "text": text}


def profile(training: Relation) -> list[dict[str, Any]]:
    """Return the description of each column of ``training``."""
    described, progress = [], Progress(len(COLUMNS), "columns profiled")
    for name, type_, role, kind in COLUMNS:
        values = training.select(duckdb.ColumnExpression(name).alias("value"))
        rows, known, distinct = values.aggregate("count(*), count(value), count(DISTINCT value)").fetchall()[0]
        head = {"name": name, "type": type_, "role": role, "rows": rows, "missing": rows - known, "distinct": distinct}
        described.append(head | KINDS[kind](values))
        progress.add(1)
    return described
