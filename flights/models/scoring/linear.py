"""A linear model as JSON that people can read: the weights of every column of the matrix, by its name."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from flights.common.outputs import read_json, write_json

LIBRARIES = ()


def link(total: np.ndarray) -> np.ndarray:
    """Return the probability for each total, shape (rows, 1) to (rows,)."""
    return 1 / (1 + np.exp(-total[:, 0]))


@dataclass(frozen=True)
class Model:
    """Predicts the probability that the target is true.

    A column of numbers adds ``weight * (value - mean) / scale``, or ``missing`` where there is none; one of codes adds
    the weight of its value, or ``other`` when that is missing, rare or was never seen. Weights are lists, one entry for
    each output.
    """

    intercept: list[float]
    columns: list[dict[str, Any]]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the model that :meth:`save` wrote."""
        return cls(**read_json(folder / "model.json"))

    def save(self, folder: Path) -> None:
        """Write the model into ``folder``."""
        write_json(folder / "model.json", vars(self))

    def predict(self, matrix: np.ndarray) -> np.ndarray:
        """Return the prediction for each row of ``matrix``, shape (rows,)."""
        total = np.tile(np.asarray(self.intercept), (len(matrix), 1))
        for state, column in zip(self.columns, matrix.T, strict=True):
            values = column.astype(np.float64)
            total += by_code(state, values) if "weights" in state else by_value(state, values)
        return link(total)


def by_value(state: dict[str, Any], values: np.ndarray) -> np.ndarray:
    """Return what a column of numbers adds."""
    scaled = ((values - state["mean"]) / state["scale"])[:, None]
    return np.where(np.isnan(scaled), state["missing"], scaled * state["weight"])


def by_code(state: dict[str, Any], codes: np.ndarray) -> np.ndarray:
    """Return what a column of codes adds."""
    weights = np.asarray([*state["weights"].values(), state["other"]])
    return weights[np.where(codes < len(weights), codes, -1).astype(np.int64)]
