"""Turn features into numbers: one float32 column each, categories as codes, everything missing or unseen as NaN."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flights.columns import CATEGORIES, FEATURES

Encoders = dict[str, Any]
LARGEST = np.finfo(np.float32).max


def fit_encoders(train: Path) -> Encoders:
    """Return the vocabulary of each category in ``train``, most frequent first, with how often each value occurs."""
    table = pq.read_table(train, columns=[*CATEGORIES, "__target"])
    vocabularies = {}
    for name in CATEGORIES:
        counted = pc.value_counts(table[name].cast(pa.string()).drop_null()).to_pylist()
        ordered = sorted(((row["counts"], row["values"]) for row in counted), key=lambda pair: (-pair[0], pair[1]))
        vocabularies[name] = {value: count for count, value in ordered}
    return {"categories": vocabularies}


def encode(rows: pa.Table | pa.RecordBatch, encoders: Encoders) -> np.ndarray:
    """Return the features of ``rows`` as a matrix of float32, shape (rows, features), one column after the other."""
    matrix = np.empty((rows.num_rows, len(FEATURES)), dtype=np.float32, order="F")
    for place, name in enumerate(FEATURES):
        column = rows[name]
        if name in CATEGORIES:
            vocabulary = pa.array(list(encoders["categories"][name]), pa.string())
            column = pc.index_in(column.cast(pa.string()), value_set=vocabulary)
        values = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
        matrix[:, place] = np.where(np.abs(values) <= LARGEST, values, np.nan)
    return matrix


class Encoder:
    def __init__(self, encoders: Encoders) -> None:
        self.codes = [
            {v: float(i) for i, v in enumerate(encoders["categories"][n])} if n in CATEGORIES else None
            for n in FEATURES
        ]

    def row(self, values):
        out = []
        for v, c in zip(values, self.codes):
            if c is not None:
                out.append(c.get(v, float("nan")))
            else:
                out.append(v if v is not None and -LARGEST <= v <= LARGEST else float("nan"))
        return out


def column_features(encoders: Encoders) -> list[str]:
    return list(FEATURES)


def read_matrix(path: Path, encoders: Encoders) -> np.ndarray:
    """Return the features in the Parquet file ``path`` as one matrix, filled batch by batch."""
    file = pq.ParquetFile(path)
    matrix = np.empty((file.metadata.num_rows, len(FEATURES)), dtype=np.float32, order="F")
    start = 0
    for batch in file.iter_batches(batch_size=65_536, columns=list(FEATURES)):
        matrix[start : start + batch.num_rows] = encode(batch, encoders)
        start += batch.num_rows
    return matrix


def read_target(path: Path, encoders: Encoders) -> np.ndarray:
    """Return the target in the Parquet file ``path`` as 1 where the target is true, else 0."""
    target = pq.read_table(path, columns=["__target"])["__target"]
    return target.cast(pa.int8()).to_numpy().astype(np.int64)


def read_parts(path: Path) -> np.ndarray:
    """Return which rows of the Parquet file ``path`` are for validation, as booleans."""
    return pc.equal(pq.read_table(path, columns=["__part"])["__part"], "validation").to_numpy(zero_copy_only=False)
