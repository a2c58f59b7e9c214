"""Group the rows of the holdout by the columns and features that figures are reported for."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flights.common.settings import setting

HOLDOUT = Path("data/holdout.parquet")
TABLE = Path("data/tables/flights.parquet")
COLUMNS = (
    "origin",
    "carrier",
)  # of the slices, those of the table; the others are features
SLICES = (
    "origin",
    "carrier",
)
MOST_NUMBERS = 20  # that are groups of their own; more are put into quarters


def sliced() -> pa.Table:
    """Return what the rows of the holdout are grouped by."""
    features = [name for name in SLICES if name not in COLUMNS]
    holdout = pq.read_table(HOLDOUT, columns=["__row", *features])
    table = pq.read_table(TABLE, columns=["__row", *COLUMNS])
    places = np.searchsorted(table["__row"].to_numpy(), holdout["__row"].to_numpy())
    for name in COLUMNS:
        holdout = holdout.append_column(name, table[name].take(places))
    return holdout


def in_quarters(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return ``values``, or the quarter that each is in where they are many numbers."""
    if not pa.types.is_floating(values.type) or pc.count_distinct(values).as_py() <= MOST_NUMBERS:
        return values
    found = values.to_numpy()
    edges = np.unique(np.quantile(found[np.isfinite(found)], [0, 0.25, 0.5, 0.75, 1]))
    names = [f"{low:g} to {high:g}" for low, high in pairwise(edges)]
    places = np.clip(np.searchsorted(edges, found, side="right") - 1, 0, len(names) - 1)
    known = np.isfinite(found).tolist()
    return pa.chunked_array(
        [[names[place] if there else None for place, there in zip(places.tolist(), known, strict=True)]]
    )


def groups(columns: Iterable[str] = SLICES) -> Iterator[tuple[str, str, np.ndarray]]:
    """Yield the groups of rows that are large enough, the largest of each column first: column, value, and which rows."""
    fewest, rows = setting("metrics", "slice_rows"), sliced()
    for name in columns:
        values = in_quarters(rows[name])
        counts = sorted(pc.value_counts(values).to_pylist(), key=lambda group: (-group["counts"], str(group["values"])))
        for group in (group for group in counts if group["counts"] >= fewest):
            inside = pc.equal(values, group["values"]).fill_null(group["values"] is None).to_numpy(zero_copy_only=False)
            yield name, str(group["values"]), inside
