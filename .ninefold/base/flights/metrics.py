"""How a candidate is measured: evaluation, release and monitoring all measure with these functions.

A target is 1 where the target is true, else 0; a score is the probability that the target is true.
"""

from collections.abc import Callable, Iterator

import numpy as np

Metric = Callable[[np.ndarray, np.ndarray, np.ndarray | None], float]


def ranked(target: np.ndarray, score: np.ndarray, weight: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Return the weight of positives and of negatives at each distinct score, lowest first."""
    order = np.argsort(score, kind="stable")
    weights = np.ones(len(score)) if weight is None else weight[order]
    positive, ordered = target[order] * weights, score[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    positives = np.add.reduceat(positive, starts)
    return positives, np.add.reduceat(weights, starts) - positives


def roc_auc(target: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Chance that a random positive row scores higher than a random negative one; ties count half."""
    positive, negative = ranked(target, score, weight)
    below = np.cumsum(negative) - negative / 2
    return float(positive @ below / (positive.sum() * negative.sum()))


def average_precision(target: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Precision, averaged over the recall that each threshold adds."""
    positive, negative = (part[::-1] for part in ranked(target, score, weight))
    found, flagged = np.cumsum(positive), np.cumsum(positive + negative)
    precision = np.divide(found, flagged, out=np.zeros(len(found)), where=flagged > 0)
    return float(positive @ precision / found[-1])


def log_loss(target: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Mean surprise, in nats, at what happened."""
    happened = np.where(target, score, 1 - score)
    return float(-np.average(np.log(np.maximum(happened, 1e-15)), weights=weight))


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
