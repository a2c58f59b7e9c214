"""A linear model as JSON that people can read: a weight for every number, gap and category."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from flights.columns import FEATURES
from flights.outputs import read_json, write_json

FILE = "model.json"
LIBRARIES = ()


def link(total: np.ndarray) -> np.ndarray:
    """Return the probability for each total, shape (rows, 1) to (rows,)."""
    return 1 / (1 + np.exp(-total[:, 0]))


@dataclass(frozen=True)
class Model:
    """Predicts the probability that the target is true.

    A number adds ``weight * (value - mean) / scale``, or ``missing`` where there is none; a category adds the weight of
    its value, or ``other`` when that is missing, rare or was never seen. Weights are lists, one entry for each output.
    """

    intercept: list[float]
    numbers: dict[str, dict[str, Any]]
    categories: dict[str, dict[str, Any]]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the model that :meth:`save` wrote."""
        return cls(**read_json(folder / FILE))

    def save(self, folder: Path) -> None:
        """Write the model into ``folder``."""
        write_json(folder / FILE, vars(self))

    def predict(self, matrix: np.ndarray) -> np.ndarray:
        """Return the prediction for each row of ``matrix``, shape (rows,)."""
        total = np.tile(np.asarray(self.intercept), (len(matrix), 1))
        for place, name in enumerate(FEATURES):
            values = matrix[:, place].astype(np.float64)
            total += self._category(name, values) if name in self.categories else self._number(name, values)
        return link(total)

    def _number(self, name: str, values: np.ndarray) -> np.ndarray:
        state = self.numbers[name]
        scaled = (values - state["mean"]) / state["scale"]
        return np.where(np.isnan(values)[:, None], state["missing"], scaled[:, None] * state["weight"])

    def _category(self, name: str, codes: np.ndarray) -> np.ndarray:
        state = self.categories[name]
        weights = np.asarray([*state["weights"].values(), state["other"]])
        return weights[np.where(np.isnan(codes), -1, codes).astype(np.int64)]
