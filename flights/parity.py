"""Prove that a bundle gives the features and scores that training and the batch path give."""

from pathlib import Path
from typing import Any, Protocol

import numpy as np

from flights.bundles import HOLDOUT, ask, held_rows
from flights.columns import FEATURES
from flights.encoding import encode, read_matrix
from flights.outputs import read_json

ENCODERS = Path("data/encoders.json")
PARITY_ROWS = 1_000


class Model(Protocol):
    """What every candidate's model can do."""

    def predict(self, matrix: np.ndarray) -> np.ndarray:
        """Return the prediction for each row of ``matrix``."""
        ...


def evenly(rows: int) -> np.ndarray:
    """Return the places of at most PARITY_ROWS of ``rows`` rows, evenly chosen."""
    return np.unique(np.linspace(0, rows - 1, PARITY_ROWS).astype(np.int64))


def check_features(rows: np.ndarray, trained: np.ndarray, served: np.ndarray) -> None:
    """Raise where a feature is not in the service what it is in training, naming the row and the feature."""
    same = (trained == served) | (np.isnan(trained) & np.isnan(served))
    if not same.all():
        row, place = np.argwhere(~same)[0]
        values = f"{trained[row, place]} in training and {served[row, place]} in the bundle"
        raise ValueError(f"row {rows[row]} of {HOLDOUT}: {FEATURES[place]} is {values}")


def check(bundle: Path, model: Model) -> dict[str, Any]:
    """Raise unless ``bundle`` scores rows of the holdout exactly as ``model`` does in a batch."""
    encoders = read_json(ENCODERS)
    matrix = read_matrix(HOLDOUT, encoders)
    rows = evenly(len(matrix))
    features, score = ask(bundle, held_rows().take(rows))
    check_features(rows, matrix[rows], encode(features, encoders))
    expected = model.predict(matrix)[rows]
    apart = np.abs(score - expected).reshape(len(rows), -1).max(axis=1)
    if apart.max() > 0:
        worst = apart.argmax()
        raise ValueError(
            f"row {rows[worst]} of {HOLDOUT}: the score is {expected[worst]}, in the bundle {score[worst]}"
        )
    return {"rows": len(rows), "largest_difference": float(apart.max())}
