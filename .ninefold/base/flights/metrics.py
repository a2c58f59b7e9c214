"""How a candidate is measured: evaluation, release and monitoring all measure with these functions.

A target is 1 where the target is true, else 0; a score is the probability that the target is true.
"""

from collections.abc import Callable, Iterator

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.metrics import log_loss as log_loss_score

Metric = Callable[[np.ndarray, np.ndarray, np.ndarray | None], float]


def roc_auc(target: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Chance that a random positive row scores higher than a random negative one."""
    return float(roc_auc_score(target, score, sample_weight=weight))


def average_precision(target: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Precision, averaged over the recall that each threshold adds."""
    return float(average_precision_score(target, score, sample_weight=weight))


def log_loss(target: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Mean surprise, in nats, at what happened."""
    return float(log_loss_score(target, score, sample_weight=weight, labels=(0, 1)))


def brier(target: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Mean squared error of the probability."""
    return float(np.average((score - target) ** 2, weights=weight))


def calibration_error(target: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Mean distance between what is forecast and what happens, over twenty equal ranges of the forecast."""
    weights = np.ones(len(target)) if weight is None else weight
    place = np.minimum((score * 20).astype(np.int64), 19)
    gap = np.bincount(place, weights * (score - target), minlength=20)
    return float(np.abs(gap).sum() / weights.sum())


METRICS: dict[str, Metric] = {
    "roc_auc": roc_auc,
    "average_precision": average_precision,
    "log_loss": log_loss,
    "brier": brier,
    "calibration_error": calibration_error,
}
PRIMARY = "roc_auc"
HIGHER_IS_BETTER = True


def measure(target: np.ndarray, score: np.ndarray) -> dict[str, float]:
    """Return every metric of ``score``."""
    return {name: metric(target, score, None) for name, metric in METRICS.items()}


def gain(new: float, old: float) -> float:
    """Return how much better, in the primary metric, ``new`` is than ``old``."""
    return new - old if HIGHER_IS_BETTER else old - new


def resamples(rows: int, rounds: int, seed: int) -> Iterator[np.ndarray]:
    """Yield bootstrap weights for ``rows`` rows: how often each is drawn, the same draws for every candidate."""
    draw = np.random.default_rng(seed)
    for _ in range(rounds):
        yield np.bincount(draw.integers(0, rows, rows), minlength=rows).astype(np.float64)


def interval(values: list[float], confidence: float) -> list[float]:
    """Return the two values that enclose the middle ``confidence`` of ``values``."""
    tail = (1 - confidence) / 2
    return [float(bound) for bound in np.quantile(values, [tail, 1 - tail])]
