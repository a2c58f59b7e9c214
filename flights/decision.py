"""Decide from a probability, and say what a decision is worth in money."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from flights.settings import setting


@dataclass(frozen=True)
class Payoff:
    """Money gained by acting or passing, when the target turns out true (positive) or not."""

    act_positive: float
    act_negative: float
    pass_positive: float
    pass_negative: float

    @classmethod
    def read(cls) -> Self:
        """Return the payoffs in params.yaml."""
        return cls(**setting("problem", "decision", "payoff"))

    def advantage(self, probability: np.ndarray) -> np.ndarray:
        """Return what acting is expected to gain over passing."""
        if_positive = self.act_positive - self.pass_positive
        if_negative = self.act_negative - self.pass_negative
        return probability * if_positive + (1 - probability) * if_negative

    def act(self, probability: np.ndarray) -> np.ndarray:
        """Return where acting pays more than passing."""
        return self.advantage(probability) > 0

    def realised(self, target: np.ndarray, act: np.ndarray) -> np.ndarray:
        """Return the money each row brought, given what was done and what happened."""
        acted = np.where(target, self.act_positive, self.act_negative)
        passed = np.where(target, self.pass_positive, self.pass_negative)
        return np.where(act, acted, passed)


def curve(target: np.ndarray, probability: np.ndarray) -> list[dict[str, float]]:
    """Return the money per 1,000 rows from acting above each threshold, 0 to 1 in steps of 0.01."""
    payoff = Payoff.read()
    thresholds = np.linspace(0, 1, 101)
    money = [1_000 * float(payoff.realised(target, probability > threshold).mean()) for threshold in thresholds]
    return [
        {"threshold": round(float(threshold), 2), "value_per_1000_rows": round(value, 2)}
        for threshold, value in zip(thresholds, money, strict=True)
    ]
