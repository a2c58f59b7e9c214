"""The baseline's state as JSON: one prediction for every row."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from flights.common.outputs import read_json, write_json

LIBRARIES = ()


@dataclass(frozen=True)
class Model:
    """Predicts the same for every row: the base rate."""

    prediction: float

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the model that :meth:`save` wrote."""
        return cls(read_json(folder / "model.json")["prediction"])

    def save(self, folder: Path) -> None:
        """Write the model into ``folder``."""
        write_json(folder / "model.json", {"prediction": self.prediction})

    def predict(self, matrix: np.ndarray) -> np.ndarray:
        """Return the prediction for each row of ``matrix``, shape (rows,)."""
        return np.full(len(matrix), self.prediction)
