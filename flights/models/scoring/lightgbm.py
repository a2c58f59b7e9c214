"""LightGBM's trees in its own text format."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from flights.common.boosting import lightgbm as lgb

FEWEST_CELLS = 2_000_000  # for which threads save more than they cost, on a machine with other things to do
LIBRARIES = ("lightgbm",)


def threads(matrix: np.ndarray) -> int:
    """Return how many threads LightGBM is to use for ``matrix``: one, or 0, as many as it likes. The result is the same."""
    return 1 if matrix.size < FEWEST_CELLS else 0


@dataclass(frozen=True)
class Model:
    """Predicts the probability that the target is true."""

    booster: lgb.Booster

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the model that :meth:`save` wrote."""
        return cls(lgb.Booster(model_file=str(folder / "model.txt")))

    def save(self, folder: Path) -> None:
        """Write the model into ``folder``."""
        self.booster.save_model(str(folder / "model.txt"), num_iteration=-1)

    def predict(self, matrix: np.ndarray) -> np.ndarray:
        """Return the prediction for each row of ``matrix``, shape (rows,)."""
        return np.asarray(self.booster.predict(matrix, num_threads=threads(matrix)))
