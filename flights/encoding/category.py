"""A category: a code for each value, most frequent first.

Missing: NaN.
Unseen: NaN, as missing.
Rare: values below `min_count` share one code, the highest.
"""

import math

import numpy as np
import pyarrow as pa

from flights.encoding.values import Options, Single, State, by_value, counts


def fit(values: pa.ChunkedArray, options: Options) -> State:
    """Return how often each value occurs, and from how often on it has a code of its own."""
    return {"min_count": options["min_count"], "values": counts(values)}


def kept(state: State) -> list[str]:
    """Return the values that have a code of their own, in the order of the codes."""
    return [value for value, count in state["values"].items() if count >= state["min_count"]]


def names(state: State) -> list[str]:
    """Return what is put behind the feature's name for each of its columns."""
    return [""]


def bulk(values: pa.Array | pa.ChunkedArray, state: State) -> np.ndarray:
    """Return the columns of ``values``, shape (rows, columns)."""
    return by_value(values, single(state), 1)


def single(state: State) -> Single:
    """Return a function from one value to its columns."""
    other, unseen = (float(len(kept(state))),), (math.nan,)
    codes = dict.fromkeys(state["values"], other) | {value: (float(code),) for code, value in enumerate(kept(state))}
    return lambda value: codes.get(value, unseen)
