"""LightGBM's trees in its own text format."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import lightgbm as lgb
import numpy as np

FILES = ("model.txt",)
LIBRARIES = ("lightgbm",)


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
        return np.asarray(self.booster.predict(matrix))
