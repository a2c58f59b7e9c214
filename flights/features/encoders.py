"""Turn features into columns of float32; what is learnt for that is learnt on training rows and kept as JSON."""

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flights.features.columns import CATEGORIES, ENCODINGS, FEATURES
from flights.features.encoding import category, number, target, text
from flights.features.encoding.single import State
from flights.features.encoding.values import Options, counts

Encoders = dict[str, Any]
KINDS: dict[str, ModuleType] = {
    "number": number,
    "category": category,
    "target": target,
    "text": text,
}
NUMBER: Options = {"kind": "number", "impute": "none", "indicator": False, "scale": False}
DEFAULTS: dict[str, Options] = {
    "category": {"kind": "category", "min_count": 1},
    "target": {"kind": "target", "smooth": 20.0, "folds": 5, "count": False},
    "text": {"kind": "text", "terms": 100, "min_count": 5},
}
MOST_CATEGORIES = 1_000  # with more values than this most are too rare for a weight or a split of their own
FEWEST_TEXTS = 100  # with fewer values than this each can have a place of its own, whatever is in it
FEWEST_WORDS = 3  # in a name of a person or place there are two on average; more make a text


def fit_encoders(train: Path, chosen: Encoders | None = None) -> Encoders:
    """Return what is learnt on the rows of ``train`` to encode each feature, and what the columns are called.

    Where ``chosen`` are given, each feature keeps the kind of encoding that it has there.
    """
    encoders: Encoders = {"features": {}, "columns": []}
    with pq.ParquetFile(train) as file:
        for name in FEATURES:
            values = file.read(columns=[name])[name]
            options = ENCODINGS.get(name) or (
                DEFAULTS[chosen["features"][name]["kind"] if chosen else choose(values)]
                if name in CATEGORIES
                else NUMBER
            )
            kind = KINDS[options["kind"]]
            state = (
                target.fit(values, options, outcomes(train, encoders)) if kind is target else kind.fit(values, options)
            )
            encoders["features"][name] = {"kind": options["kind"], **state}
    encoders["columns"] = column_names(encoders)
    return encoders


def choose(values: pa.ChunkedArray) -> str:
    """Return the kind of encoding of a category for which the config does not say: by how many values, and which."""
    known = counts(values)
    several = sum(len(value.split()) for value in known) >= FEWEST_WORDS * len(known)
    if several and len(known) >= FEWEST_TEXTS and 2 * len(known) > sum(known.values()):
        return "text"
    return "target" if len(known) > MOST_CATEGORIES else "category"


def outcomes(path: Path, encoders: Encoders) -> target.Outcomes:
    """Return what target encoding averages: whether the target is true."""
    return {"": read_target(path, encoders)}


def encode(rows: pa.Table | pa.RecordBatch, encoders: Encoders) -> np.ndarray:
    """Return the features of ``rows`` as a matrix of float32, shape (rows, columns), one column after the other."""
    matrix = np.empty((rows.num_rows, len(encoders["columns"])), dtype=np.float32, order="F")
    start = 0
    for name in FEATURES:
        state: State = encoders["features"][name]
        kind = KINDS[state["kind"]]
        block = kind.bulk(rows[name], state)
        matrix[:, start : start + block.shape[1]] = block
        start += block.shape[1]
    return matrix


def suffixes(encoders: Encoders) -> dict[str, list[str]]:
    """Return what stands behind the name of each feature for each of its columns."""
    found = {}
    for name in FEATURES:
        state: State = encoders["features"][name]
        kind = KINDS[state["kind"]]
        found[name] = kind.names(state)
    return found


def column_features(encoders: Encoders) -> list[str]:
    """Return the feature that each column comes from."""
    return [name for name, ends in suffixes(encoders).items() for _ in ends]


def column_names(encoders: Encoders) -> list[str]:
    """Return what each column is called."""
    return [f"{name}{end}" for name, ends in suffixes(encoders).items() for end in ends]


def categorical(encoders: Encoders) -> list[int]:
    """Return the places of the columns that hold codes of categories, of which none is more than another."""
    kinds = {name: encoders["features"][name]["kind"] for name in FEATURES}
    return [place for place, name in enumerate(column_features(encoders)) if kinds[name] == "category"]


def read_matrix(path: Path, encoders: Encoders) -> np.ndarray:
    """Return the features in the Parquet file ``path`` as one matrix, filled batch by batch."""
    file = pq.ParquetFile(path)
    matrix = np.empty((file.metadata.num_rows, len(encoders["columns"])), dtype=np.float32, order="F")
    start = 0
    for batch in file.iter_batches(batch_size=65_536, columns=list(FEATURES)):
        matrix[start : start + batch.num_rows] = encode(batch, encoders)
        start += batch.num_rows
    return matrix


def read_training(path: Path, encoders: Encoders) -> np.ndarray:
    """Return the features of the training rows in ``path``; what depends on the target depends on other rows' only."""
    matrix = read_matrix(path, encoders)
    features = np.array(column_features(encoders), dtype=object)
    for name, state in encoders["features"].items():
        if state["kind"] == "target":
            table = pq.read_table(path, columns=[name, "__row"])
            rows = table["__row"].to_numpy()
            found = target.out_of_fold(table[name], rows, outcomes(path, encoders), state)
            matrix[:, np.flatnonzero(features == name)] = found
    return matrix


def read_target(path: Path, encoders: Encoders) -> np.ndarray:
    """Return the target in the Parquet file ``path`` as 1 where the target is true, else 0."""
    found = pq.read_table(path, columns=["__target"])["__target"]
    return found.cast(pa.int8()).to_numpy().astype(np.int64)


def read_parts(path: Path) -> np.ndarray:
    """Return which rows of the Parquet file ``path`` are for validation, as booleans."""
    return pc.equal(pq.read_table(path, columns=["__part"])["__part"], "validation").to_numpy(zero_copy_only=False)
