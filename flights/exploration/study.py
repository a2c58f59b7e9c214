"""Rows to fit on and rows to test on, and the paired comparison of two ways to predict the latter."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from flights.exploration import models
from flights.exploration.sample import Part, floats

FIT_SHARE = 0.6
WORTH = 0.01
CERTAIN = 1.96

Finding = dict[str, Any]


@dataclass
class Study:
    """Sampled rows in an order that has no meaning; the first are fitted on, the others test."""

    matrix: np.ndarray
    target: np.ndarray
    coded: Sequence[int]
    time: np.ndarray

    @property
    def cut(self) -> int:
        """Return how many rows are fitted on."""
        return int(len(self.target) * FIT_SHARE)

    def losses(self, prediction: np.ndarray) -> np.ndarray:
        """Return the loss of each test row."""
        return models.losses(self.target[self.cut :], prediction)

    def boosted(self, matrix: np.ndarray, coded: Sequence[int], leaves: int = 15) -> np.ndarray:
        """Return the losses of trees that see ``matrix``."""
        fit, test = np.split(matrix, [self.cut])
        return self.losses(models.trees(fit, self.target[: self.cut], test, coded, leaves))

    @cached_property
    def base(self) -> np.ndarray:
        """The losses of predicting the same for every row."""
        return self.losses(models.constant(self.target[: self.cut], len(self.target) - self.cut))

    @cached_property
    def linear(self) -> np.ndarray:
        """The losses of a linear model."""
        fit, test = np.split(self.matrix, [self.cut])
        return self.losses(models.linear(fit, self.target[: self.cut], test, self.coded))

    @cached_property
    def trees(self) -> np.ndarray:
        """The losses of boosted trees that see everything."""
        return self.boosted(self.matrix, self.coded)


def study(parts: list[Part], target: np.ndarray, time: pa.ChunkedArray) -> Study:
    """Return the study of ``parts``."""
    matrix = np.column_stack([part.values for part in parts]) if parts else np.zeros((len(target), 1))
    coded = [place for place, part in enumerate(parts) if part.coded]
    return Study(matrix, target, coded, floats(time.cast(pa.timestamp("us")).cast(pa.int64())))


def verdict(gain: float, error: float, reference: float) -> str:
    """Return what an interval says: confirmed above zero, rejected where even its upper end is not worth having."""
    low, high = gain - CERTAIN * error, gain + CERTAIN * error
    if high < WORTH * reference:
        return "rejected"
    return "confirmed" if low > 0 else "inconclusive"


def finding(gain: float, error: float, reference: float, figures: dict[str, float]) -> Finding:
    """Return the gain with its interval, as shares of ``reference``, the verdict, and the figures behind them."""
    bounds = [gain - CERTAIN * error, gain + CERTAIN * error]
    return {
        "verdict": verdict(gain, error, reference),
        "gain": round(gain / reference, 5),
        "interval": [round(bound / reference, 5) for bound in bounds],
        "figures": {name: round(value, 5) for name, value in figures.items()},
    }


def compare(without: np.ndarray, with_: np.ndarray, names: tuple[str, str]) -> Finding:
    """Return what the second way gains over the first, on the same rows."""
    gains = without - with_
    figures = {names[0]: float(without.mean()), names[1]: float(with_.mean())}
    error = float(gains.std() / max(len(gains), 1) ** 0.5)
    return finding(float(gains.mean()), error, max(float(without.mean()), 1e-9), figures)


def untested(reason: str) -> Finding:
    """Return the finding where there is nothing to test."""
    return {"verdict": "rejected", "reason": reason}
