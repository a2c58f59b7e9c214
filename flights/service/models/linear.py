"""The weights of every column of the matrix, added up in plain Python."""

import math
from array import array
from pathlib import Path
from typing import Any

from flights.common.outputs import read_json

LIBRARIES = ()
Score = float


def link(total: list[float]) -> float:
    """Return the probability for a total."""
    raised = math.exp(-abs(total[0]))
    return (1 if total[0] >= 0 else raised) / (1 + raised)


class Model:
    """Predicts the probability that the target is true."""

    def __init__(self, folder: Path) -> None:
        """Read the model that training wrote into ``folder``."""
        model = read_json(folder / "model.json")
        self.intercept: list[float] = model["intercept"]
        self.columns: list[dict[str, Any]] = [
            {**column, "weights": [*column["weights"].values(), column["other"]]} if "weights" in column else column
            for column in model["columns"]
        ]

    def added(self, columns: list[float]) -> list[list[float]]:
        """Return what each column adds to each output; values are rounded to float32, as training saw them."""
        return [added(state, value) for state, value in zip(self.columns, array("f", columns), strict=True)]

    def score(self, columns: list[float]) -> Score:
        """Return the prediction for one row."""
        total = self.intercept
        for part in self.added(columns):
            total = [left + right for left, right in zip(total, part, strict=True)]
        return link(total)

    def scores(self, rows: list[list[float]]) -> list[Score]:
        """Return the prediction for each of ``rows``."""
        return [self.score(row) for row in rows]

    def contributions(self, columns: list[float]) -> list[list[float]]:
        """Return what each column adds to the raw score of each output, and last what all rows begin with."""
        return [
            [*parts, start] for parts, start in zip(zip(*self.added(columns), strict=True), self.intercept, strict=True)
        ]


def added(state: dict[str, Any], value: float) -> list[float]:
    """Return what a column with ``value`` adds to each output."""
    if "weights" in state:
        weights = state["weights"]
        return weights[int(value) if value < len(weights) else -1]
    if math.isnan(value):
        return state["missing"]
    scaled = (value - state["mean"]) / state["scale"]
    return [scaled * weight for weight in state["weight"]]
