"""Keep what a released model is watched by: features, targets and scores of rows that the model which scores them has not seen.

Those of the validation part are scored by a model of the other training rows, those of the holdout by one of all training rows.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flights.common.outputs import new_file
from flights.common.rounding import rounded
from flights.features.columns import FEATURES
from flights.features.encoders import Encoders, read_target

TABLE = Path("data/tables/flights.parquet")
TRAIN = Path("data/train.parquet")
HOLDOUT = Path("data/holdout.parquet")
REFERENCE = Path("data/reference.parquet")
MOST_ROWS = 100_000  # of each part, the latest


def in_order(rows: pa.Table) -> pa.Table:
    """Return ``rows`` with their time, in its order."""
    table = pq.read_table(TABLE, columns=["__row", "departure"])
    places = np.searchsorted(table["__row"].to_numpy(), rows["__row"].to_numpy())
    rows = rows.append_column("__time", table["departure"].take(places).cast(pa.timestamp("us")))
    return rows.sort_by([("__time", "ascending"), ("__row", "ascending")])


def part(path: Path, name: str, score: np.ndarray, encoders: Encoders) -> pa.Table:
    """Return the rows of the part ``name`` in ``path`` with their targets as metrics take them, and their ``score``."""
    rows = pq.read_table(path, columns=["__row", "__part", *FEATURES])
    rows = rows.append_column("__target", pa.array(read_target(path, encoders)))
    rows = rows.filter(pc.equal(rows["__part"], name)).append_column("__score", pa.array(rounded(score).tolist()))
    rows = in_order(rows)
    return rows.slice(max(len(rows) - MOST_ROWS, 0))


def write_reference(validation: np.ndarray, holdout: np.ndarray, encoders: Encoders) -> None:
    """Write the rows of both parts with the scores of the chosen candidate."""
    rows = [part(TRAIN, "validation", validation, encoders), part(HOLDOUT, "holdout", holdout, encoders)]
    with new_file(REFERENCE) as file:
        pq.write_table(pa.concat_tables(rows), file, compression="zstd")
