"""The curves that show how scores relate to what happened; each is a list of points for plots."""

from typing import Any

import numpy as np
from sklearn.metrics import precision_recall_curve, roc_curve

Points = list[dict[str, Any]]
KEPT = 200


def thin(*columns: np.ndarray) -> list[np.ndarray]:
    """Return evenly chosen entries of ``columns``, at most KEPT, the first and the last among them."""
    places = np.unique(np.linspace(0, len(columns[0]) - 1, KEPT).astype(np.int64))
    return [column[places] for column in columns]


def points(**columns: np.ndarray) -> Points:
    """Return one mapping for each place in ``columns``, rounded to what a plot can show."""
    rows = zip(*columns.values(), strict=True)
    return [{name: round(float(value), 5) for name, value in zip(columns, row, strict=True)} for row in rows]


def roc(target: np.ndarray, score: np.ndarray) -> Points:
    """Return the true positive rate against the false positive rate."""
    false, true, _ = roc_curve(target, score)
    false, true = thin(false, true)
    return points(false_positive_rate=false, true_positive_rate=true)


def precision_recall(target: np.ndarray, score: np.ndarray) -> Points:
    """Return how many of those flagged are positive against how many positives are flagged."""
    precision, recall, _ = precision_recall_curve(target, score)
    precision, recall = thin(precision, recall)
    return points(recall=recall, precision=precision)


def calibration(target: np.ndarray, score: np.ndarray) -> Points:
    """Return observed frequencies against predicted probabilities, in groups of equal size."""
    groups = [group for group in np.array_split(np.argsort(score, kind="stable"), 15) if len(group)]
    predicted = np.array([score[group].mean() for group in groups])
    observed = np.array([target[group].mean() for group in groups])
    return points(predicted_probability=predicted, observed_frequency=observed)


CURVES = {"roc": roc, "precision_recall": precision_recall, "calibration": calibration}
