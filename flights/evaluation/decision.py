"""Say what decisions bring in money, on rows of which it is known what happened."""

import numpy as np

from flights.common.settings import setting
from flights.evaluation.payoff import Payoff


def payoffs() -> Payoff:
    """Return the payoffs in params.yaml."""
    return Payoff(**setting("problem", "decision", "payoff"))


def realised(payoff: Payoff, target: np.ndarray, act: np.ndarray) -> np.ndarray:
    """Return the money each row brought, given what was done and what happened."""
    acted = np.where(target, payoff.act_positive, payoff.act_negative)
    passed = np.where(target, payoff.pass_positive, payoff.pass_negative)
    return np.where(act, acted, passed)


def curve(target: np.ndarray, probability: np.ndarray) -> list[dict[str, float]]:
    """Return the money per 1,000 rows from acting above each threshold, 0 to 1 in steps of 0.01."""
    payoff = payoffs()
    thresholds = np.linspace(0, 1, 101)
    money = [1_000 * float(realised(payoff, target, probability > threshold).mean()) for threshold in thresholds]
    return [
        {"threshold": round(float(threshold), 2), "value_per_1000_rows": round(value, 2)}
        for threshold, value in zip(thresholds, money, strict=True)
    ]
