"""A number: as it is or scaled, with a gap left, filled or indicated in a column of its own.

Missing: NaN, or what `impute` says; `indicator` marks it in one more column.
Unseen: infinite values and values beyond float32 count as missing.
"""

import numpy as np
import pyarrow as pa

from flights.features.encoding.single import LARGEST, State
from flights.features.encoding.values import Options


def floats(values: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Return ``values`` with NaN for what is missing or beyond float32."""
    numbers = values.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.where(np.abs(numbers) <= LARGEST, numbers, np.nan)


def fit(values: pa.ChunkedArray, options: Options) -> State:
    """Return what fills a gap, whether it is indicated, and mean and spread, each where ``options`` ask for it."""
    numbers = floats(values)
    known = numbers[~np.isnan(numbers)]
    state: State = {}
    if options["impute"] != "none":
        state["fill"] = filling(known, options["impute"])
    if options["indicator"]:
        state["indicator"] = True
    if options["scale"]:
        state["mean"] = float(known.mean()) if len(known) else 0.0
        varies = len(known) and known.max() > known.min()  # the deviation of equal numbers may be a rounding error
        state["spread"] = (float(known.std()) if varies else 0.0) or 1.0
    return state


def filling(known: np.ndarray, how: str) -> float:
    """Return what fills a gap between the numbers ``known``; 0 where there are none."""
    if how == "zero" or not len(known):
        return 0.0
    return float(known.mean() if how == "mean" else np.median(known))


def names(state: State) -> list[str]:
    """Return what is put behind the feature's name for each of its columns."""
    return ["", " (missing)"] if state.get("indicator") else [""]


def bulk(values: pa.Array | pa.ChunkedArray, state: State) -> np.ndarray:
    """Return the columns of ``values``, shape (rows, columns)."""
    numbers = floats(values)
    gaps = np.isnan(numbers)
    if "fill" in state:
        numbers[gaps] = state["fill"]
    if "mean" in state:
        with np.errstate(over="ignore"):
            numbers = np.clip((numbers - state["mean"]) / state["spread"], -LARGEST, LARGEST)
    columns = [numbers, gaps] if state.get("indicator") else [numbers]
    return np.column_stack(columns)
