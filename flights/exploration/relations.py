"""Say how well each column alone explains the target: an estimate made on one half of the sample, measured on the other."""

from typing import Any

import numpy as np
from scipy.stats import rankdata

from flights.exploration.sample import Part

RANGES = 32
PRIOR = 10
MEASURE = {
    "name": "ROC-AUC",
    "words": "The chance that a row where the target is true gets a higher estimate from this column alone than a row where it is not. 0.5 is no relation, 1 is a perfect one.",
    "none": 0.5,
}


def places(part: Part, fit: np.ndarray) -> np.ndarray:
    """Return the group of each row: its code, or its range among equally full ranges of the rows ``fit``."""
    known = part.values[fit & ~np.isnan(part.values)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, RANGES + 1)[1:-1])) if len(known) else np.array([])
    groups = part.values if part.coded else np.searchsorted(edges, part.values, side="right")
    return np.where(np.isnan(part.values), -1, groups).astype(np.int64) + 1


def estimate(group: np.ndarray, shown: np.ndarray, fit: np.ndarray) -> np.ndarray:
    """Return for every row the mean of ``shown`` in its group among the rows ``fit``, drawn a little to that of all."""
    overall = shown[fit].mean(axis=0)
    sums = np.zeros((group.max() + 1, shown.shape[1]))
    np.add.at(sums, group[fit], shown[fit])
    rows = np.bincount(group[fit], minlength=len(sums))[:, None]
    return ((sums + PRIOR * overall) / (rows + PRIOR))[group]


def as_columns(target: np.ndarray) -> np.ndarray:
    """Return ``target`` as a matrix with one column."""
    return target[:, None].astype(np.float64)


def measured(shown: np.ndarray, guess: np.ndarray) -> float:
    """Return the chance that a positive row has a higher guess than a negative one; ties count half."""
    positive = shown[:, 0] > 0
    count = int(positive.sum())
    if count in (0, len(shown)):
        return 0.5
    below = rankdata(guess[:, 0])[positive].sum() - count * (count + 1) / 2
    return float(below / (count * (len(shown) - count)))


def identical(shown: np.ndarray, guess: np.ndarray, values: np.ndarray) -> bool:
    """Return whether the guess is right for nearly all rows, where always guessing the same is not."""
    if len(values) < 20:
        return False
    right = np.mean((guess[:, 0] > 0.5) == (shown[:, 0] > 0))
    return bool(right >= 0.995 and 1 - right < 0.2 * min(shown.mean(), 1 - shown.mean()))


def relations(parts: list[Part], target: np.ndarray) -> list[dict[str, Any]]:
    """Return how well each part alone explains ``target``, and whether it all but is the target; the best first."""
    first = np.arange(len(target)) % 2 == 0
    shown = as_columns(target)
    found = []
    for part in parts:
        values, known = [], ~np.isnan(part.values)
        same = []
        for fit in (first, ~first):
            guess = estimate(places(part, fit), shown, fit)
            values.append(measured(shown[~fit], guess[~fit]))
            same.append(identical(shown[~fit & known], guess[~fit & known], part.values[~fit & known]))
        value = round(float(np.mean(values)), 4)
        found.append({"column": part.column, "aspect": part.aspect, "value": value, "identical": all(same)})
    return sorted(found, key=lambda item: -item["value"])
