"""How good predictions of held-out rows are, and how sure that is."""

from functools import cache

import numpy as np
from scipy.stats import rankdata

RESAMPLES = 500
LEAST = 1e-15  # of a probability: one of zero would cost infinitely much
BETTER_HIGH = {"roc_auc": True, "log_loss": False, "rmse": False}


def score(metric: str, truth: np.ndarray, said: np.ndarray) -> float:
    """Return ``metric`` of what was ``said``: numbers, probabilities of the second class, or of every class."""
    if metric == "rmse":
        return float(np.sqrt(np.mean((truth - said) ** 2)))
    if metric == "log_loss":
        return float(-np.log(likelihoods(truth, said)).mean())
    positive = truth == 1
    yes = int(positive.sum())
    return float((rankdata(said)[positive].sum() - yes * (yes + 1) / 2) / (yes * (len(truth) - yes)))


def likelihoods(truth: np.ndarray, said: np.ndarray) -> np.ndarray:
    """Return the probability that was given to what is true."""
    shares = np.clip(said, LEAST, 1)
    return np.asarray((shares / shares.sum(axis=1, keepdims=True))[np.arange(len(truth)), truth])


def resampled(metric: str, truth: np.ndarray, said: np.ndarray) -> np.ndarray:
    """Return ``metric`` on rows drawn with replacement, the same rows for everything that is said of ``truth``."""
    if metric == "roc_auc":
        return np.array([score(metric, truth[rows], said[rows]) for rows in draws(len(truth)) if both(truth[rows])])
    losses = (truth - said) ** 2 if metric == "rmse" else -np.log(likelihoods(truth, said))
    means = np.array([losses[rows].mean() for rows in draws(len(truth))])
    return np.sqrt(means) if metric == "rmse" else means


@cache
def draws(rows: int) -> list[np.ndarray]:
    """Return the rows of each resample."""
    rng = np.random.default_rng(0)
    return [rng.integers(0, rows, rows) for _ in range(RESAMPLES)]


def both(truth: np.ndarray) -> bool:
    """Return whether both classes are there."""
    return bool(truth.min() != truth.max())
