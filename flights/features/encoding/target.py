"""Target encoding: what the target is on average where the value occurs, shrunk to the mean of all rows.

A value that occurs in ``count`` rows with the sum ``sum`` is (sum + smooth * prior) / (count + smooth). Training rows see
statistics of other rows only: the row's fold is left out, or a model would find its target in its own feature. The
prior is that of all rows in every fold, as it must not give the fold away. The count of a value, where it is asked for,
comes from the same rows; of training rows it is scaled up to all folds, so that it means the same in any row.

Missing: a statistic of its own; the prior if no training row has one missing.
Unseen: the prior, which is the mean of all rows; the count is 0.
"""

import numpy as np
import pyarrow as pa

from flights.features.encoding import single
from flights.features.encoding.single import LARGEST, State
from flights.features.encoding.values import Options, by_value, distinct

Outcomes = dict[str, np.ndarray]
"""What is averaged, one value a row, under what is put behind the feature's name."""


def fit(values: pa.ChunkedArray, options: Options, outcomes: Outcomes) -> State:
    """Return the statistic of each value, for each of ``outcomes``."""
    places, known = distinct(values)
    prior = [float(bounded(outcome).mean()) if len(outcome) else 0.0 for outcome in outcomes.values()]
    settings = {key: options[key] for key in ("smooth", "folds", "count")}
    state = {**settings, "outcomes": list(outcomes), "prior": prior}
    count = np.bincount(places, minlength=len(known))
    sums = [np.bincount(places, weights=bounded(outcome), minlength=len(known)) for outcome in outcomes.values()]
    found = statistics(count, np.array(sums).reshape(len(outcomes), len(known)).T, state).tolist()
    table = dict(zip(known, found, strict=True))
    missing = table.pop(None, [*prior, 0.0] if state["count"] else prior)
    return state | {"missing": missing, "values": dict(sorted(table.items()))}


def bounded(outcome: np.ndarray) -> np.ndarray:
    """Return ``outcome`` within float32, so that no sum overflows."""
    return np.clip(outcome.astype(np.float64), -LARGEST, LARGEST)


def statistics(count: np.ndarray, sums: np.ndarray, state: State, share: float = 1.0) -> np.ndarray:
    """Return ``sums`` of ``count`` rows as averages that are shrunk to the prior, and the count beside them where it is asked for.

    ``share`` is the share of the training rows that were counted.
    """
    means = (sums + state["smooth"] * np.array(state["prior"])) / (count + state["smooth"])[:, None]
    return np.column_stack([means, np.log1p(count / share)]) if state["count"] else means


def names(state: State) -> list[str]:
    """Return what is put behind the feature's name for each of its columns."""
    return [*state["outcomes"], " count"] if state["count"] else list(state["outcomes"])


def bulk(values: pa.Array | pa.ChunkedArray, state: State) -> np.ndarray:
    """Return the columns of ``values``, shape (rows, columns)."""
    return by_value(values, single.target(state), len(names(state)))


def out_of_fold(values: pa.ChunkedArray, rows: np.ndarray, outcomes: Outcomes, state: State) -> np.ndarray:
    """Return the columns of training rows, each from the rows of the other folds; ``rows`` are their numbers."""
    places, known = distinct(values)
    folds = state["folds"]
    cells = places * np.int64(folds) + rows % folds

    def others(weights: np.ndarray | None) -> np.ndarray:
        table = np.bincount(cells, weights=weights, minlength=len(known) * folds).reshape(len(known), folds)
        # Added up anew for each fold: a total less the fold's own would keep a trace of it in its rounding.
        return np.stack([np.delete(table, fold, axis=1).sum(axis=1) for fold in range(folds)], axis=1).ravel()

    sums = np.stack([others(bounded(outcome)) for outcome in outcomes.values()], axis=1)
    return statistics(others(None), sums, state, share=1 - 1 / folds)[cells]
