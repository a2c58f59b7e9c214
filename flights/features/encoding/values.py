"""What the encodings share: what the config says, how often values occur, and one look at each distinct value."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flights.features.encoding.single import Single

Options = dict[str, Any]


def counts(values: pa.ChunkedArray) -> dict[str, int]:
    """Return how often each value occurs, most frequent first."""
    counted = pc.value_counts(values.cast(pa.string()).drop_null()).to_pylist()
    ordered = sorted(((row["counts"], row["values"]) for row in counted), key=lambda pair: (-pair[0], pair[1]))
    return {value: count for count, value in ordered}


def distinct(values: pa.Array | pa.ChunkedArray) -> tuple[np.ndarray, list[str | None]]:
    """Return the place of each row's value among the distinct values, and these."""
    coded = pc.dictionary_encode(values.cast(pa.string()), null_encoding="encode")
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    return coded.indices.to_numpy(), coded.dictionary.to_pylist()


def by_value(values: pa.Array | pa.ChunkedArray, single: Single, width: int) -> np.ndarray:
    """Return what ``single`` makes of each row, shape (rows, width); every distinct value is looked at once."""
    places, known = distinct(values)
    table = np.array([single(value) for value in known], dtype=np.float32).reshape(len(known), width)
    return table[places]
