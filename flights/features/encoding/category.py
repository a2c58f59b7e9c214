"""A category: a code for each value, most frequent first.

Missing: NaN.
Unseen: NaN, as missing.
Rare: values below `min_count` share one code, the highest.
"""

import numpy as np
import pyarrow as pa

from flights.features.encoding import single
from flights.features.encoding.single import State
from flights.features.encoding.values import Options, by_value, counts


def fit(values: pa.ChunkedArray, options: Options) -> State:
    """Return how often each value occurs, and from how often on it has a code of its own."""
    return {"min_count": options["min_count"], "values": counts(values)}


def names(state: State) -> list[str]:
    """Return what is put behind the feature's name for each of its columns."""
    return [""]


def bulk(values: pa.Array | pa.ChunkedArray, state: State) -> np.ndarray:
    """Return the columns of ``values``, shape (rows, columns)."""
    return by_value(values, single.category(state), 1)
